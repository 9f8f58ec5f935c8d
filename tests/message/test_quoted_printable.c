/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "message/quoted_printable.h"

/* RFC 2045 §6.7 */
static const struct qp_case {
	const char *in, *out;
} cases[] = {
	{ "", "" },
	{ "plain text\r\n", "plain text\r\n" },
	{ "a=b\r\n", "a=3Db\r\n" },
	{ "caf\xc3\xa9\r\n", "caf=C3=A9\r\n" },
	{ "space \r\ntab\t\r\n", "space=20\r\ntab=09\r\n" },
	{ "space at the end ", "space at the end=20" },
	{ "bare\rand\nbare\r", "bare=0Dand=0Abare=0D" },
	{ "\r\n\r\n", "\r\n\r\n" },
	{ "\x7f\x1b", "=7F=1B" },
};

static void
test_octets_are_encoded_by_the_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf out;

		buf_init(&out, 4096);
		assert_true(message_quoted_printable_add(slice_of(cases[i].in), &out));
		if (!slice_is(buf_slice(&out), cases[i].out))
			fail_msg("'%s': '%.*s'", cases[i].in, (int)out.len, (const char *)out.ptr);
		buf_done(&out);
	}
}

static void
test_no_line_has_more_than_76_octets(void **state)
{
	uint8_t in[1000];
	struct buf out;
	size_t column = 0;

	(void)state;
	for (size_t i = 0; i < sizeof in; i++)
		in[i] = i % 3 == 0 ? 0xff : 'a';
	buf_init(&out, 4096);
	assert_true(message_quoted_printable_add(slice_make(in, sizeof in), &out));
	for (size_t i = 0; i < out.len; i++) {
		column = out.ptr[i] == '\n' ? 0 : column + (out.ptr[i] != '\r');
		assert_true(column <= 76);
	}
	buf_done(&out);
}

static void
test_only_clean_7bit_text_may_go_as_it_is(void **state)
{
	uint8_t line[1001];

	(void)state;
	assert_true(message_is_7bit(slice_of("a\r\nb\r\n")));
	assert_false(message_is_7bit(slice_of("a\nb")));
	assert_false(message_is_7bit(slice_of("a\rb")));
	assert_false(message_is_7bit(slice_of("\x80")));
	assert_false(message_is_7bit(slice_make("\0", 1)));
	memset(line, 'a', sizeof line);
	assert_true(message_is_7bit(slice_make(line, 998)));
	assert_false(message_is_7bit(slice_make(line, 999)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_octets_are_encoded_by_the_rules),
		cmocka_unit_test(test_no_line_has_more_than_76_octets),
		cmocka_unit_test(test_only_clean_7bit_text_may_go_as_it_is),
	};
	return cmocka_run_group_tests_name("message/quoted_printable", tests, NULL, NULL);
}
