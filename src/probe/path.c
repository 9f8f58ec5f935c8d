/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/path.h"

#include <assert.h>
#include <stdlib.h>

#include <event2/event_struct.h>

#include "probe/icmp.h"
#include "util/alloc.h"
#include "util/clock.h"

enum { TICK_US = 10000, GRACE_FACTOR = 3, WAIT_RTTS = 4, PLACE_RTTS = 2 };
/* Between two ticks: this process was kept from running. Of that so much is forgiven in all. */
enum { STALL_US = 5 * TICK_US, FORGIVEN_MAX_US = 1000000 };
enum { BEYOND = 1 }; /* rungs above the host: the way there may be another */
/* How far behind the last router that answered the next may be that shows itself. */
enum { NEAR_HOPS = 2, TRIES_MAX = 2 };

enum rung_state { RUNG_UNTRIED, RUNG_WAITING, RUNG_OVER };

struct rung {
	struct probe_ladder *ladder;
	struct probe_tcp_attempt *attempt;
	enum rung_state state;
	unsigned tries;
};

struct probe_ladder {
	struct event_base *base;
	struct event timer;
	struct net_address to;
	struct probe_path_options options;
	uint64_t deadline_us;
	uint64_t ticked_us, forgiven_us;
	uint64_t rtt_us; /* the longest, here or elsewhere; 0: not known */
	struct probe_path path;
	struct rung rungs[PROBE_HOPS_MAX]; /* rungs[0] has TTL 1 */
	probe_path_fn *done;
	void *arg;
};

static enum probe_hop_kind
classify(const struct probe_tcp *t)
{
	switch (t->end) {
	case PROBE_TCP_OPEN:
		return PROBE_HOP_OPEN;
	case PROBE_TCP_RESET:
		return PROBE_HOP_RESET;
	case PROBE_TCP_REJECTED:
		return probe_icmp_is_time_exceeded(&t->icmp) ? PROBE_HOP_ROUTER
							     : PROBE_HOP_REJECTED;
	case PROBE_TCP_LOCAL:
		return PROBE_HOP_LOCAL;
	case PROBE_TCP_NOT_TRIED:
	case PROBE_TCP_SILENT:
	case PROBE_TCP_UNREACHABLE: /* whose answer it was is not known */
		break;
	}
	return PROBE_HOP_SILENT;
}

static void
stop_rungs(struct probe_ladder *l, unsigned from)
{
	for (unsigned i = from; i < l->options.hop_max; i++) {
		probe_tcp_cancel(&l->rungs[i].attempt);
		l->rungs[i].state = RUNG_OVER;
	}
}

static void
finish(struct probe_ladder *l)
{
	const struct probe_path path = l->path;
	probe_path_fn *done = l->done;
	void *arg = l->arg;

	stop_rungs(l, 0);
	(void)event_del(&l->timer);
	free(l);
	done(arg, &path);
}

/* The way ends with this rung: what is above is of no interest, what is below gets some time. */
static void
note_end(struct probe_ladder *l, unsigned ttl, uint64_t took_us)
{
	const uint64_t now_us = clock_monotonic_us();
	const uint64_t grace_us = (uint64_t)PROBE_PATH_GRACE_MS * 1000 + GRACE_FACTOR * took_us;

	if (now_us + grace_us < l->deadline_us)
		l->deadline_us = now_us + grace_us;
	stop_rungs(l, ttl);
	l->path.end_ttl = ttl;
	l->path.count = ttl;
}

static void
note_hop(struct probe_ladder *l, unsigned ttl, const struct probe_tcp *t)
{
	struct probe_hop *hop = &l->path.hops[ttl - 1];

	hop->kind = classify(t);
	hop->took_us = t->took_us;
	if (hop->kind != PROBE_HOP_SILENT && l->rtt_us != 0 && t->took_us > l->rtt_us)
		l->rtt_us = t->took_us;
	if (t->has_icmp) {
		hop->who = t->icmp.offender;
		hop->icmp_type = t->icmp.type;
		hop->icmp_code = t->icmp.code;
	}
	if (hop->kind == PROBE_HOP_ROUTER) {
		if (ttl > l->path.last_router_ttl)
			l->path.last_router_ttl = ttl;
	} else if (hop->kind != PROBE_HOP_SILENT) {
		note_end(l, ttl, t->took_us);
	}
}

