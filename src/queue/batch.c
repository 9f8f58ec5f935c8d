/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch.c - group commit: what arrived in one turn of the loop becomes one transaction, and only
 * when it is on disk is anybody answered (RFC 5321 §2.1, §4.1.1.4, §6.1: 250 accepts
 * responsibility, and the wait for it is that for the disk alone).
 *
 * Two batches exist: the open one, which fills, and the flying one, which is in the writer. When
 * the flying one is done, its promises are kept, and the open one takes off if it holds anything.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proc/wire.h"
#include "queue/state.h"
#include "util/alloc.h"
#include "util/clock.h"

/*
 * Under many short connections each message came into a batch of its own, and the disk was synced
 * a thousand times a second for two or three messages each millisecond. So batches that take off
 * close behind one another and hold little are kept back for a moment, to fill, and for a moment
 * more after each message that comes meanwhile, unless the disk is so slow that they fill in
 * flight; but only when batches are shared at all: a client that sends one message after the other
 * waits for nobody.
 */
enum {
	SPACING_MS = 2,       /* between two batches that are not full */
	SPACING_MAX_MS = 6,   /* the same while messages keep coming */
	FULL_COUNT = 8,       /* messages that need not wait for more */
	CROWD_ONE = 256,      /* one message a batch, in the units of queue.crowd */
	CROWD_SHARED = 320,   /* above it, batches are shared */
	CROWD_SMOOTHING = 16, /* batches that the average remembers, about */
	CROWD_COUNT_MAX = 64, /* more messages in a batch say nothing more */
};

static void
init_batch(struct queue_batch *b)
{
	TAILQ_INIT(&b->promises);
	TAILQ_INIT(&b->saving);
	b->promise_count = 0;
	memset(b->credit_len, 0, sizeof b->credit_len);
}

static enum wire_stored
stored_status(int result)
{
	if (result == 0)
		return WIRE_STORED_OK;
	return result == -ENOSPC ? WIRE_STORED_DISK_FULL : WIRE_STORED_FAILED;
}

static void
answer(const struct queue_promise *p, int result)
{
	struct buf payload;

	if (p->peer == NULL || p->peer->ipc == NULL || p->peer->generation != p->generation)
		return;
	buf_init(&payload, 16);
	wire_stored_encode(stored_status(result), &payload);
	ipc_send(p->peer->ipc, WIRE_STORED, p->id, buf_slice(&payload));
	buf_done(&payload);
}

/* It did not fit into memory, or its time has not come. */
static void
note_left_on_disk(struct queue *q, const struct queue_promise *p)
{
	if (p->due_unix_ms <= clock_unix_ms())
		q->more_on_disk = true;
	else
		queue_load_at(q, p->due_unix_ms);
}

static void
keep_promise(struct queue *q, struct queue_promise *p, int result)
{
	struct queue_job *j;

	answer(p, result);
	if (result == 0 && TAILQ_EMPTY(&p->jobs))
		note_left_on_disk(q, p);
	while ((j = TAILQ_FIRST(&p->jobs)) != NULL) {
		TAILQ_REMOVE(&p->jobs, j, link);
		if (result == 0)
			queue_schedule_add(q, j);
		else
			queue_job_free(q, j);
	}
	free(p);
}

static void
return_credit(struct queue *q, struct queue_batch *b)
{
	for (size_t i = 0; i < CONFIG_PROCESSES_MAX; i++) {
		struct queue_peer *p = &q->submission[i];
		struct buf payload;

		/* A new channel starts with the whole credit; what an older one had is void. */
		if (b->credit_len[i] != 0 && p->ipc != NULL) {
			buf_init(&payload, 16);
			wire_number_encode((uint32_t)b->credit_len[i], &payload);
			ipc_send(p->ipc, WIRE_CREDIT, 0, buf_slice(&payload));
			buf_done(&payload);
		}
		b->credit_len[i] = 0;
	}
}

