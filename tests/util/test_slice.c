/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/slice.h"

static void
test_comparison_is_exact_or_without_ascii_case(void **state)
{
	(void)state;
	assert_true(slice_is(slice_of("MAIL"), "MAIL"));
	assert_false(slice_is(slice_of("MAIL"), "mail"));
	assert_true(slice_is_nocase(slice_of("MaIl"), "mAiL"));
	assert_false(slice_is_nocase(slice_make("a\0b", 3), "a"));
	assert_false(slice_is_nocase(slice_of("a"), "ab"));
	assert_false(slice_is_nocase(slice_of("ab"), "a"));
	assert_true(slice_is_nocase(slice_of(""), ""));
	assert_false(slice_is_nocase(slice_of("MAIL"), "MAI"));
	assert_false(slice_is_nocase(slice_of("@"), "`")); /* differ in the case bit alone */
	assert_false(slice_is_nocase(slice_of("\xc9"), "\xe9"));
	assert_true(slice_starts_nocase(slice_of("From:<a@b>"), "FROM:"));
	assert_false(slice_starts_nocase(slice_of("FRO"), "FROM:"));
	assert_true(slice_equal(slice_make(NULL, 0), slice_of("")));
}

static void
test_find_gives_the_offset_or_the_length(void **state)
{
	(void)state;
	assert_int_equal(slice_find(slice_of("a@b@c"), '@'), 1);
	assert_int_equal(slice_find(slice_of("abc"), '@'), 3);
	assert_int_equal(slice_find(slice_make(NULL, 0), '@'), 0);
}

static const struct number_case {
	const char *text;
	uint64_t max, value;
	bool ok;
} numbers[] = {
	{ "0", 10, 0, true },
	{ "10", 10, 10, true },
	{ "11", 10, 0, false },
	{ "9", 8, 0, false },
	{ "007", 10, 7, true },
	{ "", 10, 0, false },
	{ "1a", 100, 0, false },
	{ "-1", 100, 0, false },
	{ "+1", 100, 0, false },
	{ " 1", 100, 0, false },
	{ "18446744073709551615", UINT64_MAX, UINT64_MAX, true },
	{ "18446744073709551616", UINT64_MAX, 0, false },
	{ "99999999999999999999", UINT64_MAX, 0, false },
};

static void
test_numbers_are_digits_up_to_a_maximum(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		const struct number_case *n = &numbers[i];
		uint64_t value = 0;
		bool ok = slice_to_u64(slice_of(n->text), n->max, &value);

		if (ok != n->ok || value != n->value)
			fail_msg("'%s': %d", n->text, (int)ok);
	}
}

static void
test_lines_end_at_lf_or_with_the_text(void **state)
{
	struct slice text = slice_of("one\n\n two \r\nthree");

	(void)state;
	assert_true(slice_is(slice_take_line(&text), "one"));
	assert_true(slice_is(slice_take_line(&text), ""));
	assert_true(slice_is(slice_take_line(&text), " two \r"));
	assert_true(slice_is(slice_take_line(&text), "three"));
	assert_int_equal(text.len, 0);
	assert_int_equal(slice_take_line(&text).len, 0);
}

static void
test_words_stand_between_blanks(void **state)
{
	struct slice line = slice_of(" \tname:  a\tb\r\n");

	(void)state;
	assert_true(slice_is(slice_take_word(&line), "name:"));
	assert_true(slice_is(slice_trim(line), "a\tb"));
	assert_true(slice_is(slice_take_word(&line), "a"));
	assert_true(slice_is(slice_take_word(&line), "b"));
	assert_int_equal(slice_take_word(&line).len, 0);
	assert_int_equal(slice_trim(slice_of(" \t\r\n ")).len, 0);
	assert_int_equal(slice_trim(slice_make(NULL, 0)).len, 0);
}

/* In a block of its size, so that a step beyond its end is seen. */
static void
test_no_octet_behind_the_end_is_read(void **state)
{
	static const char text[] = " a b ";

	(void)state;
	for (size_t len = 0; len < sizeof text; len++) {
		char *block = malloc(len + (len == 0));
		struct slice line = slice_make(block, len), rest = line;

		assert_non_null(block);
		memcpy(block, text, len);
		assert_true(slice_trim(line).len <= len);
		assert_int_equal(slice_take_line(&line).len, len);
		while (slice_take_word(&rest).len != 0)
			continue;
		assert_int_equal(rest.len, 0);
		free(block);
	}
}

static void
test_dup_ends_with_a_nul(void **state)
{
	char *text = slice_dup(slice_make("abcdef", 3));

	(void)state;
	assert_string_equal(text, "abc");
	free(text);
	text = slice_dup(slice_make(NULL, 0));
	assert_string_equal(text, "");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comparison_is_exact_or_without_ascii_case),
		cmocka_unit_test(test_find_gives_the_offset_or_the_length),
		cmocka_unit_test(test_numbers_are_digits_up_to_a_maximum),
		cmocka_unit_test(test_lines_end_at_lf_or_with_the_text),
		cmocka_unit_test(test_words_stand_between_blanks),
		cmocka_unit_test(test_no_octet_behind_the_end_is_read),
		cmocka_unit_test(test_dup_ends_with_a_nul),
	};
	return cmocka_run_group_tests_name("util/slice", tests, NULL, NULL);
}
