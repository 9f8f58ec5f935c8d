/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_apply.h"

#include <assert.h>
#include <errno.h>

#include "store/sqlite_schema.h"

enum statement {
	BEGIN,
	COMMIT,
	LAST_CHUNK,
	ADD_CHUNK,
	FIND_MESSAGE,
	DROP_CHUNKS,
	ADD_MESSAGE,
	ADD_RECIPIENT,
	SET_OUTCOME,
	ADD_NOTICES,
	FIND_UNSETTLED,
	ADD_HISTORY,
	REMOVE_CHUNKS,
	REMOVE_RECIPIENTS,
	REMOVE_MESSAGE,
	PRUNE_HISTORY,
	LAST_HISTORY,
	STATEMENT_COUNT,
};
_Static_assert(STATEMENT_COUNT <= STORE_DB_STATEMENTS_MAX, "sqlite_db.h holds them all");

#define HISTORY_SHIFT 20  /* history.n: settle time in ms, then a counter */
#define PRUNE_MAX "10000" /* lines of one call: some 50 ms */

const char *const store_apply_sql[] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[LAST_CHUNK] = "SELECT seq, start + length FROM chunk WHERE message_id = ?1"
		       " ORDER BY start DESC LIMIT 1",
	[ADD_CHUNK] = "INSERT INTO chunk(message_id, start, seq, length, data)"
		      " VALUES(?1, ?2, ?3, ?4, ?5)",
	[FIND_MESSAGE] = "SELECT 1 FROM message WHERE id = ?1",
	/* Never those of a message that came: its number may have been chosen twice. */
	[DROP_CHUNKS] = "DELETE FROM chunk WHERE message_id = ?1"
			" AND NOT EXISTS(SELECT 1 FROM message WHERE id = ?1)",
	[ADD_MESSAGE] =
	    "INSERT INTO message(id, created, parameters, chunk_count, size, account, sender,"
	    " prefix, tail) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[ADD_RECIPIENT] = "INSERT INTO recipient(message_id, idx, state, rank, due, address, route,"
			  " parameters) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[SET_OUTCOME] = "UPDATE recipient SET state = ?3, due = ?4, attempts = attempts + 1,"
			" code = ?5, enhanced = ?6, host = ?7, peer_text = ?8, reason = ?9"
			" WHERE message_id = ?1 AND idx = ?2",
	[ADD_NOTICES] = "UPDATE recipient SET notices = notices | ?3"
			" WHERE message_id = ?1 AND idx = ?2",
	[FIND_UNSETTLED] = "SELECT 1 FROM recipient WHERE message_id = ?1 AND state < 2 LIMIT 1",
	[ADD_HISTORY] = "INSERT INTO history(n, id, created, settled, size, account, sender,"
			" recipient, state, code, enhanced, host, peer_text, reason)"
			" SELECT ?2 + r.idx, m.id, m.created, ?3, m.size, m.account, m.sender,"
			" r.address, r.state, r.code, r.enhanced, r.host, r.peer_text, r.reason"
			" FROM message m CROSS JOIN recipient r ON r.message_id = m.id"
			" WHERE m.id = ?1",
	[REMOVE_CHUNKS] = "DELETE FROM chunk WHERE message_id = ?1",
	[REMOVE_RECIPIENTS] = "DELETE FROM recipient WHERE message_id = ?1",
	[REMOVE_MESSAGE] = "DELETE FROM message WHERE id = ?1",
	[PRUNE_HISTORY] = "DELETE FROM history WHERE n IN"
			  " (SELECT n FROM history WHERE n < ?1 ORDER BY n LIMIT " PRUNE_MAX ")",
	[LAST_HISTORY] = "SELECT max(n) FROM history",
};

void
store_apply_init(struct store_apply *a, struct store_db *db, struct store_bodies *bodies)
{
	*a = (struct store_apply){ .db = db, .bodies = bodies, .synced = true, .history_last = -1 };
}

uint32_t
store_apply_pack(const uint16_t enhanced[3])
{
	return (uint32_t)(enhanced[0] & 15) << 20 | (uint32_t)(enhanced[1] & 1023) << 10 |
	       (uint32_t)(enhanced[2] & 1023);
}

