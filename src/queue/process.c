/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c - the queue process: its store, its peers, its timers, its end.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "proc/wire.h"
#include "queue/queue.h"
#include "queue/state.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/rand.h"

#define PRUNE_INTERVAL_S 600
#define LOCK_WAIT_MS 10000
#define LOCK_RETRY_MS 20

static bool
on_submission_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	return queue_intake_frame(owner, type, id, payload);
}

static bool
on_delivery_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	return queue_outcome_frame(owner, type, id, payload);
}

static void
on_submission_close(void *owner)
{
	struct queue_peer *p = owner;

	ipc_free(&p->ipc);
	queue_intake_lost(p);
}

static void
on_delivery_close(void *owner)
{
	struct queue_peer *p = owner;

	ipc_free(&p->ipc);
	queue_schedule_return(p->queue, p);
	queue_schedule_run(p->queue);
}

static void
on_delivery_writable(void *owner)
{
	struct queue_peer *p = owner;

	queue_feed_all(p->queue, p);
	queue_schedule_run(p->queue);
}

static const struct ipc_handler submission_handler = {
	.on_frame = on_submission_frame,
	.on_close = on_submission_close,
};

static const struct ipc_handler delivery_handler = {
	.on_frame = on_delivery_frame,
	.on_close = on_delivery_close,
	.on_writable = on_delivery_writable,
};

static void
open_channel(struct queue_peer *p, int fd, const struct ipc_handler *handler)
{
	if (p->ipc != NULL)
		handler->on_close(p); /* the old one is dead, we only have not read it yet */
	p->generation++;
	p->ipc = ipc_new(p->queue->child->base, fd, handler, p);
}

static void
grant_credit(struct queue_peer *p)
{
	struct buf payload;

	buf_init(&payload, 16);
	wire_number_encode(QUEUE_CREDIT_LEN, &payload);
	ipc_send(p->ipc, WIRE_CREDIT, 0, buf_slice(&payload));
	buf_done(&payload);
	/* What the old channel still had in the batches comes back to nobody. */
	p->queue->open.credit_len[p->index] = p->queue->flying.credit_len[p->index] = 0;
}

void
queue_peer_open(struct queue *q, enum proc_role role, unsigned index, int fd)
{
	assert(index < CONFIG_PROCESSES_MAX);
	if (role == PROC_ROLE_SUBMISSION) {
		open_channel(&q->submission[index], fd, &submission_handler);
		grant_credit(&q->submission[index]);
	} else {
		assert(role == PROC_ROLE_DELIVERY);
		open_channel(&q->delivery[index], fd, &delivery_handler);
	}
}

static void
on_peer(void *ctx, enum proc_role role, unsigned index, enum proc_channel channel, int fd)
{
	(void)channel;
	queue_peer_open(ctx, role, index, fd);
}

static void
on_due_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	queue_schedule_run(arg);
}

static void
arm_prune(struct queue *q)
{
	struct timeval tv = { PRUNE_INTERVAL_S, 0 };

	(void)evtimer_add(q->prune_timer, &tv);
}

static void
on_prune_timer(evutil_socket_t fd, short what, void *arg)
{
	struct queue *q = arg;
	uint64_t now_unix_ms = clock_unix_ms(), keep_ms = q->child->config->queue.history_ms;

	(void)fd;
	(void)what;
	store_prune_history(q->store, now_unix_ms > keep_ms ? now_unix_ms - keep_ms : 0);
	queue_batch_touch(q);
	arm_prune(q);
}

static void
init_peers(struct queue *q)
{
	for (unsigned i = 0; i < CONFIG_PROCESSES_MAX; i++) {
		q->submission[i] =
		    (struct queue_peer){ .queue = q, .role = PROC_ROLE_SUBMISSION, .index = i };
		q->delivery[i] =
		    (struct queue_peer){ .queue = q, .role = PROC_ROLE_DELIVERY, .index = i };
	}
	for (size_t i = 0; i < CONFIG_NEXT_HOPS_MAX; i++)
		for (size_t rank = 0; rank < QUEUE_RANK_COUNT; rank++)
			TAILQ_INIT(&q->hops[i].waiting[rank]);
}

/*
 * After a kill of the whole house the queue process of before may still be in a sync when the next
 * one starts: its lock goes with it, so that is worth a wait.
 */
