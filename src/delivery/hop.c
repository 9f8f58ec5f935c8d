/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/hop.h"

#include <stdlib.h>

#include "delivery/report.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/rand.h"

/* How long a next hop that refused one more connection is believed to take no more. */
enum { CONNECTIONS_MEMORY_MS = 60000 };

/* Of those that wait the one that has waited longest, which need not be the next; or NULL. */
static struct delivery_job *
find_oldest(const struct delivery_hop *hop)
{
	struct delivery_job *oldest = TAILQ_FIRST(&hop->jobs), *job;

	TAILQ_FOREACH(job, &hop->jobs, entry)
	if (job->received_ms < oldest->received_ms)
		oldest = job;
	return oldest;
}

static void
remove_job(struct delivery_hop *hop, struct delivery_job *job)
{
	TAILQ_REMOVE(&hop->jobs, job, entry);
	hop->job_count--;
}

static void
set_patience(struct delivery_hop *hop, uint64_t now_ms)
{
	const struct delivery_job *oldest;
	uint64_t end_ms, wait_ms;
	struct timeval wait;

	if (!hop->context->is_shared || event_pending(hop->patience, EV_TIMEOUT, NULL))
		return;
	oldest = find_oldest(hop);
	if (oldest == NULL)
		return;
	end_ms = oldest->received_ms + DELIVERY_HOP_WAIT_MAX_MS;
	wait_ms = end_ms > now_ms ? end_ms - now_ms : 1;
	wait = (struct timeval){ (time_t)(wait_ms / 1000), (suseconds_t)(wait_ms % 1000 * 1000) };
	(void)event_add(hop->patience, &wait);
}

/* Jobs that have waited too long make room for those of other next hops. */
static void
on_patience(evutil_socket_t fd, short what, void *arg)
{
	struct delivery_hop *hop = arg;
	uint64_t now_ms = clock_monotonic_ms();
	struct delivery_job *oldest;

	(void)fd;
	(void)what;
	while ((oldest = find_oldest(hop)) != NULL &&
	       now_ms >= oldest->received_ms + DELIVERY_HOP_WAIT_MAX_MS) {
		remove_job(hop, oldest);
		delivery_job_defer_rest(oldest, 2, "no connection to the next hop became free");
	}
	set_patience(hop, now_ms);
}

struct delivery_hop *
delivery_hop_new(const struct delivery_context *context, const struct config_next_hop *config)
{
	struct delivery_hop *hop = xcalloc(1, sizeof *hop);

	hop->context = context;
	hop->config = config;
	hop->connections_max = config->connections;
	TAILQ_INIT(&hop->jobs);
	TAILQ_INIT(&hop->sessions);
	hop->patience = evtimer_new(context->base, on_patience, hop);
	return hop;
}

static void
drop_waiting(struct delivery_hop *hop)
{
	struct delivery_job *job;

	while ((job = delivery_hop_take_job(hop)) != NULL)
		delivery_job_drop(job);
}

void
delivery_hop_free(struct delivery_hop **hop)
{
	struct delivery_hop *dead = *hop;

	*hop = NULL;
	if (dead == NULL)
		return;
	drop_waiting(dead);
	while (!TAILQ_EMPTY(&dead->sessions))
		delivery_session_drop(TAILQ_FIRST(&dead->sessions));
	event_free(dead->patience);
	smtp_verdict_done(&dead->down_verdict);
	free(dead);
}

/* The next free connection, or NULL. */
static struct delivery_session *
find_idle(const struct delivery_hop *hop)
{
	struct delivery_session *first = TAILQ_FIRST(&hop->sessions);

	return first != NULL && delivery_session_is_idle(first) ? first : NULL;
}

static bool
may_connect(struct delivery_hop *hop, uint64_t now_ms)
{
	if (hop->connections_max < hop->config->connections && now_ms >= hop->connections_until_ms)
		hop->connections_max = hop->config->connections;
	return now_ms >= hop->down_until_ms && hop->session_count < hop->connections_max &&
	       hop->connecting_count < hop->job_count;
}

/* A connection for each job that waits, as long as more are allowed. */
static void
dispatch(struct delivery_hop *hop)
{
	uint64_t now_ms = clock_monotonic_ms();
	struct delivery_session *idle;

	while (hop->job_count > 0 && (idle = find_idle(hop)) != NULL)
		delivery_session_work(idle);
	while (may_connect(hop, now_ms)) {
		struct delivery_session *s = delivery_session_new(hop);

		TAILQ_INSERT_TAIL(&hop->sessions, s, entry);
		hop->session_count++;
		hop->connecting_count++;
	}
	set_patience(hop, now_ms);
}

static int
priority(const struct delivery_job *job)
{
	return job->params.has_priority ? job->params.priority : 0;
}

