/* SPDX-License-Identifier: Apache-2.0 */
/* cli_account_list.c - sallyport account list */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cli_account.h"

enum { TIME_SIZE = 32 };

static void
format_time(uint64_t unix_seconds, char *text)
{
	time_t seconds = (time_t)unix_seconds;
	struct tm utc;

	text[0] = '\0';
	if (gmtime_r(&seconds, &utc) != NULL)
		(void)strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static bool
print_row(void *arg, const struct auth_account *a)
{
	char changed[TIME_SIZE];

	(void)arg;
	format_time(a->changed_unix, changed);
	(void)printf("%-32s %-8s %-20s %s\n", a->name, a->disabled ? "disabled" : "enabled",
	    changed, a->senders[0] == '\0' ? "(own address)" : a->senders);
	return true;
}

static json_t *
split_senders(const char *senders)
{
	json_t *list = json_array();

	while (*senders != '\0') {
		size_t len = strcspn(senders, " ");

		(void)json_array_append_new(list, json_stringn(senders, len));
		senders += len + (senders[len] != '\0');
	}
	return list;
}

static bool
add_object(void *arg, const struct auth_account *a)
{
	json_t *list = arg;
	char created[TIME_SIZE], changed[TIME_SIZE];

	format_time(a->created_unix, created);
	format_time(a->changed_unix, changed);
	return json_array_append_new(
		   list, json_pack("{s:s, s:b, s:o, s:s, s:s}", "name", a->name, "disabled",
			     (int)a->disabled, "senders", split_senders(a->senders), "created",
			     created, "changed", changed)) == 0;
}

static int
print_text(struct cli_account *all)
{
	(void)printf("%-32s %-8s %-20s %s\n", "NAME", "STATE", "CHANGED", "SENDERS");
	return all->store == NULL ? 0 : auth_accounts_each(all->store, print_row, NULL);
}

static int
print_json(struct cli_account *all)
{
	json_t *list = json_array();
	int r = all->store == NULL ? 0 : auth_accounts_each(all->store, add_object, list);

	if (r == 0) {
		(void)json_dumpf(list, stdout, JSON_INDENT(2));
		(void)putchar('\n');
	}
	json_decref(list);
	return r;
}

int
cli_account_list(int argc, char **argv)
{
	struct cli_account all = { NULL, NULL, NULL };
	const char *path = CLI_CONFIG_PATH;
	bool is_json = false;
	const struct cli_option options[] = {
		CLI_ACCOUNT_CONFIG_OPTION(&path),
		{ '\0', "json", NULL, "an array of objects, for programs", NULL, &is_json },
		{ .name = NULL },
	};
	const struct cli_usage usage = {
		.synopsis = "sallyport account list [-c FILE] [--json]",
		.text = "Lists the accounts by name, each with its state, the time of its last\n"
			"change and what it may send as. Passwords are not shown in any form.",
		.options = options,
	};
	int count, r = cli_parse(&usage, argc, argv, &count);

	if (r == CLI_GO)
		r = cli_account_open(&all, NULL, path, AUTH_ACCOUNTS_READ);
	if (r == CLI_GO)
		r = cli_account_exit_code(&all, is_json ? print_json(&all) : print_text(&all));
	cli_account_close(&all);
	return r == EX_OK ? cli_flush() : r;
}