static bool
is_empty(const struct queue *q)
{
	return store_batch_len(q->store) == 0 && TAILQ_EMPTY(&q->open.promises) &&
	       TAILQ_EMPTY(&q->open.saving);
}

static void
on_durable(void *arg, int result)
{
	struct queue *q = arg;
	struct queue_promise *p;
	struct queue_job *j;

	q->flight_ms = clock_monotonic_ms() - q->flushed_ms;
	while ((p = TAILQ_FIRST(&q->flying.promises)) != NULL) {
		TAILQ_REMOVE(&q->flying.promises, p, link);
		keep_promise(q, p, result);
	}
	while ((j = TAILQ_FIRST(&q->flying.saving)) != NULL) {
		TAILQ_REMOVE(&q->flying.saving, j, link);
		queue_outcome_saved(q, j, result);
	}
	return_credit(q, &q->flying);
	if (result < 0)
		queue_health_report(q, result);
	queue_batch_touch(q);
	queue_schedule_run(q);
	queue_stop_if_idle(q);
}

/* Would waiting fill the batch? Sets the timer, and returns true. */
static bool
wait_for_more(struct queue *q, bool is_touched)
{
	const struct timeval soon = { 0, 1000 };
	bool grows = is_touched && q->open.promise_count != 0 && q->flight_ms < SPACING_MS;
	uint64_t spacing_ms = grows ? SPACING_MAX_MS : SPACING_MS;

	if (q->crowd <= CROWD_SHARED || q->open.promise_count >= FULL_COUNT || q->stopping ||
	    clock_monotonic_ms() - q->flushed_ms >= spacing_ms)
		return false;
	(void)evtimer_add(q->flush_soon, &soon);
	return true;
}

static void
note_take_off(struct queue *q)
{
	int count =
	    q->open.promise_count < CROWD_COUNT_MAX ? (int)q->open.promise_count : CROWD_COUNT_MAX;

	if (count != 0)
		q->crowd += (count * CROWD_ONE - q->crowd) / CROWD_SMOOTHING;
	q->flushed_ms = clock_monotonic_ms();
}

static void
on_flush_soon(evutil_socket_t fd, short what, void *arg)
{
	struct queue *q = arg;

	(void)fd;
	if (store_is_flushing(q->store) || is_empty(q) || wait_for_more(q, (what & EV_READ) != 0))
		return;
	queue_report_put(q); /* belongs to the outcomes that take off now */
	note_take_off(q);
	assert(TAILQ_EMPTY(&q->flying.promises) && TAILQ_EMPTY(&q->flying.saving));
	TAILQ_CONCAT(&q->flying.promises, &q->open.promises, link);
	TAILQ_CONCAT(&q->flying.saving, &q->open.saving, link);
	q->open.promise_count = 0;
	memcpy(q->flying.credit_len, q->open.credit_len, sizeof q->flying.credit_len);
	memset(q->open.credit_len, 0, sizeof q->open.credit_len);
	store_flush(q->store, on_durable, q);
}

void
queue_batch_init(struct queue *q)
{
	init_batch(&q->open);
	init_batch(&q->flying);
	TAILQ_INIT(&q->reporting);
	q->flush_soon = event_new(q->child->base, -1, 0, on_flush_soon, q);
	assert(q->flush_soon != NULL);
}

static void
drop_batch(struct queue *q, struct queue_batch *b)
{
	struct queue_promise *p;
	struct queue_job *j;

	while ((p = TAILQ_FIRST(&b->promises)) != NULL) {
		TAILQ_REMOVE(&b->promises, p, link);
		keep_promise(q, p, -ESHUTDOWN);
	}
	while ((j = TAILQ_FIRST(&b->saving)) != NULL) {
		TAILQ_REMOVE(&b->saving, j, link);
		queue_job_free(q, j);
	}
}

void
queue_batch_done(struct queue *q)
{
	drop_batch(q, &q->flying);
	drop_batch(q, &q->open);
	if (q->flush_soon != NULL)
		event_free(q->flush_soon);
	q->flush_soon = NULL;
}

