/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/knock.h"

#include <unistd.h>

#include <event2/event_struct.h>

#include "util/clock.h"

enum {
	SILENCE_MS = 2200, /* a SYN, a second one after 1 s, and time for its answer */
	SECOND_SYN_MS = 1000,
	GRACE_MS = 150,      /* on top of four round trips, where others have answered */
	HEAD_START_MS = 300, /* of an address before the next one */
	ALL_MS = 8000,       /* whatever happens */
	TICK_MS = 50,
	ATTEMPTS_MAX = NET_RESOLVE_ADDRESSES_MAX * AUDIT_DOOR_COUNT,
};

struct attempt {
	struct party *party;
	size_t door, address;
	struct probe_tcp_attempt *handle; /* NULL: not begun, or over */
	bool is_begun;
	uint64_t began_ms;
};

struct party {
	struct audit *a;
	struct audit_knock *knocks;
	struct attempt all[ATTEMPTS_MAX];
	size_t count;
	uint64_t began_ms;
	uint32_t answer_ms; /* the longest time that an answer took */
	bool has_answer;
	bool is_woken;
};

static void
set_port(struct net_address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET)
		address->v4.sin_port = htons(port);
	else
		address->v6.sin6_port = htons(port);
}

static size_t
count_active(const struct party *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->count; i++)
		count += p->all[i].handle != NULL;
	return count;
}

/* An answer tells more than silence, and the first one stays. */
static void
note_refusal(struct attempt *x, const struct probe_tcp *result)
{
	struct audit_knock *k = &x->party->knocks[x->door];
	struct ip ip;

	if (k->refusal.end != PROBE_TCP_NOT_TRIED &&
	    (k->refusal.end != PROBE_TCP_SILENT || result->end == PROBE_TCP_SILENT))
		return;
	k->refusal = *result;
	if (net_address_ip(&x->party->a->addresses[x->address], &ip))
		ip_print(&ip, k->refuser);
}

/* What else goes on at this door is not needed any more. */
static void
cancel_door(struct party *p, size_t door)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->all[i].door == door)
			probe_tcp_cancel(&p->all[i].handle);
}

static void
on_done(void *arg, const struct probe_tcp *result, int fd)
{
	struct attempt *x = arg;
	struct party *p = x->party;
	struct audit_knock *k = &p->knocks[x->door];

	x->handle = NULL;
	p->is_woken = true;
	if (result->end == PROBE_TCP_OPEN || result->end == PROBE_TCP_RESET) {
		const uint32_t took_ms = (uint32_t)(result->took_us / 1000);

		p->has_answer = true;
		p->answer_ms = took_ms > p->answer_ms ? took_ms : p->answer_ms;
	}
	if (result->end == PROBE_TCP_OPEN && fd >= 0) {
		k->fd = fd;
		k->address = p->a->addresses[x->address];
		set_port(&k->address, p->a->doors[x->door].port);
		cancel_door(p, x->door);
	} else {
		note_refusal(x, result);
	}
}

/* How long is one that says nothing waited for? */
static uint64_t
patience_ms(const struct party *p)
{
	const uint64_t wait_ms = SECOND_SYN_MS + GRACE_MS + (uint64_t)4 * p->answer_ms;

	return p->has_answer && wait_ms < SILENCE_MS ? wait_ms : SILENCE_MS;
}

static void
start(struct attempt *x)
{
	const struct probe_tcp_options options = { .timeout_ms = SILENCE_MS };
	struct audit *a = x->party->a;
	struct net_address to = a->addresses[x->address];

	x->is_begun = true;
	if (!audit_may_connect(a))
		return;
	audit_tell(a, "connect to %s %s", a->options->host, a->doors[x->door].name);
	set_port(&to, a->doors[x->door].port);
	x->began_ms = clock_monotonic_ms();
	x->handle = probe_tcp_start(a->base, &to, &options, true, on_done, x);
}

