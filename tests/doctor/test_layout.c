/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doctor/layout.h"

enum { ROOM = 1024 };

static const struct line_case {
	const char *name, *text;
	size_t width;
	const char *line, *rest;
} line_cases[] = {
	{ "all fits", "a b", 3, "a b", "" },
	{ "broken at a space", "ab cd", 4, "ab", "cd" },
	{ "a word that ends at the edge", "ab cd", 2, "ab", "cd" },
	{ "several spaces", "ab   cd", 3, "ab", "cd" },
	{ "a long word is cut", "abcdef", 4, "abcd", "ef" },
	{ "a long word behind a short one", "a bcdef", 4, "a", "bcdef" },
	{ "characters, not octets", "\xc3\xa9\xc3\xa9 x", 2, "\xc3\xa9\xc3\xa9", "x" },
	{ "no character is cut in two", "\xc3\xa9\xc3\xa9\xc3\xa9", 2, "\xc3\xa9\xc3\xa9",
	    "\xc3\xa9" },
};

static void
test_a_line_takes_the_words_that_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof line_cases / sizeof line_cases[0]; i++) {
		const struct line_case *t = &line_cases[i];
		struct slice rest = slice_of(t->text);
		const struct slice line = doctor_layout_take_line(&rest, t->width);

		if (!slice_is(line, t->line) || !slice_is(rest, t->rest))
			fail_msg("%s: '%.*s' and '%.*s'", t->name, (int)line.len,
			    (const char *)line.ptr, (int)rest.len, (const char *)rest.ptr);
	}
}

static void
check_paragraph(const char *first, const char *text, size_t width, const char *wanted)
{
	struct buf out;

	buf_init(&out, ROOM);
	doctor_layout_paragraph(first, slice_of(text), width, &out);
	if (!slice_is(buf_slice(&out), wanted))
		fail_msg("'%.*s', wanted '%s'", (int)out.len, (const char *)out.ptr, wanted);
	buf_done(&out);
}

static void
test_a_paragraph_is_indented_by_what_stands_before_it(void **state)
{
	(void)state;
	check_paragraph("- ", "one two three", 9, "- one two\n  three\n");
	check_paragraph("", "one", 9, "one\n");
	check_paragraph("  ", "", 9, "  \n");
}

static void
test_a_paragraph_cuts_no_word(void **state)
{
	(void)state;
	check_paragraph("", "run sallyport-check now", 8, "run\nsallyport-check\nnow\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_takes_the_words_that_fit),
		cmocka_unit_test(test_a_paragraph_is_indented_by_what_stands_before_it),
		cmocka_unit_test(test_a_paragraph_cuts_no_word),
	};

	return cmocka_run_group_tests_name("doctor/layout", tests, NULL, NULL);
}
