/* SPDX-License-Identifier: Apache-2.0 */
/* AUTH (RFC 4954) with an exchange of the caller's. */
#include <assert.h>
#include <string.h>

#include "smtp/client_internal.h"
#include "util/base64.h"

enum {
	COMMAND_LINE_MAX = 512, /* RFC 5321 §4.5.3.1.4, with CRLF */
	VERB_MAX = 64,          /* "AUTH " and the mechanism's name, twenty letters at most */
};

/* All of the room at once, so that no growth leaves a copy of a secret behind. */
static void
begin_secret(struct buf *b)
{
	buf_init(b, SMTP_CLIENT_RESPONSE_MAX);
	(void)buf_reserve(b, SMTP_CLIENT_RESPONSE_MAX);
}

/* False: there is none. */
static bool
make_response(struct smtp_client *c, struct slice challenge, struct buf *response)
{
	begin_secret(response);
	return c->sasl.respond(c->sasl.arg, challenge, response) && !response->overflow;
}

static bool
fits_line(const char *verb, struct slice response)
{
	return strlen(verb) + (response.len + 2) / 3 * 4 + strlen("\r\n") <= COMMAND_LINE_MAX;
}

/*
 * RFC 4954 §4: an initial response goes with the command. One that would make the line too long
 * waits for the first 334, whose challenge is empty.
 */
static void
send_first(struct smtp_client *c, const char *verb)
{
	struct buf *initial = &c->sasl_initial;

	if (!make_response(c, (struct slice){ NULL, 0 }, initial) ||
	    !fits_line(verb, buf_slice(initial))) {
		client_send(c, "AUTH", c->sasl.mechanism);
		return;
	}
	client_send_secret(c, verb, buf_slice(initial));
	buf_wipe(initial);
}

void
smtp_client_auth(struct smtp_client *c, const struct smtp_client_sasl *sasl, uint64_t now_ms)
{
	struct buf verb;

	assert(c->state == CLIENT_IDLE);
	c->sasl = *sasl;
	buf_init(&verb, VERB_MAX);
	(void)buf_addf(&verb, "AUTH %s ", sasl->mechanism);
	(void)buf_add_octet(&verb, 0);
	assert(!verb.overflow);
	if (sasl->is_first)
		send_first(c, (const char *)verb.ptr);
	else
		client_send(c, "AUTH", sasl->mechanism);
	buf_done(&verb);
	client_enter(c, CLIENT_SASL, now_ms);
}

/* RFC 4954 §4: a response is one line, an asterisk in its place ends the exchange. */
static void
give_up(struct smtp_client *c)
{
	client_send(c, "*", NULL);
	c->has_cancelled_sasl = true;
}

static void
respond(struct smtp_client *c)
{
	struct slice text = buf_slice(&c->reply.text);
	struct buf challenge, response;

	if (c->sasl_initial.len > 0) {
		client_send_secret(c, "", buf_slice(&c->sasl_initial));
		buf_wipe(&c->sasl_initial);
		return;
	}
	buf_init(&challenge, SMTP_CLIENT_REPLY_TEXT_MAX);
	if (base64_decode(text, &challenge))
		text = buf_slice(&challenge);
	if (make_response(c, text, &response))
		client_send_secret(c, "", buf_slice(&response));
	else
		give_up(c);
	buf_wipe(&response);
	buf_done(&challenge);
}

void
client_sasl_clear(struct smtp_client *c)
{
	buf_wipe(&c->sasl_initial);
	c->has_cancelled_sasl = false;
	c->sasl = (struct smtp_client_sasl){ .mechanism = NULL };
}

static void
leave(struct smtp_client *c, uint64_t now_ms)
{
	client_sasl_clear(c);
	client_enter(c, CLIENT_IDLE, now_ms);
}

void
client_on_sasl(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) != 3) {
		leave(c, now_ms);
		return;
	}
	/* Another challenge behind the asterisk, and there would be no end of it. */
	if (c->has_cancelled_sasl) {
		client_break_out_of_step(c);
		return;
	}
	client_enter(c, CLIENT_SASL, now_ms);
	respond(c);
}