static int
open_when_free(struct queue *q, const struct store_options *options, struct buf *error)
{
	const uint64_t end_ms = clock_monotonic_ms() + LOCK_WAIT_MS;
	int r;

	for (;;) {
		r = store_open(q->child->base, options, &q->store, error);
		if (r != -EBUSY || clock_monotonic_ms() >= end_ms)
			return r;
		buf_clear(error);
		(void)poll(NULL, 0, LOCK_RETRY_MS);
	}
}

static int
open_store(struct queue *q)
{
	struct buf directory, error;
	struct store_options options = { .min_free_space = q->child->config->queue.min_free_space };
	struct log_line l;
	int r;

	buf_init(&directory, 4096);
	buf_init(&error, 4096);
	(void)buf_addf(&directory, "%s/queue", q->child->config->state_directory);
	(void)buf_add_octet(&directory, '\0');
	options.directory = (const char *)directory.ptr;
	r = open_when_free(q, &options, &error);
	if (r < 0) {
		log_begin(&l, LOG_LEVEL_ERROR, "queue-unusable");
		log_text(&l, "directory", options.directory);
		log_errno(&l, r);
		log_slice(&l, "do", buf_slice(&error));
		log_end(&l);
	}
	buf_done(&directory);
	buf_done(&error);
	return r;
}

static void
log_found(struct queue *q)
{
	struct store_counts counts;
	struct log_line l;

	if (store_count(q->store, &counts) < 0)
		return;
	log_begin(&l, LOG_LEVEL_INFO, "queue-opened");
	log_number(&l, "messages", counts.messages);
	log_number(&l, "due", counts.recipients_due);
	log_number(&l, "deferred", counts.recipients_deferred);
	log_end(&l);
}

int
queue_start(struct queue *q, struct proc_child *child)
{
	int r;

	q->child = child;
	init_peers(q);
	r = open_store(q);
	if (r < 0)
		return r;
	q->report_counter = (uint16_t)rand_u64();
	q->more_on_disk = true;
	q->next_due_unix_ms = UINT64_MAX;
	queue_batch_init(q);
	queue_health_init(q);
	queue_deadline_init(q);
	q->due_timer = evtimer_new(child->base, on_due_timer, q);
	q->prune_timer = evtimer_new(child->base, on_prune_timer, q);
	assert(q->due_timer != NULL && q->prune_timer != NULL);
	arm_prune(q);
	log_found(q);
	return 0;
}

static int
start(void *ctx, struct proc_child *child)
{
	return queue_start(ctx, child);
}

static void
on_config(void *ctx)
{
	struct queue *q = ctx;

	queue_schedule_reset(q);
	queue_schedule_run(q);
}

/* The timers, the channels and the store; what was not saved is due again at the next start. */
void
queue_close(struct queue *q)
{
	for (unsigned i = 0; i < CONFIG_PROCESSES_MAX; i++) {
		ipc_free(&q->submission[i].ipc);
		ipc_free(&q->delivery[i].ipc);
		queue_intake_forget(&q->submission[i]);
	}
	queue_batch_done(q);
	queue_health_done(q);
	queue_schedule_done(q);
	queue_deadline_done(q);
	store_close(&q->store);
	event_free(q->due_timer);
	event_free(q->prune_timer);
}

static void
on_idle(evutil_socket_t fd, short what, void *arg)
{
	struct queue *q = arg;

	(void)fd;
	(void)what;
	if (!TAILQ_EMPTY(&q->unsaved))
		log_event(LOG_LEVEL_WARNING, "outcomes-unsaved", "do",
		    "the disk refused them: these messages may be delivered a second time");
	queue_close(q);
	proc_child_finished(q->child);
}

/* Later, from the loop: the caller may be a callback of what is closed then. */
void
queue_stop_if_idle(struct queue *q)
{
	struct timeval now = { 0, 0 };

	if (q->stopping && !q->finished && queue_batch_is_idle(q)) {
		q->finished = true;
		(void)event_base_once(q->child->base, -1, EV_TIMEOUT, on_idle, q, &now);
	}
}

static void
on_stop(void *ctx)
{
	struct queue *q = ctx;

	q->stopping = true;
	queue_batch_touch(q);
	queue_stop_if_idle(q);
}

int
queue_main(unsigned index)
{
	static const struct proc_child_ops ops = {
		.start = start,
		.on_config = on_config,
		.on_peer = on_peer,
		.on_stop = on_stop,
	};
	struct queue *q = xcalloc(1, sizeof *q);
	int code;

	code = proc_child_run(PROC_ROLE_QUEUE, index, &ops, q);
	free(q);
	return code;
}
