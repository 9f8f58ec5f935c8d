/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/answer_ttl.h"

#include <stdlib.h>

#include <event2/event_struct.h>

#include "probe/path.h"
#include "util/alloc.h"
#include "util/clock.h"

enum { FEW_ROUTERS = 4 };
enum { TTL_MAX = 255, WAIT_MIN_MS = 50, WAIT_MAX_MS = 1500, WAIT_FACTOR = 4 };
/* What was begun later has been answered: so much more, and as long as that answer took. */
enum { BEHIND_US = 3000 };

struct probe_answer {
	struct event_base *base;
	struct event step;
	struct net_address to;
	struct probe_answer_options options;
	struct probe_tcp_attempt *attempt;
	struct probe_tcp_attempt *beside; /* one that is answered, begun after attempt */
	struct event late;                /* it has been, and attempt has not */
	unsigned routers;
	uint64_t deadline_us;
	uint64_t wait_ms;    /* for an answer that will come; 0: none has come yet */
	uint8_t least, most; /* what the TTL may be */
	uint8_t tried;       /* min_ttl of this attempt; 0: none yet */
	bool is_confirming;  /* once more, that nothing comes with more than least */
	bool is_over;
	probe_answer_fn *done;
	void *arg;
};

/*
 * What is left of a usual first value behind so many routers, and one more, that should not come;
 * where few routers are between, from there up to that value: what comes is quick, only what does
 * not come costs a wait. 0: it is none of these.
 */
static unsigned
choose_by_routers(const struct probe_answer *a)
{
	static const unsigned starts[] = { 64, 128, 255 };

	for (size_t i = 0; i < sizeof starts / sizeof starts[0] && a->routers != 0; i++) {
		const unsigned first = starts[i] - a->routers;
		const unsigned ttl = a->least < first ? first : a->least + 1U;

		if (a->least > starts[i])
			continue;
		if (ttl > a->most || (a->least > first && a->routers > FEW_ROUTERS))
			return 0;
		return ttl;
	}
	return 0;
}

/*
 * What to try, so that the usual first values are found soon: is there an answer at all, then
 * whether it is 64, 128 or 255, then halves.
 */
static uint8_t
choose(const struct probe_answer *a)
{
	static const uint8_t pivots[] = { 65, 64, 129, 128, 255 };
	const unsigned likely = choose_by_routers(a);

	if (a->wait_ms == 0)
		return 1;
	if (likely != 0)
		return (uint8_t)likely;
	for (size_t i = 0; i < sizeof pivots; i++)
		if (pivots[i] > a->least && pivots[i] <= a->most)
			return pivots[i];
	return (uint8_t)((a->least + a->most + 1) / 2);
}

static void
note_answer(struct probe_answer *a, uint64_t took_us)
{
	const uint64_t wait_ms = WAIT_MIN_MS + WAIT_FACTOR * took_us / 1000;

	/* What came this time, but not the last time, was lost then, or there is more than one. */
	if (a->is_confirming) {
		a->least = 0;
		a->is_over = true;
		return;
	}
	if (a->wait_ms == 0)
		a->wait_ms = wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS;
	a->least = a->tried;
}

static void
note_silence(struct probe_answer *a)
{
	if (a->is_confirming || a->wait_ms == 0)
		a->is_over = true;
	else
		a->most = (uint8_t)(a->tried - 1);
}

static void
on_attempt(void *arg, const struct probe_tcp *result, int fd)
{
	struct probe_answer *a = arg;

	(void)fd;
	a->attempt = NULL;
	probe_tcp_cancel(&a->beside);
	(void)event_del(&a->late);
	if (result->end == PROBE_TCP_OPEN || result->end == PROBE_TCP_RESET) {
		note_answer(a, result->took_us);
	} else if (result->end == PROBE_TCP_SILENT) {
		note_silence(a);
	} else {
		a->least = 0;
		a->is_over = true;
	}
	event_active(&a->step, EV_TIMEOUT, 0);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct probe_answer *a = arg;

	(void)fd;
	(void)what;
	/* Looks once more whether there is an answer. */
	probe_tcp_stop(&a->attempt);
}

static void
on_beside(void *arg, const struct probe_tcp *result, int fd)
{
	struct probe_answer *a = arg;
	const struct timeval wait = { 0, (suseconds_t)((BEHIND_US + result->took_us) % 1000000) };

	(void)fd;
	a->beside = NULL;
	/* Lost, as the other may be: time decides. */
	if (result->end == PROBE_TCP_OPEN || result->end == PROBE_TCP_RESET)
		(void)evtimer_add(&a->late, &wait);
}

/* With the least TTL that has been answered already, it will be again. */
static void
try_beside(struct probe_answer *a)
{
	const struct probe_tcp_options o = { .timeout_ms = a->wait_ms, .min_ttl = a->least };
	const struct probe_answer_options *options = &a->options;

	if (a->wait_ms != 0 && options->may_send != NULL && options->may_send(options->send_arg))
		a->beside = probe_tcp_start(a->base, &a->to, &o, false, on_beside, a);
}

static void
finish(struct probe_answer *a)
{
	const uint8_t ttl = a->least;
	probe_answer_fn *done = a->done;
	void *arg = a->arg;

	(void)event_del(&a->step);
	free(a);
	done(arg, ttl);
}

static void
try_next(struct probe_answer *a, uint64_t left_ms)
{
	struct probe_tcp_options o = { .timeout_ms = left_ms };

	if (a->least < a->most || a->wait_ms == 0) {
		a->tried = choose(a);
	} else {
		a->tried = (uint8_t)(a->least + 1);
		a->is_confirming = true;
	}
	if (a->wait_ms != 0 && a->wait_ms < left_ms)
		o.timeout_ms = a->wait_ms;
	o.min_ttl = a->tried;
	a->attempt = probe_tcp_start(a->base, &a->to, &o, false, on_attempt, a);
	try_beside(a);
}

static void
on_step(evutil_socket_t fd, short what, void *arg)
{
	struct probe_answer *a = arg;
	const uint64_t now_us = clock_monotonic_us();

	(void)fd;
	(void)what;
	if (now_us >= a->deadline_us && !a->is_over) {
		a->least = 0;
		a->is_over = true;
	}
	if (a->is_over || a->least == TTL_MAX)
		finish(a);
	else
		try_next(a, (a->deadline_us - now_us) / 1000);
}

struct probe_answer *
probe_answer_ttl_start(struct event_base *base, const struct net_address *to,
    const struct probe_answer_options *options, probe_answer_fn *done, void *arg)
{
	struct probe_answer *a = xcalloc(1, sizeof *a);

	a->base = base;
	a->to = *to;
	a->options = *options;
	a->routers = options->routers < PROBE_HOPS_MAX ? options->routers : 0;
	a->deadline_us = clock_monotonic_us() + options->timeout_ms * 1000;
	a->most = TTL_MAX;
	a->done = done;
	a->arg = arg;
	(void)event_assign(&a->step, base, -1, 0, on_step, a);
	(void)event_assign(&a->late, base, -1, 0, on_late, a);
	event_active(&a->step, EV_TIMEOUT, 0);
	return a;
}

void
probe_answer_ttl_cancel(struct probe_answer **answer)
{
	struct probe_answer *a = *answer;

	*answer = NULL;
	if (a == NULL)
		return;
	probe_tcp_cancel(&a->attempt);
	probe_tcp_cancel(&a->beside);
	(void)event_del(&a->step);
	(void)event_del(&a->late);
	free(a);
}

unsigned
probe_answer_places(const struct probe_answer *answer)
{
	return answer->beside == NULL ? 1 : 2;
}
