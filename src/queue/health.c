/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health.c - what happens while the disk refuses.
 *
 * New mail is refused at once (452 or 451), so that the open batch runs dry; outcomes that could
 * not be saved are kept and tried again in a batch of their own, for they free space; nothing new
 * is leased while there are any. Each second the disk is asked again, and when it is well, all goes
 * on.
 */
#include <assert.h>
#include <errno.h>

#include "queue/state.h"
#include "util/log.h"

static const char *
advice(int result)
{
	switch (-result) {
	case ENOSPC:
	case EDQUOT:
		return "free disk space in the state directory or lower queue.min_free_space; "
		       "mail is refused with 452 until then";
	case EAGAIN:
		return "another program holds the queue database locked: end it; mail is refused "
		       "with "
		       "451 until then";
	case EROFS:
	case EACCES:
	case EPERM:
		return "make the state directory writable for the queue user; mail is refused with "
		       "451 "
		       "until then";
	default:
		return "check the disk and the kernel log; mail is refused with 451 until then";
	}
}

static void
arm_timer(struct queue *q)
{
	struct timeval tv = { QUEUE_PROBE_INTERVAL_S, 0 };

	(void)evtimer_add(q->probe_timer, &tv);
}

static void
save_again(struct queue *q)
{
	struct queue_job_list jobs;
	struct queue_job *j;

	TAILQ_INIT(&jobs);
	TAILQ_CONCAT(&jobs, &q->unsaved, link);
	while ((j = TAILQ_FIRST(&jobs)) != NULL) {
		TAILQ_REMOVE(&jobs, j, link);
		queue_outcome_save(q, j);
	}
}

static void
on_probe(evutil_socket_t fd, short what, void *arg)
{
	struct queue *q = arg;

	(void)fd;
	(void)what;
	if (!queue_batch_is_idle(q)) {
		queue_batch_touch(q);
	} else if (!TAILQ_EMPTY(&q->unsaved)) {
		save_again(q);
	} else if (store_probe(q->store) == 0) {
		if (q->trouble != 0)
			log_event(LOG_LEVEL_WARNING, "storage-recovered", NULL, NULL);
		q->trouble = 0;
		queue_schedule_run(q);
		return;
	}
	arm_timer(q);
}

void
queue_health_init(struct queue *q)
{
	TAILQ_INIT(&q->unsaved);
	q->probe_timer = evtimer_new(q->child->base, on_probe, q);
	assert(q->probe_timer != NULL);
}

void
queue_health_done(struct queue *q)
{
	struct queue_job *j;

	while ((j = TAILQ_FIRST(&q->unsaved)) != NULL) {
		TAILQ_REMOVE(&q->unsaved, j, link);
		queue_job_free(q, j);
	}
	if (q->probe_timer != NULL)
		event_free(q->probe_timer);
	q->probe_timer = NULL;
}

/* The disk is well, but one message of the batch was not: its id was there, or a chunk was not. */
static bool
is_refusal(int result)
{
	return result == -EEXIST || result == -ENODATA;
}

static void
log_failure(int result)
{
	struct log_line l;

	log_begin(&l, is_refusal(result) ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
	    is_refusal(result) ? "batch-refused" : "storage-failed");
	log_errno(&l, result);
	if (!is_refusal(result))
		log_text(&l, "do", advice(result));
	log_end(&l);
}

void
queue_health_report(struct queue *q, int result)
{
	if (q->trouble != result)
		log_failure(result);
	if (!is_refusal(result))
		q->trouble = result;
	queue_intake_spoil(q, result);
	arm_timer(q);
}
