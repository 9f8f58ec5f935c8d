/* SPDX-License-Identifier: Apache-2.0 */
/* resolv_conf.h - the name servers and the search list of resolv.conf(5). */
#ifndef NET_RESOLV_CONF_H
#define NET_RESOLV_CONF_H

#include <stddef.h>

#include "net/address.h"
#include "net/record.h"
#include "util/slice.h"

/* Writes at most size addresses, with port 53, in their order; how many. */
size_t net_resolv_conf_servers(struct slice text, struct net_address *servers, size_t size);

#define NET_RESOLV_CONF_SEARCH_MAX 6 /* domains; the C library once read no more */

/* The domains to put behind a name: those of the last line with "search" or "domain". */
size_t net_resolv_conf_search(
    struct slice text, char domains[NET_RESOLV_CONF_SEARCH_MAX][NET_NAME_MAX + 1]);

#endif
