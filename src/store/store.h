/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - where messages are kept until the last recipient is settled.
 *
 * Writing: operations are added to the open batch, which costs no I/O; store_flush() makes the
 * batch durable as one transaction (one fsync for all) and then calls back, in the loop. While one
 * batch syncs the next one fills: an implementation has at most one batch in the writer and one
 * open; a second store_flush() while one is in the writer is kept until the first is done.
 *
 * Nothing of a batch that failed is kept. Whoever added to it is told so, replies 451 or 452, and
 * may add the same again.
 *
 * Reading sees what is durable, and nothing else.
 *
 * The states of a message on disk, who moves it, and what start-up does: docs/queue.md.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "smtp/verdict.h"
#include "util/buf.h"
#include "util/slice.h"

struct store;

enum store_recipient_state {
	STORE_RECIPIENT_DUE = 0,  /* to be tried at due_unix_ms; deferred when attempts > 0 */
	STORE_RECIPIENT_HELD = 1, /* not tried until released */
	STORE_RECIPIENT_DELIVERED = 2,
	STORE_RECIPIENT_FAILED = 3,
};

struct store_options {
	const char *directory; /* exists, is ours */
	/*
	 * Octets. Below it batches that hold chunks or submitted messages (those with an account)
	 * fail with -ENOSPC. Outcomes, and bounces, are taken: they are what makes room.
	 */
	uint64_t min_free_space;
	uint64_t wal_max_len; /* octets of the log before the database; 0: 64 MiB */
	uint64_t chunks_len;  /* of a body, before the rest goes to a file; 0: 1 MiB */
};

/*
 * Open or make the store, recover (remove `arriving` chunks), and start its threads: call it inside
 * the sandbox. 0, or -errno with a line for the administrator in error: -EIO for a broken database,
 * -EBUSY when another process has it, -ENOTSUP for one of a newer release or another program. One
 * of an older release is converted; that takes as much space again as what is queued.
 */
int store_open(struct event_base *base, const struct store_options *options,
    struct store **ret_store, struct buf *error);
/*
 * As above for the command line: no writer, no recovery, no lock; the reading calls only. -ENOENT
 * when there is no queue yet.
 */
int store_open_reader(const char *directory, struct store **ret_store, struct buf *error);
/* Waits for the batch in the writer, whose callbacks do not come any more; the open one is dropped.
 * Nulls the pointer. */
void store_close(struct store **s);

/* ---- the open batch -------------------------------------------------------------------------- */

struct store_recipient {
	struct slice address;
	struct slice route;      /* the next hop's name when it was queued */
	struct slice parameters; /* text that is given back as it was (smtp/rcpt_params.h) */
	enum store_recipient_state state;
	uint64_t due_unix_ms;
};

/* Of what is due the greater goes first: that of RFC 6710 §4, from -9 to 9. */
#define STORE_PRIORITY_MAX 9

struct store_message {
	uint64_t id;
	uint64_t created_unix_ms;
	struct slice account, sender;
	struct slice parameters; /* text that is given back as it was (smtp/mail_params.h) */
	int8_t priority;         /* -STORE_PRIORITY_MAX to STORE_PRIORITY_MAX; 0: as most */
	uint32_t chunk_count;    /* put before with store_put_chunk, in this or earlier batches */
	uint64_t size;           /* prefix + chunks + tail */
	struct slice prefix, tail;
	const struct store_recipient *recipients;
	size_t recipient_count;
};

/*
 * Takes over data (malloc'ed), 1 to 64 KiB. seq counts from 0 without gaps: the batch fails with
 * -EEXIST for one that is there, -ENODATA for one after a gap (an earlier batch failed). A batch
 * that holds only chunks is not synced, and is nearly free; the next one with a message is.
 *
 * Nobody was promised anything about chunks: when a disk has failed those of earlier batches may be
 * lost, too. The body then has -ENODATA until store_drop_chunks(), and may come again from 0.
 */
void store_put_chunk(struct store *s, uint64_t message_id, uint32_t seq, uint8_t *data, size_t len);
/*
 * Copies what it needs. A number that is there already fails the batch with -EEXIST; chunks that
 * are not all there, or not size octets with prefix and tail, with -ENODATA.
 */
void store_put_message(struct store *s, const struct store_message *m);
/* Removes the chunks of a message that will not come; does nothing to one that came. */
void store_drop_chunks(struct store *s, uint64_t message_id);
/* One recipient's new state after an attempt; keeps the words of the verdict. Copies. */
void store_put_outcome(struct store *s, uint64_t message_id, uint32_t recipient,
    enum store_recipient_state state, uint64_t due_unix_ms, const struct smtp_verdict *verdict);
