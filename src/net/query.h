/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query.h - records of any type by name, in the loop, over libunbound.
 *
 * RFC 2308 §2: that there is no such name and that the name has no such record are two answers;
 * that nobody could say is a third.
 */
#ifndef NET_QUERY_H
#define NET_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/record.h"
#include "net/resolver.h"

enum net_query_status {
	NET_QUERY_FOUND,         /* at least one record */
	NET_QUERY_NO_DATA,       /* the name is there, such a record is not */
	NET_QUERY_NO_NAME,       /* NXDOMAIN */
	NET_QUERY_SERVER_FAILED, /* SERVFAIL, REFUSED, or nothing that can be read */
	NET_QUERY_BOGUS,         /* DNSSEC: the answer is not that of the zone's owner */
	NET_QUERY_TIMEOUT,       /* nobody answered */
};

struct net_query_result {
	enum net_query_status status;
	const char *error; /* words for people unless FOUND; a constant */
	/*
	 * Validated by DNSSEC: also NO_DATA and NO_NAME can be. False with a zone that is not
	 * signed; and always when is_validated is false: no key of the root, or a DNS server that
	 * passes no signatures on.
	 */
	bool is_secure;
	bool is_validated;
	const struct net_answer *answer; /* records; empty unless FOUND, never NULL */
};

struct net_query;

/* result is valid during the call. The query is over: its handle is gone. */
typedef void net_query_fn(void *arg, const struct net_query_result *result);

/*
 * Ask for the records of a name. done comes from the loop, never from inside this call, after
 * timeout_ms at the latest. For DANE, TXT, SRV, MX; addresses are net_resolve_start()'s.
 */
struct net_query *net_query_start(struct net_resolver *r, const char *name,
    enum net_record_type type, uint64_t timeout_ms, net_query_fn *done, void *arg);
/* As above, without validation: what programs see that leave DNSSEC to their DNS server. */
struct net_query *net_query_start_plain(struct net_resolver *r, const char *name,
    enum net_record_type type, uint64_t timeout_ms, net_query_fn *done, void *arg);
/* done will not be called. Nulls the pointer; NULL is fine. */
void net_query_cancel(struct net_query **query);

/* "found", "no_data", "no_name", ...: for JSON; a constant. */
const char *net_query_status_name(enum net_query_status status);

#endif
