/* SPDX-License-Identifier: Apache-2.0 */
/* Greeting, EHLO with its fall-back HELO, LHLO, and STARTTLS. */
#include <assert.h>

#include "smtp/client_internal.h"

enum { REPLY_READY = 220 };

static void
say_hello(struct smtp_client *c, uint64_t now_ms)
{
	const char *verb = c->options.protocol == SMTP_CLIENT_LMTP ? "LHLO" : "EHLO";

	c->extensions = 0;
	c->size_max = 0;
	c->by_min_s = 0;
	c->limits = (struct client_limits){ 0 }; /* RFC 9422 §3.6 */
	client_send(c, verb, c->options.hostname);
	client_enter(c, CLIENT_EHLO, now_ms);
}

/* RFC 5321 §3.1: a 554 here is no for good, and so is any other 5yz. */
void
client_on_greeting(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) == 2 && c->options.only_greets)
		client_enter(c, CLIENT_IDLE, now_ms);
	else if (client_reply_class(c) == 2)
		say_hello(c, now_ms);
	else if (client_reply_class(c) == 3)
		client_break_out_of_step(c);
	else
		client_break(c, client_reply_verdict(c));
}

/* The first word of s, which is moved behind it and the spaces that follow. */
static struct slice
next_word(struct slice *s)
{
	size_t len = slice_find(*s, ' ');
	struct slice word = slice_first(*s, len);

	while (len < s->len && s->ptr[len] == ' ')
		len++;
	*s = slice_after(*s, len);
	return word;
}

static void
take_mechanisms(struct smtp_client *c, struct slice list)
{
	while (list.len > 0) {
		struct slice mechanism = next_word(&list);

		if (slice_is_nocase(mechanism, "PLAIN"))
			c->extensions |= CLIENT_AUTH_PLAIN;
		else if (slice_is_nocase(mechanism, "LOGIN"))
			c->extensions |= CLIENT_AUTH_LOGIN;
	}
}

/* RFC 1870 §4: without a number, or with 0, no maximum is said. */
static void
take_size(struct smtp_client *c, struct slice parameters)
{
	(void)slice_to_u64(next_word(&parameters), UINT64_MAX, &c->size_max);
}

/* RFC 2852 §2: the least time for mode R, then perhaps options that nobody has made yet. */
static void
take_by_min(struct smtp_client *c, struct slice parameters)
{
	struct slice min = slice_first(parameters, slice_find(parameters, ','));

	(void)slice_to_u64(next_word(&min), UINT64_MAX, &c->by_min_s);
}

/* Parameters where none are defined say nothing to us (RFC 6531 §3.1 item 3). */
static const struct extension {
	const char *keyword;
	unsigned bit;
	void (*take)(struct smtp_client *c, struct slice parameters);
} extensions[] = {
	{ "PIPELINING", CLIENT_PIPELINING, NULL },
	{ "SIZE", CLIENT_SIZE, take_size },
	{ "8BITMIME", CLIENT_8BITMIME, NULL },
	{ "STARTTLS", CLIENT_STARTTLS_OFFERED, NULL },
	{ "AUTH", CLIENT_AUTH_OFFERED, take_mechanisms },
	{ "SMTPUTF8", CLIENT_SMTPUTF8, NULL },
	{ "CHUNKING", CLIENT_CHUNKING, NULL },
	{ "BINARYMIME", CLIENT_BINARYMIME, NULL },
	{ "DSN", CLIENT_DSN, NULL },
	{ "DELIVERBY", CLIENT_DELIVERBY, take_by_min },
	{ "MT-PRIORITY", CLIENT_MT_PRIORITY, NULL },
	{ "REQUIRETLS", CLIENT_REQUIRETLS, NULL },
	{ "LIMITS", 0, client_take_limits },
};

/* One line of the EHLO reply: a keyword and its parameters (RFC 5321 §4.1.1.1). */
static void
take_extension(struct smtp_client *c, struct slice line)
{
	struct slice keyword = next_word(&line);

	for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
		if (!slice_is_nocase(keyword, extensions[i].keyword))
			continue;
		c->extensions |= extensions[i].bit;
		if (extensions[i].take != NULL)
			extensions[i].take(c, line);
	}
}

