/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_history.c - what became of the messages that are over. */
#include "store/sqlite_private.h"

static struct store_history_row
get_row(sqlite3_stmt *st)
{
	struct store_history_row h = {
		.id = store_db_column_number(st, 0),
		.created_unix_ms = store_db_column_number(st, 1),
		.settled_unix_ms = store_db_column_number(st, 2),
		.size = store_db_column_number(st, 3),
		.account = store_db_column_slice(st, 4),
		.sender = store_db_column_slice(st, 5),
		.recipient = store_db_column_slice(st, 6),
		.host = store_db_column_slice(st, 7),
		.peer_text = store_db_column_slice(st, 8),
		.reason = store_db_column_slice(st, 9),
		.state = (enum store_recipient_state)sqlite3_column_int(st, 10),
		.code = (uint16_t)store_db_column_number(st, 11),
	};

	store_apply_unpack(store_db_column_number(st, 12), h.enhanced);
	return h;
}

int
store_each_history(
    struct store *s, uint64_t message_id, size_t limit, store_history_fn *fn, void *arg)
{
	bool more = true;
	sqlite3_stmt *st;
	int r = store_reader_begin(
	    &s->reader, message_id == 0 ? STORE_READ_HISTORY : STORE_READ_HISTORY_OF, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, limit);
		if (message_id != 0)
			store_db_bind_number(st, 2, message_id);
	}
	while (r >= 0 && more && (r = store_db_next(&s->reader.db, st)) > 0) {
		struct store_history_row h = get_row(st);

		more = fn(arg, &h);
	}
	return store_reader_end(&s->reader, st, r < 0 ? r : 0);
}
