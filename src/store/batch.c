/* SPDX-License-Identifier: Apache-2.0 */
#include "store/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

enum { CALLS_FIRST = 4 };

void
store_batch_init(struct store_batch *b)
{
	*b = (struct store_batch){ .last = &b->first, .flushed_last = &b->first };
}

void
store_batch_done(struct store_batch *b)
{
	struct store_op *op = b->first;

	while (op != NULL) {
		struct store_op *next = op->next;

		if (op->kind == STORE_OP_CHUNK)
			free(op->chunk.data);
		free(op);
		op = next;
	}
	free(b->calls);
	store_batch_init(b);
}

/* A new operation at the end, with `room` octets behind it. */
static struct store_op *
add(struct store_batch *b, enum store_op_kind kind, uint64_t message_id, size_t room)
{
	struct store_op *op = xmalloc(sizeof *op + room);

	op->next = NULL;
	op->kind = kind;
	op->message_id = message_id;
	op->len = sizeof *op + room;
	*b->last = op;
	b->last = &op->next;
	b->len += op->len;
	return op;
}

/* Copies s to *room, which moves on behind it. */
static struct slice
keep(uint8_t **room, struct slice s)
{
	struct slice kept = { *room, s.len };

	if (s.len != 0)
		memcpy(*room, s.ptr, s.len);
	*room += s.len;
	return kept;
}

void
store_batch_add_chunk(
    struct store_batch *b, uint64_t message_id, uint32_t seq, uint8_t *data, size_t len)
{
	struct store_op *op = add(b, STORE_OP_CHUNK, message_id, 0);

	op->chunk.seq = seq;
	op->chunk.data = data;
	op->chunk.len = len;
	op->len += len;
	b->len += len;
}

static size_t
count_octets(const struct store_message *m)
{
	size_t len =
	    m->account.len + m->sender.len + m->parameters.len + m->prefix.len + m->tail.len;

	for (size_t i = 0; i < m->recipient_count; i++)
		len += m->recipients[i].address.len + m->recipients[i].route.len +
		       m->recipients[i].parameters.len;
	return len;
}

void
store_batch_add_message(struct store_batch *b, const struct store_message *m)
{
	size_t list_len = m->recipient_count * sizeof *m->recipients;
	struct store_op *op = add(b, STORE_OP_MESSAGE, m->id, list_len + count_octets(m));
	struct store_recipient *list = (struct store_recipient *)(op + 1);
	uint8_t *room = (uint8_t *)(list + m->recipient_count);

	op->message = *m;
	op->message.recipients = list;
	for (size_t i = 0; i < m->recipient_count; i++) {
		list[i] = m->recipients[i];
		list[i].address = keep(&room, list[i].address);
		list[i].route = keep(&room, list[i].route);
		list[i].parameters = keep(&room, list[i].parameters);
	}
	op->message.account = keep(&room, m->account);
	op->message.sender = keep(&room, m->sender);
	op->message.parameters = keep(&room, m->parameters);
	op->message.prefix = keep(&room, m->prefix);
	op->message.tail = keep(&room, m->tail);
}

static struct slice
text_slice(const char *text)
{
	return text == NULL ? (struct slice){ NULL, 0 } : slice_of(text);
}

void
store_batch_add_outcome(struct store_batch *b, uint64_t message_id,
    const struct store_op_outcome *o, const struct smtp_verdict *verdict)
{
	struct slice host = text_slice(verdict->host);
	struct slice peer_text = text_slice(verdict->peer_text);
	struct slice reason = text_slice(verdict->reason);
	struct store_op *op =
	    add(b, STORE_OP_OUTCOME, message_id, host.len + peer_text.len + reason.len);
	uint8_t *room = (uint8_t *)(op + 1);

	op->outcome = *o;
	op->outcome.code = verdict->code;
	memcpy(op->outcome.enhanced, verdict->enhanced, sizeof op->outcome.enhanced);
	op->outcome.host = keep(&room, host);
	op->outcome.peer_text = keep(&room, peer_text);
	op->outcome.reason = keep(&room, reason);
}

void
store_batch_add_notices(
    struct store_batch *b, uint64_t message_id, const struct store_op_notices *n)
{
	add(b, STORE_OP_NOTICES, message_id, 0)->notices = *n;
}

void
store_batch_add_plain(
    struct store_batch *b, enum store_op_kind kind, uint64_t message_id, uint64_t unix_ms)
{
	add(b, kind, message_id, 0)->unix_ms = unix_ms;
}

void
store_batch_add_call(struct store_batch *b, store_durable_fn *fn, void *arg)
{
	if (b->call_count == b->call_size) {
		b->call_size = b->call_size == 0 ? CALLS_FIRST : 2 * b->call_size;
		b->calls = xrealloc(b->calls, b->call_size * sizeof *b->calls);
	}
	b->calls[b->call_count++] = (struct store_batch_call){ fn, arg };
	b->flushed_last = b->last;
	b->flushed_len = b->len;
}

void
store_batch_split(struct store_batch *b, struct store_batch *rest)
{
	assert(rest->first == NULL && rest->call_count == 0);
	if (*b->flushed_last == NULL)
		return;
	rest->first = *b->flushed_last;
	rest->last = b->last;
	rest->len = b->len - b->flushed_len;
	*b->flushed_last = NULL;
	b->last = b->flushed_last;
	b->len = b->flushed_len;
}
