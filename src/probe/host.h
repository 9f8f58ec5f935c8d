/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h - what this machine knows of itself: addresses, gateway, resolvers, walls of its own.
 *
 * All of it is read from the kernel and from files without root, once, in a moment.
 */
#ifndef PROBE_HOST_H
#define PROBE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"
#include "util/ip.h"

#define PROBE_HOST_ADDRESSES_MAX 64
#define PROBE_HOST_RESOLVERS_MAX 8

/* The way that the kernel would take to an address (as "ip route get" says it). */
struct probe_route {
	int error;        /* 0; EACCES, EHOSTUNREACH, EINVAL: a route of that kind; ENETUNREACH */
	bool has_gateway; /* false: on-link, or none */
	struct ip gateway;
	struct ip source; /* our address on that way */
	unsigned mtu;     /* 0: not known */
	bool is_loopback;
	bool is_link_down;  /* the interface has no carrier: an unplugged cable, no radio */
	char interface[16]; /* "eth0" */
};

struct probe_host {
	size_t address_count;
	struct ip addresses[PROBE_HOST_ADDRESSES_MAX]; /* of all interfaces that are up */
	bool has_v4, has_v6; /* a default route and an address that is not link-local */
	bool has_gateway_v4, has_gateway_v6;
	struct ip gateway_v4, gateway_v6;
	size_t resolver_count; /* of /etc/resolv.conf */
	struct ip resolvers[PROBE_HOST_RESOLVERS_MAX];
	bool is_selinux_enforcing;
	bool has_seccomp;     /* of this process: filters are on */
	char label[128];      /* the security label of this process; empty: none */
	bool has_proxy_env;   /* ALL_PROXY and the like are set: SMTP does not use them */
	unsigned mtu_probing; /* net.ipv4.tcp_mtu_probing */
};

void probe_host_read(struct probe_host *host);
void probe_route_read(const struct ip *to, struct probe_route *ret_route);
/* Is it one of our own? */
bool probe_host_owns(const struct probe_host *host, const struct ip *ip);

#endif
