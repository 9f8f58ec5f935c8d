/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_db.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "store/sqlite_error.h"
#include "store/sqlite_gather.h"

enum {
	BUSY_TIMEOUT_MS = 300,
	PRAGMA_SIZE = 64,
};

/*
 * Checkpoints are made by sqlite_checkpoint.c, never inside COMMIT. secure_delete is on in
 * Debian's build and writes a removed message once more as zeros: FAST clears what costs no I/O.
 */
static const char setup_sql[] = "PRAGMA temp_store=MEMORY;"
				"PRAGMA synchronous=FULL;"
				"PRAGMA wal_autocheckpoint=0;"
				"PRAGMA secure_delete=FAST;"
				"PRAGMA mmap_size=0;"
				"PRAGMA trusted_schema=OFF;";

int
store_db_failed(struct store_db *db)
{
	db->in_doubt = db->in_doubt || store_error_casts_doubt(db->handle);
	return store_error_errno(db->handle);
}

static int
set_up(struct store_db *db, enum store_db_access access, int cache_kib)
{
	char cache_sql[PRAGMA_SIZE];
	int r = store_db_exec(db, setup_sql);

	if (r < 0)
		return r;
	(void)snprintf(cache_sql, sizeof cache_sql, "PRAGMA cache_size=-%d;", cache_kib);
	r = store_db_exec(db, cache_sql);
	if (r < 0 || access == STORE_DB_WRITE)
		return r;
	return store_db_exec(db, "PRAGMA query_only=ON;");
}

int
store_db_open(struct store_db *db, const char *path, enum store_db_access access, int cache_kib)
{
	/*
	 * A reader opens for writing, too: SQLite needs to for the WAL's index, and for removing
	 * both files again when it was the last to use them. query_only holds it to reading.
	 */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

	if (access == STORE_DB_WRITE)
		flags |= SQLITE_OPEN_CREATE;
	if (sqlite3_open_v2(path, &db->handle, flags, store_gather_vfs()) != SQLITE_OK)
		return db->handle == NULL ? -ENOMEM : store_db_failed(db);
	(void)sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	return set_up(db, access, cache_kib);
}

void
store_db_close(struct store_db *db)
{
	for (size_t i = 0; i < STORE_DB_STATEMENTS_MAX; i++) {
		(void)sqlite3_finalize(db->statements[i]);
		db->statements[i] = NULL;
	}
	(void)sqlite3_close(db->handle);
	db->handle = NULL;
	db->in_doubt = false;
}

void
store_db_abandon(struct store_db *db)
{
	if (db->handle != NULL)
		(void)sqlite3_db_config(
		    db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
	store_db_close(db);
}

int
store_db_exec(struct store_db *db, const char *sql)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_db_failed(db);
	return 0;
}

int
store_db_number(struct store_db *db, const char *sql, int64_t *ret_number)
{
	sqlite3_stmt *st;
	int r;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &st, NULL) != SQLITE_OK)
		return store_db_failed(db);
	r = store_db_next(db, st);
	if (r >= 0)
		*ret_number = r == 0 ? 0 : sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	return r < 0 ? r : 0;
}

sqlite3_stmt *
store_db_statement(struct store_db *db, unsigned index)
{
	sqlite3_stmt **st = &db->statements[index];

	assert(index < STORE_DB_STATEMENTS_MAX);
	if (*st == NULL && sqlite3_prepare_v3(db->handle, db->sql[index], -1,
			       SQLITE_PREPARE_PERSISTENT, st, NULL) != SQLITE_OK)
		return NULL;
	assert(!sqlite3_stmt_busy(*st));
	return *st;
}

/* A NULL pointer would bind NULL, and the columns are NOT NULL. */
static const void *
never_null(struct slice s)
{
	return s.len == 0 ? "" : (const void *)s.ptr;
}

void
store_db_bind_text(sqlite3_stmt *st, int column, struct slice text)
{
	int rc =
	    sqlite3_bind_text64(st, column, never_null(text), text.len, SQLITE_STATIC, SQLITE_UTF8);

	assert(rc == SQLITE_OK);
	(void)rc;
}

void
store_db_bind_blob(sqlite3_stmt *st, int column, struct slice octets)
{
	int rc = sqlite3_bind_blob64(st, column, never_null(octets), octets.len, SQLITE_STATIC);

	assert(rc == SQLITE_OK);
	(void)rc;
}

void
store_db_bind_number(sqlite3_stmt *st, int column, uint64_t number)
{
	/* UINT64_MAX and other numbers that SQLite cannot hold mean "never" to us. */
	sqlite3_int64 held = number > INT64_MAX ? INT64_MAX : (sqlite3_int64)number;
	int rc = sqlite3_bind_int64(st, column, held);

	assert(rc == SQLITE_OK);
	(void)rc;
}

int
store_db_next(struct store_db *db, sqlite3_stmt *st)
{
	int rc = sqlite3_step(st), r = 0;

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		r = store_db_failed(db);
	(void)sqlite3_reset(st);
	return r;
}

int
store_db_run(struct store_db *db, sqlite3_stmt *st)
{
	int r = store_db_next(db, st);

	assert(r <= 0);
	return r;
}

uint64_t
store_db_column_number(sqlite3_stmt *st, int column)
{
	return (uint64_t)sqlite3_column_int64(st, column);
}

struct slice
store_db_column_slice(sqlite3_stmt *st, int column)
{
	const void *ptr = sqlite3_column_blob(st, column);

	return slice_make(ptr, (size_t)sqlite3_column_bytes(st, column));
}
