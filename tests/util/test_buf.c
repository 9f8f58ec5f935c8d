/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"

static void
test_it_takes_its_maximum_and_not_one_more(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	assert_true(buf_add_text(&b, "hello"));
	assert_false(b.overflow);
	assert_false(buf_add_octet(&b, '!'));
	assert_true(b.overflow);
	assert_true(slice_is(buf_slice(&b), "hello"));
	buf_done(&b);
}

static void
test_a_refused_addition_adds_nothing(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	assert_true(buf_add_text(&b, "abcd"));
	assert_false(buf_addf(&b, "%d", 123456));
	assert_int_equal(b.len, 4);
	buf_clear(&b);
	assert_false(b.overflow);
	assert_true(buf_addf(&b, "%d", 12345678));
	assert_true(slice_is(buf_slice(&b), "12345678"));
	buf_done(&b);
}

static void
test_it_grows_through_many_small_additions(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	for (size_t i = 0; i < 100000; i++)
		assert_true(buf_add_octet(&b, (uint8_t)i));
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(b.ptr[i], (uint8_t)i);
	assert_null(buf_reserve(&b, 1));
	buf_done(&b);
}

static void
test_drop_keeps_what_follows(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 16);
	assert_true(buf_add_text(&b, "abcdef"));
	buf_drop(&b, 0);
	buf_drop(&b, 2);
	assert_true(slice_is(buf_slice(&b), "cdef"));
	buf_drop(&b, 4);
	assert_int_equal(b.len, 0);
	buf_done(&b);
}

static void
test_release_gives_the_memory_back(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 16);
	assert_true(buf_add_text(&b, "abc"));
	buf_release(&b);
	assert_null(b.ptr);
	assert_int_equal(b.size, 0);
	assert_true(buf_add_text(&b, "again"));
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_takes_its_maximum_and_not_one_more),
		cmocka_unit_test(test_a_refused_addition_adds_nothing),
		cmocka_unit_test(test_it_grows_through_many_small_additions),
		cmocka_unit_test(test_drop_keeps_what_follows),
		cmocka_unit_test(test_release_gives_the_memory_back),
	};
	return cmocka_run_group_tests_name("util/buf", tests, NULL, NULL);
}