void
store_apply_unpack(uint64_t packed, uint16_t enhanced[3])
{
	enhanced[0] = packed >> 20 & 15;
	enhanced[1] = packed >> 10 & 1023;
	enhanced[2] = packed & 1023;
}

/* Runs a statement with the message's number as its only parameter. */
static int
run_for(struct store_apply *a, enum statement which, uint64_t number)
{
	sqlite3_stmt *st = store_db_statement(a->db, which);

	if (st == NULL)
		return store_db_failed(a->db);
	store_db_bind_number(st, 1, number);
	return store_db_run(a->db, st);
}

static int
run(struct store_apply *a, enum statement which)
{
	sqlite3_stmt *st = store_db_statement(a->db, which);

	return st == NULL ? store_db_failed(a->db) : store_db_run(a->db, st);
}

/* 1 when the statement, whose only parameter is the message's number, finds a row, else 0. */
static int
find_for(struct store_apply *a, enum statement which, uint64_t message_id)
{
	sqlite3_stmt *st = store_db_statement(a->db, which);
	int r;

	if (st == NULL)
		return store_db_failed(a->db);
	store_db_bind_number(st, 1, message_id);
	r = store_db_next(a->db, st);
	(void)sqlite3_reset(st);
	return r;
}

/* How many chunks of the message are rows, and how many octets they hold. */
static int
measure_chunks(struct store_apply *a, uint64_t message_id, uint64_t *ret_count, uint64_t *ret_len)
{
	sqlite3_stmt *st = store_db_statement(a->db, LAST_CHUNK);
	int r;

	if (st == NULL)
		return store_db_failed(a->db);
	store_db_bind_number(st, 1, message_id);
	r = store_db_next(a->db, st);
	if (r < 0)
		return r;
	*ret_count = r == 0 ? 0 : store_db_column_number(st, 0) + 1;
	*ret_len = r == 0 ? 0 : store_db_column_number(st, 1);
	(void)sqlite3_reset(st);
	return 0;
}

static int
add_chunk_row(struct store_apply *a, const struct store_op *op, uint64_t start)
{
	const struct store_op_chunk *c = &op->chunk;
	sqlite3_stmt *st = store_db_statement(a->db, ADD_CHUNK);

	if (st == NULL)
		return store_db_failed(a->db);
	store_db_bind_number(st, 1, op->message_id);
	store_db_bind_number(st, 2, start);
	store_db_bind_number(st, 3, c->seq);
	store_db_bind_number(st, 4, c->len);
	store_db_bind_blob(st, 5, slice_make(c->data, c->len));
	return store_db_run(a->db, st);
}

/* Never the file of a message that came: its number may have been chosen twice. */
static int
add_chunk_in_file(struct store_apply *a, const struct store_op *op, uint64_t start, uint64_t count)
{
	struct store_body *body;
	int r = find_for(a, FIND_MESSAGE, op->message_id);

	if (r != 0)
		return r < 0 ? r : -EEXIST;
	body = store_bodies_begin(a->bodies, op->message_id, start, (uint32_t)count);
	if (body == NULL)
		return add_chunk_row(a, op, start);
	return store_body_append(body, op->chunk.seq, slice_make(op->chunk.data, op->chunk.len));
}

static int
add_chunk(struct store_apply *a, const struct store_op *op)
{
	const struct store_op_chunk *c = &op->chunk;
	struct store_body *body = store_bodies_find(a->bodies, op->message_id);
	uint64_t count = 0, start = 0;
	int r;

	if (body != NULL)
		return store_body_append(body, c->seq, slice_make(c->data, c->len));
	r = measure_chunks(a, op->message_id, &count, &start);
	if (r < 0)
		return r;
	if (count != c->seq)
		return count > c->seq ? -EEXIST : -ENODATA;
	if (start < a->bodies->chunks_len)
		return add_chunk_row(a, op, start);
	return add_chunk_in_file(a, op, start, count);
}

/*
 * The chunks came in earlier batches, and any of those may have failed, or be lost with a WAL that
 * was recovered. What is in a file is synced here, before the transaction commits.
 */
