/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invention.h - does a DNS server invent addresses for names that are not there? Some providers and
 * portals do, to show a page of their own.
 */
#ifndef PROBE_INVENTION_H
#define PROBE_INVENTION_H

#include <event2/event.h>

#include "net/address.h"

struct probe_invention;
/* The address that it gave; NULL: none, or no answer at all. */
typedef void probe_invention_fn(void *arg, const struct ip *invented);

/* As probe_tcp_start(): asks once for a name of random letters, and gives up soon. */
struct probe_invention *probe_invention_start(
    struct event_base *base, const struct net_address *server, probe_invention_fn *done, void *arg);
void probe_invention_cancel(struct probe_invention **invention);

#endif