/* Not while an address before it may still answer at once. */
static bool
is_due(const struct party *p, const struct attempt *x, uint64_t now_ms)
{
	if (x->is_begun || p->knocks[x->door].fd >= 0)
		return false;
	for (const struct attempt *y = p->all; y < x; y++)
		if (y->door == x->door &&
		    (!y->is_begun || (y->handle != NULL && now_ms - y->began_ms < HEAD_START_MS)))
			return false;
	return true;
}

/* False when there is nothing left to wait for. */
static bool
go_on(struct party *p)
{
	const uint64_t now_ms = clock_monotonic_ms();
	const bool is_late = now_ms - p->began_ms >= ALL_MS;
	bool is_waiting = false;

	for (size_t i = 0; i < p->count; i++) {
		struct attempt *x = &p->all[i];

		if (x->handle != NULL && (is_late || now_ms - x->began_ms >= patience_ms(p)))
			probe_tcp_stop(&x->handle);
		if (is_late && !x->is_begun && p->knocks[x->door].fd < 0)
			p->knocks[x->door].is_cut = true;
		if (!is_late && count_active(p) < AUDIT_PARALLEL_MAX && is_due(p, x, now_ms))
			start(x);
		is_waiting = is_waiting || x->handle != NULL ||
			     (!is_late && !x->is_begun && p->knocks[x->door].fd < 0);
	}
	return is_waiting;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct party *p = arg;

	(void)fd;
	(void)what;
	p->is_woken = true;
}

static void
set_up(struct party *p)
{
	struct audit *a = p->a;

	for (size_t i = 0; i < a->address_count; i++)
		for (size_t door = 0; door < AUDIT_DOOR_COUNT; door++)
			if (a->doors[door].port != 0)
				p->all[p->count++] =
				    (struct attempt){ .party = p, .door = door, .address = i };
}

void
audit_knock(struct audit *a, struct audit_knock ret_knocks[AUDIT_DOOR_COUNT])
{
	const struct timeval tick = { 0, (suseconds_t)TICK_MS * 1000 };
	struct party p = { .a = a, .knocks = ret_knocks, .began_ms = clock_monotonic_ms() };
	struct event timer;

	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++)
		ret_knocks[i] = (struct audit_knock){ .fd = -1 };
	set_up(&p);
	(void)event_assign(&timer, a->base, -1, EV_PERSIST, on_tick, &p);
	(void)evtimer_add(&timer, &tick);
	while (go_on(&p)) {
		p.is_woken = false;
		audit_wait(a, &p.is_woken);
	}
	(void)event_del(&timer);
}

void
audit_knock_explain(const struct audit_knock *k, char words[AUDIT_KNOCK_WORDS_SIZE])
{
	char who[IP_TEXT_SIZE];

	switch (k->refusal.end) {
	case PROBE_TCP_RESET:
		(void)snprintf(
		    words, AUDIT_KNOCK_WORDS_SIZE, "%s refuses the connection", k->refuser);
		return;
	case PROBE_TCP_REJECTED:
		ip_print(&k->refusal.icmp.offender, who);
		(void)snprintf(
		    words, AUDIT_KNOCK_WORDS_SIZE, "%s rejects connections to %s", who, k->refuser);
		return;
	case PROBE_TCP_SILENT:
		(void)snprintf(words, AUDIT_KNOCK_WORDS_SIZE, "nothing answers at %s within %.1f s",
		    k->refuser, (double)k->refusal.took_us / 1e6);
		return;
	case PROBE_TCP_LOCAL:
		(void)snprintf(words, AUDIT_KNOCK_WORDS_SIZE,
		    "this machine lets nothing out to %s: %s", k->refuser,
		    strerrordesc_np(k->refusal.error));
		return;
	case PROBE_TCP_UNREACHABLE:
		(void)snprintf(words, AUDIT_KNOCK_WORDS_SIZE, "%s cannot be reached: %s",
		    k->refuser, strerrordesc_np(k->refusal.error));
		return;
	case PROBE_TCP_OPEN:
	case PROBE_TCP_NOT_TRIED:
		(void)snprintf(words, AUDIT_KNOCK_WORDS_SIZE, "no connection was made");
		return;
	}
}
