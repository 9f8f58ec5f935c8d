/* SPDX-License-Identifier: Apache-2.0 */
/* cli_account.h - what the subcommands of `sallyport account` share. */
#ifndef CLI_CLI_ACCOUNT_H
#define CLI_CLI_ACCOUNT_H

#include <stdbool.h>

#include "auth/accounts.h"
#include "cli/cli.h"
#include "config/config.h"
#include "util/buf.h"
#include "util/secret.h"

/* An account, by name, and the store that it is in. All zero before it is opened. */
struct cli_account {
	char *name; /* as stored (auth/name.h); NULL: all of them */
	struct config *config;
	struct auth_accounts *store; /* NULL: there is none yet (only for reading) */
};
/*
 * Opens the store that the config names, to read or to write; for writing, directories and file are
 * made where they are missing. As root we are the auth user from then on. name is NULL, or what was
 * typed. CLI_GO, or an exit code with the reason said; close in any case.
 */
int cli_account_open(
    struct cli_account *a, const char *name, const char *config_path, enum auth_accounts_mode mode);
void cli_account_close(struct cli_account *a);
/* The exit code for what a function of auth/accounts.h returned about this account; said if bad. */
int cli_account_exit_code(const struct cli_account *a, int r);

#define CLI_ACCOUNT_CONFIG_OPTION(path)                                                            \
	{                                                                                          \
		'c', "config", "FILE", "read FILE, not " CLI_CONFIG_PATH, (path), NULL             \
	}

struct cli_account_password_options {
	bool generate;   /* a new one, printed on standard output */
	bool allow_weak; /* no questions about its strength */
};
/*
 * A prepared password (sasl/prepare.h) for this account: made up, or typed twice at the terminal,
 * or the first line of standard input where that is no terminal. CLI_GO, or an exit code with the
 * reason said.
 */
int cli_account_password_read(const char *name, const struct cli_account_password_options *options,
    struct secret *ret_password);
/* What is wrong with it for this account, in words that follow "the password"; NULL: nothing. */
const char *cli_account_password_weakness(const char *name, struct slice password);

/*
 * Moves every "--sender PATTERN" and "--sender=PATTERN" out of argv: cli_parse() knows options that
 * are given once. Appends the patterns to senders (auth/accounts.h). CLI_GO or an exit code.
 */
int cli_account_senders_take(int *argc, char **argv, struct buf *senders);
/* Appends one pattern to senders. CLI_GO or an exit code. */
int cli_account_senders_add(const char *pattern, struct buf *senders);

/* Subcommands with a file of their own. */
int cli_account_add(int argc, char **argv);
int cli_account_passwd(int argc, char **argv);
int cli_account_senders(int argc, char **argv);
int cli_account_list(int argc, char **argv);

#endif
