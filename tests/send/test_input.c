/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "send/input.h"

static const struct input_case {
	const char *in, *text, *until_dot;
} cases[] = {
	{ "", "", "" },
	{ "a", "a\r\n", "a\r\n" },
	{ "a\nb\n", "a\r\nb\r\n", "a\r\nb\r\n" },
	{ "a\r\nb\r\n", "a\r\nb\r\n", "a\r\nb\r\n" },
	{ "a\rb\r", "a\r\nb\r\n", "a\r\nb\r\n" },
	{ "a\r\r\nb", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n" },
	{ "a\n.\nb\n", "a\r\n.\r\nb\r\n", "a\r\n" },
	{ "a\r\n.\r\nb", "a\r\n.\r\nb\r\n", "a\r\n" },
	{ "..\n.x\n.", "..\r\n.x\r\n.\r\n", "..\r\n.x\r\n" },
	{ ".", ".\r\n", "" },
};

static void
check(const char *in, bool takes_dots, const char *expected)
{
	struct buf out;

	buf_init(&out, 64);
	assert_non_null(buf_reserve(&out, 1));
	assert_int_equal(send_input_convert(slice_of(in), takes_dots, &out), SEND_INPUT_OK);
	assert_int_equal(out.len, strlen(expected));
	assert_memory_equal(out.ptr, expected, out.len);
	buf_done(&out);
}

static void
test_every_line_ends_in_crlf_and_a_dot_ends_the_text_unless_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		check(cases[i].in, true, cases[i].text);
		check(cases[i].in, false, cases[i].until_dot);
	}
}

static void
test_what_no_mail_can_be_is_told(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 4);
	assert_int_equal(send_input_convert(slice_make("a\0b", 3), true, &out), SEND_INPUT_NUL);
	assert_int_equal(send_input_convert(slice_of("ab"), true, &out), SEND_INPUT_OK);
	buf_clear(&out);
	assert_int_equal(send_input_convert(slice_of("abc"), true, &out), SEND_INPUT_TOO_LARGE);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_line_ends_in_crlf_and_a_dot_ends_the_text_unless_told),
		cmocka_unit_test(test_what_no_mail_can_be_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
