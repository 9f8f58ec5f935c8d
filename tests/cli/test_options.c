/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"

enum { WORDS_MAX = 8 };

/* A command line for "x [-c FILE] [--json] A [B]" and what comes of it. */
static const struct options_case {
	const char *words[WORDS_MAX];
	const char *config;
	const char *arguments; /* with a space after each */
	int code;
	bool is_json;
} cases[] = {
	{ { "a" }, NULL, "a ", CLI_GO, false },
	{ { "a", "b" }, NULL, "a b ", CLI_GO, false },
	{ { "-c", "f", "a" }, "f", "a ", CLI_GO, false },
	{ { "a", "-c", "f" }, "f", "a ", CLI_GO, false },
	{ { "a", "--config", "f", "b" }, "f", "a b ", CLI_GO, false },
	{ { "--config=f=g", "a" }, "f=g", "a ", CLI_GO, false },
	{ { "--config=", "a" }, "", "a ", CLI_GO, false },
	{ { "--json", "a" }, NULL, "a ", CLI_GO, true },
	{ { "--", "-c", "--json" }, NULL, "-c --json ", CLI_GO, false },
	{ { "-" }, NULL, "- ", CLI_GO, false },
	{ { "" }, NULL, " ", CLI_GO, false },
	{ { "-c", "--", "a" }, "--", "a ", CLI_GO, false },
	{ { NULL }, NULL, NULL, EX_USAGE, false },
	{ { "a", "b", "c" }, NULL, NULL, EX_USAGE, false },
	{ { "a", "-c" }, NULL, NULL, EX_USAGE, false },
	{ { "a", "-x" }, NULL, NULL, EX_USAGE, false },
	{ { "a", "-cf" }, NULL, NULL, EX_USAGE, false },
	{ { "a", "--conf", "f" }, NULL, NULL, EX_USAGE, false },
	{ { "a", "--configs", "f" }, NULL, NULL, EX_USAGE, false },
	{ { "a", "--json=1" }, NULL, NULL, EX_USAGE, true },
	{ { "a", "b", "c", "--help" }, NULL, NULL, EX_OK, false },
	{ { "-h" }, NULL, NULL, EX_OK, false },
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
	/* The help would stand between the lines of the test protocol. */
	int out = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(out >= 0 && null >= 0);
	(void)fflush(stdout);
	(void)dup2(null, STDOUT_FILENO);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_case(&cases[i]);
	(void)fflush(stdout);
	(void)dup2(out, STDOUT_FILENO);
	(void)close(null);
	(void)close(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_stand_anywhere_and_everything_else_is_counted),
	};
	return cmocka_run_group_tests_name("cli/options", tests, NULL, NULL);
}
