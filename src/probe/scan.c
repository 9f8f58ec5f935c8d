/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/scan.h"

#include <errno.h>
#include <stdlib.h>

#include <event2/event_struct.h>

#include "probe/icmp.h"
#include "probe/schedule.h"
#include "probe/service.h"
#include "util/alloc.h"
#include "util/clock.h"

enum {
	TICK_US = 5000,
	ATTEMPT_MS = 10000,      /* the schedule has less patience */
	ABSENT_MIN_US = 2000000, /* a link asks for longer before it says that nobody is there */
};

/* One port, by its place in the schedule. */
struct target {
	struct probe_scan *scan;
	struct probe_tcp_attempt *attempt;
	size_t at; /* in scan.ports */
};

struct probe_scan {
	struct event_base *base;
	struct event timer;
	struct net_address to;
	struct probe_schedule *schedule;
	uint64_t began_us;
	size_t count, done_count;
	struct target *targets;
	struct probe_scan_port *ports;
	uint64_t heard_us; /* the last answer, or the start */
	bool is_met;       /* something but "host unreachable" has come back */
	bool is_absent;
	probe_scan_fn *done;
	void *arg;
};

static enum probe_port_state
state_of(enum probe_tcp_end end)
{
	switch (end) {
	case PROBE_TCP_OPEN:
		return PROBE_PORT_OPEN;
	case PROBE_TCP_RESET:
		return PROBE_PORT_CLOSED;
	case PROBE_TCP_REJECTED:
		return PROBE_PORT_REJECTED;
	case PROBE_TCP_NOT_TRIED:
	case PROBE_TCP_SILENT:
		return PROBE_PORT_FILTERED;
	case PROBE_TCP_LOCAL:
	case PROBE_TCP_UNREACHABLE:
		break;
	}
	return PROBE_PORT_FAILED;
}

/* Descriptors, memory, local ports: others of this scan will give some back. */
static bool
is_want(const struct probe_tcp *t)
{
	return t->end == PROBE_TCP_LOCAL &&
	       (t->error == EMFILE || t->error == ENFILE || t->error == ENOBUFS ||
		   t->error == ENOMEM || t->error == EAGAIN || t->error == EADDRNOTAVAIL);
}

static bool
is_unreachable(const struct probe_tcp *t)
{
	return t->end == PROBE_TCP_REJECTED && probe_icmp_is_host_unreachable(&t->icmp);
}

/*
 * Behind a silence, and nobody has ever said anything else: not the word of a filter, which comes
 * at once, or each second where its router limits it. What a link says early ends a question that
 * somebody had begun before; it is asked again.
 */
static bool
is_absence(const struct probe_scan *s, const struct probe_tcp *t)
{
	return is_unreachable(t) && !s->is_met &&
	       clock_monotonic_us() - s->heard_us >= ABSENT_MIN_US;
}

static void
note_heard(struct probe_scan *s, const struct probe_tcp *t)
{
	s->is_met = s->is_met || !is_unreachable(t);
	s->heard_us = clock_monotonic_us();
}

static void
free_scan(struct probe_scan *s)
{
	for (size_t i = 0; i < s->count; i++)
		probe_tcp_cancel(&s->targets[i].attempt);
	(void)event_del(&s->timer);
	probe_schedule_free(&s->schedule);
	free(s->targets);
	free(s->ports);
	free(s);
}

static void
finish(struct probe_scan *s)
{
	const struct probe_scan_result result = { .ports = s->ports,
		.count = s->count,
		.took_us = clock_monotonic_us() - s->began_us,
		.is_absent = s->is_absent };

	(void)event_del(&s->timer);
	s->done(s->arg, &result);
	free_scan(s);
}

static void
note_result(struct probe_scan *s, size_t index, const struct probe_tcp *result)
{
	struct probe_scan_port *p = &s->ports[s->targets[index].at];

	s->done_count += p->tries == 0;
	p->tcp = *result;
	p->state = state_of(result->end);
	p->tries = probe_schedule_tries(s->schedule, index);
}

/* What the link says of one port goes for all that nobody has answered for. */
static void
note_absence(struct probe_scan *s, const struct probe_tcp *result)
{
	s->is_absent = true;
	for (size_t i = 0; i < s->count; i++) {
		if (s->ports[i].state != PROBE_PORT_FILTERED)
			continue;
		s->ports[i].tcp = *result;
		s->ports[i].state = PROBE_PORT_REJECTED;
	}
}

