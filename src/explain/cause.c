/* SPDX-License-Identifier: Apache-2.0 */
/* cause.c - causes by id, and their texts with the words of a case filled in */
#include "explain/cause.h"

#include <stdbool.h>
#include <string.h>

#include "explain/tables.h"

static const char *const class_names[EXPLAIN_CLASS_COUNT] = {
	[EXPLAIN_CLASS_NAME] = "name",
	[EXPLAIN_CLASS_LOCAL] = "local",
	[EXPLAIN_CLASS_FILTERED] = "filtered",
	[EXPLAIN_CLASS_CLOSED] = "closed",
	[EXPLAIN_CLASS_SILENT] = "silent",
	[EXPLAIN_CLASS_INTERCEPTED] = "intercepted",
	[EXPLAIN_CLASS_TLS] = "tls",
	[EXPLAIN_CLASS_CERTIFICATE] = "certificate",
	[EXPLAIN_CLASS_AUTH] = "auth",
	[EXPLAIN_CLASS_POLICY] = "policy",
	[EXPLAIN_CLASS_SIZE] = "size",
	[EXPLAIN_CLASS_PATH] = "path",
	[EXPLAIN_CLASS_PARTIAL] = "partial",
	[EXPLAIN_CLASS_CLIENT] = "client",
	[EXPLAIN_CLASS_OTHER] = "other",
};

const struct explain_cause *
explain_cause_find(const char *id)
{
	for (size_t i = 0; i < explain_cause_count; i++)
		if (strcmp(explain_causes[i].id, id) == 0)
			return &explain_causes[i];
	return NULL;
}

const struct explain_cause *
explain_cause_at(size_t index)
{
	return index < explain_cause_count ? &explain_causes[index] : NULL;
}

const char *explain_class_name(enum explain_class class)
{
	return class_names[class];
}

/* A word in braces: where its value is, and what is said without one. */
struct word {
	const char *name;
	const char *value;
	const char *in_text, *in_command;
};

/* What a shell takes as it is: what came from a peer or a paste may stand in a command. */
static bool
is_safe_in_command(const char *value)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789.-_:@+[]%";

	return value[0] != '-' && value[0] != '\0' && value[strspn(value, safe)] == '\0';
}

static void
add_printable(const char *value, struct buf *out)
{
	for (; *value != '\0'; value++) {
		const unsigned char c = (unsigned char)*value;

		(void)buf_add_octet(out, c < ' ' || c == 0x7f ? '?' : c);
	}
}

static void
add_value(const struct word *w, bool is_command, struct buf *out)
{
	if (is_command)
		(void)buf_add_text(out,
		    w->value != NULL && is_safe_in_command(w->value) ? w->value : w->in_command);
	else if (w->value != NULL && w->value[0] != '\0')
		add_printable(w->value, out);
	else
		(void)buf_add_text(out, w->in_text);
}

/* The word that text begins with, braces included; NULL: none of ours. */
static const struct word *
find_word(const struct word *words, const char *text, size_t *ret_len)
{
	for (; words->name != NULL; words++) {
		const size_t len = strlen(words->name);

		if (strncmp(text + 1, words->name, len) == 0 && text[len + 1] == '}') {
			*ret_len = len + 2;
			return words;
		}
	}
	return NULL;
}

/* At the begin of a sentence "the server" is "The server". */
static void
capitalise(struct buf *out, size_t begin)
{
	if (out->len > begin && out->ptr[begin] >= 'a' && out->ptr[begin] <= 'z')
		out->ptr[begin] = (uint8_t)(out->ptr[begin] - 'a' + 'A');
}

void
explain_cause_fill(const char *text, const struct explain_words *words, struct buf *out)
{
	const struct word table[] = {
		{ "host", words->host, "the server", "HOST" },
		{ "port", words->port, "587", "587" },
		{ "user", words->user, "the account", "USER@DOMAIN" },
		{ "offender", words->offender, "an unknown address", "ADDRESS" },
		{ "where", words->where, "on the way", "WHERE" },
		{ "detail", words->detail, "no details are known", "DETAIL" },
		{ .name = NULL },
	};
	bool is_command = strncmp(text, "sallyport ", 10) == 0;
	const char *const begin = text;

	while (*text != '\0') {
		size_t len = 1;
		const struct word *w = *text == '{' ? find_word(table, text, &len) : NULL;
		const bool is_sentence =
		    text == begin || (text - begin >= 2 && strncmp(text - 2, ". ", 2) == 0);
		const size_t at = out->len;

		if (*text == '`')
			is_command = !is_command;
		if (w == NULL)
			(void)buf_add_octet(out, (uint8_t)*text);
		else
			add_value(w, is_command, out);
		if (w != NULL && w->value == NULL && is_sentence && !is_command)
			capitalise(out, at);
		text += len;
	}
}

bool
explain_cause_is_about_mail(const struct explain_cause *cause)
{
	static const char *const ids[] = { "message-refused", "sender-refused", "recipient-refused",
		"relay-denied", "no-such-recipient", "mailbox-full", "mailbox-disabled",
		"recipient-forbidden", "recipient-domain-wrong", "sender-domain-wrong",
		"too-many-recipients", "spam-content", "virus-content", "spf-dkim-dmarc" };

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		if (strcmp(cause->id, ids[i]) == 0)
			return true;
	return false;
}

const char *
explain_role_heading(enum explain_role role)
{
	switch (role) {
	case EXPLAIN_USER:
		return "If you only want to send mail";
	case EXPLAIN_ADMINISTRATOR:
		return "If you look after the network or the server";
	case EXPLAIN_DEVELOPER:
		return "If you write the program that sends";
	}
	return "";
}
