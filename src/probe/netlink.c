/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/netlink.h"

#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "util/alloc.h"
#include "util/fd.h"

/* The kernel fills at most this much at a time (NLMSG_GOODSIZE of rtnetlink is less). */
enum { ANSWER_SIZE = 64 * 1024, TIMEOUT_S = 1 };

enum progress { GO_ON, OVER };

static int
open_netlink(void)
{
	const struct timeval timeout = { .tv_sec = TIMEOUT_S };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
	return fd;
}

static enum progress
read_error(struct nlmsghdr *h, int *ret_error)
{
	struct nlmsgerr e;

	if (h->nlmsg_len >= NLMSG_LENGTH(sizeof e)) {
		memcpy(&e, NLMSG_DATA(h), sizeof e);
		*ret_error = -e.error;
	}
	return OVER;
}

static enum progress
read_message(struct nlmsghdr *h, probe_netlink_fn *each, void *arg, int *ret_error)
{
	struct rtmsg *route = NLMSG_DATA(h);

	if (h->nlmsg_type == NLMSG_ERROR)
		return read_error(h, ret_error);
	if (h->nlmsg_type == NLMSG_DONE)
		return OVER;
	if (h->nlmsg_type == RTM_NEWROUTE && h->nlmsg_len >= NLMSG_LENGTH(sizeof *route))
		each(arg, route, RTM_RTA(route), RTM_PAYLOAD(h));
	return (h->nlmsg_flags & NLM_F_MULTI) != 0 ? GO_ON : OVER;
}

static bool
read_answer(int fd, probe_netlink_fn *each, void *arg, int *ret_error)
{
	char *answer = xmalloc(ANSWER_SIZE);
	enum progress progress = GO_ON;
	ssize_t got = 1;

	while (progress == GO_ON && (got = recv(fd, answer, ANSWER_SIZE, 0)) > 0) {
		unsigned left = (unsigned)got;
		struct nlmsghdr *h = (void *)answer;

		for (; progress == GO_ON && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			progress = read_message(h, each, arg, ret_error);
	}
	free(answer);
	return got > 0;
}

bool
probe_netlink_ask(const struct nlmsghdr *request, probe_netlink_fn *each, void *arg, int *ret_error)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = open_netlink();
	bool ok;

	*ret_error = 0;
	if (fd < 0)
		return false;
	ok = sendto(fd, request, request->nlmsg_len, 0, (const struct sockaddr *)&kernel,
		 sizeof kernel) == (ssize_t)request->nlmsg_len &&
	     read_answer(fd, each, arg, ret_error);
	fd_close(&fd);
	return ok;
}

struct rtattr *
probe_netlink_find(struct rtattr *attributes, size_t len, unsigned short type, size_t size)
{
	unsigned left = (unsigned)len;

	for (struct rtattr *a = attributes; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == type && RTA_PAYLOAD(a) >= size)
			return a;
	return NULL;
}

uint32_t
probe_netlink_number(struct rtattr *attributes, size_t len, unsigned short type)
{
	uint32_t number = 0;
	struct rtattr *a = probe_netlink_find(attributes, len, type, sizeof number);

	if (a != NULL)
		memcpy(&number, RTA_DATA(a), sizeof number);
	return number;
}

bool
probe_netlink_ip(
    struct rtattr *attributes, size_t len, unsigned short type, int family, struct ip *ret_ip)
{
	const size_t size = family == AF_INET6 ? sizeof ret_ip->octets : sizeof(struct in_addr);
	struct rtattr *a = probe_netlink_find(attributes, len, type, size);
	struct in_addr four;

	if (a == NULL)
		return false;
	if (family == AF_INET6) {
		memcpy(ret_ip->octets, RTA_DATA(a), sizeof ret_ip->octets);
	} else {
		memcpy(&four, RTA_DATA(a), sizeof four);
		*ret_ip = ip_from_v4(ntohl(four.s_addr));
	}
	return true;
}
