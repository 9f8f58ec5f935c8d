/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <sys/stat.h>

#include "support.h"

enum {
	WAL_MAX_LEN = 100 * 4096,
	WAL_LONG_LEN = 2 * WAL_MAX_LEN,
	BATCH_COUNT = 400,
	BATCH_PAGES_MAX = 24, /* of one message with its chunks, and freelist */
};

static off_t
wal_len(const struct scratch *s)
{
	struct stat st;

	return stat(scratch_path(s, "queue.db-wal"), &st) < 0 ? 0 : st.st_size;
}

static off_t
write_batches(struct scratch *s)
{
	off_t longest = 0;

	for (uint64_t id = 1; id <= BATCH_COUNT; id++) {
		off_t len;

		for (uint32_t seq = 0; seq < 8; seq++)
			scratch_put_chunk(s, id, seq);
		scratch_put_large(s, id, 8);
		assert_int_equal(scratch_flush(s), 0);
		len = wal_len(s);
		longest = len > longest ? len : longest;
	}
	return longest;
}

static void
test_the_wal_stays_bounded_under_constant_load(void **state)
{
	struct scratch s;
	off_t longest;

	(void)state;
	scratch_make(&s);
	s.wal_max_len = WAL_MAX_LEN;
	assert_int_equal(scratch_open(&s), 0);
	longest = write_batches(&s);
	assert_in_range(longest, 1, WAL_MAX_LEN + BATCH_PAGES_MAX * 4120);
	for (uint64_t id = 1; id <= BATCH_COUNT; id++)
		assert_int_equal(scratch_check(s.store, id, 1, 8), 0);
	scratch_remove(&s);
}

static void
write_ten(struct scratch *s, uint64_t first_id)
{
	for (uint64_t id = first_id; id < first_id + 10; id++) {
		scratch_put(s, id, 1);
		assert_int_equal(scratch_flush(s), 0);
	}
}

static void
test_a_reader_that_stays_lets_the_wal_grow_only_until_it_goes(void **state)
{
	struct scratch s;
	sqlite3 *shell;
	off_t longest;

	(void)state;
	scratch_make(&s);
	s.wal_max_len = WAL_MAX_LEN;
	assert_int_equal(scratch_open(&s), 0);
	assert_int_equal(sqlite3_open(scratch_path(&s, "queue.db"), &shell), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(shell, "BEGIN; SELECT count(*) FROM message", NULL, NULL, NULL),
	    SQLITE_OK);
	scratch_put(&s, 100000, 1);
	assert_int_equal(scratch_flush(&s), 0);
	assert_true(write_batches(&s) > WAL_LONG_LEN);
	assert_int_equal(sqlite3_exec(shell, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(shell), SQLITE_OK);
	/* The copying goes on beside the commits, so it may be some of them before the WAL
	 * restarts. */
	longest = 0;
	for (uint64_t id = 200000; id < 201000 && wal_len(&s) != longest; id += 10) {
		longest = wal_len(&s);
		write_ten(&s, id);
	}
	assert_int_equal(wal_len(&s), longest);
	scratch_remove(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_wal_stays_bounded_under_constant_load),
		cmocka_unit_test(test_a_reader_that_stays_lets_the_wal_grow_only_until_it_goes),
	};

	return cmocka_run_group_tests_name("store/sqlite_checkpoint", tests, NULL, NULL);
}
