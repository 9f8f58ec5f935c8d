/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event_struct.h>

#include "net/query.h"
#include "probe/hosts_file.h"
#include "probe/invention.h"
#include "probe/name_judge.h"
#include "probe/name_local.h"
#include "probe/name_text.h"
#include "probe/servers.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/port.h"

enum {
	SLOW_MS = 500,            /* without an answer: the servers are asked directly */
	SLOW_SERVER_MS = 1000,    /* a server gets this long when another has answered well */
	INVENTION_GRACE_MS = 250, /* for that test, after all else is known */
	OTHER_FAMILY_MS = 2000,   /* for one family's addresses when the other's are known */
	FAMILY_MAX = NET_RESOLVE_ADDRESSES_MAX / 2,
};

_Static_assert(NET_RESOLVER_SERVERS_MAX == PROBE_HOST_RESOLVERS_MAX, "either list fits");

enum family { FAMILY_V6, FAMILY_V4, FAMILY_COUNT };

/* What a query is for. */
struct family_question {
	struct probe_name_lookup *lookup;
	enum family family;
};

/*
 * In this order: both families are asked for, and the random name; with a name that is not there,
 * the domains of the search list one after the other; when that is slow or not well, the servers;
 * when nothing is open any more, or the time is over, done is called.
 */
struct probe_name_lookup {
	struct event_base *base;
	struct net_resolver *resolver;
	size_t server_count;
	struct net_address servers[NET_RESOLVER_SERVERS_MAX];
	probe_name_fn *done;
	void *arg;
	uint16_t port;
	uint64_t began_us, timeout_ms;
	struct event timer; /* the timeout; made active to end early */
	struct event slow, grace;
	bool is_grace_over;
	struct family_question questions[FAMILY_COUNT];
	struct net_query *queries[FAMILY_COUNT]; /* NULL: answered */
	size_t counts[FAMILY_COUNT];
	struct net_address addresses[FAMILY_COUNT][FAMILY_MAX];
	struct probe_servers *examination; /* NULL: not asked, or all is known */
	bool is_examined;
	struct probe_servers_result examined;
	struct probe_invention *invention;           /* NULL: not asked, or over */
	bool is_absolute;                            /* was there a dot at its end? */
	size_t search_at;                            /* how many of the search list were tried */
	struct probe_name_family plain_v4, plain_v6; /* of the name as it is, while that is done */
	struct probe_name name;
};

static struct probe_name_family *
family_of(struct probe_name *name, enum family family)
{
	return family == FAMILY_V4 ? &name->v4 : &name->v6;
}

