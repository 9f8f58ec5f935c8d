/* SPDX-License-Identifier: Apache-2.0 */
/* AUTH (RFC 4954) with PLAIN (RFC 4616), else with LOGIN. */
#include <assert.h>
#include <string.h>

#include "smtp/client_internal.h"
#include "util/base64.h"

enum {
	COMMAND_LINE_MAX = 512, /* RFC 5321 §4.5.3.1.4, with CRLF */
	PLAIN_MAX = 2 * SMTP_CLIENT_CREDENTIAL_MAX + 2,
};

/* Room at once, so that no growth leaves a copy of the secret behind. */
void
client_send_secret(struct smtp_client *c, const char *before, struct slice octets)
{
	bool ok = buf_reserve(&c->out, strlen(before) + (octets.len + 2) / 3 * 4 + 2) != NULL;

	c->has_secret = true;
	ok = ok && buf_add_text(&c->out, before) && base64_encode(octets, &c->out) &&
	     buf_add_text(&c->out, "\r\n");
	assert(ok);
	client_show_hidden(c, before);
}

/* RFC 4616 §2: no authorization identity, NUL, the name, NUL, the secret. */
static void
send_plain(struct smtp_client *c, const char *before)
{
	uint8_t text[PLAIN_MAX];
	struct slice user = c->options.auth_user, secret = c->options.auth_secret;

	text[0] = 0;
	memcpy(text + 1, user.ptr, user.len);
	text[1 + user.len] = 0;
	if (secret.len > 0)
		memcpy(text + 2 + user.len, secret.ptr, secret.len);
	client_send_secret(c, before, slice_make(text, user.len + secret.len + 2));
	explicit_bzero(text, sizeof text);
}

/* RFC 4954 §4: an initial response that makes the line too long waits for the 334. */
static void
send_auth_plain(struct smtp_client *c)
{
	size_t len = c->options.auth_user.len + c->options.auth_secret.len + 2;

	if (strlen("AUTH PLAIN \r\n") + (len + 2) / 3 * 4 > COMMAND_LINE_MAX) {
		client_send(c, "AUTH PLAIN", NULL);
		return;
	}
	send_plain(c, "AUTH PLAIN ");
	c->auth_step = 1;
}

static bool
uses_plain(const struct smtp_client *c)
{
	return (c->extensions & CLIENT_AUTH_PLAIN) != 0;
}

/* Why AUTH cannot be begun, or NULL. */
static const struct client_problem *
find_problem(const struct smtp_client *c)
{
	static const struct client_problem no_tls = { SMTP_VERDICT_DEFERRED, { 4, 7, 4 },
		"TLS was not had, and the password is not sent without", false };
	static const struct client_problem no_mechanism = { SMTP_VERDICT_DEFERRED, { 4, 7, 4 },
		"the next hop offers neither AUTH PLAIN nor AUTH LOGIN", false };

	static const struct client_problem no_secret = { SMTP_VERDICT_DEFERRED, { 4, 7, 0 },
		"AUTH is asked for, but there is no password", false };

	if (c->options.auth_secret.len == 0)
		return &no_secret;
	if (!c->is_tls && c->options.tls != SMTP_CLIENT_TLS_NONE)
		return &no_tls;
	if ((c->extensions & (CLIENT_AUTH_PLAIN | CLIENT_AUTH_LOGIN)) == 0)
		return &no_mechanism;
	return NULL;
}

void
client_auth_start(struct smtp_client *c, uint64_t now_ms)
{
	const struct client_problem *problem;

	if (c->options.auth_user.len == 0) {
		client_enter(c, CLIENT_IDLE, now_ms);
		return;
	}
	problem = find_problem(c);
	if (problem != NULL) {
		client_break_problem(c, problem);
		return;
	}
	c->auth_step = 0;
	if (uses_plain(c))
		send_auth_plain(c);
	else
		client_send(c, "AUTH LOGIN", NULL);
	client_enter(c, CLIENT_AUTH, now_ms);
}

/* The answer to a 334, whose words are not looked at: PLAIN has one answer, LOGIN two. */
static void
respond(struct smtp_client *c)
{
	unsigned step = c->auth_step++;

	if (uses_plain(c) && step == 0)
		send_plain(c, "");
	else if (!uses_plain(c) && step == 0)
		client_send_secret(c, "", c->options.auth_user);
	else if (!uses_plain(c) && step == 1)
		client_send_secret(c, "", c->options.auth_secret);
	else
		client_break_out_of_step(c);
}

void
client_on_auth(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) == 2) {
		client_enter(c, CLIENT_IDLE, now_ms);
	} else if (client_reply_class(c) == 3) {
		client_enter(c, CLIENT_AUTH, now_ms);
		respond(c);
	} else {
		client_break(c, client_reply_verdict(c));
	}
}
