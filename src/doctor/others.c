/* SPDX-License-Identifier: Apache-2.0 */
/*
 * others.c - other hosts, to tell the server's fault from the network's. Asked only when something
 * is wrong, one connection to each port, which is closed as soon as it is made.
 *
 * What answers may be anyone: of a network as a whole, two hosts are asked who they are.
 */
#include "doctor/run.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/pace.h"
#include "doctor/view.h"
#include "util/alloc.h"
#include "util/slice.h"

/* One SYN more than the first, and time for its answer. */
enum { LOOKUP_MS = 1500, CONNECT_MS = 1300, NETWORK_CONNECT_MS = 3000, HOSTS_MAX = 3 };
/* Without a name there is nothing to try, so names may take longer when there is none. */
enum { NETWORK_LOOKUP_MS = 5000 };
enum { HEARD_MAX = 2, GREETING_MS = 4000, COMMAND_MS = 2500, LAST_WORDS_MS = 300 };
/* Servers of that size greet at once; round trips come on top. */
enum { LISTEN_MS = 1500 };
enum { SUBMISSION = 587, SUBMISSIONS = 465, ALTERNATIVE = 2525, WEB = 443, DNS = 53 };

static void
note_connected(struct run_other *o, const struct probe_tcp *result)
{
	struct doctor_control *c = &o->run->facts->controls[o->control];

	c->tcp = *result;
	c->is_alive =
	    result->end == PROBE_TCP_OPEN || result->end == PROBE_TCP_RESET ||
	    (result->end == PROBE_TCP_REJECTED &&
		!probe_host_owns(&o->run->facts->machine, &result->icmp.offender) &&
		(c->kind == DOCTOR_CONTROL_GATEWAY || c->kind == DOCTOR_CONTROL_RESOLVER));
	run_wake(o->run);
}

static void
on_second(void *arg, const struct probe_tcp *result, int fd)
{
	struct run_other *o = arg;

	(void)fd;
	o->second = NULL;
	if (result->end == PROBE_TCP_SILENT)
		return;
	probe_tcp_cancel(&o->attempt);
	note_connected(o, result);
}

static void
on_connected(void *arg, const struct probe_tcp *result, int fd)
{
	struct run_other *o = arg;

	(void)fd;
	o->attempt = NULL;
	probe_tcp_cancel(&o->second);
	note_connected(o, result);
}

static void
on_heard(void *arg, const struct probe_dialog_facts *facts)
{
	struct run_other *o = arg;
	struct doctor_control *c = &o->run->facts->controls[o->control];

	o->dialog = NULL;
	c->dialog = xmalloc(sizeof *c->dialog);
	*c->dialog = *facts;
	c->dialog->is_tried = true;
	c->tcp = facts->tcp;
	c->is_alive = c->tcp.end == PROBE_TCP_OPEN || c->tcp.end == PROBE_TCP_RESET;
}

static void
on_line(void *arg, bool is_ours, struct slice line)
{
	const struct run_other *o = arg;
	const struct doctor_check_options *options = o->run->options;

	options->on_line(options->arg, &o->run->facts->controls[o->control].address, is_ours, line);
}

static struct run_other *
add_other(struct run *r, enum doctor_control_kind kind, const char *name,
    const struct net_address *address, uint16_t port)
{
	struct run_other *o;
	struct doctor_control *c;

	if (r->facts->control_count == DOCTOR_CONTROLS_MAX)
		return NULL;
	c = &r->facts->controls[r->facts->control_count];
	*c = (struct doctor_control){ .kind = kind, .address = *address, .port = port };
	(void)snprintf(c->name, sizeof c->name, "%s", name);
	if (address->any.sa_family == AF_INET6)
		c->address.v6.sin6_port = htons(port);
	else
		c->address.v4.sin_port = htons(port);
	o = &r->others[r->other_count++];
	*o = (struct run_other){ .run = r, .control = r->facts->control_count++ };
	return o;
}

static void
connect_other(struct run *r, enum doctor_control_kind kind, const char *name,
    const struct net_address *address, uint16_t port)
{
	const struct probe_tcp_options options = {
		.timeout_ms = r->facts->is_network ? NETWORK_CONNECT_MS : CONNECT_MS,
	};
	struct run_other *o = add_other(r, kind, name, address, port);

	if (o != NULL)
		o->attempt = probe_tcp_start(r->base, &r->facts->controls[o->control].address,
		    &options, false, on_connected, o);
}

/* How long another host may take to greet. */
static uint64_t
greeting_ms(const struct run *r)
{
	const struct doctor_pace pace = doctor_pace_of(r->facts);

	return r->facts->is_network ? GREETING_MS : LISTEN_MS + doctor_pace_quiet_ms(&pace);
}

