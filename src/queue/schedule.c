/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule.c - jobs in memory: listed by next hop, leased to delivery processes in turn.
 *
 * The next hops take turns, one job each, so that a long list for one of them does not keep the
 * others waiting. Before that comes the priority (RFC 6710 §5.1): while anything of a higher one
 * waits, nothing of a lower one is leased; of one priority the oldest goes first.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proc/wire.h"
#include "queue/state.h"
#include "util/alloc.h"

void
queue_schedule_add(struct queue *q, struct queue_job *j)
{
	size_t rank = (size_t)(STORE_PRIORITY_MAX - j->message->params.priority);
	struct queue_hop *hop = &q->hops[j->next_hop];

	if (j->routing != q->routing) {
		queue_job_free(q, j);
		q->more_on_disk = true;
		return;
	}
	j->state = QUEUE_JOB_WAITING;
	TAILQ_INSERT_TAIL(&hop->waiting[rank], j, link);
	hop->ranks |= UINT32_C(1) << rank;
	queue_deadline_watch(q, j);
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

/* The first list of all next hops that holds a job; QUEUE_RANK_COUNT when none does. */
static size_t
find_rank(struct queue *q, size_t hop_count)
{
	size_t best = QUEUE_RANK_COUNT;

	for (size_t i = 0; i < hop_count; i++) {
		struct queue_hop *hop = &q->hops[i];

		while (hop->ranks != 0) {
			size_t rank = (size_t)__builtin_ctz(hop->ranks);

			if (!TAILQ_EMPTY(&hop->waiting[rank])) {
				best = rank < best ? rank : best;
				break;
			}
			hop->ranks &= ~(UINT32_C(1) << rank);
		}
	}
	return best;
}

/* The next waiting job in the round of next hops, taken off its list; NULL when none waits. */
static struct queue_job *
take_waiting(struct queue *q)
{
	size_t count = q->child->config->next_hop_count, rank = find_rank(q, count);

	for (size_t i = 0; rank < QUEUE_RANK_COUNT && i < count; i++) {
		struct queue_hop *hop = &q->hops[q->hop_next++ % count];
		struct queue_job *j = TAILQ_FIRST(&hop->waiting[rank]);

		if (j != NULL) {
			TAILQ_REMOVE(&hop->waiting[rank], j, link);
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
	while (!queue_report_is_full(q) && (p = pick_delivery(q)) != NULL &&
	       (j = take_waiting(q)) != NULL) {
		if (queue_job_is_over(j))
			queue_outcome_give_up(q, j);
		else
			lease(q, j, p);
	}
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
free_list(struct queue *q, struct queue_job_list *waiting)
{
	struct queue_job *j;

	while ((j = TAILQ_FIRST(waiting)) != NULL) {
		TAILQ_REMOVE(waiting, j, link);
		queue_job_free(q, j);
	}
}

static void
free_waiting(struct queue *q)
{
	for (size_t i = 0; i < CONFIG_NEXT_HOPS_MAX; i++)
		for (size_t rank = 0; rank < QUEUE_RANK_COUNT; rank++)
			free_list(q, &q->hops[i].waiting[rank]);
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
