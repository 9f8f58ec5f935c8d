/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_apply.h - a batch as one transaction. */
#ifndef STORE_SQLITE_APPLY_H
#define STORE_SQLITE_APPLY_H

#include "store/batch.h"
#include "store/sqlite_body.h"
#include "store/sqlite_db.h"

struct store_apply {
	struct store_db *db;
	struct store_bodies *bodies;
	bool synced;          /* what PRAGMA synchronous is: FULL, not NORMAL */
	int64_t history_last; /* greatest key of the history; -1: not known */
};

/* For a connection that was just opened with the statements of store_apply_sql. Borrows both. */
void store_apply_init(struct store_apply *a, struct store_db *db, struct store_bodies *bodies);
extern const char *const store_apply_sql[];

/*
 * Applies and commits the batch. 0, or -errno with everything of it rolled back. A batch with
 * nothing but chunks is committed without a sync: the next other batch makes it durable, and a
 * message's row always is in one of those. Says to the bodies how it ended, and leaves the removal
 * of files to the caller.
 */
int store_apply_batch(struct store_apply *a, const struct store_batch *b);
/* Writes and syncs without changing anything. 0 or -errno. */
int store_apply_nothing(struct store_apply *a);
/* Packs and unpacks an enhanced status code (RFC 3463 §2). */
uint32_t store_apply_pack(const uint16_t enhanced[3]);
void store_apply_unpack(uint64_t packed, uint16_t enhanced[3]);

#endif