static struct timeval
time_of(uint64_t ms)
{
	return (struct timeval){ (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };
}

static void
add_address(struct probe_name_lookup *l, enum family family, const struct ip *ip)
{
	if (l->counts[family] == FAMILY_MAX)
		family_of(&l->name, family)->left_out++;
	else
		l->addresses[family][l->counts[family]++] = net_address_of(ip, l->port);
}

static void
list_addresses(struct probe_name_lookup *l)
{
	struct probe_name *n = &l->name;

	n->address_count = 0;
	for (int family = 0; family < FAMILY_COUNT; family++) {
		memcpy(n->addresses + n->address_count, l->addresses[family],
		    l->counts[family] * sizeof n->addresses[0]);
		n->address_count += l->counts[family];
	}
	probe_name_judge_addresses(n);
}

static bool
is_open(const struct probe_name_lookup *l)
{
	return l->queries[FAMILY_V4] != NULL || l->queries[FAMILY_V6] != NULL;
}

static void
stop(struct probe_name_lookup *l)
{
	for (int family = 0; family < FAMILY_COUNT; family++)
		net_query_cancel(&l->queries[family]);
	probe_servers_cancel(&l->examination);
	probe_invention_cancel(&l->invention);
	(void)event_del(&l->timer);
	(void)event_del(&l->slow);
	(void)event_del(&l->grace);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct probe_name_lookup *l = arg;
	struct probe_name *n = &l->name;

	(void)fd;
	(void)what;
	if (is_open(l))
		list_addresses(l);
	for (int family = 0; family < FAMILY_COUNT; family++)
		if (l->queries[family] != NULL)
			*family_of(n, (enum family)family) =
			    (struct probe_name_family){ PROBE_NAME_TIMEOUT,
				    "the DNS server did not answer in time", 0 };
	if (l->examination != NULL)
		probe_name_note_servers(n, probe_servers_peek(l->examination));
	if (l->is_examined) {
		probe_name_note_servers(n, &l->examined);
		probe_name_explain(n, &l->examined);
	}
	if (n->took_us == 0)
		n->took_us = clock_monotonic_us() - l->began_us;
	stop(l);
	l->done(l->arg, n);
	free(l);
}

static void
finish(struct probe_name_lookup *l)
{
	event_active(&l->timer, EV_TIMEOUT, 0);
}

/* What came while this process was kept from running has one turn of the loop to be read. */
static void
on_grace(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval one_turn = time_of(1);
	struct probe_name_lookup *l = arg;

	(void)fd;
	(void)what;
	if (l->is_grace_over)
		finish(l);
	else
		(void)evtimer_add(&l->grace, &one_turn);
	l->is_grace_over = true;
}

static void
wait_for(struct probe_name_lookup *l, uint64_t ms)
{
	const struct timeval wait = time_of(ms);

	if (evtimer_pending(&l->grace, NULL))
		return;
	l->is_grace_over = false;
	(void)evtimer_add(&l->grace, &wait);
}

static void
examine(struct probe_name_lookup *l, probe_servers_fn *on_servers)
{
	l->examination =
	    probe_servers_start(l->base, l->servers, l->server_count, l->name.text, on_servers, l);
}

/* Whatever has come: is there something left to wait for? */
static void
advance(struct probe_name_lookup *l, probe_servers_fn *on_servers)
{
	if (is_open(l)) {
		/* libunbound would hope for many seconds. */
		if (l->is_examined && !l->examined.is_any_udp_answered)
			finish(l);
		return;
	}
	if (!probe_name_is_well(&l->name) && l->examination == NULL && !l->is_examined &&
	    !l->name.is_from_hosts)
		examine(l, on_servers);
	if (l->examination != NULL && !probe_name_is_well(&l->name))
		return;
	if (l->examination != NULL)
		wait_for(l, SLOW_SERVER_MS);
	else if (l->invention != NULL)
		wait_for(l, INVENTION_GRACE_MS);
	else
		finish(l);
}

static void
on_servers(void *arg, const struct probe_servers_result *result)
{
	struct probe_name_lookup *l = arg;

	l->examination = NULL;
	l->is_examined = true;
	l->examined = *result;
	advance(l, on_servers);
}

static void
on_slow(evutil_socket_t fd, short what, void *arg)
{
	struct probe_name_lookup *l = arg;

	(void)fd;
	(void)what;
	if (is_open(l) && l->examination == NULL && !l->is_examined)
		examine(l, on_servers);
}

static void
ask_both(struct probe_name_lookup *l, const char *name, net_query_fn *on_result)
{
	static const enum net_record_type types[] = {
		[FAMILY_V6] = NET_RECORD_AAAA, [FAMILY_V4] = NET_RECORD_A
	};

	for (int i = 0; i < FAMILY_COUNT; i++) {
		l->questions[i] = (struct family_question){ l, (enum family)i };
		l->queries[i] = net_query_start_plain(
		    l->resolver, name, types[i], l->timeout_ms, on_result, &l->questions[i]);
	}
}

/* Is there a domain left to put behind the name? Then that is asked for. */
static bool
search_on(struct probe_name_lookup *l, net_query_fn *on_result)
{
	struct probe_name *n = &l->name;
	const char *domain;

	if (l->is_absolute || n->is_from_hosts || n->address_count != 0 || !probe_name_is_absent(n))
		return false;
	if (l->search_at == 0) {
		l->plain_v4 = n->v4;
		l->plain_v6 = n->v6;
	}
	do {
		domain = net_resolver_search(l->resolver, l->search_at);
		if (domain == NULL)
			return false;
		l->search_at++;
	} while (!probe_name_join(n->text, domain, n->completed));
	ask_both(l, n->completed, on_result);
	return true;
}

/* Both families have been answered for. */
static void
settle(struct probe_name_lookup *l, net_query_fn *on_result)
{
	struct probe_name *n = &l->name;

	(void)event_del(&l->grace);
	n->took_us = clock_monotonic_us() - l->began_us;
	list_addresses(l);
	if (search_on(l, on_result))
		return;
	if (l->search_at != 0 && n->address_count == 0) {
		n->v4 = l->plain_v4;
		n->v6 = l->plain_v6;
		n->completed[0] = '\0';
	}
	advance(l, on_servers);
}

static void
take_result(struct probe_name_lookup *l, enum family family, const struct net_query_result *result)
{
	struct probe_name_family *f = family_of(&l->name, family);

	f->end = probe_name_end_of(result->status);
	f->error = result->error;
	f->left_out = 0;
	for (size_t i = 0; i < result->answer->count; i++)
		add_address(l, family, &result->answer->records[i].ip);
	l->queries[family] = NULL;
	if (is_open(l) && f->end == PROBE_NAME_FOUND)
		wait_for(l, OTHER_FAMILY_MS);
}

static void
on_result(void *arg, const struct net_query_result *result)
{
	struct family_question *q = arg;

	take_result(q->lookup, q->family, result);
	if (!is_open(q->lookup))
		settle(q->lookup, on_result);
}

static void
on_invented(void *arg, const struct ip *invented)
{
	struct probe_name_lookup *l = arg;

	l->invention = NULL;
	l->name.is_hijacked = invented != NULL;
	if (invented != NULL)
		l->name.invented = *invented;
	advance(l, on_servers);
}

/* Those that the resolver was given, else those of this machine. */
static void
list_servers(struct probe_name_lookup *l, const struct probe_host *host)
{
	const struct net_address *servers = net_resolver_servers(l->resolver, &l->server_count);

	memcpy(l->servers, servers, l->server_count * sizeof l->servers[0]);
	for (size_t i = 0; l->server_count == 0 && i < host->resolver_count; i++)
		l->servers[i] = net_address_of(&host->resolvers[i], PORT_DNS);
	if (l->server_count == 0)
		l->server_count = host->resolver_count;
}

static void
ask(struct probe_name_lookup *l)
{
	const struct timeval slow = time_of(SLOW_MS);
	struct probe_name *n = &l->name;

	n->is_from_hosts = probe_hosts_file_has(net_resolver_hosts(l->resolver), n->text);
	if (!n->is_from_hosts && probe_name_is_localhost(n->text)) {
		probe_name_take_localhost(n, l->port);
		finish(l);
		return;
	}
	ask_both(l, n->text, on_result);
	if (n->is_from_hosts)
		return;
	if (l->server_count != 0)
		l->invention = probe_invention_start(l->base, &l->servers[0], on_invented, l);
	(void)evtimer_add(&l->slow, &slow);
}

/* All that a lookup needs, no more. */
/* NOLINTBEGIN(readability-function-size) */
struct probe_name_lookup *
probe_name_start(struct event_base *base, struct net_resolver *resolver,
    const struct probe_host *host, const char *name, uint16_t port, uint64_t timeout_ms,
    probe_name_fn *done, void *arg)
{
	const struct timeval wait = time_of(timeout_ms);
	struct probe_name_lookup *l = xcalloc(1, sizeof *l);
	struct net_address literal;

	l->base = base;
	l->resolver = resolver;
	l->done = done;
	l->arg = arg;
	l->port = port;
	l->timeout_ms = timeout_ms;
	l->is_absolute = name[0] != '\0' && name[strlen(name) - 1] == '.';
	list_servers(l, host);
	l->began_us = clock_monotonic_us();
	(void)evtimer_assign(&l->timer, base, on_timer, l);
	(void)evtimer_assign(&l->slow, base, on_slow, l);
	(void)evtimer_assign(&l->grace, base, on_grace, l);
	(void)evtimer_add(&l->timer, &wait);
	if (net_address_parse(name, port, &literal)) {
		(void)snprintf(l->name.text, sizeof l->name.text, "%s", name);
		probe_name_take_literal(&l->name, &literal);
		finish(l);
	} else if (probe_name_write(name, l->name.text)) {
		ask(l);
	} else {
		l->name.is_impossible = true;
		l->name.v4 = l->name.v6 = (struct probe_name_family){ PROBE_NAME_NO_NAME,
			"no name in DNS can be written like this", 0 };
		finish(l);
	}
	return l;
}

/* NOLINTEND(readability-function-size) */

void
probe_name_cancel(struct probe_name_lookup **lookup)
{
	if (*lookup == NULL)
		return;
	stop(*lookup);
	free(*lookup);
	*lookup = NULL;
}
