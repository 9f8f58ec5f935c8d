/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/xtext.h"

/* RFC 3461 §4 */
static const struct xtext_case {
	const char *in, *out; /* out NULL: not xtext */
	bool is_printable;
} cases[] = {
	{ "", "", true },
	{ "abc", "abc", true },
	{ "+2B", "+", true },
	{ "a+3Db", "a=b", true },
	{ "a+20b", "a b", true },
	{ "<>", "<>", true },
	{ "+7E", "~", true },
	{ "+7F", "\x7f", false },
	{ "+0D+0A", "\r\n", false },
	{ "+C3+A9", "\xc3\xa9", false },
	{ "+", NULL, false },
	{ "+2", NULL, false },
	{ "a+", NULL, false },
	{ "+2b", NULL, false },
	{ "+GG", NULL, false },
	{ "a=b", NULL, false },
	{ "a b", NULL, false },
	{ "\x7f", NULL, false },
	{ "\xc3", NULL, false },
};

static void
check(const struct xtext_case *t)
{
	size_t len = strlen(t->in);
	uint8_t *in = malloc(len + (len == 0));
	struct buf out;
	bool is_valid;

	assert_non_null(in);
	memcpy(in, t->in, len);
	buf_init(&out, 64);
	is_valid = smtp_xtext_is_valid(slice_make(in, len));
	if (is_valid != (t->out != NULL) ||
	    smtp_xtext_is_printable(slice_make(in, len)) != t->is_printable ||
	    smtp_xtext_decode(slice_make(in, len), &out) != is_valid ||
	    (is_valid && !slice_is(buf_slice(&out), t->out)))
		fail_msg("'%s'", t->in);
	buf_done(&out);
	free(in);
}

static void
test_xtext_has_two_hex_digits_after_each_plus(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(&cases[i]);
}

static void
test_nothing_is_decoded_past_the_limit_of_the_buffer(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 2);
	assert_true(smtp_xtext_decode(slice_of("a+20"), &out));
	assert_false(smtp_xtext_decode(slice_of("b"), &out));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xtext_has_two_hex_digits_after_each_plus),
		cmocka_unit_test(test_nothing_is_decoded_past_the_limit_of_the_buffer),
	};
	return cmocka_run_group_tests_name("smtp/xtext", tests, NULL, NULL);
}
