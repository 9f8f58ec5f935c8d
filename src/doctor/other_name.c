/* SPDX-License-Identifier: Apache-2.0 */
/*
 * other_name.c - the name of another host, and which of its addresses and ports are tried.
 *
 * What answers may be anyone: of a network as a whole, two hosts are asked who they are.
 */
#include "doctor/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/view.h"
#include "util/port.h"
#include "util/slice.h"

enum { LOOKUP_MS = 1500, HEARD_MAX = 2 };
/* Without a name there is nothing to try, so names may take longer when there is none. */
enum { NETWORK_LOOKUP_MS = 5000 };

/* An address instead of a name: it is meant, wherever it leads. */
static bool
is_literal(const struct run_lookup *l)
{
	struct ip ip;

	return ip_parse(slice_of(l->name), &ip);
}

/* The host that is asked about says nothing about others, nor does this machine. */
static bool
is_other(const struct run_lookup *l, const struct net_address *address)
{
	struct ip ip;

	return net_address_ip(address, &ip) && (is_literal(l) || !ip_is_nowhere(&ip)) &&
	       !doctor_view_is_target(l->run->facts, &ip);
}

static bool
are_all_nowhere(const struct net_resolve_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		struct ip ip;

		if (!net_address_ip(&result->addresses[i], &ip) || !ip_is_nowhere(&ip))
			return false;
	}
	return result->count != 0;
}

static void
count_name(const struct run_lookup *l, const struct net_resolve_result *result)
{
	struct doctor_names *n = &l->run->facts->names;

	if (!l->run->facts->is_network || l->is_again)
		return;
	n->missing += result->status == NET_RESOLVE_NOT_FOUND;
	n->failed += result->status == NET_RESOLVE_FAILED;
	n->nowhere += !is_literal(l) && are_all_nowhere(result);
}

static void
try_ports(const struct run_lookup *l, const struct net_address *address)
{
	(l->is_heard ? run_hear_other : run_connect_other)(l->run, DOCTOR_CONTROL_SUBMISSION,
	    l->name, address, l->port == 0 ? PORT_SUBMISSION : l->port);
	run_connect_other(l->run, DOCTOR_CONTROL_WEB, l->name, address, PORT_HTTPS);
}

static void
try_network(const struct run_lookup *l, const struct net_address *address)
{
	struct run *r = l->run;

	if (l->port == PORT_ALTERNATIVE) {
		run_hear_other(r, DOCTOR_CONTROL_ALTERNATIVE, l->name, address, PORT_ALTERNATIVE);
		return;
	}
	(l->is_heard ? run_hear_other : run_connect_other)(r, DOCTOR_CONTROL_SUBMISSION, l->name,
	    address, l->port == 0 ? PORT_SUBMISSION : l->port);
	(l->is_heard ? run_hear_other : run_connect_other)(
	    r, DOCTOR_CONTROL_TLS, l->name, address, PORT_SUBMISSIONS);
	run_connect_other(r, DOCTOR_CONTROL_WEB, l->name, address, PORT_HTTPS);
}

/* The first address of a family will do. */
static void
on_found(void *arg, const struct net_resolve_result *result)
{
	struct run_lookup *l = arg;
	bool wants_v4 = l->wants_v4, wants_v6 = l->wants_v6;

	l->lookup = NULL;
	count_name(l, result);
	if (l->run->facts->is_network && l->port != PORT_ALTERNATIVE && result->count != 0)
		l->is_heard = l->run->heard_count++ < HEARD_MAX;
	for (size_t i = 0; i < result->count; i++) {
		const struct net_address *a = &result->addresses[i];
		bool *wants = a->any.sa_family == AF_INET ? &wants_v4 : &wants_v6;

		if (!*wants || !is_other(l, a))
			continue;
		*wants = false;
		if (l->run->facts->is_network)
			try_network(l, a);
		else
			try_ports(l, a);
	}
	l->run->is_named |= l->run->facts->control_count != 0;
	run_wake(l->run);
}

