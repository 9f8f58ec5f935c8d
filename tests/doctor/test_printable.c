/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/printable.h"
#include "util/alloc.h"

enum { ROOM = 256 };

static const struct printable_case {
	const char *name, *in, *out, *ascii;
} cases[] = {
	{ "plain words", "250 2.0.0 Ok", "250 2.0.0 Ok", "250 2.0.0 Ok" },
	{ "nothing", "", "", "" },
	{ "escape sequence", "a\033[31mb", "a\\x1b[31mb", "a\\x1b[31mb" },
	{ "line ends and tabs", "a\r\nb\tc\v", "a  b c ", "a  b c " },
	{ "bell and DEL", "\a\177", "\\x07\\x7f", "\\x07\\x7f" },
	{ "a character of UTF-8", "caf\xc3\xa9", "caf\xc3\xa9", "caf?" },
	{ "four octets", "\xf0\x9f\x93\xa7", "\xf0\x9f\x93\xa7", "?" },
	{ "octets that are no UTF-8", "\xff\xc3", "\\xff\\xc3", "\\xff\\xc3" },
	{ "an overlong slash", "\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf" },
	{ "a C1 control",
	    "\xc2\x9b"
	    "31m",
	    "\\xc2\\x9b"
	    "31m",
	    "\\xc2\\x9b"
	    "31m" },
	/* NOLINTBEGIN(misc-misleading-bidirectional): what misleads is what is tested */
	{ "right-to-left override", "\xe2\x80\xae", "\\xe2\\x80\\xae", "\\xe2\\x80\\xae" },
	{ "isolate", "\xe2\x81\xa6", "\\xe2\\x81\\xa6", "\\xe2\\x81\\xa6" },
	/* NOLINTEND(misc-misleading-bidirectional) */
	{ "zero width space", "\xe2\x80\x8b", "\\xe2\\x80\\x8b", "\\xe2\\x80\\x8b" },
	{ "byte order mark", "\xef\xbb\xbf", "\\xef\\xbb\\xbf", "\\xef\\xbb\\xbf" },
	{ "a tag character", "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81", "\\xf3\\xa0\\x81\\x81" },
	{ "markup", "<b>&\"'", "<b>&\"'", "<b>&\"'" },
};

static void
check(const struct printable_case *t, bool is_ascii)
{
	const char *wanted = is_ascii ? t->ascii : t->out;
	char *exact = xstrdup(t->in);
	struct buf out;

	buf_init(&out, ROOM);
	doctor_printable_add(&out, exact, ROOM, is_ascii);
	if (!slice_is(buf_slice(&out), wanted))
		fail_msg("%s: '%.*s', wanted '%s'", t->name, (int)out.len, (const char *)out.ptr,
		    wanted);
	buf_done(&out);
	free(exact);
}

static void
test_what_would_act_is_shown_as_octets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(&cases[i], false);
}

static void
test_ascii_has_a_question_mark_for_each_other_character(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(&cases[i], true);
}

static void
test_long_text_is_cut_and_says_so(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	doctor_printable_add(&out, "abcdef", 6, false);
	assert_true(slice_is(buf_slice(&out), "abcdef"));
	buf_clear(&out);
	doctor_printable_add(&out, "abcdefg", 6, false);
	assert_true(slice_is(buf_slice(&out), "abcdef..."));
	buf_done(&out);
}

/* Any octet at all: what comes out is ASCII without controls. */
static void
test_no_octet_comes_through_that_is_no_text(void **state)
{
	(void)state;
	for (unsigned first = 1; first < 256; first++)
		for (unsigned second = 1; second < 256; second++) {
			const char in[] = { (char)first, (char)second, '\0' };
			struct buf out;

			buf_init(&out, ROOM);
			doctor_printable_add(&out, in, ROOM, true);
			for (size_t i = 0; i < out.len; i++)
				assert_true(out.ptr[i] >= ' ' && out.ptr[i] < 0x7f);
			buf_done(&out);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_would_act_is_shown_as_octets),
		cmocka_unit_test(test_ascii_has_a_question_mark_for_each_other_character),
		cmocka_unit_test(test_long_text_is_cut_and_says_so),
		cmocka_unit_test(test_no_octet_comes_through_that_is_no_text),
	};

	return cmocka_run_group_tests_name("doctor/printable", tests, NULL, NULL);
}
