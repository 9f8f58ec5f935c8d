/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.c - from a name to a subcommand, and the list of those that there are. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static int
find_column(const struct cli_command *commands)
{
	size_t column = 0;

	for (const struct cli_command *c = commands; c->name != NULL; c++)
		if (c->help != NULL && strlen(c->name) > column)
			column = strlen(c->name);
	return (int)column;
}

static void
print_commands(FILE *out, const char *prefix, const struct cli_command *commands)
{
	const int column = find_column(commands);

	(void)fprintf(out, "Usage: %s COMMAND ...\n\n", prefix);
	for (const struct cli_command *c = commands; c->name != NULL; c++)
		if (c->help != NULL)
			(void)fprintf(out, "  %-*s  %s\n", column, c->name, c->help);
	(void)fprintf(out, "\n\"%s COMMAND --help\" tells more of each.\n", prefix);
}

static bool
is_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int
cli_dispatch(const char *prefix, const struct cli_command *commands, int argc, char **argv)
{
	if (argc < 2) {
		print_commands(stderr, prefix, commands);
		return EX_USAGE;
	}
	if (is_help(argv[1])) {
		print_commands(stdout, prefix, commands);
		return cli_flush();
	}
	for (const struct cli_command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, argv[1]) == 0)
			return c->run(argc - 1, argv + 1);
	cli_complain(
	    "there is no command \"%s\"; \"%s help\" lists those that there are", argv[1], prefix);
	return EX_USAGE;
}
