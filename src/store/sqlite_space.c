/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_space.h"

#include <errno.h>
#include <sys/statvfs.h>

#include "util/clock.h"

int
store_space_free(const char *directory, uint64_t *ret_len)
{
	struct statvfs fs;

	if (statvfs(directory, &fs) < 0)
		return -errno;
	*ret_len = (uint64_t)fs.f_bavail * fs.f_frsize;
	return 0;
}

int
store_space_measure(struct store_space *s, struct store_db *db)
{
	int64_t unused_pages = 0;
	uint64_t free_len = 0;

	s->checked_ms = clock_monotonic_ms();
	s->written_len = 0;
	s->result = 0;
	if (s->min_free == 0)
		return 0;
	s->result = store_space_free(s->directory, &free_len);
	if (s->result == 0)
		s->result = store_db_number(db, "PRAGMA freelist_count", &unused_pages);
	if (s->result < 0)
		return s->result;
	free_len += (uint64_t)unused_pages * STORE_DB_PAGE_SIZE;
	return s->result = free_len < s->min_free ? -ENOSPC : 0;
}

static bool
takes_in(const struct store_batch *b)
{
	for (const struct store_op *op = b->first; op != NULL; op = op->next)
		if (op->kind == STORE_OP_CHUNK ||
		    (op->kind == STORE_OP_MESSAGE && op->message.account.len != 0))
			return true;
	return false;
}

int
store_space_check(struct store_space *s, struct store_db *db, const struct store_batch *b)
{
	uint64_t now_ms = clock_monotonic_ms();

	if (s->min_free == 0 || !takes_in(b))
		return 0;
	s->written_len += b->len;
	if (s->result != 0 || s->written_len >= STORE_SPACE_CHECK_LEN ||
	    now_ms - s->checked_ms >= STORE_SPACE_CHECK_MS)
		return store_space_measure(s, db);
	return 0;
}