/* Of a network as far as EHLO in TLS, so that the certificate is seen; else does it greet? */
static void
hear_other(struct run *r, enum doctor_control_kind kind, const char *name,
    const struct net_address *address, uint16_t port)
{
	const uint64_t now_ms = run_now_ms(r), end_ms = r->deadline_ms - LAST_WORDS_MS;
	struct run_other *o = add_other(r, kind, name, address, port);
	const struct doctor_control *c;
	struct probe_route route;
	struct ip ip;

	if (o == NULL || !net_address_ip(address, &ip))
		return;
	c = &r->facts->controls[o->control];
	probe_route_read(&ip, &route);
	run_write_hostname(r, &route, o->hostname);
	o->options = (struct probe_dialog_options){
		.goal = r->facts->is_network ? PROBE_GOAL_TLS : PROBE_GOAL_GREETING,
		.mode = port == SUBMISSIONS ? PROBE_MODE_IMPLICIT : PROBE_MODE_STARTTLS,
		.name = c->name,
		.hostname = o->hostname,
		.roots = r->roots,
		.connect_ms = r->facts->is_network ? NETWORK_CONNECT_MS : CONNECT_MS,
		.greeting_ms = greeting_ms(r),
		.command_ms = COMMAND_MS,
		.total_ms = now_ms < end_ms ? end_ms - now_ms : 1,
		.on_line = r->options->on_line == NULL ? NULL : on_line,
		.line_arg = o,
	};
	o->dialog = probe_dialog_start(r->base, &c->address, &o->options, on_heard, o);
}

/* What a filter for names puts in the place of an address: it leads to this machine. */
static bool
is_nowhere(const struct ip *ip)
{
	return ip_is_unspecified(ip) || ip_is_loopback(ip);
}

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

	return net_address_ip(address, &ip) && (is_literal(l) || !is_nowhere(&ip)) &&
	       !doctor_view_is_target(l->run->facts, &ip);
}

static bool
are_all_nowhere(const struct net_resolve_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		struct ip ip;

		if (!net_address_ip(&result->addresses[i], &ip) || !is_nowhere(&ip))
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
	(l->is_heard ? hear_other : connect_other)(l->run, DOCTOR_CONTROL_SUBMISSION, l->name,
	    address, l->port == 0 ? SUBMISSION : l->port);
	connect_other(l->run, DOCTOR_CONTROL_WEB, l->name, address, WEB);
}

static void
try_network(const struct run_lookup *l, const struct net_address *address)
{
	struct run *r = l->run;

	if (l->port == ALTERNATIVE) {
		hear_other(r, DOCTOR_CONTROL_ALTERNATIVE, l->name, address, ALTERNATIVE);
		return;
	}
	(l->is_heard ? hear_other : connect_other)(
	    r, DOCTOR_CONTROL_SUBMISSION, l->name, address, l->port == 0 ? SUBMISSION : l->port);
	(l->is_heard ? hear_other : connect_other)(
	    r, DOCTOR_CONTROL_TLS, l->name, address, SUBMISSIONS);
	connect_other(r, DOCTOR_CONTROL_WEB, l->name, address, WEB);
}