/* The highest that is worth a try, by what is known so far. */
static unsigned
top(const struct probe_ladder *l)
{
	const struct probe_path_options *o = &l->options;
	const unsigned next = l->path.last_router_ttl + 1;
	unsigned highest = o->hop_max;

	if (o->reach != 0)
		highest = BEYOND + (next > o->reach ? next : o->reach);
	else if (o->parallel == 0)
		highest = l->path.last_router_ttl + (o->gap == 0 ? PROBE_PATH_GAP : o->gap);
	return highest < o->hop_max ? highest : o->hop_max;
}

static bool
is_through(const struct probe_ladder *l)
{
	for (unsigned ttl = 1; ttl <= top(l); ttl++)
		if (l->rungs[ttl - 1].state != RUNG_OVER)
			return false;
	return true;
}

static bool
may_reach(const struct probe_ladder *l, unsigned ttl)
{
	return ttl >= l->options.reach;
}

static unsigned
count_reaching(const struct probe_ladder *l)
{
	const uint64_t place_ms = PROBE_PATH_PLACE_MS + PLACE_RTTS * l->rtt_us / 1000;
	unsigned count = 0;

	for (unsigned ttl = 1; ttl <= l->options.hop_max; ttl++) {
		const struct rung *r = &l->rungs[ttl - 1];

		count += may_reach(l, ttl) && r->state == RUNG_WAITING &&
			 probe_tcp_waiting_ms(r->attempt) < place_ms;
	}
	return count;
}

static bool
will_reach(const struct probe_ladder *l)
{
	for (unsigned ttl = 1; ttl <= top(l); ttl++)
		if (may_reach(l, ttl) && l->rungs[ttl - 1].state == RUNG_UNTRIED)
			return true;
	return false;
}

unsigned
probe_path_places(const struct probe_ladder *l)
{
	const unsigned count = count_reaching(l);

	return count == 0 && will_reach(l) ? 1 : count;
}

/* What follows from it is the timer's: the ladder may be over. */
static void
on_rung(void *arg, const struct probe_tcp *result, int fd)
{
	struct rung *r = arg;
	struct probe_ladder *l = r->ladder;

	(void)fd;
	r->attempt = NULL;
	r->state = RUNG_OVER;
	note_hop(l, (unsigned)(r - l->rungs) + 1, result);
	event_active(&l->timer, EV_TIMEOUT, 0);
}

static void
start_rung(struct probe_ladder *l, unsigned ttl)
{
	struct rung *r = &l->rungs[ttl - 1];
	const uint64_t now_us = clock_monotonic_us();
	const struct probe_tcp_options o = {
		.timeout_ms = now_us < l->deadline_us ? (l->deadline_us - now_us) / 1000 : 0,
		.ttl = (uint8_t)ttl,
	};

	r->state = RUNG_WAITING;
	r->tries++;
	r->attempt = probe_tcp_start(l->base, &l->to, &o, false, on_rung, r);
	if (ttl > l->path.count)
		l->path.count = ttl;
}

static bool
may_send(const struct probe_ladder *l, unsigned ttl)
{
	const struct probe_path_options *o = &l->options;

	if (!may_reach(l, ttl) || count_reaching(l) == 0)
		return true;
	if (o->parallel != 0 && count_reaching(l) >= o->parallel)
		return false;
	return o->may_send == NULL || o->may_send(o->send_arg);
}

static void
start_rungs(struct probe_ladder *l)
{
	for (unsigned ttl = 1; ttl <= top(l); ttl++) {
		if (l->rungs[ttl - 1].state != RUNG_UNTRIED)
			continue;
		if (!may_send(l, ttl))
			return;
		start_rung(l, ttl);
	}
}

/* Would it tell something if it were answered after all? */
static bool
is_near(const struct probe_ladder *l, unsigned ttl)
{
	return l->path.end_ttl != 0 || ttl <= l->path.last_router_ttl + NEAR_HOPS;
}

