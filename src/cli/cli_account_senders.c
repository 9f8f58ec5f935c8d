/* SPDX-License-Identifier: Apache-2.0 */
/* cli_account_senders.c - sallyport account senders, and the option --sender of add */
#include <stdlib.h>
#include <string.h>

#include "auth/sender.h"
#include "cli/cli.h"
#include "cli/cli_account.h"
#include "util/clock.h"

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

int
cli_account_senders_take(int *argc, char **argv, struct buf *senders)
{
	struct cli_list patterns = { .count = 0 };
	int r = cli_take_repeated("--sender", argc, argv, &patterns);

	for (size_t i = 0; r == CLI_GO && i < patterns.count; i++)
		r = cli_account_senders_add(patterns.values[i], senders);
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
