/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/lines.h"

/* Short here, so that rows can be read; the limit of RFC 5322 §2.1.1 is 998. */
enum { LENGTH = 8 };

static const struct body_case {
	const char *in, *out; /* out NULL: as it is */
} bodies[] = {
	{ "", NULL },
	{ "12345678", NULL },
	{ "12345678\r\n12345678\r\n", NULL },
	{ "\r\n\r\n", NULL },
	{ "12345678\r", NULL },
	{ "123456789", "12345678\r\n9" },
	{ "123456789\r\n", "12345678\r\n9\r\n" },
	{ "x\r\n123456789\r\n12345678\r\n", "x\r\n12345678\r\n9\r\n12345678\r\n" },
	{ "1234567812345678\r\n", "12345678\r\n12345678\r\n" },
	{ "12345678123456781\r\n", "12345678\r\n12345678\r\n1\r\n" },
	/* a character of UTF-8 stays whole */
	{ "1234567\xc3\xa9\r\n", "1234567\r\n\xc3\xa9\r\n" },
	{ "123456\xc3\xa9\r\n", NULL },
	{ "1234567\xe7\x8e\x8b\r\n", "1234567\r\n\xe7\x8e\x8b\r\n" },
	{ "12345\xf0\x9f\x98\x80\r\n", "12345\r\n\xf0\x9f\x98\x80\r\n" },
	{ "\xf0\x9f\x98\x80\xf0\x9f\x98\x80x", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\r\nx" },
	/* what is no UTF-8 goes by octets */
	{ "12345678\xa9\r\n", "12345678\r\n\xa9\r\n" },
	{ "\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9", "\xe9\xe9\xe9\xe9\xe9\xe9\r\n\xe9\xe9\xe9" },
};

/* In a block of its exact size; free() it. */
static uint8_t *
copy(const char *text, size_t len)
{
	uint8_t *exact = malloc(len + (len == 0));

	assert_non_null(exact);
	memcpy(exact, text, len);
	return exact;
}

static void
check_body(const struct body_case *t, size_t cut)
{
	size_t len = strlen(t->in) - cut;
	uint8_t *before = copy(t->in, cut), *after = copy(t->in + cut, len);
	struct slice first = slice_make(before, cut), second = slice_make(after, len);
	struct message_lines fit = { 0 }, fold = { 0 };
	bool is_fitting, is_folded;
	struct buf out;

	buf_init(&out, 100);
	is_fitting =
	    message_lines_fit(&fit, first, LENGTH) && message_lines_fit(&fit, second, LENGTH);
	is_folded = message_lines_fold(&fold, first, LENGTH, &out);
	is_folded = message_lines_fold(&fold, second, LENGTH, &out) || is_folded;
	if (is_folded != (t->out != NULL) || is_folded == is_fitting ||
	    !slice_is(buf_slice(&out), t->out == NULL ? t->in : t->out))
		fail_msg("'%s' cut at %zu: fits %d, folded %d, '%.*s'", t->in, cut, is_fitting,
		    is_folded, (int)out.len, (const char *)out.ptr);
	buf_done(&out);
	free(before);
	free(after);
}

/* RFC 5322 §2.1.1 */
static void
test_a_body_is_folded_alike_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		for (size_t cut = 0; cut <= strlen(bodies[i].in); cut++)
			check_body(&bodies[i], cut);
}

/* RFC 5322 §2.2.3 */
static void
test_a_field_is_folded_where_it_hurts_least(void **state)
{
	static const struct {
		const char *in, *out;
		bool is_whole;
	} rows[] = {
		{ "A: 45678\r\n", "A: 45678\r\n", true },
		{ "A: 456 89\r\n", "A: 456\r\n 89\r\n", true },
		{ "A: 4567 9\r\n", "A: 4567\r\n 9\r\n", true },
		{ "A: 45678 a", "A: 45678\r\n a", true },
		{ "A: 4 6\t8 a\r\n b c\r\n", "A: 4 6\t8\r\n a\r\n b c\r\n", true },
		{ "A:34,678\r\n", "A:34,678\r\n", true },
		{ "A:34,6789\r\n", "A:34,\r\n 6789\r\n", true },
		{ "A:34<6789\r\n", "A:34\r\n <6789\r\n", true },
		{ "A:3456789\r\n", "A:\r\n 3456789\r\n", true },
		{ "A:34567890\r\n", "A:\r\n 3456789\r\n 0\r\n", false },
		{ "A:345678901234567890\r\n", "A:\r\n 3456789\r\n 0123456\r\n 7890\r\n", false },
		{ "A: 4567       \r\n", "A: 4567\r\n", true },
		{ "A: 4\r\n          \r\n b\r\n", "A: 4\r\n b\r\n", true },
		{ "A:          4\r\n", "A:      \r\n 4\r\n", true },
		{ "A: 4\r\n          b\r\n", "A: 4\r\n b\r\n", true },
		{ "A: b\r\n 234567\xc3\xa9x\r\n", "A: b\r\n 234567\r\n \xc3\xa9x\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = strlen(rows[i].in);
		uint8_t *in = copy(rows[i].in, len);
		struct buf out;
		bool is_whole;

		buf_init(&out, 100);
		is_whole = message_field_fold(slice_make(in, len), LENGTH, &out);
		if (!slice_is(buf_slice(&out), rows[i].out) || is_whole != rows[i].is_whole ||
		    !message_field_fits(buf_slice(&out), LENGTH))
			fail_msg("'%s': '%.*s', whole %d", rows[i].in, (int)out.len,
			    (const char *)out.ptr, is_whole);
		buf_done(&out);
		free(in);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_body_is_folded_alike_at_every_cut),
		cmocka_unit_test(test_a_field_is_folded_where_it_hurts_least),
	};
	return cmocka_run_group_tests_name("message/lines", tests, NULL, NULL);
}