static int
check_chunks(struct store_apply *a, const struct store_message *m)
{
	struct store_body *body = store_bodies_find(a->bodies, m->id);
	uint64_t count = 0, len = 0;
	int r;

	if (m->chunk_count == 0)
		return 0;
	r = measure_chunks(a, m->id, &count, &len);
	if (r < 0)
		return r;
	if (body != NULL) {
		if (len != body->start)
			return -ENODATA;
		count = body->count;
		len += body->len;
	}
	if (count != m->chunk_count || len != m->size - m->prefix.len - m->tail.len)
		return -ENODATA;
	return body == NULL ? 0 : store_bodies_sync(a->bodies, body);
}

static int
add_recipient(struct store_apply *a, const struct store_message *m, size_t index)
{
	const struct store_recipient *recipient = &m->recipients[index];
	sqlite3_stmt *st = store_db_statement(a->db, ADD_RECIPIENT);

	if (st == NULL)
		return store_db_failed(a->db);
	store_db_bind_number(st, 1, m->id);
	store_db_bind_number(st, 2, index);
	store_db_bind_number(st, 3, recipient->state);
	store_db_bind_number(st, 4, (uint64_t)(STORE_PRIORITY_MAX - m->priority));
	store_db_bind_number(st, 5, recipient->due_unix_ms);
	store_db_bind_text(st, 6, recipient->address);
	store_db_bind_text(st, 7, recipient->route);
	store_db_bind_text(st, 8, recipient->parameters);
	return store_db_run(a->db, st);
}

static int
add_row(struct store_apply *a, const struct store_message *m)
{
	sqlite3_stmt *st = store_db_statement(a->db, ADD_MESSAGE);

	if (st == NULL)
		return store_db_failed(a->db);
	store_db_bind_number(st, 1, m->id);
	store_db_bind_number(st, 2, m->created_unix_ms);
	store_db_bind_text(st, 3, m->parameters);
	store_db_bind_number(st, 4, m->chunk_count);
	store_db_bind_number(st, 5, m->size);
	store_db_bind_text(st, 6, m->account);
	store_db_bind_text(st, 7, m->sender);
	store_db_bind_blob(st, 8, m->prefix);
	store_db_bind_blob(st, 9, m->tail);
	return store_db_run(a->db, st);
}

static int
add_message(struct store_apply *a, const struct store_message *m)
{
	int r = check_chunks(a, m);

	if (r == 0)
		r = add_row(a, m);
	for (size_t i = 0; r == 0 && i < m->recipient_count; i++)
		r = add_recipient(a, m, i);
	return r;
}

static int
set_outcome(struct store_apply *a, uint64_t message_id, const struct store_op_outcome *o)
{
	sqlite3_stmt *st = store_db_statement(a->db, SET_OUTCOME);

	if (st == NULL)
		return store_db_failed(a->db);
	store_db_bind_number(st, 1, message_id);
	store_db_bind_number(st, 2, o->recipient);
	store_db_bind_number(st, 3, o->state);
	store_db_bind_number(st, 4, o->due_unix_ms);
	store_db_bind_number(st, 5, o->code);
	store_db_bind_number(st, 6, store_apply_pack(o->enhanced));
	store_db_bind_text(st, 7, o->host);
	store_db_bind_text(st, 8, o->peer_text);
	store_db_bind_text(st, 9, o->reason);
	return store_db_run(a->db, st);
}

static int
add_notices(struct store_apply *a, uint64_t message_id, const struct store_op_notices *n)
{
	sqlite3_stmt *st = store_db_statement(a->db, ADD_NOTICES);

	if (st == NULL)
		return store_db_failed(a->db);
	store_db_bind_number(st, 1, message_id);
	store_db_bind_number(st, 2, n->recipient);
	store_db_bind_number(st, 3, n->notices);
	return store_db_run(a->db, st);
}

/* The first key for lines settled at unix_ms: later than all there are, whatever the clock did. */
static int
reserve_history(struct store_apply *a, uint64_t unix_ms, int64_t *ret_first)
{
	int64_t first = (int64_t)(unix_ms << HISTORY_SHIFT);
	int r;

	if (a->history_last < 0) {
		r = store_db_number(a->db, store_apply_sql[LAST_HISTORY], &a->history_last);
		if (r < 0)
			return r;
	}
	*ret_first = first > a->history_last ? first : a->history_last + 1;
	return 0;
}

