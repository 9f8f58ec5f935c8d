/* SPDX-License-Identifier: Apache-2.0 */
/* context.c - what the checks lean on: the bounds of politeness, gaps, and words for the reader. */
#include "audit/context.h"

#include <stdarg.h>
#include <stdlib.h>

#include "audit/printable.h"
#include "util/alloc.h"
#include "util/rand.h"

enum { WORDS_SIZE = 1024 };

bool
audit_is_over(const struct audit *a)
{
	return a->result->is_sent_away || a->result->connection_count >= AUDIT_CONNECTIONS_MAX;
}

static char *format_words(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static char *
format_words(const char *format, va_list args)
{
	char words[WORDS_SIZE];

	(void)vsnprintf(words, sizeof words, format, args);
	audit_make_printable(words);
	return xstrdup(words);
}

static void
add_gap(struct audit *a, bool is_wanted_so, char *why)
{
	struct audit_result *r = a->result;

	if (r->gap_count == AUDIT_GAPS_MAX) {
		free(why);
		return;
	}
	r->gaps[r->gap_count++] = (struct audit_gap){ a->check, is_wanted_so, why };
	r->is_complete = r->is_complete && is_wanted_so;
}

void
audit_gap(struct audit *a, bool is_wanted_so, const char *format, ...)
{
	va_list args;

	if (a->options->is_dry)
		return;
	va_start(args, format);
	add_gap(a, is_wanted_so, format_words(format, args));
	va_end(args);
}

void
audit_send_away(struct audit *a, const char *format, ...)
{
	va_list args;

	if (a->result->is_sent_away)
		return;
	a->result->is_sent_away = true;
	va_start(args, format);
	add_gap(a, false, format_words(format, args));
	va_end(args);
}

void
audit_tell(struct audit *a, const char *format, ...)
{
	va_list args;
	char *words;

	if (a->options->on_line == NULL)
		return;
	va_start(args, format);
	words = format_words(format, args);
	va_end(args);
	a->options->on_line(a->options->arg, words);
	free(words);
}

bool
audit_may_connect(struct audit *a)
{
	if (audit_is_over(a))
		return false;
	a->result->connection_count++;
	if (a->result->connection_count == AUDIT_CONNECTIONS_MAX)
		audit_gap(a, false, "%d connections were made, which is the most for one audit",
		    AUDIT_CONNECTIONS_MAX);
	return true;
}

const struct audit_door *
audit_tls_door(const struct audit *a)
{
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++)
		if (a->doors[i].has_tls)
			return &a->doors[i];
	return NULL;
}

void
audit_make_word(char word[AUDIT_WORD_SIZE])
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	size_t len = (size_t)snprintf(word, AUDIT_WORD_SIZE, "audit-");

	for (; len + 1 < AUDIT_WORD_SIZE; len++)
		word[len] = letters[rand_below(sizeof letters - 1)];
	word[len] = '\0';
}

const char *
audit_local_domain(const struct audit *a)
{
	if (a->result->domain[0] != '\0')
		return a->result->domain;
	return a->is_literal ? a->literal : a->options->host;
}

/* It is there to look, and keeps no secret. */
SSL_CTX *
audit_tls_new(void)
{
	/* As servers have them by default, and then those that should be gone. */
	char groups[] = "X25519:P-256:X448:P-521:P-384:P-224:P-192:secp256k1:secp160r1:sect163r2";
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		return NULL;
	SSL_CTX_set_security_level(context, 0);
	(void)SSL_CTX_set_min_proto_version(context, 0);
	(void)SSL_CTX_set_cipher_list(context, "ALL:eNULL:@SECLEVEL=0");
	(void)SSL_CTX_set1_groups_list(context, groups);
	(void)SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	return context;
}

void
audit_wait(struct audit *a, const bool *is_over)
{
	while (!*is_over)
		(void)event_base_loop(a->base, EVLOOP_ONCE);
}
