/* SPDX-License-Identifier: Apache-2.0 */
/* cli_account_senders.c - sallyport account senders, and the option --sender of add */
#include <stdlib.h>
#include <string.h>

#include "auth/sender.h"
#include "cli/cli.h"
#include "cli/cli_account.h"
#include "util/clock.h"

#define OPTION "--sender"

int
cli_account_senders_add(const char *pattern, struct buf *senders)
{
	if (!auth_sender_is_pattern(slice_of(pattern))) {
		cli_complain("\"%s\" is no sender; give an address (user@example.org), a domain "
			     "(@example.org) or * for any",
		    pattern);
		return EX_DATAERR;
	}
	if ((senders->len != 0 && !buf_add_octet(senders, ' ')) ||
	    !buf_add_text(senders, pattern)) {
		cli_complain("these senders are more than %d octets", AUTH_SENDERS_MAX);
		return EX_DATAERR;
	}
	return CLI_GO;
}

/* The pattern of the option at argv[*at], which then is the last word that belongs to it; NULL when
 * it is another word. */
static const char *
find_pattern(int argc, char **argv, int *at)
{
	const size_t len = strlen(OPTION);

	if (strncmp(argv[*at], OPTION "=", len + 1) == 0)
		return argv[*at] + len + 1;
	if (strcmp(argv[*at], OPTION) != 0 || *at + 1 == argc)
		return NULL;
	return argv[++*at];
}

int
cli_account_senders_take(int *argc, char **argv, struct buf *senders)
{
	bool is_options = true;
	int kept = 1, r = CLI_GO;

	for (int i = 1; i < *argc && r == CLI_GO; i++) {
		const char *pattern;

		is_options = is_options && strcmp(argv[i], "--") != 0;
		pattern = is_options ? find_pattern(*argc, argv, &i) : NULL;
		if (pattern == NULL)
			argv[kept++] = argv[i];
		else
			r = cli_account_senders_add(pattern, senders);
	}
	*argc = kept;
	return r;
}

static int
set_senders(const struct cli_account *a, const struct buf *senders)
{
	char *text = slice_dup(buf_slice(senders));
	int r = auth_accounts_set_senders(a->store, a->name, text, clock_unix_ms() / 1000);

	free(text);
	return r;
}

int
cli_account_senders(int argc, char **argv)
{
	const char *path = CLI_CONFIG_PATH;
	const struct cli_option options[] = { CLI_ACCOUNT_CONFIG_OPTION(&path), { .name = NULL } };
	const struct cli_usage usage = {
		.synopsis = "sallyport account senders [-c FILE] NAME [PATTERN]...",
		.text = "Sets what an account may send as: addresses, \"@example.org\" for all of\n"
			"a domain, \"*\" for any. Without a PATTERN, its own address alone.",
		.options = options,
		.argument_min = 1,
		.argument_max = 1 + AUTH_SENDERS_MAX,
	};
	struct cli_account a = { NULL, NULL, NULL };
	struct buf senders;
	int count = 0, r = cli_parse(&usage, argc, argv, &count);

	buf_init(&senders, AUTH_SENDERS_MAX);
	for (int i = 2; r == CLI_GO && i <= count; i++)
		r = cli_account_senders_add(argv[i], &senders);
	if (r == CLI_GO)
		r = cli_account_open(&a, argv[1], path, AUTH_ACCOUNTS_WRITE);
	if (r == CLI_GO)
		r = cli_account_exit_code(&a, set_senders(&a, &senders));
	cli_account_close(&a);
	buf_done(&senders);
	return r;
}
