/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch.h - the operations that one transaction will hold, kept in memory until they are applied.
 *
 * Each operation is one heap block with everything it needs behind it, except a chunk's data, which
 * is taken over. Who wants to hear of the batch is kept with it. A batch that is asked to be
 * flushed while another one is being written stays open: what is added after the last flush was
 * asked for belongs to the next batch, so that nobody is told of operations that he did not flush.
 */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "store/store.h"

enum store_op_kind {
	STORE_OP_CHUNK,
	STORE_OP_MESSAGE,
	STORE_OP_DROP_CHUNKS,
	STORE_OP_OUTCOME,
	STORE_OP_NOTICES,
	STORE_OP_SETTLE,
	STORE_OP_PRUNE_HISTORY,
};

struct store_op_chunk {
	uint32_t seq;
	uint8_t *data; /* owned */
	size_t len;
};

struct store_op_outcome {
	uint32_t recipient;
	enum store_recipient_state state;
	uint64_t due_unix_ms;
	uint16_t code;
	uint16_t enhanced[3];
	struct slice host, peer_text, reason;
};

struct store_op_notices {
	uint32_t recipient, notices;
};

struct store_op {
	struct store_op *next;
	enum store_op_kind kind;
	uint64_t message_id;
	size_t len; /* octets held, for store_batch_len() */
	union {
		struct store_op_chunk chunk;
		struct store_message message;
		struct store_op_outcome outcome;
		struct store_op_notices notices;
		uint64_t unix_ms; /* SETTLE: now; PRUNE_HISTORY: before */
	};
};

typedef void store_durable_fn(void *arg, int result);

struct store_batch_call {
	store_durable_fn *fn;
	void *arg;
};

struct store_batch {
	struct store_op *first;
	struct store_op **last; /* where the next operation is linked */
	size_t len;
	/* What the last flush covers; what follows belongs to the next batch. */
	struct store_op **flushed_last;
	size_t flushed_len;
	struct store_batch_call *calls;
	size_t call_count, call_size;
};

/* Must not move in memory between init and done. */
void store_batch_init(struct store_batch *b);
/* Frees the operations; calls nobody. */
void store_batch_done(struct store_batch *b);

/* Takes over data (malloc'ed). */
void store_batch_add_chunk(
    struct store_batch *b, uint64_t message_id, uint32_t seq, uint8_t *data, size_t len);
/* Copies. */
void store_batch_add_message(struct store_batch *b, const struct store_message *m);
/* Copies the words of the verdict; `o` brings the rest. */
void store_batch_add_outcome(struct store_batch *b, uint64_t message_id,
    const struct store_op_outcome *o, const struct smtp_verdict *verdict);
void store_batch_add_notices(
    struct store_batch *b, uint64_t message_id, const struct store_op_notices *n);
/* DROP_CHUNKS, SETTLE, PRUNE_HISTORY: a number and a time, either may be 0. */
void store_batch_add_plain(
    struct store_batch *b, enum store_op_kind kind, uint64_t message_id, uint64_t unix_ms);

/* Somebody wants to hear when all that was added until now is durable. */
void store_batch_add_call(struct store_batch *b, store_durable_fn *fn, void *arg);
/* Moves what was added after the last store_batch_add_call() to the empty batch `rest`. */
void store_batch_split(struct store_batch *b, struct store_batch *rest);

#endif
