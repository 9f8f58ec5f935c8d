/* SPDX-License-Identifier: Apache-2.0 */
/* ip.h - IP addresses of both families in one form. */
#ifndef UTIL_IP_H
#define UTIL_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

#define IP_LEN 16
#define IP_TEXT_SIZE 46 /* the longest address in text, with its NUL */

/* An IPv6 address, or one of IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2). Network order. */
struct ip {
	uint8_t octets[IP_LEN];
};

/* "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1". A zone ("%eth0") is not part of the address. */
bool ip_parse(struct slice text, struct ip *ret_ip);
/* number in host order. */
struct ip ip_from_v4(uint32_t number);
/* A mapped address as the IPv4 address that it is. */
void ip_print(const struct ip *ip, char text[IP_TEXT_SIZE]);
bool ip_is_v4(const struct ip *ip);
bool ip_is_unspecified(const struct ip *ip); /* 0.0.0.0, :: */
bool ip_is_loopback(const struct ip *ip);    /* 127/8, ::1 */
/* Either: what a filter for names gives in the place of an address. It leads to this machine. */
bool ip_is_nowhere(const struct ip *ip);
/* Not of the internet: RFC 1918 §3, shared (RFC 6598 §7), unique local, link-local. */
bool ip_is_private(const struct ip *ip);
/*
 * What one party has, as a number: an IPv4 address, a /64 of IPv6. No /64 that is routed has the
 * number of an IPv4 address, and none has UINT64_MAX.
 */
uint64_t ip_group(const struct ip *ip);

#endif
