/* SPDX-License-Identifier: Apache-2.0 */
/* cli_config.c - sallyport config check|show|sample|manual */
#include <stdio.h>

#include "cli/check.h"
#include "cli/cli.h"

enum { OUTPUT_MAX = 8 * 1024 * 1024 };

/* Loads the config that "-c FILE" names, when that is all there is on the command line. */
static int
load(const char *synopsis, const char *text, int argc, char **argv, struct config **ret_config)
{
	const char *path = CLI_CONFIG_PATH;
	const struct cli_option options[] = {
		{ 'c', "config", "FILE", "read FILE, not " CLI_CONFIG_PATH, &path, NULL },
		{ .name = NULL },
	};
	const struct cli_usage usage = {
		.synopsis = synopsis,
		.text = text,
		.options = options,
	};
	int count, r = cli_parse(&usage, argc, argv, &count);

	return r == CLI_GO ? cli_load_config(path, ret_config) : r;
}

static int
run_check(int argc, char **argv)
{
	struct config *c = NULL;
	int r = load("sallyport config check [-c FILE]",
	    "Reads the configuration and the files that it names. Each thing that is wrong is\n"
	    "one line with its place and what would be right. Exit code 0: the server can run\n"
	    "with it; 78: it cannot.",
	    argc, argv, &c);

	if (r != CLI_GO)
		return r;
	r = cli_check_files(c) ? EX_OK : EX_CONFIG;
	if (r == EX_OK)
		(void)printf("The configuration is fine.\n");
	config_free(&c);
	return r == EX_OK ? cli_flush() : r;
}

static int
write_out(const struct buf *out)
{
	(void)fwrite(out->ptr, 1, out->len, stdout);
	return cli_flush();
}

static int
run_show(int argc, char **argv)
{
	struct config *c = NULL;
	struct buf out;
	int r = load("sallyport config show [-c FILE]",
	    "Prints every key with the value that is in force, defaults included, as a\n"
	    "file that could be used as configuration.",
	    argc, argv, &c);

	if (r != CLI_GO)
		return r;
	buf_init(&out, OUTPUT_MAX);
	config_print(c, &out);
	r = write_out(&out);
	buf_done(&out);
	config_free(&c);
	return r;
}

/* Prints what comes from the table of keys alone. */
static int
print_reference(
    const char *synopsis, const char *text, void (*print)(struct buf *out), int argc, char **argv)
{
	static const struct cli_option options[] = { { .name = NULL } };
	const struct cli_usage usage = { .synopsis = synopsis, .text = text, .options = options };
	struct buf out;
	int count, r = cli_parse(&usage, argc, argv, &count);

	if (r != CLI_GO)
		return r;
	buf_init(&out, OUTPUT_MAX);
	print(&out);
	r = write_out(&out);
	buf_done(&out);
	return r;
}

static int
run_sample(int argc, char **argv)
{
	return print_reference("sallyport config sample",
	    "Prints a configuration in which every key is explained.", config_print_sample, argc,
	    argv);
}

static int
run_manual(int argc, char **argv)
{
	return print_reference("sallyport config manual",
	    "Prints the part of sallyport.conf(5) that explains the keys.", config_print_manual,
	    argc, argv);
}

static const struct cli_command commands[] = {
	{ "check", "say what is wrong with the configuration", run_check },
	{ "show", "print every key with its value", run_show },
	{ "sample", "print a configuration with explanations", run_sample },
	{ "manual", NULL, run_manual },
	{ NULL, NULL, NULL },
};

int
cli_config(int argc, char **argv)
{
	return cli_dispatch("sallyport config", commands, argc, argv);
}
