/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver.h - whom to ask about names: libunbound in the loop, set up from files or options.
 *
 * /etc/resolv.conf and /etc/hosts are read once, by net_resolver_new(), which belongs before the
 * sandbox; after it no file is opened and no thread runs. What is asked: resolve.h (host names to
 * addresses) and query.h (records of any type).
 */
#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/event.h>

#include "net/address.h"
#include "util/buf.h"

#define NET_RESOLVER_SERVERS_MAX 8 /* of resolv.conf; the rest is not looked at */

struct net_resolver;

/*
 * 0, or -errno with words for the administrator appended to error. A file that is not there is no
 * error, nor is a line of hosts that is not understood: it is logged.
 */
int net_resolver_new(
    struct event_base *base, struct net_resolver **ret_resolver, struct buf *error);
/* As above, from other files than /etc/resolv.conf and /etc/hosts. */
int net_resolver_new_from(struct event_base *base, const char *resolv_conf, const char *hosts,
    struct net_resolver **ret_resolver, struct buf *error);

/* For the tools of the command line. Zeroes are the usual way. */
struct net_resolver_options {
	const char *resolv_conf; /* NULL: /etc/resolv.conf */
	const char *hosts;       /* NULL: /etc/hosts */
	/*
	 * Ask this server and nobody else, with its port, and read neither file, but for the search
	 * list of a resolv_conf that is given. NULL: those of resolv.conf; if it names none, the
	 * one on this machine, as the C library does.
	 */
	const struct net_address *server;
	/*
	 * The key of the root, for net_query_start() to validate answers (RFC 4035 §5). NULL: where
	 * Debian's packages have it, if they are installed; "": do not validate.
	 */
	const char *root_key;
};
int net_resolver_new_with(struct event_base *base, const struct net_resolver_options *options,
    struct net_resolver **ret_resolver, struct buf *error);
/* Lookups in flight must have been cancelled. Nulls the pointer. */
void net_resolver_free(struct net_resolver **r);

/* Whom it asks, with ports: for those made by net_resolver_new_with(). */
const struct net_address *net_resolver_servers(const struct net_resolver *r, size_t *ret_count);
/*
 * What programs put behind a name that is not there as it is (resolv.conf(5), "search"); NULL
 * behind the last.
 */
const char *net_resolver_search(const struct net_resolver *r, size_t index);
/* The file of hosts that it has read; NULL: none. */
const char *net_resolver_hosts(const struct net_resolver *r);
/* Has it the key of the root? */
bool net_resolver_has_key(const struct net_resolver *r);

#endif
