/* SPDX-License-Identifier: Apache-2.0 */
/* resolver_private.h - what resolver.c, resolve.c and query.c share. */
#ifndef NET_RESOLVER_PRIVATE_H
#define NET_RESOLVER_PRIVATE_H

#include <sys/queue.h>

#include <event2/event.h>
#include <unbound.h>

#include "net/resolv_conf.h"
#include "net/resolver.h"

/*
 * What libunbound holds of a lookup. It cannot take a question back in this mode, so one whose
 * lookup is over waits for its answer alone, or for the end of the resolver.
 */
struct net_pending {
	LIST_ENTRY(net_pending) link;
	void *lookup; /* NULL: over */
	unsigned kind;
};

struct net_resolver {
	struct event_base *base;
	struct ub_ctx *unbound;
	struct ub_ctx *validator; /* as unbound, but it checks by DNSSEC; NULL: no key */
	/* Does the validator's server pass signatures on? Asked with the first bogus answer. */
	bool is_validator_useless;
	size_t server_count;
	struct net_address servers[NET_RESOLVER_SERVERS_MAX];
	size_t search_count;
	char search[NET_RESOLV_CONF_SEARCH_MAX][NET_NAME_MAX + 1];
	char *hosts;
	LIST_HEAD(, net_pending) pending;
};

struct net_pending *net_pending_new(struct net_resolver *r, void *lookup, unsigned kind);
void net_pending_free(struct net_pending *pending);

#endif
