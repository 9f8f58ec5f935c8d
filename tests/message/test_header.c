/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/header.h"

/* RFC 5322 §2.2: fields as "name=body" with "|" between; then "." for the end or "!", and the rest.
 */
static const struct header_case {
	const char *in, *out;
} cases[] = {
	{ "", "." },
	{ "\r\nbody", ".\r\nbody" },
	{ "A: b\r\n", "A= b|." },
	{ "A:\r\nB:b\r\n\r\nbody", "A=|B=b|.\r\nbody" },
	{ "A: b\r\n c\r\n\td\r\nE:f\r\n", "A= b\r\n c\r\n\td|E=f|." },
	{ "A: b\r\n \r\n\r\n", "A= b\r\n |.\r\n" },
	{ "A: b", "A= b|." },
	{ "A:", "A=|." },
	{ "A:\r\n b", "A=\r\n b|." },
	{ "!#-~,;: b\r\n", "!#-~,;= b|." },
	{ "A: b: c\r\n", "A= b: c|." },
	{ "A: \xff\r\n", "A= \xff|." },
	{ "A", "!A" },
	{ "A\r\n", "!A\r\n" },
	{ "A b: c\r\n", "!A b: c\r\n" },
	{ "A : c\r\n", "!A : c\r\n" },
	{ ": c\r\n", "!: c\r\n" },
	{ " A: b\r\n", "! A: b\r\n" },
	{ "\r", "!\r" },
	{ "\n", "!\n" },
	{ "\nA: b\r\n", "!\nA: b\r\n" },
	{ "\xc3\xa9: b\r\n", "!\xc3\xa9: b\r\n" },
	{ "A: b\r\nC\r\n", "A= b|!C\r\n" },
	{ "A: b\nC: d\r\n", "!A: b\nC: d\r\n" },
	{ "A: b\rC: d\r\n", "!A: b\rC: d\r\n" },
	{ "A: b\r\r\n", "!A: b\r\r\n" },
	{ "A: b\r\n c\nd\r\n", "!A: b\r\n c\nd\r\n" },
	{ "A: b\n", "!A: b\n" },
	{ "A: b\r", "!A: b\r" },
};

static void
check(const struct header_case *t)
{
	size_t len = strlen(t->in), out_len = 0;
	uint8_t *exact = malloc(len + (len == 0));
	struct slice rest = slice_make(exact, len);
	enum message_field_status status;
	struct message_field f;
	char out[200];

	assert_non_null(exact);
	memcpy(exact, t->in, len);
	while ((status = message_field_next(&rest, &f)) == MESSAGE_FIELD_OK) {
		assert_ptr_equal(f.whole.ptr, f.name.ptr);
		assert_ptr_equal(f.whole.ptr + f.whole.len, rest.ptr);
		out_len += (size_t)snprintf(out + out_len, sizeof out - out_len, "%.*s=%.*s|",
		    (int)f.name.len, (const char *)f.name.ptr, (int)f.body.len,
		    (const char *)f.body.ptr);
	}
	(void)snprintf(out + out_len, sizeof out - out_len, "%s%.*s",
	    status == MESSAGE_FIELD_END ? "." : "!", (int)rest.len, (const char *)rest.ptr);
	if (strcmp(out, t->out) != 0)
		fail_msg("'%s': '%s' instead of '%s'", t->in, out, t->out);
	free(exact);
}

static void
test_a_block_is_its_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(&cases[i]);
}

static void
test_a_mailbox_files_line_is_told_from_a_field(void **state)
{
	static const struct {
		const char *in;
		size_t len;
	} rows[] = {
		{ "From a@b Thu Jan  1 10:00:00 2026\r\nA: b\r\n", 35 },
		{ ">From a\r\nA: b\r\n", 9 },
		{ "From \r\nA: b\r\n", 7 },
		{ "From : a@b\r\n", 0 },
		{ "From\t: a@b\r\n", 0 },
		{ "From  : a@b\r\n", 0 },
		{ "From: a@b\r\n", 0 },
		{ "from a\r\n", 0 },
		{ "Fro", 0 },
		{ ">", 0 },
		{ "", 0 },
		{ "From a\nb\r\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(message_header_mbox_line(slice_of(rows[i].in)).len, rows[i].len);
}

static void
test_white_space_at_both_ends_is_trimmed(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ " \t\r\n ", "" },
		{ " a b\r\n\t", "a b" },
		{ "a", "a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(slice_is(message_field_trim(slice_of(rows[i][0])), rows[i][1]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_block_is_its_fields),
		cmocka_unit_test(test_a_mailbox_files_line_is_told_from_a_field),
		cmocka_unit_test(test_white_space_at_both_ends_is_trimmed),
	};
	return cmocka_run_group_tests_name("message/header", tests, NULL, NULL);
}
