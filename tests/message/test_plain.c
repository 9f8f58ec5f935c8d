/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "message/plain.h"

static const struct plain_case {
	const char *in;
	size_t column;
	const char *out;
} cases[] = {
	{ "", 0, "" },
	{ "short", 0, "short" },
	{ "a\r\nb\t\x80", 0, "a??b??" },
	{ "one two", 72, "one\r\n two" },
	{ "one two", 73, "one\r\n two" },
	{ "one two", 80, "one\r\n two" }, /* a word is never lost for want of room */
	{ " lead", 76, "\r\n lead" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  " b",
	    0,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aa\r\n b" },
};

static void
test_text_is_cleaned_and_folded(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf out;

		buf_init(&out, 1024);
		assert_true(message_plain_add(slice_of(cases[i].in), cases[i].column, " ", &out));
		if (!slice_is(buf_slice(&out), cases[i].out))
			fail_msg(
			    "'%s' became '%.*s'", cases[i].in, (int)out.len, (const char *)out.ptr);
		buf_done(&out);
	}
}

static void
test_a_full_buffer_is_said(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 4);
	assert_false(message_plain_add(slice_of("five!"), 0, " ", &out));
	buf_done(&out);
}

/* RFC 6532 §3.1, RFC 6530 §10.1: C1 controls are no text. */
static void
test_utf8_stays_where_it_may(void **state)
{
	static const char *const rows[][2] = {
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\xe7\x8e\x8b\r\n\xf0\x9f\x98\x80", "\xe7\x8e\x8b??\xf0\x9f\x98\x80" },
		{ "\xe9 \xc3", "? ?" },
		{ "\xc2\x9b[2J", "??[2J" },
		{ "\xed\xa0\x80", "???" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out;

		buf_init(&out, 100);
		assert_true(message_plain_utf8_add(slice_of(rows[i][0]), 0, " ", &out));
		if (!slice_is(buf_slice(&out), rows[i][1]))
			fail_msg("%.*s", (int)out.len, (const char *)out.ptr);
		buf_done(&out);
	}
}

/* RFC 5322 §2.1.1: what has no space is broken, but no character of it. */
static void
test_a_long_word_is_broken_between_characters(void **state)
{
	static const uint8_t character[] = { 0xe7, 0x8e, 0x8b };
	uint8_t word[601 * sizeof character];
	struct buf out;

	(void)state;
	for (size_t i = 0; i < sizeof word; i += 3)
		memcpy(word + i, character, sizeof character);
	for (size_t start = 0; start < 3; start++) {
		struct slice s = slice_make(word + start, sizeof word - start);

		buf_init(&out, 2 * sizeof word);
		assert_true(message_plain_utf8_add(s, 0, " ", &out));
		assert_int_equal(out.len, s.len + 6); /* two folds */
		for (size_t i = start == 0 ? 0 : 3 - start; i < out.len; i++)
			assert_true(out.ptr[i] != '?');
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_cleaned_and_folded),
		cmocka_unit_test(test_a_full_buffer_is_said),
		cmocka_unit_test(test_utf8_stays_where_it_may),
		cmocka_unit_test(test_a_long_word_is_broken_between_characters),
	};
	return cmocka_run_group_tests_name("message/plain", tests, NULL, NULL);
}
