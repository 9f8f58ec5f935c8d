/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule.c - jobs in memory: made, listed by next hop, leased to delivery processes in turn.
 *
 * The next hops take turns, one job each, so that a long list for one of them does not keep the
 * others waiting.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proc/wire.h"
#include "queue/state.h"
#include "util/alloc.h"

struct queue_message *
queue_message_new(struct queue *q, uint64_t id, uint32_t recipient_count)
{
	struct queue_message *m = xcalloc(1, sizeof *m);

	m->id = id;
	m->recipient_count = recipient_count;
	m->loaded = xcalloc(recipient_count, 1);
	map_put(&q->messages, id, m);
	return m;
}

static void
drop_text(struct queue *q, struct queue_message *m)
{
	if (m->text != NULL)
		q->text_cache_len -= (size_t)m->size;
	free(m->text);
	m->text = NULL;
}

static void
free_message(struct queue *q, struct queue_message *m)
{
	(void)map_remove(&q->messages, m->id);
	drop_text(q, m);
	free(m->account);
	free(m->sender);
	free(m->parameters);
	free(m->loaded);
	free(m);
}

struct queue_job *
queue_job_new(struct queue *q, struct queue_message *m, size_t next_hop, size_t recipient_room)
{
	struct queue_job *j = xcalloc(1, sizeof *j);

	j->message = m;
	j->next_hop = next_hop;
	j->routing = q->routing;
	j->recipients = xcalloc(recipient_room, sizeof *j->recipients);
	m->job_count++;
	return j;
}

void
queue_job_add(struct queue *q, struct queue_job *j, const struct store_recipient_row *row)
{
	struct queue_recipient *r = &j->recipients[j->recipient_count++];

	assert(row->index < j->message->recipient_count);
	*r = (struct queue_recipient){ .index = row->index,
		.attempts = row->attempts,
		.address = slice_dup(row->address),
		.parameters = slice_dup(row->parameters) };
	j->message->loaded[row->index] = 1;
	q->window_count++;
}

static void
free_verdicts(struct queue_job *j)
{
	for (size_t i = 0; j->verdicts != NULL && i < j->recipient_count; i++)
		smtp_verdict_done(&j->verdicts[i]);
	free(j->verdicts);
}

void
queue_job_free(struct queue *q, struct queue_job *j)
{
	struct queue_message *m = j->message;

	if (j->number != 0)
		(void)map_remove(&q->leases, j->number);
	free_verdicts(j);
	for (size_t i = 0; i < j->recipient_count; i++) {
		m->loaded[j->recipients[i].index] = 0;
		free(j->recipients[i].address);
		free(j->recipients[i].parameters);
	}
	q->window_count -= j->recipient_count;
	free(j->recipients);
	free(j);
	if (--m->job_count == 0)
		free_message(q, m);
}

/* A seam: MX routing will give a recipient's domain a next hop that no config names. */
size_t
queue_route(const struct queue *q, struct slice address)
{
	size_t at = address.len;

	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	return config_route_find(
	    q->child->config, at == 0 ? slice_of("") : slice_after(address, at));
}

struct queue_job *
queue_job_with_room(
    struct queue *q, struct queue_job_list *jobs, struct queue_message *m, size_t next_hop)
{
	struct queue_job *j;
	size_t max = q->child->config->next_hops[next_hop].recipients;

	/* Jobs of one message come together, so the one with room is near the end. */
	TAILQ_FOREACH_REVERSE(j, jobs, queue_job_list, link)
	{
		if (j->message != m)
			break;
		if (j->next_hop == next_hop && j->recipient_count < max)
			return j;
	}
	j = queue_job_new(q, m, next_hop, max < m->recipient_count ? max : m->recipient_count);
	TAILQ_INSERT_TAIL(jobs, j, link);
	return j;
}

void
queue_schedule_add(struct queue *q, struct queue_job *j)
{
	if (j->routing != q->routing) {
		queue_job_free(q, j);
		q->more_on_disk = true;
		return;
	}
	j->state = QUEUE_JOB_WAITING;
	TAILQ_INSERT_TAIL(&q->hops[j->next_hop].waiting, j, link);
}

/* The delivery process with the most room, or NULL when none has any. */
static struct queue_peer *
pick_delivery(struct queue *q)
{
	struct queue_peer *best = NULL;

	for (unsigned i = 0; i < q->child->config->delivery_processes; i++) {
		struct queue_peer *p = &q->delivery[i];

		if (p->ipc != NULL && p->ready > 0 && !ipc_is_full(p->ipc) &&
		    (best == NULL || p->ready > best->ready))
			best = p;
	}
	return best;
}