/* The first address of a family will do. */
static void
on_found(void *arg, const struct net_resolve_result *result)
{
	struct run_lookup *l = arg;
	bool wants_v4 = l->wants_v4, wants_v6 = l->wants_v6;

	l->lookup = NULL;
	count_name(l, result);
	if (l->run->facts->is_network && l->port != ALTERNATIVE && result->count != 0)
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

static struct run_lookup *
look_up(struct run *r, const char *control, bool wants_v4, bool wants_v6)
{
	struct run_lookup *l;

	if (r->lookup_count == DOCTOR_CONTROLS_MAX)
		return NULL;
	l = &r->lookups[r->lookup_count++];
	*l = (struct run_lookup){ .run = r, .wants_v4 = wants_v4, .wants_v6 = wants_v6 };
	split(control, l);
	l->is_again = is_known(r, l);
	r->facts->names.asked += r->facts->is_network && !l->is_again;
	l->lookup = net_resolve_start(r->resolver, l->name, l->port == 0 ? SUBMISSION : l->port,
	    r->facts->is_network ? NETWORK_LOOKUP_MS : LOOKUP_MS, on_found, l);
	return l;
}

static void
ask_address(struct run *r, enum doctor_control_kind kind, const char *name, const struct ip *ip)
{
	char text[IP_TEXT_SIZE];
	struct net_address address;

	ip_print(ip, text);
	if (net_address_parse(text, DNS, &address))
		connect_other(r, kind, name, &address, DNS);
}

static void
ask_neighbours(struct run *r, bool is_v4)
{
	const struct probe_host *m = &r->facts->machine;

	if (is_v4 ? m->has_gateway_v4 : m->has_gateway_v6)
		ask_address(
		    r, DOCTOR_CONTROL_GATEWAY, "gateway", is_v4 ? &m->gateway_v4 : &m->gateway_v6);
	for (size_t i = 0; i < m->resolver_count; i++)
		if (ip_is_v4(&m->resolvers[i]) == is_v4) {
			ask_address(r, DOCTOR_CONTROL_RESOLVER, "resolver", &m->resolvers[i]);
			return;
		}
}

void
run_ask_others(struct run *r, bool is_v4, bool is_heard)
{
	bool *is_asked = is_v4 ? &r->is_asked_v4 : &r->is_asked_v6;
	const size_t count =
	    r->options->control_count < HOSTS_MAX ? r->options->control_count : HOSTS_MAX;

	if (*is_asked)
		return;
	*is_asked = true;
	ask_neighbours(r, is_v4);
	for (size_t i = 0; i < count; i++) {
		struct run_lookup *l = look_up(r, r->options->controls[i], is_v4, !is_v4);

		if (l != NULL)
			l->is_heard = is_heard;
	}
}

bool
run_is_listening(const struct run *r, bool is_v4)
{
	for (size_t i = 0; i < r->other_count; i++)
		if (r->others[i].dialog != NULL &&
		    (r->facts->controls[r->others[i].control].address.any.sa_family == AF_INET) ==
			is_v4)
			return true;
	for (size_t i = 0; i < r->lookup_count; i++)
		if (r->lookups[i].lookup != NULL && r->lookups[i].is_heard &&
		    r->lookups[i].wants_v4 == is_v4)
			return true;
	return false;
}

static void
on_name(void *arg, const struct probe_name *name)
{
	struct run *r = arg;

	r->lookup = NULL;
	r->other_name = *name;
	r->is_named = true;
}

/* The first name is looked at closely too: if none is found, that tells whose fault it is. */
void
run_ask_network(struct run *r)
{
	const bool wants_v4 = r->options->family != AF_INET6;
	const bool wants_v6 = r->options->family != AF_INET && r->facts->machine.has_v6;

	for (size_t i = 0; i < r->options->control_count; i++)
		(void)look_up(r, r->options->controls[i], wants_v4, wants_v6);
	if (r->lookup_count != 0)
		r->lookup = probe_name_start(r->base, r->resolver, &r->facts->machine,
		    r->lookups[0].name, SUBMISSION, NETWORK_LOOKUP_MS, on_name, r);
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

/* A name that is slow is not waited for when others are there. */
static bool
is_lookup_open(const struct run *r, const struct run_lookup *l)
{
	if (l->lookup == NULL)
		return false;
	if (!r->facts->is_network || run_now_ms(r) < LOOKUP_MS)
		return true;
	return r->facts->control_count == 0 && !is_no_server_there(r);
}

bool
run_is_asking(const struct run *r)
{
	for (size_t i = 0; i < r->other_count; i++)
		if (r->others[i].attempt != NULL || r->others[i].dialog != NULL)
			return true;
	for (size_t i = 0; i < r->lookup_count; i++)
		if (is_lookup_open(r, &r->lookups[i]))
			return true;
	return false;
}

static void
watch_other(struct run_other *o, const struct doctor_pace *pace)
{
	const struct doctor_facts *f = o->run->facts;
	const struct doctor_control *c = &f->controls[o->control];
	const struct probe_tcp_options options = { .timeout_ms = CONNECT_MS };
	const uint64_t waiting_ms = probe_tcp_waiting_ms(o->attempt);

	if (!pace->is_known || !doctor_view_has_counterpart(f, c))
		return;
	if (doctor_view_is_rejected_elsewhere(f, c)) {
		if (waiting_ms >= doctor_pace_moment_ms(pace))
			probe_tcp_stop(&o->attempt);
	} else if (waiting_ms < doctor_pace_quiet_ms(pace)) {
		return;
	} else if (!o->has_second) {
		o->has_second = true;
		o->second =
		    probe_tcp_start(o->run->base, &c->address, &options, false, on_second, o);
	} else if (o->second != NULL &&
		   waiting_ms >= doctor_pace_silence_ms(pace, DOCTOR_PACE_TRIED_TWICE) &&
		   probe_tcp_waiting_ms(o->second) >= doctor_pace_quiet_ms(pace)) {
		probe_tcp_stop(&o->attempt);
	}
}

void
run_watch_others(struct run *r)
{
	const struct doctor_pace pace = doctor_pace_of(r->facts);

	if (r->facts->is_network)
		return;
	for (size_t i = 0; i < r->other_count; i++)
		if (r->others[i].attempt != NULL)
			watch_other(&r->others[i], &pace);
}

void
run_cancel_others(struct run *r)
{
	for (size_t i = 0; i < r->other_count; i++) {
		probe_tcp_cancel(&r->others[i].attempt);
		probe_tcp_cancel(&r->others[i].second);
		probe_dialog_cancel(&r->others[i].dialog);
	}
	for (size_t i = 0; i < r->lookup_count; i++)
		net_resolve_cancel(&r->lookups[i].lookup);
}
