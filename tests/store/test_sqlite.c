/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a message in the store, as docs/queue.md has it, through store.h. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>

#include "support.h"

static int
set_up(void **state)
{
	struct scratch *s = calloc(1, sizeof *s);

	scratch_make(s);
	*state = s;
	return scratch_open(s);
}

static int
tear_down(void **state)
{
	scratch_remove(*state);
	free(*state);
	return 0;
}

static void
test_a_message_is_whole_after_its_flush_and_after_reopening(void **state)
{
	struct scratch *s = *state;

	scratch_put(s, 7, 3);
	assert_int_equal(scratch_check(s->store, 7, 3, 0), -ENOENT);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 7, 3, 0), 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 7, 3, 0), 0);
}

static void
test_a_large_message_is_its_chunks_in_order(void **state)
{
	struct scratch *s = *state;

	for (uint32_t seq = 0; seq < 40; seq++) {
		scratch_put_chunk(s, 9, seq);
		if (seq % 7 == 0)
			assert_int_equal(scratch_flush(s), 0);
	}
	scratch_put_large(s, 9, 40);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 9, 1, 40), 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 9, 1, 40), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_message_is_whole_after_its_flush_and_after_reopening, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_large_message_is_its_chunks_in_order, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("store/sqlite", tests, NULL, NULL);
}
