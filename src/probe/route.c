/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/route.h"

#include <errno.h>
#include <string.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "probe/host.h"
#include "probe/netlink.h"
#include "util/fd.h"

enum { V4_LEN = 4, V4_BITS = 32, V6_BITS = 128 };

_Static_assert(sizeof((struct probe_route *)0)->interface == IF_NAMESIZE, "a name fits");

/* Fixed part and one address, as the kernel wants them laid out. */
struct question {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr attribute;
	uint8_t address[IP_LEN];
};

static struct question
ask_way(const struct ip *to)
{
	const bool is_v4 = ip_is_v4(to);
	const size_t len = is_v4 ? V4_LEN : IP_LEN;
	struct question q = {
		.header = {
			.nlmsg_len = (uint32_t)(offsetof(struct question, address) + len),
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.route = {
			.rtm_family = is_v4 ? AF_INET : AF_INET6,
			.rtm_dst_len = is_v4 ? V4_BITS : V6_BITS,
		},
		.attribute = {
			.rta_len = (unsigned short)RTA_LENGTH(len),
			.rta_type = RTA_DST,
		},
	};

	memcpy(q.address, to->octets + IP_LEN - len, len);
	return q;
}

/* IPv6 answers with a route of a kind that refuses, where IPv4 answers with an error. */
static int
error_of(unsigned char type)
{
	switch (type) {
	case RTN_PROHIBIT:
		return EACCES;
	case RTN_UNREACHABLE:
		return EHOSTUNREACH;
	case RTN_BLACKHOLE:
		return EINVAL;
	case RTN_THROW:
		return ENETUNREACH;
	default:
		return 0;
	}
}

static int
read_refusal(struct rtmsg *m, struct rtattr *attributes, size_t len)
{
	struct rta_cacheinfo info;
	struct rtattr *a = probe_netlink_find(attributes, len, RTA_CACHEINFO, sizeof info);

	if (error_of(m->rtm_type) != 0 && a != NULL) {
		memcpy(&info, RTA_DATA(a), sizeof info);
		if (info.rta_error != 0) /* a negative number in an unsigned field */
			return -(int)info.rta_error;
	}
	return error_of(m->rtm_type);
}

static unsigned
read_interface_mtu(const char *name)
{
	struct ifreq r = { .ifr_mtu = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	memcpy(r.ifr_name, name, IF_NAMESIZE);
	ok = fd >= 0 && ioctl(fd, SIOCGIFMTU, &r) == 0;
	fd_close(&fd);
	return ok && r.ifr_mtu > 0 ? (unsigned)r.ifr_mtu : 0;
}

static bool
is_link_down(const char *name)
{
	struct ifreq r = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	memcpy(r.ifr_name, name, IF_NAMESIZE);
	ok = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &r) == 0;
	fd_close(&fd);
	return ok && (r.ifr_flags & IFF_RUNNING) == 0;
}

static unsigned
read_mtu(struct rtattr *attributes, size_t len, const char *interface)
{
	struct rtattr *metrics = probe_netlink_find(attributes, len, RTA_METRICS, 0);
	unsigned mtu = 0;

	if (metrics != NULL)
		mtu = probe_netlink_number(RTA_DATA(metrics), RTA_PAYLOAD(metrics), RTAX_MTU);
	return mtu != 0 ? mtu : read_interface_mtu(interface);
}

static void
on_way(void *arg, struct rtmsg *m, struct rtattr *attributes, size_t len)
{
	struct probe_route *r = arg;
	const unsigned interface = probe_netlink_number(attributes, len, RTA_OIF);

	r->error = read_refusal(m, attributes, len);
	if (r->error != 0)
		return;
	r->has_gateway = probe_netlink_ip(attributes, len, RTA_GATEWAY, m->rtm_family, &r->gateway);
	(void)probe_netlink_ip(attributes, len, RTA_PREFSRC, m->rtm_family, &r->source);
	r->is_loopback = m->rtm_type == RTN_LOCAL;
	if (if_indextoname(interface, r->interface) == NULL)
		return;
	r->mtu = read_mtu(attributes, len, r->interface);
	r->is_link_down = is_link_down(r->interface);
}

void
probe_route_read(const struct ip *to, struct probe_route *ret_route)
{
	const struct question q = ask_way(to);
	struct probe_route r = { .error = 0 };
	int error;

	if (probe_netlink_ask(&q.header, on_way, &r, &error) && error != 0)
		r.error = error;
	*ret_route = r;
}

/* Of several ways at once, the first that has a gateway. */
static bool
read_gateway(struct rtmsg *m, struct rtattr *attributes, size_t len, struct ip *ret_gateway)
{
	struct rtattr *many = probe_netlink_find(attributes, len, RTA_MULTIPATH, 0);
	int left;

	if (many == NULL)
		return probe_netlink_ip(attributes, len, RTA_GATEWAY, m->rtm_family, ret_gateway);
	left = (int)RTA_PAYLOAD(many);
	for (struct rtnexthop *hop = RTA_DATA(many); left >= (int)sizeof *hop && RTNH_OK(hop, left);
	     hop = RTNH_NEXT(hop)) {
		if (probe_netlink_ip((void *)(hop + 1), hop->rtnh_len - sizeof *hop, RTA_GATEWAY,
			m->rtm_family, ret_gateway))
			return true;
		left -= RTNH_ALIGN(hop->rtnh_len);
	}
	return false;
}

static void
on_route(void *arg, struct rtmsg *m, struct rtattr *attributes, size_t len)
{
	struct probe_default_route *best = arg, r = { .is_there = true };

	if (m->rtm_dst_len != 0 || m->rtm_table != RT_TABLE_MAIN || m->rtm_type != RTN_UNICAST)
		return;
	r.metric = probe_netlink_number(attributes, len, RTA_PRIORITY);
	r.has_gateway = read_gateway(m, attributes, len, &r.gateway);
	if (!best->is_there || r.metric < best->metric)
		*best = r;
}

void
probe_default_route_read(int family, struct probe_default_route *ret_route)
{
	const struct question q = {
		.header = {
			.nlmsg_len = offsetof(struct question, attribute),
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.route = { .rtm_family = (unsigned char)family },
	};
	struct probe_default_route r = { .is_there = false };
	int error;

	(void)probe_netlink_ask(&q.header, on_route, &r, &error);
	*ret_route = r;
}
