/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "submission/crowd.h"

static void
test_a_group_has_room_for_exactly_so_many(void **state)
{
	struct crowd c;

	(void)state;
	crowd_init(&c, 42);
	for (int i = 0; i < 3; i++)
		assert_true(crowd_enter(&c, 7, 3));
	assert_false(crowd_enter(&c, 7, 3));
	assert_true(crowd_enter(&c, 8, 3));
	crowd_leave(&c, 7);
	assert_true(crowd_enter(&c, 7, 3));
	assert_false(crowd_enter(&c, 7, 3));
	crowd_done(&c);
}

static void
test_a_lower_limit_keeps_newcomers_out_until_enough_have_left(void **state)
{
	struct crowd c;

	(void)state;
	crowd_init(&c, 42);
	for (int i = 0; i < 3; i++)
		assert_true(crowd_enter(&c, 7, 3));
	assert_false(crowd_enter(&c, 7, 2));
	crowd_leave(&c, 7);
	assert_false(crowd_enter(&c, 7, 2));
	crowd_leave(&c, 7);
	assert_true(crowd_enter(&c, 7, 2));
	crowd_done(&c);
}

static void
test_a_group_that_has_left_takes_no_memory(void **state)
{
	struct crowd c;

	(void)state;
	crowd_init(&c, 42);
	for (uint64_t group = 0; group < 10000; group++) {
		assert_true(crowd_enter(&c, group, 1));
		assert_false(crowd_enter(&c, group, 1));
		crowd_leave(&c, group);
	}
	assert_true(crowd_enter(&c, UINT64_MAX, 1));
	assert_int_equal(c.places.count, 1);
	crowd_done(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_group_has_room_for_exactly_so_many),
		cmocka_unit_test(test_a_lower_limit_keeps_newcomers_out_until_enough_have_left),
		cmocka_unit_test(test_a_group_that_has_left_takes_no_memory),
	};
	return cmocka_run_group_tests_name("submission/crowd", tests, NULL, NULL);
}
