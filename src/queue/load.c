/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - from the disk into the window: what is due, at start, when its time has come, and when
 * there was more than memory may hold.
 */
#include "queue/state.h"
#include "util/clock.h"
#include "util/log.h"

/* The rows of one look at the disk; taken over before anything else is asked of the store. */
struct loading {
	struct queue *queue;
	struct queue_job_list jobs;
	size_t row_count;
	size_t limit;
};

static void
report_failure(int result)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_ERROR, "queue-unreadable");
	log_errno(&l, result);
	log_text(&l, "do", "check the disk and the queue directory; it is tried again");
	log_end(&l);
}

/* The message in memory, or a new one there; NULL when the row does not fit it. */
static struct queue_message *
find_message(struct queue *q, const struct store_message_row *row, uint32_t index)
{
	struct queue_message *m = map_get(&q->messages, row->id);

	if (m == NULL)
		m = queue_message_new(q, row);
	return index < m->recipient_count ? m : NULL;
}

static bool
on_due(void *arg, const struct store_message_row *row, const struct store_recipient_row *r)
{
	struct loading *l = arg;
	struct queue *q = l->queue;
	struct queue_message *m = find_message(q, row, r->index);

	l->row_count++;
	if (m != NULL && !m->loaded[r->index]) {
		struct queue_job *j =
		    queue_job_with_room(q, &l->jobs, m, queue_route(q, r->address));

		queue_job_add(q, j, r);
	}
	return q->window_count < QUEUE_WINDOW_RECIPIENTS;
}

static void
read_due(struct queue *q, uint64_t now_unix_ms)
{
	struct loading l = { .queue = q, .limit = (size_t)2 * QUEUE_WINDOW_RECIPIENTS };
	struct queue_job *j;
	int r;

	TAILQ_INIT(&l.jobs);
	r = store_each_due(q->store, now_unix_ms, l.limit, on_due, &l);
	if (r == 0)
		r = store_next_due(q->store, now_unix_ms, &q->next_due_unix_ms);
	if (r < 0) {
		report_failure(r);
		q->next_due_unix_ms = now_unix_ms + UINT64_C(1000) * QUEUE_PROBE_INTERVAL_S;
	}
	q->more_on_disk = l.row_count == l.limit || q->window_count >= QUEUE_WINDOW_RECIPIENTS;
	while ((j = TAILQ_FIRST(&l.jobs)) != NULL) {
		TAILQ_REMOVE(&l.jobs, j, link);
		queue_schedule_add(q, j);
	}
}

static void
arm_timer(struct queue *q, uint64_t now_unix_ms)
{
	uint64_t delay_ms = q->next_due_unix_ms - now_unix_ms;
	const uint64_t max_ms =
	    UINT64_C(3600) * 1000; /* look again now and then: wall clocks are set */
	struct timeval tv;

	if (q->next_due_unix_ms == UINT64_MAX) {
		(void)evtimer_del(q->due_timer);
		return;
	}
	if (q->next_due_unix_ms <= now_unix_ms)
		delay_ms = 0;
	if (delay_ms > max_ms)
		delay_ms = max_ms;
	tv = (struct timeval){ (time_t)(delay_ms / 1000), (suseconds_t)(delay_ms % 1000 * 1000) };
	(void)evtimer_add(q->due_timer, &tv);
}

void
queue_load(struct queue *q)
{
	uint64_t now_unix_ms;

	if (!q->more_on_disk && q->next_due_unix_ms == UINT64_MAX)
		return;
	now_unix_ms = clock_unix_ms();
	if (q->window_count > QUEUE_WINDOW_RECIPIENTS / 2)
		return;
	if (q->more_on_disk || q->next_due_unix_ms <= now_unix_ms)
		read_due(q, now_unix_ms);
	else if (evtimer_pending(q->due_timer, NULL))
		return;
	/* The loop's clock lags the wall clock: the timer may have come some ms too early. */
	arm_timer(q, now_unix_ms);
}

void
queue_load_at(struct queue *q, uint64_t due_unix_ms)
{
	if (due_unix_ms < q->next_due_unix_ms) {
		q->next_due_unix_ms = due_unix_ms;
		arm_timer(q, clock_unix_ms());
	}
}