/* Remembers that the sender was told of the recipient: adds the bits to those of before. */
void store_put_notices(struct store *s, uint64_t message_id, uint32_t recipient, uint32_t notices);
/*
 * The message is over (every recipient delivered or failed, bounces stored in this batch or not
 * owed): writes its history lines, then removes it. After its last store_put_outcome().
 *
 * Does nothing while a recipient is due or held. That is so when an outcome of an earlier batch was
 * refused by the disk after this one was asked for; whoever puts that outcome again asks again.
 */
void store_settle(struct store *s, uint64_t message_id, uint64_t now_unix_ms);
/* Forget history older than this: at most 10,000 lines, so that a batch stays short. */
void store_prune_history(struct store *s, uint64_t before_unix_ms);

/*
 * Octets that the open batch holds, and those of the batch in the writer. Flush at 2 to 4 MiB: a
 * batch of more than 8 MiB does not fit the writer's cache and is written to the log twice.
 */
size_t store_batch_len(const struct store *s);
bool store_is_flushing(const struct store *s);
/*
 * Hand the open batch to the writer. on_durable(arg, result) comes from the loop, never from inside
 * this call: 0, or -errno (-ENOSPC: disk full; -EAGAIN: locked; -EEXIST; -EIO ...) for the whole
 * batch. What is added after this call belongs to a later flush. An empty batch calls back with 0.
 * The store itself logs when writing begins to fail and when it works again.
 */
void store_flush(struct store *s, void (*on_durable)(void *arg, int result), void *arg);
/*
 * Would a submitted message be taken now? How the last attempt to write went: 0 or -errno. After a
 * failure each call has the writer try again (reopen, recover, measure the free space, write), and
 * a later call tells what came of it. Never waits. While it is not 0, refuse new messages; outcomes
 * and settling may be flushed, in batches of their own, and succeed when they can.
 */
int store_probe(struct store *s);

/* ---- reading --------------------------------------------------------------------------------- */

struct store_recipient_row {
	uint32_t index;
	enum store_recipient_state state;
	uint32_t attempts;
	uint64_t due_unix_ms;
	uint32_t notices; /* what store_put_notices() was given until now */
	struct slice address, route, parameters;
	/* The last verdict; empty before the first attempt. */
	uint16_t code;
	uint16_t enhanced[3];
	struct slice host, peer_text, reason;
};

struct store_message_row {
	uint64_t id, created_unix_ms, size;
	uint32_t recipient_count, open_count; /* all of them; those neither delivered nor failed */
	struct slice account, sender, parameters;
};

/* Slices are valid during the call; return false to stop. */
typedef bool store_message_fn(void *arg, const struct store_message_row *m);
typedef bool store_recipient_fn(
    void *arg, const struct store_message_row *m, const struct store_recipient_row *r);

/* Each: 0 or -errno. */
/*
 * Recipients in state DUE with due_unix_ms <= now, each with its message: the greatest priority
 * first, of one priority the oldest due first.
 */
int store_each_due(
    struct store *s, uint64_t now_unix_ms, size_t limit, store_recipient_fn *fn, void *arg);
/* The earliest due_unix_ms after the given time in state DUE; UINT64_MAX when there is none. */
int store_next_due(struct store *s, uint64_t after_unix_ms, uint64_t *ret_unix_ms);
/* All messages, oldest first, after the given id (0: from the start). */
int store_each_message(
    struct store *s, uint64_t after_id, size_t limit, store_message_fn *fn, void *arg);
/* The recipients of one message in order; -ENOENT when there is no such message. */
int store_each_recipient(struct store *s, uint64_t message_id, store_recipient_fn *fn, void *arg);
/* Appends up to len octets of the message (prefix, chunks, tail) from offset. -ENOENT, -EIO. */
int store_read_text(
    struct store *s, uint64_t message_id, uint64_t offset, size_t len, struct buf *out);

struct store_history_row {
	uint64_t id, created_unix_ms, settled_unix_ms, size;
	struct slice account, sender, recipient, host, peer_text, reason;
	enum store_recipient_state state; /* DELIVERED or FAILED */
	uint16_t code;
	uint16_t enhanced[3];
};
typedef bool store_history_fn(void *arg, const struct store_history_row *h);
/* History of one message (message_id != 0) or of all, newest first. */
int store_each_history(
    struct store *s, uint64_t message_id, size_t limit, store_history_fn *fn, void *arg);

struct store_counts {
	uint64_t messages, recipients_due, recipients_deferred, recipients_held, octets;
};
int store_count(struct store *s, struct store_counts *ret_counts);

#endif
