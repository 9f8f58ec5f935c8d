/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_writer.h - the thread that owns the writing connection.
 *
 * It is given one batch at a time, and says through a descriptor that it is done. The batch belongs
 * to the thread from store_writer_give() to store_writer_take().
 */
#ifndef STORE_SQLITE_WRITER_H
#define STORE_SQLITE_WRITER_H

#include <pthread.h>

#include "store/batch.h"
#include "store/sqlite_apply.h"
#include "store/sqlite_body.h"
#include "store/sqlite_checkpoint.h"
#include "store/sqlite_owed.h"
#include "store/sqlite_read.h"
#include "store/sqlite_space.h"

/* Holds a batch of some MiB, so that it is written to the WAL once, in order, at COMMIT. */
#define STORE_WRITER_CACHE_KIB (8 * 1024)

struct store_writer {
	pthread_t thread;
	int done_fd; /* eventfd, readable when a batch is done; -1: never started */

	/* The thread's own, after start. */
	const char *path;            /* borrowed */
	struct store_reader *reader; /* borrowed: closed while the WAL is recovered */
	struct store_db db;
	struct store_apply apply;
	struct store_bodies bodies;
	struct store_owed owed;
	struct store_space space;
	struct store_checkpoint checkpoint;
	int wal_pages;
	bool in_doubt; /* a write or sync failed: recover before the next one */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Below: under the lock. */
	bool stop, probe;
	const struct store_batch *todo;
	bool done;
	int result; /* of the batch that is done */
	int health; /* of the last transaction or probe */
};

/*
 * Opens, makes and repairs the database, and starts the thread. Borrows path, directory and reader
 * until store_writer_stop(). 0, or -errno with a line in error and nothing left to stop.
 */
int store_writer_start(struct store_writer *w, const char *path,
    const struct store_options *options, struct store_reader *reader, struct buf *error);
/* Waits for the batch that is being written. */
void store_writer_stop(struct store_writer *w);

void store_writer_give(struct store_writer *w, const struct store_batch *b);
/* True when a batch was done since the last call; clears done_fd. */
bool store_writer_take(struct store_writer *w, int *ret_result);
/* How the last attempt to write went; when it failed, has the thread try again soon. */
int store_writer_probe(struct store_writer *w);

#endif
