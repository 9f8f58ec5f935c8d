/* SPDX-License-Identifier: Apache-2.0 */
/* cli_account.c - sallyport account: the table of its subcommands, and the shortest of them */
#include <stddef.h>

#include "cli/cli.h"
#include "cli/cli_account.h"
#include "util/clock.h"

static uint64_t
now_unix(void)
{
	return clock_unix_ms() / 1000;
}

/* The subcommands that need nothing but the name. */
static int
change(
    const char *synopsis, const char *text, int (*fn)(struct cli_account *a), int argc, char **argv)
{
	const char *path = CLI_CONFIG_PATH;
	const struct cli_option options[] = { CLI_ACCOUNT_CONFIG_OPTION(&path), { .name = NULL } };
	const struct cli_usage usage = {
		.synopsis = synopsis,
		.text = text,
		.options = options,
		.argument_min = 1,
		.argument_max = 1,
	};
	struct cli_account a = { NULL, NULL, NULL };
	int count, r = cli_parse(&usage, argc, argv, &count);

	if (r == CLI_GO)
		r = cli_account_open(&a, argv[1], path, AUTH_ACCOUNTS_WRITE);
	if (r == CLI_GO)
		r = cli_account_exit_code(&a, fn(&a));
	cli_account_close(&a);
	return r;
}

static int
disable(struct cli_account *a)
{
	return auth_accounts_set_disabled(a->store, a->name, true, now_unix());
}

static int
enable(struct cli_account *a)
{
	return auth_accounts_set_disabled(a->store, a->name, false, now_unix());
}

static int
remove_account(struct cli_account *a)
{
	return auth_accounts_remove(a->store, a->name);
}

static int
run_disable(int argc, char **argv)
{
	return change("sallyport account disable [-c FILE] NAME",
	    "Lets an account log in and send no more, sessions that are open included.\n"
	    "Messages that were accepted from it are still delivered.",
	    disable, argc, argv);
}

static int
run_enable(int argc, char **argv)
{
	return change("sallyport account enable [-c FILE] NAME",
	    "Lets a disabled account log in and send again, with its old password.", enable, argc,
	    argv);
}

static int
run_remove(int argc, char **argv)
{
	return change("sallyport account remove [-c FILE] NAME",
	    "Removes an account. Messages that were accepted from it are still delivered.",
	    remove_account, argc, argv);
}

static const struct cli_command commands[] = {
	{ "add", "add an account", cli_account_add },
	{ "passwd", "give an account another password", cli_account_passwd },
	{ "senders", "set what an account may send as", cli_account_senders },
	{ "list", "list the accounts", cli_account_list },
	{ "disable", "keep an account from logging in and sending", run_disable },
	{ "enable", "let a disabled account log in again", run_enable },
	{ "remove", "remove an account", run_remove },
	{ NULL, NULL, NULL },
};

int
cli_account(int argc, char **argv)
{
	return cli_dispatch("sallyport account", commands, argc, argv);
}
