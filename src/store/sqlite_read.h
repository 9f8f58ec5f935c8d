/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_read.h - the reading connection: the loop's, or the command line's.
 *
 * A reading call takes the lock, and opens the connection when it is closed. No transaction
 * outlives a call, so that the WAL can start over.
 */
#ifndef STORE_SQLITE_READ_H
#define STORE_SQLITE_READ_H

#include <pthread.h>

#include "store/sqlite_db.h"

enum store_read_statement {
	STORE_READ_DUE,
	STORE_READ_NEXT_DUE,
	STORE_READ_NEXT_RANK,
	STORE_READ_MESSAGES,
	STORE_READ_MESSAGE,
	STORE_READ_RECIPIENTS,
	STORE_READ_OPEN,
	STORE_READ_SIZES,
	STORE_READ_PREFIX,
	STORE_READ_CHUNK,
	STORE_READ_TAIL,
	STORE_READ_HISTORY,
	STORE_READ_HISTORY_OF,
	STORE_READ_COUNT_MESSAGES,
	STORE_READ_COUNT_DUE,
	STORE_READ_COUNT_HELD,
	STORE_READ_STATEMENT_COUNT,
};

struct store_reader {
	const char *path;     /* borrowed */
	pthread_mutex_t lock; /* recursive: a callback may read, too */
	unsigned depth;       /* calls that are under way */
	struct store_db db;
};

void store_reader_init(struct store_reader *r, const char *path);
void store_reader_done(struct store_reader *r);
/* 0 or -errno; for what uses r->db directly, before there is a second thread. */
int store_reader_open(struct store_reader *r);
/* From the writer: waits for the call that is under way, then closes (store_db_abandon). */
void store_reader_abandon(struct store_reader *r);

/*
 * Begins a call: *ret_st is the statement, to be bound and stepped. 0, or -errno. In both cases end
 * with store_reader_end().
 */
int store_reader_begin(
    struct store_reader *r, enum store_read_statement which, sqlite3_stmt **ret_st);
/* Ends the call; returns result. st may be NULL. */
int store_reader_end(struct store_reader *r, sqlite3_stmt *st, int result);

#endif
