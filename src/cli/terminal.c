/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/terminal.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *
read_variable(const char *name)
{
	const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): there is one thread */

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* A terminal that knows escape sequences. */
static bool
is_able(int fd)
{
	const char *terminal = read_variable("TERM");

	return isatty(fd) == 1 && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

/* no-color.org: the variable switches colours off, whatever it says. */
static bool
is_terminal_coloured(void)
{
	return is_able(STDOUT_FILENO) && read_variable("NO_COLOR") == NULL;
}

bool
cli_terminal_colours(const char *when, bool *ret_has_colours)
{
	if (when == NULL || strcmp(when, "auto") == 0)
		*ret_has_colours = is_terminal_coloured();
	else if (strcmp(when, "always") == 0)
		*ret_has_colours = true;
	else if (strcmp(when, "never") == 0)
		*ret_has_colours = false;
	else
		return false;
	return true;
}

bool
cli_terminal_is_utf8(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
		const char *value = read_variable(variables[i]);

		if (value != NULL)
			return strcasestr(value, "utf-8") != NULL ||
			       strcasestr(value, "utf8") != NULL;
	}
	return false;
}

bool
cli_terminal_has_progress(void)
{
	return is_able(STDERR_FILENO);
}

void
cli_terminal_show_progress(const char *text)
{
	(void)fprintf(stderr, "\r\033[K%s", text == NULL ? "" : text);
	(void)fflush(stderr);
}
