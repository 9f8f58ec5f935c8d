/* SPDX-License-Identifier: Apache-2.0 */
/* resolv_conf.h - the name servers of resolv.conf(5). */
#ifndef NET_RESOLV_CONF_H
#define NET_RESOLV_CONF_H

#include <stddef.h>

#include "net/address.h"
#include "util/slice.h"

/* Writes at most size addresses, with port 53, in their order; how many. */
size_t net_resolv_conf_servers(struct slice text, struct net_address *servers, size_t size);

#endif
