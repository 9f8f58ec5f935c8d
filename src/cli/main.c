/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the subcommands of sallyport. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const struct cli_command commands[] = {
	{ "serve", "run the server in the foreground", cli_serve },
	{ "config", "check the configuration, show it, print a sample", cli_config },
	{ "account", "add and change the accounts that may send mail", cli_account },
	{ "queue", "see what waits and what became of it", cli_queue },
	{ "audit", "look at the security of a submission service", cli_audit },
	{ "trace", "tell whose address a pseudonym stands for", cli_trace },
	{ "check", "find out why submission to a host fails", cli_check },
	{ "explain", "find the cause behind an error message or a log", cli_explain },
	{ "ports", "see which ports of a host are open", cli_ports },
	{ "send", "submit a message, and see what becomes of it", cli_send },
	{ "sendmail", "the same as sendmail(1), for programs", cli_sendmail },
	{ "client-settings", "tell what to type into a mail program", cli_client_settings },
	{ "setup", "create the system users and directories", cli_setup },
	{ "version", "print the version", cli_version },
	{ "--version", NULL, cli_version },
	{ NULL, NULL, NULL },
};

/*
 * Where the caller has closed a standard stream, a socket of ours would get its number, and what is
 * printed would go to the server. Reading and writing these fails as on a closed one.
 */
static void
fill_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int
main(int argc, char **argv)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;

	fill_standard_streams();
	/* A peer that is gone fails the write; that is nothing to die of. */
	(void)sigaction(SIGPIPE, &ignore, NULL);

	/* Where a link makes us the system's sendmail. */
	if (argc > 0 && strcmp(slash == NULL ? argv[0] : slash + 1, "sendmail") == 0)
		return cli_sendmail(argc, argv);
	return cli_dispatch("sallyport", commands, argc, argv);
}
