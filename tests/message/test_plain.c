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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_cleaned_and_folded),
		cmocka_unit_test(test_a_full_buffer_is_said),
	};
	return cmocka_run_group_tests_name("message/plain", tests, NULL, NULL);
}
