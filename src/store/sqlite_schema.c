/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_schema.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "store/sqlite_error.h"

enum {
	APPLICATION_ID = 0x53507175, /* "SPqu" */
	VERSION = 3,
	SQL_SIZE = 128,
};

/*
 * message: small columns first, so that listing never reads a body. prefix and tail lie in overflow
 * pages of their own row.
 */
#define MESSAGE_TABLE                                                                              \
	"CREATE TABLE message(id INTEGER PRIMARY KEY, created INTEGER NOT NULL,"                   \
	" parameters TEXT NOT NULL, chunk_count INTEGER NOT NULL, size INTEGER NOT NULL,"          \
	" account TEXT NOT NULL, sender TEXT NOT NULL, prefix BLOB NOT NULL, tail BLOB NOT NULL);"

/*
 * recipient: state is enum store_recipient_state; enhanced is packed as in sqlite_apply.c; rank is
 * STORE_PRIORITY_MAX less the message's priority. The index of what is due leaves the settled ones
 * out, and so stays small; of one rank it is appended to.
 */
#define RECIPIENT_DUE_INDEX                                                                        \
	"CREATE INDEX recipient_due ON recipient(rank, due, attempts) WHERE state = 0;"

/*
 * chunk: found by where it starts in the body, so that a read at any offset is one descent. The
 * index holds all but the data. It is no WITHOUT ROWID table, as that reads the data of each row
 * that a search compares with. history: n is settle time << 20 | counter: the order of settling is
 * the order of the table, and forgetting the old is a cut at its start.
 */
static const char tables_sql[] = MESSAGE_TABLE
    "CREATE TABLE chunk(n INTEGER PRIMARY KEY, message_id INTEGER NOT NULL,"
    " start INTEGER NOT NULL, seq INTEGER NOT NULL, length INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE UNIQUE INDEX chunk_start ON chunk(message_id, start, seq, length);"
    "CREATE TABLE recipient(message_id INTEGER NOT NULL, idx INTEGER NOT NULL,"
    " state INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
    " address TEXT NOT NULL, route TEXT NOT NULL, code INTEGER NOT NULL DEFAULT 0,"
    " enhanced INTEGER NOT NULL DEFAULT 0, host TEXT NOT NULL DEFAULT '',"
    " peer_text TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',"
    " parameters TEXT NOT NULL DEFAULT '', rank INTEGER NOT NULL DEFAULT 9,"
    " notices INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY(message_id, idx)) WITHOUT ROWID;" RECIPIENT_DUE_INDEX
    "CREATE INDEX recipient_held ON recipient(message_id) WHERE state = 1;"
    "CREATE TABLE history(n INTEGER PRIMARY KEY, id INTEGER NOT NULL, created INTEGER NOT NULL,"
    " settled INTEGER NOT NULL, size INTEGER NOT NULL, account TEXT NOT NULL,"
    " sender TEXT NOT NULL, recipient TEXT NOT NULL, state INTEGER NOT NULL,"
    " code INTEGER NOT NULL, enhanced INTEGER NOT NULL, host TEXT NOT NULL,"
    " peer_text TEXT NOT NULL, reason TEXT NOT NULL);"
    "CREATE INDEX history_id ON history(id);";

/*
 * Version 1 had message.flags, where 1 meant BODY=8BITMIME, and no priorities. The messages are
 * copied, so that parameters do not lie behind the bodies.
 */
static const char from_1_sql[] =
    "ALTER TABLE message RENAME TO message_1;" MESSAGE_TABLE
    "INSERT INTO message SELECT id, created,"
    " CASE flags & 1 WHEN 1 THEN 'BODY=8BITMIME' ELSE '' END,"
    " chunk_count, size, account, sender, prefix, tail FROM message_1;"
    "DROP TABLE message_1;"
    "ALTER TABLE recipient ADD COLUMN parameters TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE recipient ADD COLUMN rank INTEGER NOT NULL DEFAULT 9;"
    "ALTER TABLE recipient ADD COLUMN notices INTEGER NOT NULL DEFAULT 0;"
    "DROP INDEX recipient_due;" RECIPIENT_DUE_INDEX;

/* Version 2 had the whole of each body in chunks, as that of a small one still is. */
static const char from_2_sql[] = "";

int
store_schema_explain(struct store_db *db, int negative_errno, struct buf *error)
{
	const char *path = db->handle == NULL ? NULL : sqlite3_db_filename(db->handle, "main");
	const char *name = path == NULL || path[0] == '\0' ? "the queue's database" : path;
	int rc = db->handle == NULL ? SQLITE_NOMEM : sqlite3_errcode(db->handle) & 0xff;
	const char *what = sqlite3_errstr(rc);

	if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB) {
		(void)buf_addf(error,
		    "%s is damaged (%s); nothing was changed or deleted. Copy the whole directory, "
		    "then rescue what can be read with: sqlite3 queue.db .recover | sqlite3 "
		    "rescued.db and put rescued.db in its place without queue.db-wal and "
		    "queue.db-shm, or move the directory away to start with an empty queue",
		    name, what);
		return -EIO;
	}
	(void)buf_addf(
	    error, "cannot open %s: %s: %s", name, what, store_error_advice(negative_errno));
	return negative_errno;
}

