/* SPDX-License-Identifier: Apache-2.0 */
/* cli_trace.c - sallyport trace: whose address a pseudonym in a trace header stands for */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/trace_key.h"
#include "cli/cli.h"
#include "cli/words.h"
#include "proc/role.h"

enum { PATH_SIZE = 4096 };

static int
complain_of_key(const char *path, int r)
{
	switch (-r) {
	case ENOENT:
		cli_complain("there is no %s; the server makes it at its first start", path);
		return EX_NOINPUT;
	case EACCES:
	case EPERM:
		cli_complain("%s: no permission; run this as root or as the auth user", path);
		return EX_NOPERM;
	case EBADMSG:
		cli_complain("%s is damaged; restore it from a backup", path);
		return EX_DATAERR;
	default:
		cli_complain("%s: %s", path, strerrordesc_np(-r));
		return EX_IOERR;
	}
}

static int
open_pseudonyms(const char *config_path, struct auth_pseudonym **ret_pseudonym)
{
	char directory[PATH_SIZE], path[PATH_SIZE];
	uint8_t key[AUTH_PSEUDONYM_KEY_LEN];
	struct config *c = NULL;
	int r = cli_load_config(config_path, &c);

	if (r != CLI_GO)
		return r;
	(void)snprintf(directory, sizeof directory, "%s/%s", c->state_directory,
	    proc_role_directory(PROC_ROLE_AUTH));
	(void)snprintf(path, sizeof path, "%s/%s", c->state_directory, AUTH_TRACE_KEY_FILE);
	config_free(&c);
	r = cli_become_owner(directory);
	if (r == 0)
		r = auth_trace_key_load(path, key);
	if (r != 0)
		return complain_of_key(path, r);
	*ret_pseudonym = auth_pseudonym_new(key);
	explicit_bzero(key, sizeof key);
	return CLI_GO;
}

/* A Received field has it below a domain that is no one's. */
static struct slice
strip_domain(struct slice word)
{
	const size_t len = slice_find(word, '.');

	return slice_is_nocase(slice_after(word, len), ".invalid") ? slice_first(word, len) : word;
}

/* One line each; with the word before it where there are several. */
static void
print_line(const char *word, const char *address, bool is_alone)
{
	if (!is_alone) {
		cli_words_print(stdout, word);
		(void)putchar(' ');
	}
	(void)puts(address);
}

/* Null for NULL, and for what is no UTF-8. */
static json_t *
make_text(const char *text)
{
	json_t *json = text == NULL ? NULL : json_string(text);

	return json == NULL ? json_null() : json;
}

static void
add_row(json_t *rows, const char *word, const char *address)
{
	json_t *row = json_object();

	if (json_object_set_new(row, "pseudonym", make_text(word)) != 0 ||
	    json_object_set_new(row, "address", make_text(address)) != 0 ||
	    json_array_append_new(rows, row) != 0)
		abort();
}

/* False when the word is no pseudonym of this server; rows is NULL when no JSON is wanted. */
static bool
trace_one(struct auth_pseudonym *p, const char *word, bool is_alone, json_t *rows)
{
	char text[IP_TEXT_SIZE];
	struct ip ip;
	const bool ok = auth_pseudonym_read(p, strip_domain(slice_of(word)), &ip);

	if (ok)
		ip_print(&ip, text);
	else
		cli_complain("\"%s\" is no pseudonym that this server has made", word);
	if (rows != NULL)
		add_row(rows, word, ok ? text : NULL);
	else if (ok)
		print_line(word, text, is_alone);
	return ok;
}

/* All are told, whatever one of them is. */
static int
trace(struct auth_pseudonym *p, char *const *words, int count, bool is_json)
{
	json_t *rows = is_json ? json_array() : NULL;
	int failed_count = 0, code;

	for (int i = 0; i < count; i++)
		failed_count += !trace_one(p, words[i], count == 1, rows);
	if (rows != NULL && json_dumpf(rows, stdout, JSON_INDENT(2)) == 0)
		(void)putchar('\n');
	json_decref(rows);
	code = cli_flush();
	return code == EX_OK && failed_count != 0 ? EXIT_FAILURE : code;
}

int
cli_trace(int argc, char **argv)
{
	const char *path = CLI_CONFIG_PATH;
	bool is_json = false;
	const struct cli_option options[] = {
		{ 'c', "config", "FILE", "read FILE, not " CLI_CONFIG_PATH, &path, NULL },
		{ '\0', "json", NULL, "print JSON", NULL, &is_json },
		{ .name = NULL },
	};
	const struct cli_usage usage = { "sallyport trace [-c FILE] [--json] PSEUDONYM ...",
		"Prints the client addresses that pseudonyms in Received fields stand for (see\n"
		"message.trace_client in the config). Exit code 1 when one is not from here.",
		options, 1, INT32_MAX };
	struct auth_pseudonym *p = NULL;
	int count, code = cli_parse(&usage, argc, argv, &count);

	if (code == CLI_GO)
		code = open_pseudonyms(path, &p);
	if (code == CLI_GO)
		code = trace(p, argv + 1, count, is_json);
	auth_pseudonym_free(&p);
	return code;
}
