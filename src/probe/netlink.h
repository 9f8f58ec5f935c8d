/* SPDX-License-Identifier: Apache-2.0 */
/* netlink.h - one question to the kernel's routing, answered at once (rtnetlink(7)). No root. */
#ifndef PROBE_NETLINK_H
#define PROBE_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "util/ip.h"

/* One route of the answer; attributes: of len octets. */
typedef void probe_netlink_fn(
    void *arg, struct rtmsg *route, struct rtattr *attributes, size_t len);

/*
 * Ask, and give each route of the answer to each. False when netlink is not to be had here.
 * *ret_error: what the kernel says instead of a route, an errno; 0: nothing.
 */
bool probe_netlink_ask(
    const struct nlmsghdr *request, probe_netlink_fn *each, void *arg, int *ret_error);

/* The attribute of that type; NULL: not there, or with less than size octets. */
struct rtattr *probe_netlink_find(
    struct rtattr *attributes, size_t len, unsigned short type, size_t size);
/* 0 when it is not there. */
uint32_t probe_netlink_number(struct rtattr *attributes, size_t len, unsigned short type);
/* False when it is not there. family: AF_INET or AF_INET6. */
bool probe_netlink_ip(
    struct rtattr *attributes, size_t len, unsigned short type, int family, struct ip *ret_ip);

#endif
