/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_read.h"

_Static_assert(STORE_READ_STATEMENT_COUNT <= STORE_DB_STATEMENTS_MAX, "sqlite_db.h holds them all");

enum { CACHE_KIB = 2048 };

#define MESSAGE_COLUMNS "m.id, m.created, m.size, m.account, m.sender, m.parameters"
#define RECIPIENT_COLUMNS                                                                          \
	"r.idx, r.state, r.attempts, r.due, r.address, r.route, r.code, r.enhanced, r.host,"       \
	" r.peer_text, r.reason, r.parameters, r.notices"
#define HISTORY_COLUMNS                                                                            \
	"id, created, settled, size, account, sender, recipient, host, peer_text, reason, state,"  \
	" code, enhanced"

static const char *const read_sql[] = {
	[STORE_READ_DUE] = "SELECT " MESSAGE_COLUMNS ", " RECIPIENT_COLUMNS
			   " FROM recipient r INDEXED BY recipient_due"
			   " CROSS JOIN message m ON m.id = r.message_id"
			   " WHERE r.state = 0 AND r.rank = ?3 AND r.due <= ?1"
			   " ORDER BY r.due LIMIT ?2",
	[STORE_READ_NEXT_DUE] = "SELECT due FROM recipient INDEXED BY recipient_due"
				" WHERE state = 0 AND rank = ?2 AND due > ?1 ORDER BY due LIMIT 1",
	[STORE_READ_NEXT_RANK] = "SELECT rank FROM recipient INDEXED BY recipient_due"
				 " WHERE state = 0 AND rank >= ?1 ORDER BY rank LIMIT 1",
	[STORE_READ_MESSAGES] = "SELECT " MESSAGE_COLUMNS " FROM message m WHERE m.id > ?1"
				" ORDER BY m.id LIMIT ?2",
	[STORE_READ_MESSAGE] = "SELECT " MESSAGE_COLUMNS " FROM message m WHERE m.id = ?1",
	[STORE_READ_RECIPIENTS] = "SELECT " MESSAGE_COLUMNS ", " RECIPIENT_COLUMNS
				  " FROM message m CROSS JOIN recipient r ON r.message_id = m.id"
				  " WHERE m.id = ?1 ORDER BY r.idx",
	[STORE_READ_OPEN] =
	    "SELECT count(*), total(state < 2) FROM recipient WHERE message_id = ?1",
	[STORE_READ_SIZES] = "SELECT length(prefix), length(tail), size,"
			     " (SELECT start + length FROM chunk WHERE message_id = ?1"
			     " ORDER BY start DESC LIMIT 1) FROM message WHERE id = ?1",
	[STORE_READ_PREFIX] = "SELECT prefix FROM message WHERE id = ?1",
	[STORE_READ_CHUNK] = "SELECT start, data FROM chunk WHERE message_id = ?1 AND start <= ?2"
			     " ORDER BY start DESC LIMIT 1",
	[STORE_READ_TAIL] = "SELECT tail FROM message WHERE id = ?1",
	[STORE_READ_HISTORY] = "SELECT " HISTORY_COLUMNS " FROM history ORDER BY n DESC LIMIT ?1",
	[STORE_READ_HISTORY_OF] = "SELECT " HISTORY_COLUMNS " FROM history WHERE id = ?2"
				  " ORDER BY n DESC LIMIT ?1",
	[STORE_READ_COUNT_MESSAGES] = "SELECT count(*), total(size) FROM message",
	[STORE_READ_COUNT_DUE] = "SELECT count(*), total(attempts > 0) FROM recipient"
				 " INDEXED BY recipient_due WHERE state = 0",
	[STORE_READ_COUNT_HELD] = "SELECT count(*) FROM recipient INDEXED BY recipient_held"
				  " WHERE state = 1",
};

void
store_reader_init(struct store_reader *r, const char *path)
{
	pthread_mutexattr_t recursive;

	*r = (struct store_reader){ .path = path };
	r->db.sql = read_sql;
	(void)pthread_mutexattr_init(&recursive);
	(void)pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	(void)pthread_mutex_init(&r->lock, &recursive);
	(void)pthread_mutexattr_destroy(&recursive);
}

void
store_reader_done(struct store_reader *r)
{
	store_db_close(&r->db);
	(void)pthread_mutex_destroy(&r->lock);
}

void
store_reader_abandon(struct store_reader *r)
{
	(void)pthread_mutex_lock(&r->lock);
	store_db_abandon(&r->db);
	(void)pthread_mutex_unlock(&r->lock);
}

int
store_reader_open(struct store_reader *r)
{
	return store_db_open(&r->db, r->path, STORE_DB_READ, CACHE_KIB);
}

static int
get_statement(struct store_reader *r, enum store_read_statement which, sqlite3_stmt **ret_st)
{
	sqlite3_stmt *st;

	if (r->db.handle == NULL) {
		int result = store_reader_open(r);

		if (result < 0) {
			store_db_close(&r->db);
			return result;
		}
	}
	st = store_db_statement(&r->db, which);
	if (st == NULL)
		return store_db_failed(&r->db);
	*ret_st = st;
	return 0;
}

int
store_reader_begin(struct store_reader *r, enum store_read_statement which, sqlite3_stmt **ret_st)
{
	(void)pthread_mutex_lock(&r->lock);
	r->depth++;
	*ret_st = NULL;
	return get_statement(r, which, ret_st);
}

int
store_reader_end(struct store_reader *r, sqlite3_stmt *st, int result)
{
	if (st != NULL)
		(void)sqlite3_reset(st);
	r->depth--;
	/* What failed may be the connection itself: the next call opens another one. */
	if (r->depth == 0 && r->db.in_doubt)
		store_db_close(&r->db);
	(void)pthread_mutex_unlock(&r->lock);
	return result;
}
