/* SPDX-License-Identifier: Apache-2.0 */
/*
 * servers.h - what is the matter with the DNS servers of this machine: each is asked by itself,
 * over UDP and TCP, for a name that could not be looked up well.
 */
#ifndef PROBE_SERVERS_H
#define PROBE_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "net/address.h"
#include "net/record.h"
#include "probe/name.h"

/* Resolvers of the system wait for 5 s; what takes longer than this is as good as dead. */
#define PROBE_SERVERS_TIME_MS 3600

struct probe_servers_result {
	size_t count;
	struct probe_resolver_state states[PROBE_HOST_RESOLVERS_MAX];
	bool is_any_udp_answered, is_any_tcp_answered;
	bool is_any_refused; /* REFUSED: it does not serve us */
	bool is_any_cut;     /* an answer over UDP was truncated (TC): it is to be had over TCP */
	bool is_any_aliased; /* it says that the name is an alias, and no address with it */
	bool is_circular;    /* and the aliases go in a circle */
	char alias[NET_NAME_MAX + 1]; /* the last name of them, which has no address; or empty */
	bool is_bogus;   /* it fails because of DNSSEC: without that it has an answer */
	bool is_blocked; /* it says itself that it filters the name (RFC 8914 §4.16) */
};

struct probe_servers;
typedef void probe_servers_fn(void *arg, const struct probe_servers_result *result);

/* As probe_tcp_start(): after PROBE_SERVERS_TIME_MS at the latest. */
struct probe_servers *probe_servers_start(struct event_base *base,
    const struct net_address *servers, size_t count, const char *name, probe_servers_fn *done,
    void *arg);
/* What is known by now. */
const struct probe_servers_result *probe_servers_peek(const struct probe_servers *servers);
void probe_servers_cancel(struct probe_servers **servers);

#endif
