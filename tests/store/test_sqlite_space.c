/* SPDX-License-Identifier: Apache-2.0 */
/* Too little space, and a lock held by somebody else: refusals that end by themselves. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <sqlite3.h>

#include "life.h"

static void
test_low_space_refuses_submitted_messages_only(void **state)
{
	struct scratch *s = *state;
	const struct smtp_verdict v = { .code = 250 };
	const struct store_recipient to = { .address = slice_of("alice@example.com") };

	scratch_put(s, 1, 1);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_open_limited(s, UINT64_MAX), 0);
	scratch_put(s, 2, 1);
	assert_int_equal(scratch_flush(s), -ENOSPC);
	scratch_put_chunk(s, 2, 0);
	assert_int_equal(scratch_flush(s), -ENOSPC);
	assert_int_equal(store_probe(s->store), -ENOSPC);
	/* What makes room, and the bounce that goes with it. */
	store_put_outcome(s->store, 1, 0, STORE_RECIPIENT_FAILED, 0, &v);
	store_settle(s->store, 1, 1);
	store_put_message(
	    s->store, &(struct store_message){ .id = 3, .recipients = &to, .recipient_count = 1 });
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, 0), -ENOENT);
	scratch_put(s, 2, 1);
	assert_int_equal(scratch_flush(s), -ENOSPC);
	assert_int_equal(scratch_open_limited(s, 1), 0);
	scratch_put(s, 2, 1);
	assert_int_equal(scratch_flush(s), 0);
}

/* The probe is the writer's business: what it found is told by a later one. */
static void
probe_until_well(struct scratch *s)
{
	int r = -EAGAIN;

	for (int i = 0; r != 0; i++) {
		assert_true(i < 1000);
		r = store_probe(s->store);
		assert_int_equal(scratch_flush(s), 0);
	}
}

static sqlite3 *
lock_database(struct scratch *s)
{
	sqlite3 *shell;

	assert_int_equal(sqlite3_open(scratch_path(s, "queue.db"), &shell), SQLITE_OK);
	assert_int_equal(sqlite3_exec(shell, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	return shell;
}

static void
unlock_database(struct scratch *s, sqlite3 *shell)
{
	assert_int_equal(sqlite3_exec(shell, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(shell), SQLITE_OK);
	probe_until_well(s);
}

static void
test_a_lock_held_by_somebody_is_eagain_until_he_lets_go(void **state)
{
	struct scratch *s = *state;
	sqlite3 *shell = lock_database(s);

	scratch_put(s, 1, 1);
	assert_int_equal(scratch_flush(s), -EAGAIN);
	assert_int_equal(store_probe(s->store), -EAGAIN);
	unlock_database(s, shell);
	assert_int_equal(scratch_check(s->store, 1, 1, 0), -ENOENT);
	scratch_put(s, 1, 1);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, 0), 0);
}

/* Nobody asks for it again. */
static void
test_chunks_that_could_not_be_dropped_are_when_writing_works_again(void **state)
{
	struct scratch *s = *state;
	sqlite3 *shell;

	for (uint32_t seq = 0; seq < 3; seq++)
		scratch_put_chunk(s, 1, seq);
	assert_int_equal(scratch_flush(s), 0);
	shell = lock_database(s);
	store_drop_chunks(s->store, 1);
	assert_int_equal(scratch_flush(s), -EAGAIN);
	unlock_database(s, shell);
	store_close(&s->store);
	assert_int_equal(life_check_database(s), 0);
}

/* What is said of a number later stands. */
static void
test_a_number_that_comes_again_is_not_dropped_later(void **state)
{
	struct scratch *s = *state;
	sqlite3 *shell;

	scratch_put_chunk(s, 1, 0);
	assert_int_equal(scratch_flush(s), 0);
	shell = lock_database(s);
	store_drop_chunks(s->store, 1);
	assert_int_equal(scratch_flush(s), -EAGAIN);
	assert_int_equal(sqlite3_exec(shell, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	store_drop_chunks(s->store, 1);
	scratch_put_chunk(s, 1, 0);
	assert_int_equal(scratch_flush(s), 0);
	scratch_put_chunk(s, 1, 1);
	scratch_put_large(s, 1, 2);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, 2), 0);
	assert_int_equal(sqlite3_close(shell), SQLITE_OK);
}

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_low_space_refuses_submitted_messages_only),
		STORE_TEST(test_a_lock_held_by_somebody_is_eagain_until_he_lets_go),
		STORE_TEST(test_chunks_that_could_not_be_dropped_are_when_writing_works_again),
		STORE_TEST(test_a_number_that_comes_again_is_not_dropped_later),
	};

	return cmocka_run_group_tests_name("store/sqlite_space", tests, NULL, NULL);
}
