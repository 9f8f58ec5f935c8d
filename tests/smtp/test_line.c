/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/line.h"

enum { LIMIT = 8 };

/*
 * out: the lines that come, each with a "|" after it, "!" for one that was too long, "B" for one
 * that was and began with BDAT.
 */
static const struct line_case {
	const char *in, *out;
	unsigned repaired_count;
	bool takes_lf;
} cases[] = {
	{ "", "", 0, false },
	{ "\r\n", "|", 0, false },
	{ "ab\r\ncd\r\n", "ab|cd|", 0, false },
	{ "ab", "", 0, false },
	{ "123456\r\n", "123456|", 0, false },
	{ "1234567\r\nab\r\n", "!ab|", 0, false },
	{ "12345678901234567890\r\nab\r\n", "!ab|", 0, false },
	{ "a\nb\r\n", "a\nb|", 0, false },
	{ "a\rb\r\n", "a\rb|", 0, false },
	{ "a\r\r\n", "a\r|", 0, false },
	{ "\n\r\n", "\n|", 0, false },
	{ "1234567\r89\n\r\nab\r\n", "!ab|", 0, false },
	{ "123456\r", "", 0, false },
	{ "1234567\r\n\r\n", "!|", 0, false },
	/* RFC 3030 §2: what follows a BDAT is no command */
	{ "BDAT 6 \r\nab\r\n", "Bab|", 0, false },
	{ "bDaT\t           6\r\n123456789\r\n", "B!", 0, false },
	{ "BDAT56789\r\n\r\n", "B|", 0, false },
	{ "BDAT 6\r\nBDAX 6  \r\n", "BDAT 6|!", 0, false },
	{ " BDAT 6  \r\nBDA       T\r\n", "!!", 0, false },
	/* RFC 5321 §2.3.8 bent for devices: LF alone */
	{ "a\nb\r\n", "a|b|", 1, true },
	{ "\n\n\r\n", "|||", 2, true },
	{ "a\r\r\n", "a\r|", 0, true },
	{ "a\rb\n", "a\rb|", 1, true },
	{ "1234567\n12345678\nab\n", "1234567|!ab|", 3, true },
	{ "123456789\r\nab\r\n", "!ab|", 0, true },
	{ "BDAT 6    \nab\n", "Bab|", 2, true },
	{ "123456\r", "", 0, true },
};

/* Feed one piece, in a heap block of its exact size. */
static unsigned
feed(struct smtp_line *l, const char *in, size_t len, struct buf *out)
{
	unsigned repaired_count = 0;
	uint8_t *piece = malloc(len + (len == 0));
	struct slice rest = { piece, len }, line;
	enum smtp_line_status status;

	assert_non_null(piece);
	memcpy(piece, in, len);
	while ((status = smtp_line_read(l, &rest, LIMIT, &line)) != SMTP_LINE_MORE) {
		if (status == SMTP_LINE_DONE)
			buf_add_slice(out, line);
		if (status == SMTP_LINE_TOO_LONG)
			buf_add_octet(out, l->is_bdat ? 'B' : '!');
		else
			buf_add_octet(out, '|');
		repaired_count += l->is_repaired;
		smtp_line_clear(l);
	}
	assert_int_equal(rest.len, 0);
	free(piece);
	return repaired_count;
}

static void
test_lines_are_the_same_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t cut = 0; cut <= strlen(cases[i].in); cut++) {
			struct smtp_line l = { .takes_lf = cases[i].takes_lf };
			struct buf out;
			unsigned repaired_count;

			buf_init(&out, 256);
			repaired_count = feed(&l, cases[i].in, cut, &out);
			repaired_count +=
			    feed(&l, cases[i].in + cut, strlen(cases[i].in) - cut, &out);
			if (!slice_is(buf_slice(&out), cases[i].out) ||
			    repaired_count != cases[i].repaired_count)
				fail_msg("'%s', cut at %zu: '%.*s'", cases[i].in, cut, (int)out.len,
				    (const char *)out.ptr);
			smtp_line_clear(&l);
			buf_done(&out);
		}
	}
}

static void
test_lines_are_the_same_octet_by_octet(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct smtp_line l = { .takes_lf = cases[i].takes_lf };
		struct buf out;

		buf_init(&out, 256);
		for (size_t j = 0; j < strlen(cases[i].in); j++)
			(void)feed(&l, cases[i].in + j, 1, &out);
		assert_true(slice_is(buf_slice(&out), cases[i].out));
		smtp_line_clear(&l);
		buf_done(&out);
	}
}

static void
test_a_whole_line_is_handed_out_without_a_copy(void **state)
{
	const char *in = "ab\r\ncd";
	struct slice rest = slice_of(in), line;
	struct smtp_line l = { 0 };

	(void)state;
	assert_int_equal(smtp_line_read(&l, &rest, LIMIT, &line), SMTP_LINE_DONE);
	assert_ptr_equal(line.ptr, in);
	assert_null(l.partial.ptr);
	smtp_line_clear(&l);
	assert_int_equal(smtp_line_read(&l, &rest, LIMIT, &line), SMTP_LINE_MORE);
	assert_int_equal(l.partial.len, 2);
	assert_true(l.partial.size <= 64);
	smtp_line_clear(&l);
	assert_null(l.partial.ptr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_are_the_same_at_every_cut),
		cmocka_unit_test(test_lines_are_the_same_octet_by_octet),
		cmocka_unit_test(test_a_whole_line_is_handed_out_without_a_copy),
	};
	return cmocka_run_group_tests_name("smtp/line", tests, NULL, NULL);
}