/* "host", "host:587", "[2001:db8::1]:587" */
static void
split(const char *control, struct run_lookup *l)
{
	const char *colon = strrchr(control, ':');
	const bool is_bare_v6 = colon != NULL && strchr(control, ':') != colon && control[0] != '[';
	const bool has_port =
	    colon != NULL && !is_bare_v6 && colon[strspn(colon, ":0123456789")] == '\0';
	size_t len = has_port ? (size_t)(colon - control) : strlen(control);

	if (has_port)
		l->port = (uint16_t)strtoul(colon + 1, NULL, 10);
	if (len >= 2 && control[0] == '[' && control[len - 1] == ']') {
		control++;
		len -= 2;
	}
	(void)snprintf(l->name, sizeof l->name, "%.*s", (int)len, control);
}

static bool
is_known(const struct run *r, const struct run_lookup *l)
{
	for (const struct run_lookup *before = r->lookups; before != l; before++)
		if (strcmp(before->name, l->name) == 0)
			return true;
	return false;
}

struct run_lookup *
run_look_up_other(struct run *r, const char *control, bool wants_v4, bool wants_v6)
{
	struct run_lookup *l;

	if (r->lookup_count == DOCTOR_CONTROLS_MAX)
		return NULL;
	l = &r->lookups[r->lookup_count++];
	*l = (struct run_lookup){ .run = r, .wants_v4 = wants_v4, .wants_v6 = wants_v6 };
	split(control, l);
	l->is_again = is_known(r, l);
	r->facts->names.asked += r->facts->is_network && !l->is_again;
	l->lookup =
	    net_resolve_start(r->resolver, l->name, l->port == 0 ? PORT_SUBMISSION : l->port,
		r->facts->is_network ? NETWORK_LOOKUP_MS : LOOKUP_MS, on_found, l);
	return l;
}

static void
on_name(void *arg, const struct probe_name *name)
{
	struct run *r = arg;

	r->lookup = NULL;
	r->other_name = *name;
	r->is_named = true;
	run_wake(r);
}

/* The first name is looked at closely too: if none is found, that tells whose fault it is. */
void
run_ask_network(struct run *r)
{
	const bool wants_v4 = r->options->family != AF_INET6;
	const bool wants_v6 = r->options->family != AF_INET && r->facts->machine.has_v6;

	for (size_t i = 0; i < r->options->control_count; i++)
		(void)run_look_up_other(r, r->options->controls[i], wants_v4, wants_v6);
	if (r->lookup_count != 0)
		r->lookup = probe_name_start(r->base, r->resolver, &r->facts->machine,
		    r->lookups[0].name, PORT_SUBMISSION, NETWORK_LOOKUP_MS, on_name, r);
	else
		r->is_named = true;
}

void
run_note_names(struct run *r)
{
	if (r->facts->control_count != 0)
		return;
	r->facts->name = r->other_name;
	for (size_t i = 0; i < r->lookup_count; i++)
		r->facts->names.failed += r->lookups[i].lookup != NULL && !r->lookups[i].is_again;
}

/* The first name has been looked at, and no name server has answered at all. */
static bool
is_no_server_there(const struct run *r)
{
	const struct probe_name *n = &r->other_name;

	for (size_t i = 0; i < n->resolver_count; i++)
		if (n->resolvers[i].is_udp_answered || n->resolvers[i].is_tcp_answered)
			return false;
	return n->v4.end == PROBE_NAME_TIMEOUT && n->v6.end == PROBE_NAME_TIMEOUT;
}

bool
run_is_looking_up(const struct run_lookup *l)
{
	const struct run *r = l->run;

	if (l->lookup == NULL)
		return false;
	if (!r->facts->is_network || run_now_ms(r) < LOOKUP_MS)
		return true;
	return r->facts->control_count == 0 && !is_no_server_there(r);
}
