/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "store/sqlite_private.h"

enum {
	MESSAGE_COLUMN = 0,
	RECIPIENT_COLUMN = 6, /* after those of the message */
};

static int
count_recipients(struct store *s, struct store_message_row *m)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(&s->reader, STORE_READ_OPEN, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, m->id);
		r = store_db_next(&s->reader.db, st);
	}
	if (r > 0) {
		m->recipient_count = (uint32_t)store_db_column_number(st, 0);
		m->open_count = (uint32_t)store_db_column_number(st, 1);
	}
	return store_reader_end(&s->reader, st, r < 0 ? r : 0);
}

/*
 * Fills *m from the row. Recipients are counted when the message is another one than *m held: a
 * list message comes as thousands of rows in a row.
 */
static int
get_message(struct store *s, sqlite3_stmt *st, struct store_message_row *m)
{
	struct store_message_row before = *m;

	*m = (struct store_message_row){
		.id = store_db_column_number(st, MESSAGE_COLUMN),
		.created_unix_ms = store_db_column_number(st, MESSAGE_COLUMN + 1),
		.size = store_db_column_number(st, MESSAGE_COLUMN + 2),
		.flags = (uint32_t)store_db_column_number(st, MESSAGE_COLUMN + 3),
		.account = store_db_column_slice(st, MESSAGE_COLUMN + 4),
		.sender = store_db_column_slice(st, MESSAGE_COLUMN + 5),
		.recipient_count = before.recipient_count,
		.open_count = before.open_count,
	};
	return m->id == before.id ? 0 : count_recipients(s, m);
}

static struct store_recipient_row
get_recipient(sqlite3_stmt *st)
{
	struct store_recipient_row r = {
		.index = (uint32_t)store_db_column_number(st, RECIPIENT_COLUMN),
		.state = (enum store_recipient_state)sqlite3_column_int(st, RECIPIENT_COLUMN + 1),
		.attempts = (uint32_t)store_db_column_number(st, RECIPIENT_COLUMN + 2),
		.due_unix_ms = store_db_column_number(st, RECIPIENT_COLUMN + 3),
		.address = store_db_column_slice(st, RECIPIENT_COLUMN + 4),
		.route = store_db_column_slice(st, RECIPIENT_COLUMN + 5),
		.code = (uint16_t)store_db_column_number(st, RECIPIENT_COLUMN + 6),
		.host = store_db_column_slice(st, RECIPIENT_COLUMN + 8),
		.peer_text = store_db_column_slice(st, RECIPIENT_COLUMN + 9),
		.reason = store_db_column_slice(st, RECIPIENT_COLUMN + 10),
	};

	store_apply_unpack(store_db_column_number(st, RECIPIENT_COLUMN + 7), r.enhanced);
	return r;
}

/* Calls fn for each row of a statement that gives MESSAGE_COLUMNS and RECIPIENT_COLUMNS. */
static int
each_recipient(struct store *s, sqlite3_stmt *st, store_recipient_fn *fn, void *arg)
{
	struct store_message_row m = { 0 };
	bool more = true;
	int result = 0;

	while (more && result >= 0 && (result = store_db_next(&s->reader.db, st)) > 0) {
		struct store_recipient_row r = get_recipient(st);

		result = get_message(s, st, &m);
		more = result == 0 && fn(arg, &m, &r);
	}
	return result < 0 ? result : 0;
}

int
store_each_due(
    struct store *s, uint64_t now_unix_ms, size_t limit, store_recipient_fn *fn, void *arg)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(&s->reader, STORE_READ_DUE, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, now_unix_ms);
		store_db_bind_number(st, 2, limit);
		r = each_recipient(s, st, fn, arg);
	}
	return store_reader_end(&s->reader, st, r);
}

int
store_next_due(struct store *s, uint64_t after_unix_ms, uint64_t *ret_unix_ms)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(&s->reader, STORE_READ_NEXT_DUE, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, after_unix_ms);
		r = store_db_next(&s->reader.db, st);
	}
	if (r >= 0)
		*ret_unix_ms = r == 0 ? UINT64_MAX : store_db_column_number(st, 0);
	return store_reader_end(&s->reader, st, r < 0 ? r : 0);
}

int
store_each_message(
    struct store *s, uint64_t after_id, size_t limit, store_message_fn *fn, void *arg)
{
	struct store_message_row m = { 0 };
	bool more = true;
	sqlite3_stmt *st;
	int r = store_reader_begin(&s->reader, STORE_READ_MESSAGES, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, after_id);
		store_db_bind_number(st, 2, limit);
	}
	while (r >= 0 && more && (r = store_db_next(&s->reader.db, st)) > 0) {
		r = get_message(s, st, &m);
		more = r == 0 && fn(arg, &m);
	}
	return store_reader_end(&s->reader, st, r < 0 ? r : 0);
}

/* -ENOENT when there is no such message. */
static int
find_message(struct store *s, uint64_t message_id)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(&s->reader, STORE_READ_MESSAGE, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, message_id);
		r = store_db_next(&s->reader.db, st);
		if (r == 0)
			r = -ENOENT;
	}
	return store_reader_end(&s->reader, st, r < 0 ? r : 0);
}

int
store_each_recipient(struct store *s, uint64_t message_id, store_recipient_fn *fn, void *arg)
{
	sqlite3_stmt *st;
	int r = find_message(s, message_id);

	if (r < 0)
		return r;
	r = store_reader_begin(&s->reader, STORE_READ_RECIPIENTS, &st);
	if (r == 0) {
		store_db_bind_number(st, 1, message_id);
		r = each_recipient(s, st, fn, arg);
	}
	return store_reader_end(&s->reader, st, r);
}

/* The first row's first two columns, of a statement without parameters. */
static int
count(struct store *s, enum store_read_statement which, uint64_t *ret_first, uint64_t *ret_second)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(&s->reader, which, &st);

	if (r == 0)
		r = store_db_next(&s->reader.db, st);
	if (r > 0) {
		*ret_first = store_db_column_number(st, 0);
		if (ret_second != NULL)
			*ret_second = store_db_column_number(st, 1);
	}
	return store_reader_end(&s->reader, st, r < 0 ? r : 0);
}

int
store_count(struct store *s, struct store_counts *ret_counts)
{
	struct store_counts c = { 0 };
	uint64_t waiting = 0;
	int r = count(s, STORE_READ_COUNT_MESSAGES, &c.messages, &c.octets);

	if (r == 0)
		r = count(s, STORE_READ_COUNT_DUE, &waiting, &c.recipients_deferred);
	if (r == 0)
		r = count(s, STORE_READ_COUNT_HELD, &c.recipients_held, NULL);
	if (r < 0)
		return r;
	c.recipients_due = waiting - c.recipients_deferred;
	*ret_counts = c;
	return 0;
}
