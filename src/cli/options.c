/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - the options of a subcommand, by table. getopt(3) keeps its place in globals. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "util/buf.h"

enum { LEFT_MAX = 256 };

static const struct cli_option help_option = { 'h', "help", NULL, "print this", NULL, NULL };

/* "  -f, --file FILE" */
static void
add_left(const struct cli_option *o, struct buf *left)
{
	if (o->letter != '\0')
		(void)buf_addf(left, "  -%c, --%s", o->letter, o->name);
	else
		(void)buf_addf(left, "      --%s", o->name);
	if (o->argument != NULL)
		(void)buf_addf(left, " %s", o->argument);
}

/* The widest of what stands left of the explanations. */
static int
find_column(const struct cli_usage *u)
{
	size_t column = 0;
	struct buf left;

	buf_init(&left, LEFT_MAX);
	for (const struct cli_option *o = u->options; o->name != NULL; o++) {
		if (o->help == NULL)
			continue;
		buf_clear(&left);
		add_left(o, &left);
		column = left.len > column ? left.len : column;
	}
	buf_clear(&left);
	add_left(&help_option, &left);
	column = left.len > column ? left.len : column;
	buf_done(&left);
	return (int)column;
}

static void
print_option(const struct cli_option *o, int column)
{
	struct buf left;

	buf_init(&left, LEFT_MAX);
	add_left(o, &left);
	(void)printf("%-*.*s  %s\n", column, (int)left.len, (const char *)left.ptr, o->help);
	buf_done(&left);
}

static int
print_help(const struct cli_usage *u)
{
	const int column = find_column(u);

	(void)printf("Usage: %s\n\n%s\n\nOptions:\n", u->synopsis, u->text);
	for (const struct cli_option *o = u->options; o->name != NULL; o++)
		if (o->help != NULL)
			print_option(o, column);
	print_option(&help_option, column);
	return cli_flush();
}

static int
refuse(const struct cli_usage *u, const char *what, const char *word)
{
	cli_complain("%s \"%s\"", what, word);
	(void)fprintf(stderr, "Usage: %s\n", u->synopsis);
	return EX_USAGE;
}

/* The option that word names, and behind a "=" its argument. */
static const struct cli_option *
find_option(const struct cli_usage *u, const char *word, const char **ret_argument)
{
	const size_t len = strcspn(word, "=");

	for (const struct cli_option *o = u->options; o->name != NULL; o++) {
		if (word[1] == '-' && strlen(o->name) == len - 2 &&
		    strncmp(o->name, word + 2, len - 2) == 0) {
			*ret_argument = word[len] == '=' ? word + len + 1 : NULL;
			return o;
		}
		if (word[1] == o->letter && o->letter != '\0' && word[2] == '\0') {
			*ret_argument = NULL;
			return o;
		}
	}
	return NULL;
}

/* Takes the option at argv[*at], and the argument behind it if it needs that. */
static int
take_option(const struct cli_usage *u, int argc, char **argv, int *at)
{
	const char *word = argv[*at], *argument;
	const struct cli_option *o = find_option(u, word, &argument);

	if (o == NULL)
		return refuse(u, "there is no option", word);
	if (o->argument == NULL && argument != NULL)
		return refuse(u, "no value belongs to option", word);
	if (o->argument == NULL) {
		*o->flag = true;
		return CLI_GO;
	}
	if (argument == NULL && *at + 1 == argc)
		return refuse(u, "a value is missing after option", word);
	*o->value = argument != NULL ? argument : argv[++*at];
	return CLI_GO;
}

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int
cli_parse(const struct cli_usage *usage, int argc, char **argv, int *ret_count)
{
	bool is_options = true;
	int count = 0;

	for (int i = 1; i < argc; i++) {
		const bool is_option = is_options && argv[i][0] == '-' && argv[i][1] != '\0';
		int r = CLI_GO;

		if (!is_option)
			argv[++count] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			is_options = false;
		else if (is_help(argv[i]))
			return print_help(usage);
		else
			r = take_option(usage, argc, argv, &i);
		if (r != CLI_GO)
			return r;
	}
	if (count > usage->argument_max)
		return refuse(usage, "nothing is known to do with", argv[usage->argument_max + 1]);
	if (count < usage->argument_min)
		return refuse(
		    usage, "something is missing after", count == 0 ? argv[0] : argv[count]);
	*ret_count = count;
	return CLI_GO;
}

/* The value of the option at argv[*at], which then is the last word that belongs to it; NULL when
 * it is another word. */
static const char *
find_value(const char *option, int argc, char **argv, int *at)
{
	const size_t len = strlen(option);

	if (strncmp(argv[*at], option, len) == 0 && argv[*at][len] == '=')
		return argv[*at] + len + 1;
	if (strcmp(argv[*at], option) != 0 || *at + 1 == argc)
		return NULL;
	return argv[++*at];
}

int
cli_take_repeated(const char *option, int *argc, char **argv, struct cli_list *list)
{
	bool is_options = true;
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		const char *value;

		is_options = is_options && strcmp(argv[i], "--") != 0;
		value = is_options ? find_value(option, *argc, argv, &i) : NULL;
		if (value == NULL) {
			argv[kept++] = argv[i];
			continue;
		}
		if (list->count == CLI_LIST_MAX) {
			cli_complain("%s is given more than %d times", option, CLI_LIST_MAX);
			return EX_USAGE;
		}
		list->values[list->count++] = value;
	}
	*argc = kept;
	return CLI_GO;
}