enum standing {
	STANDING_EMPTY, /* nothing in it yet */
	STANDING_OURS,
	STANDING_OLDER,
	STANDING_NEWER,
	STANDING_FOREIGN,
};

static int
examine(struct store_db *db, enum standing *ret_standing, int64_t *ret_version)
{
	int64_t application = 0, version = 0, objects = 0;
	int r = store_db_number(db, "PRAGMA application_id", &application);

	if (r == 0)
		r = store_db_number(db, "PRAGMA user_version", &version);
	if (r == 0)
		r = store_db_number(db, "SELECT count(*) FROM sqlite_schema", &objects);
	if (r < 0)
		return r;
	*ret_version = version;
	if (application == 0 && version == 0 && objects == 0)
		*ret_standing = STANDING_EMPTY;
	else if (application != APPLICATION_ID || version < 1)
		*ret_standing = STANDING_FOREIGN;
	else if (version > VERSION)
		*ret_standing = STANDING_NEWER;
	else
		*ret_standing = version < VERSION ? STANDING_OLDER : STANDING_OURS;
	return 0;
}

int
store_schema_touch(struct store_db *db)
{
	char sql[SQL_SIZE];

	(void)snprintf(sql, sizeof sql, "PRAGMA user_version=%d", VERSION);
	return store_db_exec(db, sql);
}

/* In one transaction: whoever is stopped in it leaves the file as it was. */
static int
change_tables(struct store_db *db, const char *sql)
{
	char mark_sql[SQL_SIZE];
	int r = store_db_exec(db, "BEGIN IMMEDIATE");

	if (r < 0)
		return r;
	(void)snprintf(mark_sql, sizeof mark_sql,
	    "PRAGMA application_id=%d; PRAGMA user_version=%d;", APPLICATION_ID, VERSION);
	r = store_db_exec(db, sql);
	if (r == 0)
		r = store_db_exec(db, mark_sql);
	if (r == 0)
		r = store_db_exec(db, "COMMIT");
	return r;
}

static int
refuse(struct store_db *db, enum standing standing, int64_t version, struct buf *error)
{
	const char *path = sqlite3_db_filename(db->handle, "main");

	if (standing == STANDING_NEWER)
		(void)buf_addf(error,
		    "%s was written by a newer release (format %lld, this one knows %d): install "
		    "that release again",
		    path, (long long)version, VERSION);
	else if (standing == STANDING_OLDER)
		(void)buf_addf(error,
		    "%s was written by an older release (format %lld, this one has %d): start the "
		    "server once, which converts it and keeps what is queued",
		    path, (long long)version, VERSION);
	else if (standing == STANDING_FOREIGN)
		(void)buf_addf(error, "%s is not a queue of this program: move it away", path);
	else
		(void)buf_addf(error, "%s is empty: the server has not made its queue yet", path);
	return standing == STANDING_EMPTY ? -ENOENT : -ENOTSUP;
}

int
store_schema_make(struct store_db *db, struct buf *error)
{
	enum standing standing;
	int64_t version;
	int r = examine(db, &standing, &version);

	if (r == 0 && (standing == STANDING_NEWER || standing == STANDING_FOREIGN))
		return refuse(db, standing, version, error);
	if (r == 0 && standing == STANDING_EMPTY)
		r = store_db_exec(db, "PRAGMA page_size=4096");
	if (r == 0)
		r = store_db_exec(db, "PRAGMA journal_mode=WAL");
	if (r == 0 && standing == STANDING_EMPTY)
		r = change_tables(db, tables_sql);
	if (r == 0 && standing == STANDING_OLDER)
		r = change_tables(db, version == 1 ? from_1_sql : from_2_sql);
	return r < 0 ? store_schema_explain(db, r, error) : 0;
}

int
store_schema_check(struct store_db *db, struct buf *error)
{
	enum standing standing;
	int64_t version;
	int r = examine(db, &standing, &version);

	if (r < 0)
		return store_schema_explain(db, r, error);
	return standing == STANDING_OURS ? 0 : refuse(db, standing, version, error);
}

int
store_schema_remove_arriving(struct store_db *db)
{
	static const char next_format[] =
	    "SELECT message_id FROM chunk WHERE message_id > %lld ORDER BY message_id LIMIT 1";
	static const char remove_format[] =
	    "DELETE FROM chunk WHERE message_id = %lld"
	    " AND NOT EXISTS(SELECT 1 FROM message WHERE id = %lld)";
	char sql[2 * SQL_SIZE];
	int64_t id = 0;
	int r;

	for (;;) {
		(void)snprintf(sql, sizeof sql, next_format, (long long)id);
		r = store_db_number(db, sql, &id);
		if (r < 0 || id == 0)
			return r;
		(void)snprintf(sql, sizeof sql, remove_format, (long long)id, (long long)id);
		r = store_db_exec(db, sql);
		if (r < 0)
			return r;
	}
}
