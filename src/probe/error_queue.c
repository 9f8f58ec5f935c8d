/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/error_queue.h"

#include <string.h>

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* Room for the error, the address of who sent it, and what the kernel may add one day. */
enum { CONTROL_SIZE = 512, PACKET_SIZE = 1024 };

static void
set_reporting(int fd, int family, int value)
{
	/* Where it is refused nothing is lost but evidence. */
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &value, sizeof value);
	else
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &value, sizeof value);
}

void
probe_error_queue_open(int fd, int family)
{
	set_reporting(fd, family, 1);
}

void
probe_error_queue_close(int fd, int family)
{
	set_reporting(fd, family, 0);
}

static bool
is_error(const struct cmsghdr *c)
{
	return (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
	       (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
}

/* The sender's address stands behind the error (SO_EE_OFFENDER of errqueue.h). */
static struct ip
read_offender(const struct cmsghdr *c)
{
	const unsigned char *at = CMSG_DATA(c) + sizeof(struct sock_extended_err);
	const size_t len = c->cmsg_len - CMSG_LEN(sizeof(struct sock_extended_err));
	struct ip ip = { { 0 } };
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (len < sizeof v4)
		return ip;
	memcpy(&v4, at, sizeof v4);
	if (v4.sin_family == AF_INET) {
		ip = ip_from_v4(ntohl(v4.sin_addr.s_addr));
	} else if (v4.sin_family == AF_INET6 && len >= sizeof v6) {
		memcpy(&v6, at, sizeof v6);
		memcpy(ip.octets, &v6.sin6_addr, sizeof ip.octets);
	}
	return ip;
}

static int
read_error(const struct cmsghdr *c, struct probe_icmp *ret_icmp)
{
	struct sock_extended_err e;

	if (c->cmsg_len < CMSG_LEN(sizeof e))
		return 0;
	memcpy(&e, CMSG_DATA(c), sizeof e);
	if (e.ee_origin != SO_EE_ORIGIN_ICMP && e.ee_origin != SO_EE_ORIGIN_ICMP6)
		return 0;
	ret_icmp->is_v6 = e.ee_origin == SO_EE_ORIGIN_ICMP6;
	ret_icmp->type = e.ee_type;
	ret_icmp->code = e.ee_code;
	ret_icmp->offender = read_offender(c);
	return (int)e.ee_errno;
}

/* 1: a message without ICMP in it; 0: with; -1: the queue is empty. */
static int
read_message(int fd, int *ret_error, struct probe_icmp *ret_icmp)
{
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE];
	char packet[PACKET_SIZE];
	struct iovec in = { packet, sizeof packet };
	struct msghdr m = {
		.msg_iov = &in,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control,
	};

	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return -1;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c)) {
		const int error = is_error(c) ? read_error(c, ret_icmp) : 0;

		if (error != 0) {
			*ret_error = error;
			return 0;
		}
	}
	return 1;
}

int
probe_error_queue_read(int fd, struct probe_icmp *ret_icmp)
{
	struct probe_icmp icmp = { .type = 0 };
	int error, first = 0, r;

	while ((r = read_message(fd, &error, &icmp)) >= 0) {
		if (r == 0 && first == 0) {
			first = error;
			*ret_icmp = icmp;
		}
	}
	return first;
}
