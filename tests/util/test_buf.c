/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"

/* A block that must be clean when it is freed; ptr is NULL from then on. */
static struct slice watched;

void __real_free(void *block);
void __wrap_free(void *block);

void
__wrap_free(void *block)
{
	if (block != NULL && block == watched.ptr) {
		for (size_t i = 0; i < watched.len; i++)
			assert_int_equal(watched.ptr[i], 0);
		watched.ptr = NULL;
	}
	__real_free(block);
}

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
test_what_is_printed_has_every_length(void **state)
{
	char text[1025];
	struct buf b;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (size_t len = 0; len < sizeof text; len++) {
		buf_init(&b, len + 2);
		assert_true(buf_addf(&b, "<%s>", &text[sizeof text - 1 - len]));
		assert_int_equal(b.len, len + 2);
		assert_memory_equal(b.ptr + 1, text, len);
		assert_int_equal(b.ptr[len + 1], '>');
		buf_done(&b);
	}
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
test_wipe_overwrites_all_of_the_memory_before_it_is_given_back(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_wipe(&b);
	assert_true(buf_add_text(&b, "a secret, and what is behind its end"));
	b.len = 8;
	watched = slice_make(b.ptr, b.size);
	buf_wipe(&b);
	assert_null(watched.ptr);
	assert_null(b.ptr);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 100);
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
		cmocka_unit_test(test_what_is_printed_has_every_length),
		cmocka_unit_test(test_it_grows_through_many_small_additions),
		cmocka_unit_test(test_drop_keeps_what_follows),
		cmocka_unit_test(test_wipe_overwrites_all_of_the_memory_before_it_is_given_back),
		cmocka_unit_test(test_release_gives_the_memory_back),
	};
	return cmocka_run_group_tests_name("util/buf", tests, NULL, NULL);
}