/* RFC 6710 §5.1: behind all that matter as much or more. */
static void
insert_by_priority(struct delivery_hop *hop, struct delivery_job *job)
{
	struct delivery_job *before = TAILQ_LAST(&hop->jobs, delivery_job_list);

	while (before != NULL && priority(before) < priority(job))
		before = TAILQ_PREV(before, delivery_job_list, entry);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&hop->jobs, job, entry);
	else
		TAILQ_INSERT_AFTER(&hop->jobs, before, job, entry);
}

void
delivery_hop_add(struct delivery_hop *hop, struct delivery_job *job)
{
	if (clock_monotonic_ms() < hop->down_until_ms) {
		delivery_job_settle_rest(job, &hop->down_verdict);
		return;
	}
	insert_by_priority(hop, job);
	hop->job_count++;
	dispatch(hop);
}

static void
close_idle(struct delivery_hop *hop)
{
	struct delivery_session *idle;

	while ((idle = find_idle(hop)) != NULL)
		delivery_session_quit(idle);
}

void
delivery_hop_retire(struct delivery_hop *hop, struct delivery_hop *heir)
{
	struct delivery_job *job;

	hop->is_retired = true;
	while ((job = delivery_hop_take_job(hop)) != NULL) {
		if (heir != NULL)
			delivery_hop_add(heir, job);
		else
			delivery_job_defer_rest(
			    job, 5, "the next hop is no longer in the configuration");
	}
	close_idle(hop);
}

void
delivery_hop_abandon(struct delivery_hop *hop)
{
	struct delivery_session *s, *next;

	drop_waiting(hop);
	for (s = TAILQ_FIRST(&hop->sessions); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (delivery_session_has_job(s))
			delivery_session_drop(s);
	}
}

void
delivery_hop_drain(struct delivery_hop *hop)
{
	hop->is_retired = true;
	drop_waiting(hop);
	close_idle(hop);
}

struct delivery_job *
delivery_hop_take_job(struct delivery_hop *hop)
{
	struct delivery_job *job = TAILQ_FIRST(&hop->jobs);

	if (job != NULL)
		remove_job(hop, job);
	return job;
}

void
delivery_hop_give_back(struct delivery_hop *hop, struct delivery_job *job)
{
	TAILQ_INSERT_HEAD(&hop->jobs, job, entry);
	hop->job_count++;
}

void
delivery_hop_session_ready(struct delivery_hop *hop)
{
	hop->connecting_count--;
	hop->backoff_ms = 0;
}

void
delivery_hop_session_idle(struct delivery_hop *hop, struct delivery_session *s, bool is_idle)
{
	TAILQ_REMOVE(&hop->sessions, s, entry);
	if (is_idle)
		TAILQ_INSERT_HEAD(&hop->sessions, s, entry);
	else
		TAILQ_INSERT_TAIL(&hop->sessions, s, entry);
}

static void
settle_waiting(struct delivery_hop *hop, const struct smtp_verdict *v)
{
	struct delivery_job *job;

	while ((job = delivery_hop_take_job(hop)) != NULL)
		delivery_job_settle_rest(job, v);
}

static uint64_t
next_backoff_ms(const struct delivery_hop *hop)
{
	uint64_t backoff_ms = hop->backoff_ms * 2;

	if (backoff_ms < DELIVERY_HOP_BACKOFF_MIN_MS)
		return DELIVERY_HOP_BACKOFF_MIN_MS;
	return backoff_ms < DELIVERY_HOP_BACKOFF_MAX_MS ? backoff_ms : DELIVERY_HOP_BACKOFF_MAX_MS;
}

/* Nobody gets through: say so to all that waits, and leave the next hop in peace for a while. */
static void
go_down(struct delivery_hop *hop, const struct smtp_verdict *v)
{
	uint64_t now_ms = clock_monotonic_ms(), pause_ms;

	if (now_ms >=
	    hop->down_until_ms) { /* not another of the connections that failed together */
		hop->backoff_ms = next_backoff_ms(hop);
		pause_ms = hop->backoff_ms / 2 + rand_below(hop->backoff_ms / 2 + 1);
		hop->down_until_ms = now_ms + pause_ms;
		smtp_verdict_done(&hop->down_verdict);
		hop->down_verdict = smtp_verdict_copy(v);
		delivery_report_hop_down(hop->config->name, v, pause_ms);
	}
	settle_waiting(hop, v);
}

/* Others get through: so many and no more, it seems. */
static void
limit_connections(struct delivery_hop *hop)
{
	hop->connections_max = (uint32_t)(hop->session_count - hop->connecting_count);
	hop->connections_until_ms = clock_monotonic_ms() + CONNECTIONS_MEMORY_MS;
}

void
delivery_hop_session_gone(
    struct delivery_hop *hop, struct delivery_session *s, const struct smtp_verdict *v)
{
	TAILQ_REMOVE(&hop->sessions, s, entry);
	hop->session_count--;
	if (!s->is_ready)
		hop->connecting_count--;
	if (v != NULL) {
		if (hop->session_count > hop->connecting_count)
			limit_connections(hop);
		else
			go_down(hop, v);
	}
	dispatch(hop);
}
