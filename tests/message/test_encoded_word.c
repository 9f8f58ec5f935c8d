/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "message/encoded_word.h"

static const struct word_case {
	const char *text, *field, *name;
} cases[] = {
	{ "", "", "\"\"" },
	{ "Hello", "Hello", "\"Hello\"" },
	{ "a \"b\" \\c", "a \"b\" \\c", "\"a \\\"b\\\" \\\\c\"" },
	{ "1 =? 2", "=?utf-8?B?MSA9PyAy?=", "=?utf-8?B?MSA9PyAy?=" },
	{ "Gr\xc3\xbc\xc3\x9f"
	  "e",
	    "=?utf-8?B?R3LDvMOfZQ==?=", "=?utf-8?B?R3LDvMOfZQ==?=" },
	/* A line end cannot begin a field. */
	{ "a\r\nBcc: b", "=?utf-8?B?YSAgQmNjOiBi?=", "=?utf-8?B?YSAgQmNjOiBi?=" },
};

static void
check(struct buf *out, const char *expected)
{
	assert_int_equal(out->len, strlen(expected));
	assert_memory_equal(out->ptr, expected, out->len);
	buf_clear(out);
}

static void
test_text_is_encoded_only_where_it_must_be(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1024);
	assert_true(buf_reserve(&out, 1) != NULL);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(message_encoded_word_add(slice_of(cases[i].text), &out));
		check(&out, cases[i].field);
		assert_true(message_display_name_add(slice_of(cases[i].text), &out));
		check(&out, cases[i].name);
	}
	buf_done(&out);
}

/* 75 characters at most in a word, and whole characters (RFC 2047 §2, §5). */
static void
test_long_text_becomes_words_with_whole_characters(void **state)
{
	struct buf text, out;
	size_t longest = 0, len = 0;

	(void)state;
	buf_init(&text, 4096);
	buf_init(&out, 16384);
	for (int i = 0; i < 300; i++)
		assert_true(buf_add_text(&text, i % 3 == 0 ? "x" : "\xe2\x82\xac"));
	assert_true(message_encoded_word_add(buf_slice(&text), &out));
	for (size_t i = 0; i < out.len; i++) {
		len = out.ptr[i] == ' ' || out.ptr[i] == '\r' || out.ptr[i] == '\n' ? 0 : len + 1;
		longest = len > longest ? len : longest;
	}
	assert_in_range(longest, 60, 75);
	assert_non_null(memmem(out.ptr, out.len, "?=\r\n =?utf-8?B?", 15));
	/* "4oKs" is the euro sign in base64 where it begins a group: no group is cut in the midst.
	 */
	assert_null(memmem(out.ptr, out.len, "?B?gq", 5));
	buf_done(&out);
	buf_done(&text);
}

static void
test_a_full_buffer_is_told(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 10);
	assert_false(message_encoded_word_add(slice_of("\xc3\xbc"), &out));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_encoded_only_where_it_must_be),
		cmocka_unit_test(test_long_text_becomes_words_with_whole_characters),
		cmocka_unit_test(test_a_full_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
