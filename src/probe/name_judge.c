/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/name_judge.h"

#include <string.h>

enum probe_name_end
probe_name_end_of(enum net_query_status status)
{
	switch (status) {
	case NET_QUERY_FOUND:
		return PROBE_NAME_FOUND;
	case NET_QUERY_NO_DATA:
		return PROBE_NAME_NO_ADDRESS;
	case NET_QUERY_NO_NAME:
		return PROBE_NAME_NO_NAME;
	case NET_QUERY_SERVER_FAILED:
		return PROBE_NAME_FAILED;
	case NET_QUERY_BOGUS:
		return PROBE_NAME_BOGUS;
	case NET_QUERY_TIMEOUT:
		return PROBE_NAME_TIMEOUT;
	}
	return PROBE_NAME_FAILED;
}

/* Is every address of the name of that kind? False without any. */
static bool
are_all(const struct probe_name *name, bool (*is_one)(const struct ip *ip))
{
	for (size_t i = 0; i < name->address_count; i++) {
		struct ip ip;

		if (!net_address_ip(&name->addresses[i], &ip) || !is_one(&ip))
			return false;
	}
	return name->address_count != 0;
}

void
probe_name_judge_addresses(struct probe_name *n)
{
	/* "127.0.1.1 thishost" is as it should be; names of lists of filters have 0.0.0.0. */
	n->is_filtered =
	    are_all(n, n->is_from_hosts || n->is_localhost ? ip_is_unspecified : ip_is_nowhere);
	n->is_private = are_all(n, ip_is_private);
}

static bool
is_good(enum probe_name_end end)
{
	return end == PROBE_NAME_FOUND || end == PROBE_NAME_NO_ADDRESS;
}

static bool
is_nothing(enum probe_name_end end)
{
	return end == PROBE_NAME_NO_NAME || end == PROBE_NAME_NO_ADDRESS;
}

bool
probe_name_is_absent(const struct probe_name *n)
{
	return is_nothing(n->v4.end) && is_nothing(n->v6.end);
}

bool
probe_name_is_well(const struct probe_name *n)
{
	return n->address_count != 0 && !n->is_filtered && is_good(n->v4.end) && is_good(n->v6.end);
}

/* What one family's failure is, by what the servers themselves have said. */
static void
explain(struct probe_name_family *f, const struct probe_servers_result *r)
{
	const bool is_answered = r->is_any_udp_answered || r->is_any_tcp_answered;

	if (f->end != PROBE_NAME_FAILED && f->end != PROBE_NAME_TIMEOUT)
		return;
	if (!is_answered) {
		f->end = PROBE_NAME_TIMEOUT;
		f->error = "no DNS server answers";
	} else if (!r->is_any_udp_answered) {
		f->end = PROBE_NAME_TIMEOUT;
		f->error = "DNS servers answer over TCP, not over UDP";
	} else if (r->is_bogus) {
		f->end = PROBE_NAME_BOGUS;
		f->error = "DNSSEC validation failed at the DNS server";
	} else if (r->is_any_cut && !r->is_any_tcp_answered) {
		f->end = PROBE_NAME_FAILED;
		f->error = "the answer is too large for UDP, and over TCP the DNS server does not "
			   "answer";
	} else if (r->is_any_aliased && f->end == PROBE_NAME_FAILED) {
		f->error = r->is_circular
			       ? "the name is an alias, and its aliases (CNAME) lead in "
				 "a circle, to no address"
			       : "the name is an alias, and its aliases (CNAME) lead to no address";
	} else if (r->is_any_refused) {
		f->end = PROBE_NAME_FAILED;
		f->error = "the DNS server refuses to answer";
	} else if (f->end == PROBE_NAME_TIMEOUT) {
		f->error = "the DNS server answers, but not this question";
	}
}

void
probe_name_note_servers(struct probe_name *n, const struct probe_servers_result *r)
{
	n->resolver_count = r->count;
	memcpy(n->resolvers, r->states, sizeof n->resolvers);
	n->is_filtered = n->is_filtered || r->is_blocked;
	if (n->address_count == 0)
		memcpy(n->alias, r->alias, sizeof n->alias);
}

void
probe_name_explain(struct probe_name *n, const struct probe_servers_result *r)
{
	explain(&n->v4, r);
	explain(&n->v6, r);
}

const char *
probe_name_end_name(enum probe_name_end end)
{
	switch (end) {
	case PROBE_NAME_NOT_ASKED:
		return "not_asked";
	case PROBE_NAME_FOUND:
		return "found";
	case PROBE_NAME_NO_ADDRESS:
		return "no_address";
	case PROBE_NAME_NO_NAME:
		return "no_name";
	case PROBE_NAME_FAILED:
		return "failed";
	case PROBE_NAME_BOGUS:
		return "bogus";
	case PROBE_NAME_TIMEOUT:
		return "timeout";
	}
	return "unknown";
}
