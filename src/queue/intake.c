/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intake.c - messages from the submission processes, chunk by chunk (states "arriving" and "queued"
 * of docs/queue.md).
 *
 * A message whose chunks could not be stored is spoilt: the rest of it is dropped as it comes and
 * its end is answered with the reason.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message/message_id.h"
#include "proc/wire.h"
#include "queue/state.h"
#include "util/alloc.h"
#include "util/clock.h"

/* Messages that one submission process may have in flight: more than it may have connections. */
#define ARRIVING_MAX 65536

struct arriving {
	uint64_t id;
	uint32_t chunk_count;
	uint64_t len; /* octets of the chunks */
	int spoilt;   /* 0 or the -errno to answer with */
};

static void
give_credit(struct queue_peer *p, size_t len)
{
	struct buf payload;

	buf_init(&payload, 16);
	wire_number_encode((uint32_t)len, &payload);
	ipc_send(p->ipc, WIRE_CREDIT, 0, buf_slice(&payload));
	buf_done(&payload);
}

static struct arriving *
find_arriving(struct queue_peer *p, uint64_t id)
{
	struct arriving *a = map_get(&p->arriving, id);

	if (a != NULL || p->arriving.count >= ARRIVING_MAX)
		return a;
	a = xcalloc(1, sizeof *a);
	a->id = id;
	a->spoilt = p->queue->trouble;
	map_put(&p->arriving, id, a);
	return a;
}

/* More than was granted would be memory that nothing bounds. */
static bool
is_granted(const struct queue_peer *p, size_t len)
{
	const struct queue *q = p->queue;
	uint64_t used_len = q->open.credit_len[p->index] + q->flying.credit_len[p->index];

	return len <= QUEUE_CREDIT_LEN - used_len;
}

static bool
take_chunk(struct queue_peer *p, uint64_t id, struct slice payload)
{
	struct queue *q = p->queue;
	struct arriving *a = find_arriving(p, id);
	uint8_t *data;

	if (a == NULL || payload.len == 0 || payload.len > WIRE_CHUNK_MAX ||
	    !is_granted(p, payload.len))
		return false;
	a->len += payload.len;
	if (a->spoilt != 0) {
		a->chunk_count++;
		give_credit(p, payload.len);
		return true;
	}
	data = xmalloc(payload.len);
	memcpy(data, payload.ptr, payload.len);
	store_put_chunk(q->store, id, a->chunk_count++, data, payload.len);
	q->open.credit_len[p->index] += payload.len;
	queue_batch_touch(q);
	return true;
}

/* The message will not be stored: forget its chunks. */
static void
drop_arriving(struct queue_peer *p, uint64_t id)
{
	struct arriving *a = map_remove(&p->arriving, id);

	if (a == NULL)
		return;
	store_drop_chunks(p->queue->store, id);
	queue_batch_touch(p->queue);
	free(a);
}

static void
refuse(struct queue_peer *p, uint64_t id, int result)
{
	struct buf payload;

	buf_init(&payload, 16);
	wire_stored_encode(
	    result == -ENOSPC ? WIRE_STORED_DISK_FULL : WIRE_STORED_FAILED, &payload);
	ipc_send(p->ipc, WIRE_STORED, id, buf_slice(&payload));
	buf_done(&payload);
}

static void
put_message(struct queue_peer *p, uint64_t id, const struct wire_message *frame)
{
	struct store_recipient *recipients = xcalloc(frame->recipients.count, sizeof *recipients);
	struct wire_list walk = frame->recipients, parameters = frame->recipient_parameters;
	struct store_message m = { .id = id,
		.created_unix_ms = clock_unix_ms(),
		.account = frame->account,
		.sender = frame->sender,
		.parameters = frame->parameters,
		.chunk_count = frame->chunk_count,
		.size = frame->size,
		.prefix = frame->prefix,
		.tail = frame->tail };

	for (; m.recipient_count < frame->recipients.count; m.recipient_count++) {
		(void)wire_list_next(&walk, &recipients[m.recipient_count].address);
		(void)wire_list_next(&parameters, &recipients[m.recipient_count].parameters);
	}
	queue_batch_put(p->queue, p, &m, recipients);
	free(recipients);
}

static bool
is_free_of_controls(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
			return false;
	return true;
}

/*
 * A NUL in an address would end it early in every C string that it meets, a line end would end the
 * header line or the command that it is written into.
 */
static bool
is_list_of_text(struct wire_list list)
{
	struct slice item;

	while (wire_list_next(&list, &item))
		if (!is_free_of_controls(item))
			return false;
	return true;
}

static bool
is_text(const struct wire_message *m)
{
	return is_list_of_text(m->recipients) && is_list_of_text(m->recipient_parameters) &&
	       is_free_of_controls(m->sender) && is_free_of_controls(m->account) &&
	       is_free_of_controls(m->parameters);
}

static bool
take_message(struct queue_peer *p, uint64_t id, struct slice payload)
{
	struct arriving *a = map_get(&p->arriving, id);
	const struct arriving none = { .spoilt = p->queue->trouble };
	const struct arriving *came = a == NULL ? &none : a;
	int spoilt = came->spoilt;
	struct wire_message m;

	if (!wire_message_decode(payload, &m) || !is_text(&m) ||
	    m.chunk_count != came->chunk_count || m.size != m.prefix.len + came->len + m.tail.len)
		return false;
	if (spoilt != 0) {
		drop_arriving(p, id);
		refuse(p, id, spoilt);
		return true;
	}
	free(map_remove(&p->arriving, id));
	put_message(p, id, &m);
	return true;
}

/* Each process numbers its own messages, so that none can touch those of another. */
static bool
is_own_number(const struct queue_peer *p, uint64_t id)
{
	return id <= INT64_MAX && message_id_slot(id) == p->index;
}

bool
queue_intake_frame(struct queue_peer *p, uint16_t type, uint64_t id, struct slice payload)
{
	if (!is_own_number(p, id))
		return false;
	if (type == WIRE_CHUNK)
		return take_chunk(p, id, payload);
	if (type == WIRE_MESSAGE)
		return take_message(p, id, payload);
	if (type != WIRE_ABORT || payload.len != 0)
		return false;
	drop_arriving(p, id);
	return true;
}

static void
drop_one(void *arg, void *value)
{
	struct arriving *a = value;

	store_drop_chunks(arg, a->id);
	free(a);
}

void
queue_intake_lost(struct queue_peer *p)
{
	map_each(&p->arriving, drop_one, p->queue->store);
	map_done(&p->arriving);
	queue_batch_touch(p->queue);
}

static void
forget_one(void *arg, void *value)
{
	(void)arg;
	free(value);
}

void
queue_intake_forget(struct queue_peer *p)
{
	map_each(&p->arriving, forget_one, NULL);
	map_done(&p->arriving);
}

static void
spoil_one(void *arg, void *value)
{
	struct arriving *a = value;
	const int *result = arg;

	if (a->spoilt == 0)
		a->spoilt = *result;
}

void
queue_intake_spoil(struct queue *q, int result)
{
	for (size_t i = 0; i < CONFIG_PROCESSES_MAX; i++)
		map_each(&q->submission[i].arriving, spoil_one, &result);
}