/* The next waiting job in the round of next hops, taken off its list; NULL when none waits. */
static struct queue_job *
take_waiting(struct queue *q)
{
	size_t count = q->child->config->next_hop_count;

	for (size_t i = 0; i < count; i++) {
		struct queue_hop *hop = &q->hops[q->hop_next++ % count];
		struct queue_job *j = TAILQ_FIRST(&hop->waiting);

		if (j != NULL) {
			TAILQ_REMOVE(&hop->waiting, j, link);
			return j;
		}
	}
	return NULL;
}

static void
send_job(struct queue_job *j)
{
	struct wire_job frame = { .message_id = j->message->id,
		.sender = slice_of(j->message->sender),
		.parameters = slice_of(j->message->parameters),
		.size = j->message->size };
	struct buf packed, packed_parameters, payload;

	frame.next_hop = slice_of(j->delivery->queue->child->config->next_hops[j->next_hop].name);
	buf_init(&packed, WIRE_RECIPIENTS_LEN_MAX);
	buf_init(&packed_parameters, WIRE_RECIPIENTS_LEN_MAX);
	buf_init(&payload, IPC_PAYLOAD_MAX);
	for (size_t i = 0; i < j->recipient_count; i++) {
		wire_list_add(&packed, slice_of(j->recipients[i].address));
		wire_list_add(&packed_parameters, slice_of(j->recipients[i].parameters));
	}
	frame.recipients = (struct wire_list){ (uint32_t)j->recipient_count, buf_slice(&packed) };
	frame.recipient_parameters =
	    (struct wire_list){ (uint32_t)j->recipient_count, buf_slice(&packed_parameters) };
	wire_job_encode(&frame, &payload);
	/* They fit: they are some of those of one WIRE_MESSAGE. */
	assert(!packed.overflow && !packed_parameters.overflow && !payload.overflow);
	ipc_send(j->delivery->ipc, WIRE_JOB, j->number, buf_slice(&payload));
	buf_done(&packed);
	buf_done(&packed_parameters);
	buf_done(&payload);
}

static void
lease(struct queue *q, struct queue_job *j, struct queue_peer *p)
{
	p->ready--;
	j->state = QUEUE_JOB_LEASED;
	j->number = ++q->lease_last;
	j->delivery = p;
	j->text_sent = 0;
	j->text_allowed = WIRE_BODY_WINDOW;
	map_put(&q->leases, j->number, j);
	send_job(j);
	queue_feed(q, j);
}

void
queue_schedule_run(struct queue *q)
{
	struct queue_peer *p;
	struct queue_job *j;

	/* While outcomes cannot be saved, every new attempt would be repeated after a crash. */
	if (q->stopping || !TAILQ_EMPTY(&q->unsaved))
		return;
	queue_load(q);
	while ((p = pick_delivery(q)) != NULL && (j = take_waiting(q)) != NULL)
		lease(q, j, p);
}

struct collect {
	const struct queue_peer *peer; /* NULL: every one's */
	struct queue_job_list jobs;
};

static void
collect_lease(void *arg, void *value)
{
	struct collect *c = arg;
	struct queue_job *j = value;

	if (c->peer == NULL || j->delivery == c->peer)
		TAILQ_INSERT_TAIL(&c->jobs, j, link);
}

void
queue_schedule_return(struct queue *q, struct queue_peer *p)
{
	struct collect c = { .peer = p };
	struct queue_job *j;

	TAILQ_INIT(&c.jobs);
	p->ready = 0;
	map_each(&q->leases, collect_lease, &c);
	while ((j = TAILQ_FIRST(&c.jobs)) != NULL) {
		TAILQ_REMOVE(&c.jobs, j, link);
		(void)map_remove(&q->leases, j->number);
		j->number = 0;
		j->delivery = NULL;
		queue_schedule_add(q, j);
	}
}

static void
free_waiting(struct queue *q)
{
	for (size_t i = 0; i < CONFIG_NEXT_HOPS_MAX; i++) {
		struct queue_job *j;

		while ((j = TAILQ_FIRST(&q->hops[i].waiting)) != NULL) {
			TAILQ_REMOVE(&q->hops[i].waiting, j, link);
			queue_job_free(q, j);
		}
	}
}

void
queue_schedule_reset(struct queue *q)
{
	free_waiting(q);
	q->routing++;
	q->more_on_disk = true;
}

void
queue_schedule_done(struct queue *q)
{
	struct collect c = { .peer = NULL };
	struct queue_job *j;

	free_waiting(q);
	TAILQ_INIT(&c.jobs);
	map_each(&q->leases, collect_lease, &c);
	while ((j = TAILQ_FIRST(&c.jobs)) != NULL) {
		TAILQ_REMOVE(&c.jobs, j, link);
		queue_job_free(q, j);
	}
	assert(q->messages.count == 0 && q->window_count == 0);
	map_done(&q->leases);
	map_done(&q->messages);
}
