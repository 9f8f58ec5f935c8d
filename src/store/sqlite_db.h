/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_db.h - one connection with its prepared statements, used by one thread at a time.
 */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include <sqlite3.h>
#include <stdbool.h>

#include "util/slice.h"

#define STORE_DB_PAGE_SIZE 4096 /* larger ones write more to the WAL per small message */
#define STORE_DB_STATEMENTS_MAX 24

struct store_db {
	sqlite3 *handle;        /* NULL: closed */
	const char *const *sql; /* constant table; indexes statements */
	bool in_doubt;          /* a write or sync failed: what the disk holds is not known */
	sqlite3_stmt *statements[STORE_DB_STATEMENTS_MAX];
};

enum store_db_access {
	STORE_DB_WRITE,
	STORE_DB_READ,
};

/* 0, or -errno with the handle kept open for its message until store_db_close(). */
int store_db_open(
    struct store_db *db, const char *path, enum store_db_access access, int cache_kib);
/* Also after a failed open; a closed one stays closed. Forgets the doubt. */
void store_db_close(struct store_db *db);
/* Closes without touching the WAL, so that whoever opens next recovers it from the disk. */
void store_db_abandon(struct store_db *db);
/* The last failure as -errno (sqlite_error.h), noting whether it casts doubt. */
int store_db_failed(struct store_db *db);

/* Runs SQL text without rows. 0 or -errno. */
int store_db_exec(struct store_db *db, const char *sql);
/* The number in the first column of the first row, 0 when there is none. */
int store_db_number(struct store_db *db, const char *sql, int64_t *ret_number);

/* Statement `index` of the table, reset and unbound, or NULL: see store_db_failed(). */
sqlite3_stmt *store_db_statement(struct store_db *db, unsigned index);
/* Octets are borrowed until the statement is stepped to its end. */
void store_db_bind_text(sqlite3_stmt *st, int column, struct slice text);
void store_db_bind_blob(sqlite3_stmt *st, int column, struct slice octets);
void store_db_bind_number(sqlite3_stmt *st, int column, uint64_t number);
/* Runs a statement that gives no rows. 0 or -errno. */
int store_db_run(struct store_db *db, sqlite3_stmt *st);
/* 1: there is a row; 0: no more, and the statement is reset; -errno. */
int store_db_next(struct store_db *db, sqlite3_stmt *st);

/* A column of the current row; slices are valid until the next step. */
uint64_t store_db_column_number(sqlite3_stmt *st, int column);
struct slice store_db_column_slice(sqlite3_stmt *st, int column);

#endif
