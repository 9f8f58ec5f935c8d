/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve.h - host names to addresses, in the loop, over libunbound.
 *
 * RFC 5321 §5.1: that a name does not exist is one answer, that nobody could say is another; all
 * addresses are given, in their order.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "net/address.h"
#include "net/resolver.h"

#define NET_RESOLVE_ADDRESSES_MAX 16 /* of one name; the rest of an answer is not looked at */
#define NET_RESOLVE_NAME_MAX 253     /* characters of a name (RFC 1035 §2.3.4) */

enum net_resolve_status {
	NET_RESOLVE_OK,        /* at least one address */
	NET_RESOLVE_NOT_FOUND, /* the name does not exist, or has no address: permanent */
	NET_RESOLVE_FAILED,    /* no answer, or not a good one: try later */
};

struct net_resolve_result {
	enum net_resolve_status status;
	const char *error; /* words for a log unless OK, e.g. "no such host"; a constant */
	size_t count;      /* IPv6 first, then IPv4, each in the order of the answer */
	struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX];
};

struct net_resolve;

/* result is valid during the call. The lookup is over: its handle is gone. */
typedef void net_resolve_fn(void *arg, const struct net_resolve_result *result);

/*
 * Look name (or an IP address in text) up: A and AAAA. done comes from the loop, never from inside
 * this call, after timeout_ms at the latest.
 */
struct net_resolve *net_resolve_start(struct net_resolver *r, const char *name, uint16_t port,
    uint64_t timeout_ms, net_resolve_fn *done, void *arg);
/* done will not be called. Nulls the pointer. */
void net_resolve_cancel(struct net_resolve **lookup);

#endif