/* A router may take longer than the host itself, which has answered already. */
static uint64_t
rung_wait_ms(const struct probe_ladder *l)
{
	const uint64_t least_ms = l->path.end_ttl == 0 ? PROBE_PATH_WAIT_MS : PROBE_PATH_BELOW_MS;

	return least_ms + WAIT_RTTS * l->rtt_us / 1000;
}

/* A rung that has waited for some round trips: once more, or not at all. */
static void
expire_rungs(struct probe_ladder *l)
{
	const uint64_t wait_ms = rung_wait_ms(l);

	for (unsigned ttl = 1; ttl <= l->options.hop_max && l->rtt_us != 0; ttl++) {
		struct rung *r = &l->rungs[ttl - 1];

		if (r->state != RUNG_WAITING || probe_tcp_waiting_ms(r->attempt) < wait_ms)
			continue;
		/* Looks once more whether there is an answer. */
		probe_tcp_stop(&r->attempt);
		if (l->path.hops[ttl - 1].kind == PROBE_HOP_SILENT && r->tries < TRIES_MAX &&
		    is_near(l, ttl))
			r->state = RUNG_UNTRIED;
	}
}

/* Looks whether there are answers that were not read yet. */
static void
end_rungs(struct probe_ladder *l)
{
	for (unsigned ttl = 1; ttl <= l->options.hop_max; ttl++)
		if (l->rungs[ttl - 1].state == RUNG_WAITING)
			probe_tcp_stop(&l->rungs[ttl - 1].attempt);
}

/* The time in which this process did not run is none that an answer has had. */
static void
forgive_stall(struct probe_ladder *l)
{
	const uint64_t now_us = clock_monotonic_us(), since_us = now_us - l->ticked_us;

	l->ticked_us = now_us;
	if (since_us < STALL_US || l->forgiven_us + since_us > FORGIVEN_MAX_US)
		return;
	l->forgiven_us += since_us;
	l->deadline_us += since_us;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tick = { 0, TICK_US };
	struct probe_ladder *l = arg;
	bool is_late;

	(void)fd;
	(void)what;
	forgive_stall(l);
	is_late = l->ticked_us >= l->deadline_us;
	expire_rungs(l);
	if (is_late)
		end_rungs(l);
	if (is_late || is_through(l)) {
		finish(l);
		return;
	}
	start_rungs(l);
	(void)event_add(&l->timer, &tick);
}

struct probe_ladder *
probe_path_start(struct event_base *base, const struct net_address *to,
    const struct probe_path_options *options, probe_path_fn *done, void *arg)
{
	struct probe_ladder *l = xcalloc(1, sizeof *l);
	const in_port_t port = to->any.sa_family == AF_INET6 ? to->v6.sin6_port : to->v4.sin_port;

	assert(options->hop_max >= 1 && options->hop_max <= PROBE_HOPS_MAX);
	l->base = base;
	l->to = *to;
	l->options = *options;
	l->ticked_us = clock_monotonic_us();
	l->deadline_us = l->ticked_us + options->timeout_ms * 1000;
	l->rtt_us = options->rtt_us;
	l->path.port = ntohs(port);
	l->done = done;
	l->arg = arg;
	for (unsigned i = 0; i < PROBE_HOPS_MAX; i++)
		l->rungs[i].ladder = l;
	(void)event_assign(&l->timer, base, -1, 0, on_timer, l);
	event_active(&l->timer, EV_TIMEOUT, 0);
	return l;
}

void
probe_path_cancel(struct probe_ladder **ladder)
{
	struct probe_ladder *l = *ladder;

	*ladder = NULL;
	if (l == NULL)
		return;
	stop_rungs(l, 0);
	(void)event_del(&l->timer);
	free(l);
}

const char *
probe_hop_kind_name(enum probe_hop_kind kind)
{
	switch (kind) {
	case PROBE_HOP_SILENT:
		return "silent";
	case PROBE_HOP_ROUTER:
		return "router";
	case PROBE_HOP_OPEN:
		return "open";
	case PROBE_HOP_RESET:
		return "reset";
	case PROBE_HOP_REJECTED:
		return "rejected";
	case PROBE_HOP_LOCAL:
		return "local";
	}
	return "unknown";
}
