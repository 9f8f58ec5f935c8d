/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deadline.c - ends what waits for a delivery process when its time is over (RFC 2852 §4.1.3).
 *
 * What waits on the disk for its next try is due at its end at the latest (queue_terms_next), and
 * then comes here. What a delivery process has is left to it.
 */
#include <assert.h>

#include "queue/state.h"
#include "util/clock.h"

#define FULL_WAIT_MS 50                        /* for a batch that is full of reports to take off */
#define CLOCK_CHECK_MS (UINT64_C(3600) * 1000) /* wall clocks are set */

static void
arm_timer(struct queue *q)
{
	uint64_t now_unix_ms = clock_unix_ms(), delay_ms = 0;
	struct timeval tv;

	if (q->deadline_unix_ms == QUEUE_NEVER)
		return;
	if (q->deadline_unix_ms > now_unix_ms)
		delay_ms = q->deadline_unix_ms - now_unix_ms;
	if (delay_ms > CLOCK_CHECK_MS)
		delay_ms = CLOCK_CHECK_MS;
	tv = (struct timeval){ (time_t)(delay_ms / 1000), (suseconds_t)(delay_ms % 1000 * 1000) };
	(void)evtimer_add(q->deadline_timer, &tv);
}

static void
note(struct queue *q, uint64_t unix_ms)
{
	if (unix_ms < q->deadline_unix_ms)
		q->deadline_unix_ms = unix_ms;
}

static void
note_end(struct queue *q, const struct queue_job *j)
{
	note(q, queue_terms_end(&j->message->params));
}

static void
sweep(struct queue *q, struct queue_job_list *waiting)
{
	struct queue_job *j, *next;

	for (j = TAILQ_FIRST(waiting); j != NULL; j = next) {
		next = TAILQ_NEXT(j, link);
		if (!queue_job_is_over(j)) {
			note_end(q, j);
		} else if (queue_report_is_full(q)) {
			note(q, clock_unix_ms() + FULL_WAIT_MS);
		} else {
			TAILQ_REMOVE(waiting, j, link);
			queue_outcome_give_up(q, j);
		}
	}
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct queue *q = arg;

	(void)fd;
	(void)what;
	q->deadline_unix_ms = QUEUE_NEVER;
	for (size_t i = 0; i < CONFIG_NEXT_HOPS_MAX; i++)
		for (size_t rank = 0; rank < QUEUE_RANK_COUNT; rank++)
			sweep(q, &q->hops[i].waiting[rank]);
	arm_timer(q);
}

void
queue_deadline_init(struct queue *q)
{
	q->deadline_unix_ms = QUEUE_NEVER;
	q->deadline_timer = evtimer_new(q->child->base, on_deadline, q);
	assert(q->deadline_timer != NULL);
}

void
queue_deadline_done(struct queue *q)
{
	event_free(q->deadline_timer);
}

void
queue_deadline_watch(struct queue *q, const struct queue_job *j)
{
	uint64_t before_unix_ms = q->deadline_unix_ms;

	note_end(q, j);
	if (q->deadline_unix_ms < before_unix_ms)
		arm_timer(q);
}