/* An event made active runs after those that are active already: at the end of this turn. */
void
queue_batch_touch(struct queue *q)
{
	if (!store_is_flushing(q->store))
		event_active(q->flush_soon, EV_READ, 0); /* ends a wait for more, or renews it */
}

bool
queue_batch_is_idle(const struct queue *q)
{
	return !store_is_flushing(q->store) && is_empty(q);
}

/* A small message is kept until its first attempt: the room costs less than reading it back. */
static void
cache_text(struct queue *q, struct queue_message *qm, const struct store_message *m)
{
	if (m->chunk_count != 0 || q->text_cache_len + m->size > QUEUE_TEXT_CACHE_LEN)
		return;
	qm->text = xmalloc((size_t)m->size);
	memcpy(qm->text, m->prefix.ptr, m->prefix.len);
	if (m->tail.len != 0)
		memcpy(qm->text + m->prefix.len, m->tail.ptr, m->tail.len);
	q->text_cache_len += (size_t)m->size;
}

static struct queue_message *
remember(struct queue *q, const struct store_message *m)
{
	const struct store_message_row row = { .id = m->id,
		.created_unix_ms = m->created_unix_ms,
		.size = m->size,
		.account = m->account,
		.sender = m->sender,
		.parameters = m->parameters,
		.recipient_count = (uint32_t)m->recipient_count,
		.open_count = (uint32_t)m->recipient_count };
	struct queue_message *qm = queue_message_new(q, &row);

	cache_text(q, qm, m);
	return qm;
}

/* What is urgent need not wait on the disk until half of the window is free. */
static bool
has_room(const struct queue *q, const struct store_message *m)
{
	size_t max = QUEUE_WINDOW_RECIPIENTS + (m->priority > 0 ? QUEUE_WINDOW_URGENT : 0);

	return q->window_count + m->recipient_count <= max;
}

static void
make_jobs(struct queue *q, struct queue_promise *p, const struct store_message *m)
{
	struct queue_message *qm;

	/* An id that is there already is the store's to refuse; memory must not mix the two up. */
	if (p->due_unix_ms > m->created_unix_ms || !has_room(q, m) ||
	    map_get(&q->messages, m->id) != NULL)
		return;
	qm = remember(q, m);
	for (size_t i = 0; i < m->recipient_count; i++) {
		const struct store_recipient_row row = { .index = (uint32_t)i,
			.address = m->recipients[i].address,
			.parameters = m->recipients[i].parameters };
		struct queue_job *j =
		    queue_job_with_room(q, &p->jobs, qm, queue_route(q, row.address));

		queue_job_add(q, j, &row);
	}
}

static void
read_terms(struct store_message *m, uint64_t *due_unix_ms)
{
	struct smtp_mail_params mail;

	if (m->parameters.len == 0 || !smtp_mail_params_parse(m->parameters, &mail))
		return;
	m->priority = mail.priority;
	*due_unix_ms = queue_terms_start(&mail, m->created_unix_ms);
}

void
queue_batch_put(struct queue *q, struct queue_peer *peer, struct store_message *m,
    struct store_recipient *recipients)
{
	struct queue_promise *p = xcalloc(1, sizeof *p);

	p->due_unix_ms = m->created_unix_ms;
	read_terms(m, &p->due_unix_ms);
	for (size_t i = 0; i < m->recipient_count; i++) {
		size_t hop = queue_route(q, recipients[i].address);

		recipients[i].route = slice_of(q->child->config->next_hops[hop].name);
		recipients[i].state = STORE_RECIPIENT_DUE;
		recipients[i].due_unix_ms = p->due_unix_ms;
	}
	m->recipients = recipients;
	p->peer = peer;
	p->generation = peer == NULL ? 0 : peer->generation;
	p->id = m->id;
	TAILQ_INIT(&p->jobs);
	store_put_message(q->store, m);
	make_jobs(q, p, m);
	TAILQ_INSERT_TAIL(&q->open.promises, p, link);
	q->open.promise_count++;
	queue_batch_touch(q);
}
