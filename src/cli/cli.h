/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - the subcommands, and what they share.
 *
 * A subcommand is a function that takes its own arguments (argv[0] is its name, or that of the
 * subcommand below it) and returns an exit code of sysexits(3): 0, EX_USAGE (64) for a wrong
 * command line, EX_CONFIG (78) for a wrong config, EX_NOPERM (77), EX_TEMPFAIL (75), EX_IOERR (74),
 * and 1 when the answer is no.
 * Results go to standard output, everything else to standard error.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <sysexits.h>

#include "config/config.h"

#define CLI_CONFIG_PATH "/etc/sallyport/sallyport.conf"

struct cli_command {
	const char *name;
	const char *help; /* one line; NULL: not shown */
	int (*run)(int argc, char **argv);
};

/*
 * Run the command of the table (which ends with a row of NULLs) that argv[1] names, with argv + 1.
 * Knows "help", "--help" and "-h". prefix is what comes before it: "sallyport", "sallyport queue".
 */
int cli_dispatch(const char *prefix, const struct cli_command *commands, int argc, char **argv);

/* "-c FILE" or "--config FILE" or "--config=FILE"; value or flag is set when it is given. */
struct cli_option {
	char letter; /* '\0': none */
	const char *name;
	const char *argument; /* what the help calls it; NULL: the option takes none */
	const char *help;     /* NULL: not shown */
	const char **value;
	bool *flag;
};

struct cli_usage {
	const char *synopsis; /* "sallyport queue show [-c FILE] [--json] ID" */
	const char *text;     /* what it does, whole sentences, lines of at most 78 characters */
	const struct cli_option *options; /* ends with a row without a name */
	int argument_min, argument_max;   /* how many besides options */
};

#define CLI_GO (-1) /* no exit code: the command line is fine, go on */

/*
 * Read options, which may stand before, between or after arguments; "--" ends them. The arguments
 * are moved to argv[1] ... argv[*ret_count]. Returns CLI_GO, or the exit code when --help was asked
 * for or something is wrong (which has been said).
 */
int cli_parse(const struct cli_usage *usage, int argc, char **argv, int *ret_count);

#define CLI_LIST_MAX 256

/* The values of an option that may be given more than once; borrowed from argv. */
struct cli_list {
	const char *values[CLI_LIST_MAX];
	size_t count;
};

/*
 * Before cli_parse(), which takes the last of each: moves every "OPTION VALUE" and "OPTION=VALUE"
 * out of argv to list. option is as it is written, "--header" or "-t". CLI_GO, or EX_USAGE (said).
 */
int cli_take_repeated(const char *option, int *argc, char **argv, struct cli_list *list);

/* To standard error: "sallyport: " and the words, with a line feed. */
void cli_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Flush standard output: EX_OK, or EX_IOERR (said) when something could not be written. */
int cli_flush(void);

/* Load the config and say what is wrong with it: CLI_GO, EX_CONFIG, EX_NOINPUT or EX_NOPERM. */
int cli_load_config(const char *path, struct config **ret_config);
/*
 * Take on user and group of a directory of ours before a file in it is opened, so that no file of
 * root's is left behind in it. Does nothing when they are ours already. 0; -ENOENT when it is not
 * there; -EPERM when we are neither its owner nor root; or another -errno.
 */
int cli_become_owner(const char *directory);

/* The rows of the table in main.c. */
int cli_serve(int argc, char **argv);
int cli_config(int argc, char **argv);
int cli_queue(int argc, char **argv);
int cli_account(int argc, char **argv);
int cli_trace(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_ports(int argc, char **argv);
int cli_client_settings(int argc, char **argv);
int cli_setup(int argc, char **argv);
int cli_send(int argc, char **argv);
int cli_sendmail(int argc, char **argv);
int cli_version(int argc, char **argv);

#endif