static int
add_history(struct store_apply *a, uint64_t message_id, uint64_t unix_ms)
{
	sqlite3_stmt *st;
	int64_t first;
	int r = reserve_history(a, unix_ms, &first);

	if (r < 0)
		return r;
	st = store_db_statement(a->db, ADD_HISTORY);
	if (st == NULL)
		return store_db_failed(a->db);
	store_db_bind_number(st, 1, message_id);
	store_db_bind_number(st, 2, (uint64_t)first);
	store_db_bind_number(st, 3, unix_ms);
	r = store_db_run(a->db, st);
	if (r == 0)
		a->history_last = first + sqlite3_changes(a->db->handle);
	return r;
}

/* Without rows there is no file. */
static int
remove_chunks(struct store_apply *a, uint64_t message_id)
{
	int r = run_for(a, REMOVE_CHUNKS, message_id);

	if (r == 0 && sqlite3_changes(a->db->handle) > 0)
		store_bodies_note_over(a->bodies, message_id);
	return r;
}

/* A message that is removed while a recipient waits would be lost mail. */
static int
settle(struct store_apply *a, uint64_t message_id, uint64_t unix_ms)
{
	int r = find_for(a, FIND_UNSETTLED, message_id);

	if (r > 0)
		return 0;
	if (r == 0)
		r = add_history(a, message_id, unix_ms);
	if (r == 0)
		r = remove_chunks(a, message_id);
	if (r == 0)
		r = run_for(a, REMOVE_RECIPIENTS, message_id);
	if (r == 0)
		r = run_for(a, REMOVE_MESSAGE, message_id);
	return r;
}

static int
apply(struct store_apply *a, const struct store_op *op)
{
	switch (op->kind) {
	case STORE_OP_CHUNK:
		return add_chunk(a, op);
	case STORE_OP_MESSAGE:
		return add_message(a, &op->message);
	case STORE_OP_DROP_CHUNKS:
		store_bodies_drop(a->bodies, op->message_id);
		return run_for(a, DROP_CHUNKS, op->message_id);
	case STORE_OP_OUTCOME:
		return set_outcome(a, op->message_id, &op->outcome);
	case STORE_OP_NOTICES:
		return add_notices(a, op->message_id, &op->notices);
	case STORE_OP_SETTLE:
		return settle(a, op->message_id, op->unix_ms);
	case STORE_OP_PRUNE_HISTORY:
		return run_for(a, PRUNE_HISTORY, op->unix_ms << HISTORY_SHIFT);
	}
	assert(false);
	return -EINVAL;
}

static bool
needs_sync(const struct store_batch *b)
{
	for (const struct store_op *op = b->first; op != NULL; op = op->next)
		if (op->kind != STORE_OP_CHUNK && op->kind != STORE_OP_DROP_CHUNKS)
			return true;
	return false;
}

/* NORMAL leaves out the sync at COMMIT, and only that: the WAL is in order whatever is lost. */
static int
set_synced(struct store_apply *a, bool synced)
{
	int r;

	if (a->synced == synced)
		return 0;
	r = store_db_exec(a->db, synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
	if (r == 0)
		a->synced = synced;
	return r;
}

static int
apply_all(struct store_apply *a, const struct store_batch *b)
{
	int r = run(a, BEGIN);

	if (r < 0)
		return r;
	for (const struct store_op *op = b->first; r == 0 && op != NULL; op = op->next)
		r = apply(a, op);
	if (r == 0)
		r = run(a, COMMIT);
	if (r < 0 && !sqlite3_get_autocommit(a->db->handle))
		(void)store_db_exec(a->db, "ROLLBACK");
	return r;
}

int
store_apply_batch(struct store_apply *a, const struct store_batch *b)
{
	int r = set_synced(a, needs_sync(b));

	if (r == 0)
		r = apply_all(a, b);
	store_bodies_end_batch(a->bodies, r);
	return r;
}

int
store_apply_nothing(struct store_apply *a)
{
	int r = set_synced(a, true);

	return r < 0 ? r : store_schema_touch(a->db);
}