static void
on_attempt(void *arg, const struct probe_tcp *result, int fd)
{
	struct target *t = arg;
	struct probe_scan *s = t->scan;
	const size_t index = (size_t)(t - s->targets);

	(void)fd;
	t->attempt = NULL;
	if (is_want(result) && probe_schedule_waiting_count(s->schedule) > 1) {
		probe_schedule_postponed(s->schedule, index);
		return;
	}
	if (is_absence(s, result))
		note_absence(s, result);
	note_heard(s, result);
	note_result(s, index, result);
	if (s->ports[t->at].state == PROBE_PORT_FAILED)
		probe_schedule_refused(s->schedule, index);
	else
		probe_schedule_answered(s->schedule, index, result->took_us,
		    result->retransmits == 0, clock_monotonic_us());
	event_active(&s->timer, EV_TIMEOUT, 0);
}

static void
set_port(struct net_address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET6)
		address->v6.sin6_port = htons(port);
	else
		address->v4.sin_port = htons(port);
}

static void
start_attempts(struct probe_scan *s)
{
	const struct probe_tcp_options o = { .timeout_ms = ATTEMPT_MS };
	size_t index;

	while (probe_schedule_next(s->schedule, clock_monotonic_us(), &index)) {
		struct target *t = &s->targets[index];

		set_port(&s->to, s->ports[t->at].port);
		t->attempt = probe_tcp_start(s->base, &s->to, &o, false, on_attempt, t);
	}
}

static void
end_attempts(struct probe_scan *s)
{
	const struct probe_tcp silent = { .end = PROBE_TCP_SILENT, .error = ETIMEDOUT };
	size_t index;

	while (probe_schedule_expired(s->schedule, clock_monotonic_us(), &index)) {
		struct target *t = &s->targets[index];
		struct probe_tcp result = silent;

		result.took_us = probe_tcp_waiting_ms(t->attempt) * 1000;
		probe_tcp_cancel(&t->attempt);
		note_result(s, index, &result);
	}
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tick = { .tv_usec = TICK_US };
	struct probe_scan *s = arg;

	(void)fd;
	(void)what;
	if (!s->is_absent) {
		end_attempts(s);
		start_attempts(s);
	}
	if (s->is_absent || probe_schedule_is_over(s->schedule))
		finish(s);
	else
		(void)event_add(&s->timer, &tick);
}

/* Where something may be found first: what it says of the time that answers take helps the rest. */
static void
set_order(struct probe_scan *s)
{
	size_t index = 0;

	for (int is_named = 1; is_named >= 0; is_named--)
		for (size_t i = 0; i < s->count; i++)
			if ((probe_service_name(s->ports[i].port) != NULL) == (is_named == 1))
				s->targets[index++].at = i;
}

static void
set_ports(struct probe_scan *s, const uint16_t *ports, size_t count)
{
	s->count = count;
	s->targets = xcalloc(count + 1, sizeof *s->targets);
	s->ports = xcalloc(count + 1, sizeof *s->ports);
	for (size_t i = 0; i < count; i++) {
		s->targets[i].scan = s;
		s->ports[i].port = ports[i];
		s->ports[i].state = PROBE_PORT_FILTERED;
	}
	set_order(s);
}

struct probe_scan *
probe_scan_start(struct event_base *base, const struct net_address *to,
    const struct probe_scan_options *options, probe_scan_fn *done, void *arg)
{
	struct probe_scan *s = xcalloc(1, sizeof *s);

	s->base = base;
	s->to = *to;
	s->began_us = clock_monotonic_us();
	s->heard_us = s->began_us;
	s->schedule = probe_schedule_new(options->port_count,
	    options->parallel == 0 ? PROBE_SCHEDULE_PARALLEL : options->parallel,
	    options->rate_per_s == 0 ? PROBE_SCHEDULE_RATE : options->rate_per_s, s->began_us);
	s->done = done;
	s->arg = arg;
	set_ports(s, options->ports, options->port_count);
	(void)event_assign(&s->timer, base, -1, 0, on_timer, s);
	event_active(&s->timer, EV_TIMEOUT, 0);
	return s;
}

void
probe_scan_cancel(struct probe_scan **scan)
{
	struct probe_scan *s = *scan;

	*scan = NULL;
	if (s != NULL)
		free_scan(s);
}

size_t
probe_scan_done_count(const struct probe_scan *scan)
{
	return scan->done_count;
}

const char *
probe_port_state_name(enum probe_port_state state)
{
	switch (state) {
	case PROBE_PORT_OPEN:
		return "open";
	case PROBE_PORT_CLOSED:
		return "closed";
	case PROBE_PORT_REJECTED:
		return "rejected";
	case PROBE_PORT_FILTERED:
		return "filtered";
	case PROBE_PORT_FAILED:
		return "failed";
	}
	return "unknown";
}
