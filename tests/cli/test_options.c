/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli.h"

enum { WORDS_MAX = 8 };

/* A command line for "x [-c FILE] [--json] A [B]" and what comes of it. */
static const struct options_case {
	const char *words[WORDS_MAX];
	int code;
	const char *config;
	bool is_json;
	const char *arguments; /* with a space after each */
} cases[] = {
	{ { "a" }, CLI_GO, NULL, false, "a " },
	{ { "a", "b" }, CLI_GO, NULL, false, "a b " },
	{ { "-c", "f", "a" }, CLI_GO, "f", false, "a " },
	{ { "a", "-c", "f" }, CLI_GO, "f", false, "a " },
	{ { "a", "--config", "f", "b" }, CLI_GO, "f", false, "a b " },
	{ { "--config=f=g", "a" }, CLI_GO, "f=g", false, "a " },
	{ { "--config=", "a" }, CLI_GO, "", false, "a " },
	{ { "--json", "a" }, CLI_GO, NULL, true, "a " },
	{ { "--", "-c", "--json" }, CLI_GO, NULL, false, "-c --json " },
	{ { "-" }, CLI_GO, NULL, false, "- " },
	{ { "" }, CLI_GO, NULL, false, " " },
	{ { "-c", "--", "a" }, CLI_GO, "--", false, "a " },
	{ { NULL }, EX_USAGE, NULL, false, NULL },
	{ { "a", "b", "c" }, EX_USAGE, NULL, false, NULL },
	{ { "a", "-c" }, EX_USAGE, NULL, false, NULL },
	{ { "a", "-x" }, EX_USAGE, NULL, false, NULL },
	{ { "a", "-cf" }, EX_USAGE, NULL, false, NULL },
	{ { "a", "--conf", "f" }, EX_USAGE, NULL, false, NULL },
	{ { "a", "--configs", "f" }, EX_USAGE, NULL, false, NULL },
	{ { "a", "--json=1" }, EX_USAGE, NULL, true, NULL },
	{ { "a", "b", "c", "--help" }, EX_OK, NULL, false, NULL },
	{ { "-h" }, EX_OK, NULL, false, NULL },
};

static void
check_case(const struct options_case *t)
{
	char words[WORDS_MAX][16] = { "x" }, joined[64] = "";
	char *argv[WORDS_MAX + 1] = { words[0] };
	const char *config = NULL;
	bool is_json = false;
	const struct cli_option options[] = {
		{ 'c', "config", "FILE", "", &config, NULL },
		{ '\0', "json", NULL, "", NULL, &is_json },
		{ .name = NULL },
	};
	const struct cli_usage usage = { "x", "", options, 1, 2 };
	int argc = 1, count = 0;

	for (; argc < WORDS_MAX && t->words[argc - 1] != NULL; argc++) {
		(void)snprintf(words[argc], sizeof words[argc], "%s", t->words[argc - 1]);
		argv[argc] = words[argc];
	}
	assert_int_equal(cli_parse(&usage, argc, argv, &count), t->code);
	if (t->code != CLI_GO)
		return;
	assert_int_equal(is_json, t->is_json);
	assert_int_equal(config == NULL, t->config == NULL);
	if (config != NULL)
		assert_string_equal(config, t->config);
	for (int i = 1; i <= count; i++)
		(void)snprintf(
		    joined + strlen(joined), sizeof joined - strlen(joined), "%s ", argv[i]);
	assert_string_equal(joined, t->arguments);
}

static void
test_options_stand_anywhere_and_everything_else_is_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_case(&cases[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_stand_anywhere_and_everything_else_is_counted),
	};
	return cmocka_run_group_tests_name("cli/options", tests, NULL, NULL);
}
