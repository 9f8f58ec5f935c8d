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
		.account = store_db_column_slice(st, MESSAGE_COLUMN + 3),
		.sender = store_db_column_slice(st, MESSAGE_COLUMN + 4),
		.parameters = store_db_column_slice(st, MESSAGE_COLUMN + 5),
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
		.parameters = store_db_column_slice(st, RECIPIENT_COLUMN + 11),
		.notices = (uint32_t)store_db_column_number(st, RECIPIENT_COLUMN + 12),
	};

	store_apply_unpack(store_db_column_number(st, RECIPIENT_COLUMN + 7), r.enhanced);
	return r;
}

struct visit {
	store_recipient_fn *fn;
	void *arg;
	size_t count;
	bool is_stopped;
};

/* Calls fn for each row of a statement that gives MESSAGE_COLUMNS and RECIPIENT_COLUMNS. */
static int
each_recipient(struct store *s, sqlite3_stmt *st, struct visit *v)
{
	struct store_message_row m = { 0 };
	int result = 0;

	while (!v->is_stopped && result >= 0 && (result = store_db_next(&s->reader.db, st)) > 0) {
		struct store_recipient_row r = get_recipient(st);

		result = get_message(s, st, &m);
		v->is_stopped = result < 0 || !v->fn(v->arg, &m, &r);
		v->count++;
	}
	return result < 0 ? result : 0;
}

static int
each_due_of_rank(
    struct store *s, uint64_t rank, uint64_t now_unix_ms, size_t limit, struct visit *v)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(&s->reader, STORE_READ_DUE, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, now_unix_ms);
		store_db_bind_number(st, 2, limit);
		store_db_bind_number(st, 3, rank);
		r = each_recipient(s, st, v);
	}
	return store_reader_end(&s->reader, st, r);
}

/*
 * The least rank from *rank on that a waiting recipient has. 1, or 0 when there is none, or -errno.
 * Most messages have no priority: so this is a look at one or two places of the index, and cheaper
 * than asking for each rank.
 */
static int
find_rank(struct store *s, uint64_t *rank)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(&s->reader, STORE_READ_NEXT_RANK, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, *rank);
		r = store_db_next(&s->reader.db, st);
	}
	if (r > 0)
		*rank = store_db_column_number(st, 0);
	return store_reader_end(&s->reader, st, r);
}

int
store_each_due(
    struct store *s, uint64_t now_unix_ms, size_t limit, store_recipient_fn *fn, void *arg)
{
	struct visit v = { .fn = fn, .arg = arg };
	int r;

	for (uint64_t rank = 0; !v.is_stopped && v.count < limit; rank++) {
		r = find_rank(s, &rank);
		if (r <= 0)
			return r;
		r = each_due_of_rank(s, rank, now_unix_ms, limit - v.count, &v);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
next_due_of_rank(struct store *s, uint64_t rank, uint64_t after_unix_ms, uint64_t *least_unix_ms)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(&s->reader, STORE_READ_NEXT_DUE, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, after_unix_ms);
		store_db_bind_number(st, 2, rank);
		r = store_db_next(&s->reader.db, st);
	}
	if (r > 0 && store_db_column_number(st, 0) < *least_unix_ms)
		*least_unix_ms = store_db_column_number(st, 0);
	return store_reader_end(&s->reader, st, r < 0 ? r : 0);
}

int
store_next_due(struct store *s, uint64_t after_unix_ms, uint64_t *ret_unix_ms)
{
	uint64_t least_unix_ms = UINT64_MAX;
	int r = 0;

	for (uint64_t rank = 0; (r = find_rank(s, &rank)) > 0; rank++) {
		r = next_due_of_rank(s, rank, after_unix_ms, &least_unix_ms);
		if (r < 0)
			return r;
	}
	if (r == 0)
		*ret_unix_ms = least_unix_ms;
	return r;
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
	struct visit v = { .fn = fn, .arg = arg };
	sqlite3_stmt *st;
	int r = find_message(s, message_id);

	if (r < 0)
		return r;
	r = store_reader_begin(&s->reader, STORE_READ_RECIPIENTS, &st);
	if (r == 0) {
		store_db_bind_number(st, 1, message_id);
		r = each_recipient(s, st, &v);
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
