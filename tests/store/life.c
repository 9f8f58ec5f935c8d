/* SPDX-License-Identifier: Apache-2.0 */
#include "life.h"

#include <errno.h>
#include <sqlite3.h>

#define NOTICE 2 /* bits that go with the outcome: never one without the other */

uint32_t
life_chunk_count(size_t i)
{
	static const uint32_t counts[] = { 0, 0, 6, 0, 0, 2 };

	return counts[i % 6];
}

size_t
life_recipient_count(size_t i)
{
	return life_chunk_count(i) != 0 ? 1 : 1 + i % 3;
}

static void
settle(struct scratch *s, size_t i)
{
	const struct smtp_verdict v = { .code = 250,
		.enhanced = { 2, 1, 5 },
		.host = (char[]){ "mx.example.org" },
		.peer_text = (char[]){ "Ok" } };

	for (uint32_t k = 0; k < life_recipient_count(i); k++)
		store_put_outcome(s->store, i + 1, k, STORE_RECIPIENT_DELIVERED, 0, &v);
	store_settle(s->store, i + 1, 1000000 + i);
}

void
life_put(struct scratch *s, size_t i, enum life_version to)
{
	const struct smtp_verdict v = { .code = 451, .enhanced = { 4, 2, 1 } };

	switch (to) {
	case LIFE_NONE:
	case LIFE_VERSION_COUNT:
		break;
	case LIFE_WHOLE:
		if (life_chunk_count(i) != 0)
			scratch_put_large(s, i + 1, life_chunk_count(i));
		else
			scratch_put(s, i + 1, life_recipient_count(i));
		break;
	case LIFE_DEFERRED:
		store_put_outcome(s->store, i + 1, 0, STORE_RECIPIENT_DUE, 5000, &v);
		store_put_notices(s->store, i + 1, 0, NOTICE);
		break;
	case LIFE_OVER:
		settle(s, i);
		break;
	}
}

/* How often it was tried, or too large a number when the notices do not agree. */
static bool
see_attempts(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	(void)m;
	*(uint32_t *)arg = r->notices == (r->attempts == 0 ? 0 : NOTICE) ? r->attempts : UINT32_MAX;
	return false;
}

static bool
see_history(void *arg, const struct store_history_row *h)
{
	*(size_t *)arg += h->state == STORE_RECIPIENT_DELIVERED && h->code == 250;
	return true;
}

int
life_get(struct store *s, size_t i)
{
	uint32_t attempts = 0;
	size_t lines = 0;
	int r = scratch_check(s, i + 1, life_recipient_count(i), life_chunk_count(i));
	int h = store_each_history(s, i + 1, SIZE_MAX, see_history, &lines);

	if (h < 0 || (r < 0 && r != -ENOENT))
		return h < 0 ? h : r;
	if (lines != 0)
		return r == -ENOENT && lines == life_recipient_count(i) ? LIFE_OVER : -EBADMSG;
	if (r == -ENOENT)
		return LIFE_NONE;
	r = store_each_recipient(s, i + 1, see_attempts, &attempts);
	if (r < 0 || attempts > 1)
		return r < 0 ? r : -EBADMSG;
	return attempts == 0 ? LIFE_WHOLE : LIFE_DEFERRED;
}

int
life_check_database(const struct scratch *s)
{
	static const char sql[] =
	    "SELECT (SELECT count(*) FROM chunk WHERE message_id NOT IN (SELECT id FROM message))"
	    " + (SELECT count(*) FROM recipient WHERE message_id NOT IN (SELECT id FROM message))"
	    " + (SELECT integrity_check <> 'ok' FROM pragma_integrity_check)";
	sqlite3 *db;
	sqlite3_stmt *st = NULL;
	int wrong = -1;

	if (sqlite3_open_v2(scratch_path(s, "queue.db"), &db, SQLITE_OPEN_READWRITE, NULL) ==
		SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		wrong = sqlite3_column_int(st, 0);
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return wrong;
}