static void
take_extensions(struct smtp_client *c)
{
	struct slice text = buf_slice(&c->reply.text), line;

	/* The first line is the peer's name and its greeting, not an extension. */
	(void)smtp_reply_next_line(&text, &line);
	while (smtp_reply_next_line(&text, &line))
		take_extension(c, line);
}

static void
break_without_tls(struct smtp_client *c)
{
	static const struct client_problem problem = { SMTP_VERDICT_DEFERRED, { 4, 7, 4 },
		"TLS is required, but the next hop does not offer STARTTLS", false };

	client_break_problem(c, &problem);
}

/* After a hello: go to TLS if that is to be done and has not been, then to AUTH. */
static void
go_on(struct smtp_client *c, uint64_t now_ms)
{
	bool wants_tls = !c->is_tls && c->options.tls != SMTP_CLIENT_TLS_NONE;
	bool may_ask =
	    client_offers(c, CLIENT_STARTTLS_OFFERED) || c->options.tls == SMTP_CLIENT_TLS_ANYWAY;

	if (wants_tls && may_ask) {
		client_send(c, "STARTTLS", NULL);
		client_enter(c, CLIENT_STARTTLS, now_ms);
	} else if (wants_tls && c->options.tls == SMTP_CLIENT_TLS_REQUIRED) {
		break_without_tls(c);
	} else {
		client_auth_start(c, now_ms);
	}
}

/* RFC 5321 §3.2: a server that does not know EHLO is greeted again with HELO. RFC 5321 §2.2.1. */
void
client_on_ehlo(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) == 2) {
		take_extensions(c);
		go_on(c, now_ms);
	} else if (client_reply_class(c) == 5 && c->options.protocol == SMTP_CLIENT_SMTP) {
		client_send(c, "HELO", c->options.hostname);
		client_enter(c, CLIENT_HELO, now_ms);
	} else if (client_reply_class(c) == 3) {
		client_break_out_of_step(c);
	} else {
		client_break(c, client_reply_verdict(c));
	}
}

void
client_on_helo(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) == 2)
		go_on(c, now_ms);
	else if (client_reply_class(c) == 3)
		client_break_out_of_step(c);
	else
		client_break(c, client_reply_verdict(c));
}

/*
 * RFC 3207 §4: 220 starts the handshake; all else leaves the connection as it is. So does another
 * yes: there are servers that say 250 to whatever they do not know.
 */
void
client_on_starttls(struct smtp_client *c, uint64_t now_ms)
{
	const bool is_refused = client_reply_class(c) == 4 || client_reply_class(c) == 5;

	if (c->reply.code == REPLY_READY)
		client_enter(c, CLIENT_TLS, now_ms);
	else if (c->options.tls != SMTP_CLIENT_TLS_REQUIRED)
		client_auth_start(c, now_ms);
	else if (is_refused)
		client_break(c, client_reply_verdict(c));
	else
		client_break_out_of_step(c);
}

void
smtp_client_tls_failed(struct smtp_client *c, const char *why)
{
	const struct client_problem problem = { SMTP_VERDICT_DEFERRED, { 4, 7, 5 }, why, true };

	assert(c->state == CLIENT_TLS || c->state == CLIENT_TLS_FIRST);
	client_break_problem(c, &problem);
}

/* RFC 3207 §4.2: what was learnt before the handshake is forgotten, and asked again. */
void
smtp_client_tls_done(struct smtp_client *c, bool is_verified, uint64_t now_ms)
{
	assert(c->state == CLIENT_TLS || c->state == CLIENT_TLS_FIRST);
	c->is_tls = true;
	c->is_verified = is_verified;
	smtp_reply_parser_clear(&c->reply);
	if (c->state == CLIENT_TLS_FIRST)
		client_enter(c, CLIENT_GREETING, now_ms);
	else
		say_hello(c, now_ms);
}
