/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/text.h"

static const struct text_case {
	const char *in, *out, *error;
} cases[] = {
	{ "a = 1", "a = 1", NULL },
	{ "a # b\nc", "a    \nc", NULL },
	{ "#\n#", " \n ", NULL },
	{ "a // b\nc", "a     \nc", NULL },
	{ "a /* b\nc */ d", "a     \n     d", NULL },
	{ "a = \"# // /* b\"", "a = \"# // /* b\"", NULL },
	{ "a = '# b'", "a = '# b'", NULL },
	{ "a = \"\\\"#\"", "a = \"\\\"#\"", NULL },
	{ "a = '\\'#'", "a = '\\'#'", NULL },
	{ "a = unix://b", "a = unix://b", NULL },
	{ "a\r\nb", "a \nb", NULL },
	{ "a\n\"b", NULL, "f:2: the quote that opens here does not close in its line\n" },
	{ "a = \"b\nc\"", NULL, "f:1: the quote that opens here does not close in its line\n" },
	{ "a = 'b\nc'", NULL, "f:1: the quote that opens here does not close in its line\n" },
	{ "a\n/* b\n", NULL, "f:2: the comment that opens here does not close; add \"*/\"\n" },
	{ "a {\nb {", NULL, "f:2: the section that opens here does not close; add \"}\"\n" },
	{ "a = *", NULL, "f:1: \"*\" or \"+\" outside of quotes; write such a value in quotes\n" },
	{ "a += 1", NULL, "f:1: \"*\" or \"+\" outside of quotes; write such a value in quotes\n" },
	{ "a = \"${B}\"", NULL, "f:1: environment variables are not used here; write the value\n" },
	{ "a = ${B}", NULL, "f:1: environment variables are not used here; write the value\n" },
	{ "a = \"\\n\"", NULL,
	    "f:1: a backslash that quotes nothing; write it twice, or use 'single quotes'\n" },
	{ "\n\na\033", NULL, "f:3: a control character; remove it\n" },
	{ "a\rb", NULL, "f:1: a control character; remove it\n" },
};

static void
check_case(const struct text_case *t)
{
	struct buf errors;
	struct config_report report = { .file = "f", .out = &errors };
	char *out;

	buf_init(&errors, 4096);
	out = config_text_prepare(slice_of(t->in), &report);
	if (t->out != NULL) {
		assert_non_null(out);
		assert_string_equal(out, t->out);
		assert_int_equal(report.count, 0);
	} else {
		assert_null(out);
		if (!slice_is(buf_slice(&errors), t->error))
			fail_msg("%s: said %.*s", t->in, (int)errors.len, (const char *)errors.ptr);
	}
	free(out);
	buf_done(&errors);
}

static void
test_comments_become_blanks_and_lines_stay(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_case(&cases[i]);
}

static void
test_a_nul_is_a_control_character(void **state)
{
	struct buf errors;
	struct config_report report = { .file = "f", .out = &errors };

	(void)state;
	buf_init(&errors, 4096);
	assert_null(config_text_prepare(slice_make("a\n\0", 3), &report));
	assert_true(slice_is(buf_slice(&errors), "f:2: a control character; remove it\n"));
	buf_done(&errors);
}

static void
test_size_is_bounded(void **state)
{
	struct buf errors;
	struct config_report report = { .file = "f", .out = &errors };
	char *in = malloc(CONFIG_TEXT_MAX + 1), *out;

	(void)state;
	assert_non_null(in);
	memset(in, '\n', CONFIG_TEXT_MAX + 1);
	buf_init(&errors, 4096);
	out = config_text_prepare(slice_make(in, CONFIG_TEXT_MAX), &report);
	assert_non_null(out);
	free(out);
	assert_null(config_text_prepare(slice_make(in, CONFIG_TEXT_MAX + 1), &report));
	assert_true(slice_is(buf_slice(&errors), "f: is larger than 2 MiB; make it smaller\n"));
	buf_done(&errors);
	free(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comments_become_blanks_and_lines_stay),
		cmocka_unit_test(test_a_nul_is_a_control_character),
		cmocka_unit_test(test_size_is_bounded),
	};
	return cmocka_run_group_tests_name("config/text", tests, NULL, NULL);
}
