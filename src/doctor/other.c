/* SPDX-License-Identifier: Apache-2.0 */
/*
 * other.c - one port of another host: does it take a connection, and if more is to be known, does
 * it greet and is its TLS good? What is seen goes to its control in the facts.
 */
#include "doctor/run.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "doctor/pace.h"
#include "doctor/view.h"
#include "util/alloc.h"
#include "util/port.h"

/* One SYN more than the first, and time for its answer. */
enum { CONNECT_MS = 1300, NETWORK_CONNECT_MS = 3000 };
enum { GREETING_MS = 4000, COMMAND_MS = 2500, LAST_WORDS_MS = 300 };
/* Servers of that size greet at once; round trips come on top. */
enum { LISTEN_MS = 1500 };

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
	run_wake(o->run);
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
	*o = (struct run_other){
		.run = r, .control = r->facts->control_count++, .lost_ms = r->lost_ms
	};
	return o;
}

void
run_connect_other(struct run *r, enum doctor_control_kind kind, const char *name,
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

void
run_hear_other(struct run *r, enum doctor_control_kind kind, const char *name,
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
		.mode = port == PORT_SUBMISSIONS ? PROBE_MODE_IMPLICIT : PROBE_MODE_STARTTLS,
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

void
run_watch_other(struct run_other *o, const struct doctor_pace *pace)
{
	const struct doctor_facts *f = o->run->facts;
	const struct doctor_control *c = &f->controls[o->control];
	const struct probe_tcp_options options = { .timeout_ms = CONNECT_MS };
	const uint64_t waiting_ms =
	    run_awake_part_ms(o->run, probe_tcp_waiting_ms(o->attempt), o->lost_ms);

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
run_cancel_other(struct run_other *o)
{
	probe_tcp_cancel(&o->attempt);
	probe_tcp_cancel(&o->second);
	probe_dialog_cancel(&o->dialog);
}
