/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_body.h - the rest of a large body, in a file of its own beside the database.
 *
 * The first chunks of a body are rows, as all of a small one is. What comes after them would be
 * written twice there, to the WAL and to the database; so it is appended to "body-<number>". The
 * file is synced, with its name, before the transaction of its message commits, and is removed
 * after the one that settles or drops the message has. A file whose message is not in the database
 * therefore means nothing: start-up removes it.
 *
 * All calls but store_body_read() are the writer's.
 */
#ifndef STORE_SQLITE_BODY_H
#define STORE_SQLITE_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "store/sqlite_db.h"
#include "store/store.h"
#include "util/buf.h"
#include "util/slice.h"

/* Octets of a body from which on it goes to a file. A small message costs no file, and no sync. */
#define STORE_BODY_CHUNKS_LEN (1U << 20)
/* Files that are being written; chunks of further bodies are rows until one of them is closed. */
#define STORE_BODY_OPEN_MAX 256

/* A body that is arriving. */
struct store_body {
	uint64_t message_id;
	uint64_t start;             /* octets before the file */
	uint64_t len, kept_len;     /* octets in the file: now, and when the batch began */
	uint32_t count, kept_count; /* chunks of the body, rows included */
	sqlite3_file *file;         /* NULL: a write or sync failed, and nothing more is taken */
	bool is_new;                /* begun in the batch */
	bool is_queued;             /* the batch has its message */
	bool is_dropped;            /* its message will not come: the file is to be removed */
};

struct store_bodies {
	const char *directory; /* borrowed */
	uint64_t chunks_len;   /* what STORE_BODY_CHUNKS_LEN is here */
	uint64_t min_free;     /* octets of the file system that are not for files */
	sqlite3_file *names;   /* the directory */
	bool has_new_names;    /* since it was synced */
	struct store_body *open;
	size_t open_count;
	/* Messages whose files are to be removed, if they have any. */
	uint64_t *over;
	size_t over_count, kept_over_count, over_size;
};

/* Borrows the directory's name. */
void store_bodies_init(struct store_bodies *b, const struct store_options *options);
/* Opens the directory. 0 or -errno. */
int store_bodies_open(struct store_bodies *b);
void store_bodies_done(struct store_bodies *b);

/* The body whose file has been begun, or NULL. Valid until the next call that begins or ends. */
struct store_body *store_bodies_find(struct store_bodies *b, uint64_t message_id);
/*
 * Begins the file of a body that has `count` chunks and `start` octets in rows. There must be no
 * message of that number. NULL when there cannot be one now: the next chunk is a row, too, for
 * which the database may have pages of messages that were.
 */
struct store_body *store_bodies_begin(
    struct store_bodies *b, uint64_t message_id, uint64_t start, uint32_t count);
/* As store_put_chunk() has it: -EEXIST, -ENODATA, or -errno of the disk. */
int store_body_append(struct store_body *body, uint32_t seq, struct slice data);
/* The message of the body is in the batch: what was appended, and the file's name, are on disk. */
int store_bodies_sync(struct store_bodies *b, struct store_body *body);
/* The message is over in the batch. */
void store_bodies_note_over(struct store_bodies *b, uint64_t message_id);

/*
 * The message will not come. Whatever becomes of the batch: on a full disk nothing can be said in
 * the database, and the file is what makes room.
 */
void store_bodies_drop(struct store_bodies *b, uint64_t message_id);

/* The batch is committed (0), or nothing of it is kept. */
void store_bodies_end_batch(struct store_bodies *b, int result);
/*
 * Between two batches, when it is not in doubt what the disk holds: removes the files of messages
 * that are over or dropped. One that cannot be removed is left to the next start.
 */
void store_bodies_remove(struct store_bodies *b);

/*
 * At start: removes the files of messages that are not in the database, whose WAL is synced before
 * that. 0 or -errno.
 */
int store_bodies_sweep(const char *directory, struct store_db *db);

/* Appends len octets of the file from offset. -EIO when they are not there. */
int store_body_read(
    const char *directory, uint64_t message_id, uint64_t offset, size_t len, struct buf *out);

#endif
