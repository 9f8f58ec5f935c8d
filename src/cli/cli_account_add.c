/* SPDX-License-Identifier: Apache-2.0 */
/* cli_account_add.c - sallyport account add|passwd */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/hash.h"
#include "auth/sender.h"
#include "cli/cli.h"
#include "cli/cli_account.h"
#include "util/alloc.h"
#include "util/clock.h"

#define PASSWORD_OPTIONS(options)                                                                  \
	{ '\0', "generate", NULL, "make up a password and print it", NULL, &(options).generate },  \
	{                                                                                          \
		'\0', "allow-weak", NULL, "take a weak password too", NULL, &(options).allow_weak  \
	}
#define PASSWORD_TEXT                                                                              \
	"The password is asked for twice at a\n"                                                   \
	"terminal; otherwise it is the first line of standard input. "

static uint64_t
now_unix(void)
{
	return clock_unix_ms() / 1000;
}

/* Asked before a password is: nobody types one for nothing. 0, -EEXIST, -ENOENT or -errno. */
static int
check_presence(struct cli_account *a, bool wanted)
{
	struct auth_account *account = NULL;
	int r = auth_accounts_find(a->store, slice_of(a->name), &account);

	auth_account_free(&account);
	if (r == 0)
		return wanted ? 0 : -EEXIST;
	return r == -ENOENT && !wanted ? 0 : r;
}

/* NULL with the reason said, and *ret_code set. */
static char *
read_hash(const struct cli_account *a, const struct cli_account_password_options *options,
    struct secret *password, int *ret_code)
{
	char *hash;
	int r = cli_account_password_read(a->name, options, password);

	assert(a->config != NULL);
	if (r != CLI_GO) {
		*ret_code = r;
		return NULL;
	}
	hash = auth_hash_new(secret_slice(password), a->config->auth.hash_cost);
	if (hash == NULL) {
		cli_complain("cannot hash the password: %s", strerrordesc_np(errno));
		*ret_code = EX_OSERR;
	}
	return hash;
}

/* After the account was written, so that what is printed is true. */
static int
print_generated(const struct cli_account_password_options *options, const struct secret *password)
{
	if (!options->generate)
		return EX_OK;
	(void)printf("%.*s\n", (int)password->len, (const char *)password->ptr);
	return cli_flush();
}

static int
add_account(struct cli_account *a, const char *hash, const struct buf *senders)
{
	struct auth_account *account = xcalloc(1, sizeof *account);
	int r;

	account->name = xstrdup(a->name);
	account->hash = xstrdup(hash);
	account->senders = slice_dup(buf_slice(senders));
	account->created_unix = account->changed_unix = now_unix();
	r = auth_accounts_add(a->store, account);
	auth_account_free(&account);
	return r;
}

static int
change_hash(struct cli_account *a, const char *hash, const struct buf *senders)
{
	(void)senders; /* they stay */
	return auth_accounts_set_hash(a->store, a->name, hash, now_unix());
}

/* Has `store` write the hash of a password read or made now, if the account is as wanted. */
static int
give_password(struct cli_account *a, bool is_there,
    const struct cli_account_password_options *options,
    int (*store)(struct cli_account *a, const char *hash, const struct buf *senders),
    const struct buf *senders)
{
	struct secret password = { NULL, 0 };
	int r = cli_account_exit_code(a, check_presence(a, is_there));
	char *hash;

	if (r != EX_OK)
		return r;
	hash = read_hash(a, options, &password, &r);
	if (hash != NULL)
		r = cli_account_exit_code(a, store(a, hash, senders));
	if (hash != NULL && r == EX_OK)
		r = print_generated(options, &password);
	free(hash);
	secret_done(&password);
	return r;
}

int
cli_account_add(int argc, char **argv)
{
	const char *path = CLI_CONFIG_PATH, *no_sender = NULL;
	struct cli_account_password_options password = { false, false };
	const struct cli_option options[] = {
		CLI_ACCOUNT_CONFIG_OPTION(&path),
		{ '\0', "sender", "PATTERN", "it may send as this; may be repeated", &no_sender,
		    NULL },
		PASSWORD_OPTIONS(password),
		{ .name = NULL },
	};
	const struct cli_usage usage = {
		.synopsis = "sallyport account add [-c FILE] [--sender PATTERN]... NAME",
		.text =
		    "Adds an account. " PASSWORD_TEXT "A running\nserver knows it at once.\n\n"
		    "PATTERN is an address, \"@example.org\" for all of a domain, or \"*\" for\n"
		    "any. Without one, the account may send as its own name where that is an\n"
		    "address, else as NAME@ and the server's hostname. Names are stored in\n"
		    "lower case.",
		.options = options,
		.argument_min = 1,
		.argument_max = 1,
	};
	struct cli_account a = { NULL, NULL, NULL };
	struct buf senders;
	int count, r;

	buf_init(&senders, AUTH_SENDERS_MAX);
	r = cli_account_senders_take(&argc, argv, &senders);
	if (r == CLI_GO)
		r = cli_parse(&usage, argc, argv, &count);
	if (r == CLI_GO)
		r = cli_account_open(&a, argv[1], path, AUTH_ACCOUNTS_WRITE);
	if (r == CLI_GO)
		r = give_password(&a, false, &password, add_account, &senders);
	cli_account_close(&a);
	buf_done(&senders);
	return r;
}

int
cli_account_passwd(int argc, char **argv)
{
	const char *path = CLI_CONFIG_PATH;
	struct cli_account_password_options password = { false, false };
	const struct cli_option options[] = {
		CLI_ACCOUNT_CONFIG_OPTION(&path),
		PASSWORD_OPTIONS(password),
		{ .name = NULL },
	};
	const struct cli_usage usage = {
		.synopsis = "sallyport account passwd [-c FILE] [--generate] NAME",
		.text = "Gives an account another password. " PASSWORD_TEXT
			"In a running\nserver the old one ends at once.",
		.options = options,
		.argument_min = 1,
		.argument_max = 1,
	};
	struct cli_account a = { NULL, NULL, NULL };
	int count, r = cli_parse(&usage, argc, argv, &count);

	if (r == CLI_GO)
		r = cli_account_open(&a, argv[1], path, AUTH_ACCOUNTS_WRITE);
	if (r == CLI_GO)
		r = give_password(&a, true, &password, change_hash, NULL);
	cli_account_close(&a);
	return r;
}
