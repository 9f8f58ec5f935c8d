/* SPDX-License-Identifier: Apache-2.0 */
/* address.h - an IP address with its port, as the kernel wants it. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "util/ip.h"

/* net_conn_dial(base, &a.any, a.len, ...) takes one. */
struct net_address {
	size_t len;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
};

/*
 * "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "fe80::1%eth0". False when text is no IP address, or
 * this machine has no such interface.
 */
bool net_address_parse(const char *text, uint16_t port, struct net_address *ret_address);
/* Its IP address alone. False when it is empty, or of another family. */
bool net_address_ip(const struct net_address *address, struct ip *ret_ip);
/* "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353"; without a port: that one. */
bool net_address_parse_with_port(const char *text, uint16_t port, struct net_address *ret_address);
struct net_address net_address_of(const struct ip *ip, uint16_t port);
/* Who is at the other end of the socket fd. False when it is gone, or has no IP address. */
bool net_address_peer(int fd, struct ip *ret_ip);

#endif
