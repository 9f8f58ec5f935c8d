/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/dot_encoder.h"
#include "util/buf.h"

static const struct encoder_case {
	const char *name, *in, *out;
} cases[] = {
	{ "nothing", "", ".\r\n" },
	{ "clean lines", "a\r\nb\r\n", "a\r\nb\r\n.\r\n" },
	{ "a dot at the start of a line", ".a\r\n.\r\nb.\r\n", "..a\r\n..\r\nb.\r\n.\r\n" },
	{ "two dots", "..\r\n", "...\r\n.\r\n" },
	{ "last line without end", "a", "a\r\n.\r\n" },
	{ "CR at the very end", "a\r", "a\r\n.\r\n" },
	{ "bare LF", "a\nb\r\n", "a\r\nb\r\n.\r\n" },
	{ "bare CR", "a\rb\r\n", "a\r\nb\r\n.\r\n" },
	{ "LF.LF", "a\n.\nM", "a\r\n..\r\nM\r\n.\r\n" },
	{ "CR.CR", "a\r.\rM", "a\r\n..\r\nM\r\n.\r\n" },
	{ "LF.CRLF", "a\n.\r\nM", "a\r\n..\r\nM\r\n.\r\n" },
	{ "CR.CRLF", "a\r.\r\nM", "a\r\n..\r\nM\r\n.\r\n" },
	{ "CRLF.LF", "a\r\n.\nM", "a\r\n..\r\nM\r\n.\r\n" },
	{ "CRCRLF.CRCRLF", "a\r\r\n.\r\r\n", "a\r\n\r\n..\r\n\r\n.\r\n" },
	{ "only breaks", "\n\r\n\r", "\r\n\r\n\r\n.\r\n" },
};

static void
feed(struct smtp_dot_encoder *e, const char *in, size_t len, struct buf *out)
{
	uint8_t *piece = malloc(len + (len == 0));
	struct slice rest = { piece, len }, span;
	size_t n;

	assert_non_null(piece);
	memcpy(piece, in, len);
	while ((n = smtp_dot_encoder_next(e, rest, &span)) != 0 || span.len != 0) {
		buf_add_slice(out, span);
		rest = slice_after(rest, n);
	}
	assert_int_equal(rest.len, 0);
	free(piece);
}

static void
test_encode_is_the_same_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t cut = 0; cut <= strlen(cases[i].in); cut++) {
			struct smtp_dot_encoder e = { 0 };
			struct buf out;

			buf_init(&out, 4096);
			feed(&e, cases[i].in, cut, &out);
			feed(&e, cases[i].in + cut, strlen(cases[i].in) - cut, &out);
			buf_add_slice(&out, smtp_dot_encoder_end(&e));
			if (!slice_is(buf_slice(&out), cases[i].out))
				fail_msg("%s, cut at %zu: '%.*s'", cases[i].name, cut, (int)out.len,
				    (const char *)out.ptr);
			buf_done(&out);
		}
	}
}

static void
test_a_line_longer_than_the_look_ahead_passes_unchanged(void **state)
{
	enum { LEN = 5000 };
	char in[LEN + 3];
	struct smtp_dot_encoder e = { 0 };
	struct buf out;

	(void)state;
	memset(in, '.', LEN);
	in[0] = 'a';
	memcpy(in + LEN, "\r\n", 3);
	buf_init(&out, (size_t)2 * LEN);
	feed(&e, in, strlen(in), &out);
	assert_true(slice_is(buf_slice(&out), in));
	assert_true(slice_is(smtp_dot_encoder_end(&e), ".\r\n"));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode_is_the_same_at_every_cut),
		cmocka_unit_test(test_a_line_longer_than_the_look_ahead_passes_unchanged),
	};
	return cmocka_run_group_tests_name("smtp/dot_encoder", tests, NULL, NULL);
}
