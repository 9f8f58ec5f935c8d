/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_schema.h - the tables of queue.db, their version, and what start-up repairs in them. */
#ifndef STORE_SQLITE_SCHEMA_H
#define STORE_SQLITE_SCHEMA_H

#include "store/sqlite_db.h"
#include "util/buf.h"

/*
 * Makes the tables in an empty file; accepts those of our version; converts those of an older one,
 * whole or not at all; refuses a newer version and other programs' files with -ENOTSUP. On any
 * -errno a line for the administrator is in error.
 */
int store_schema_make(struct store_db *db, struct buf *error);
/* As above, but makes nothing: an empty file is -ENOENT, an older version -ENOTSUP. */
int store_schema_check(struct store_db *db, struct buf *error);
/*
 * Removes the chunks of messages that never came (docs/queue.md, state "arriving"), one message a
 * transaction. 0 or -errno.
 */
int store_schema_remove_arriving(struct store_db *db);
/* Writes the version number that is there already, as a test of writing. 0 or -errno. */
int store_schema_touch(struct store_db *db);
/* Fills error for a failed step of opening; returns the errno. */
int store_schema_explain(struct store_db *db, int negative_errno, struct buf *error);

#endif
