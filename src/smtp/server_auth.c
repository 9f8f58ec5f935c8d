/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AUTH (RFC 4954 §4, §6): the engine carries the steps, the authenticator knows the mechanisms.
 *
 * In the order in which it happens: AUTH, ask; 334, response, ask; ... ; 235 or a refusal.
 */
#include <assert.h>

#include "smtp/server_verb.h"
#include "util/base64.h"
#include "util/octet.h"

static void
ask(struct smtp_server *s, enum smtp_server_auth_kind kind)
{
	s->login->kind = kind;
	smtp_server_enter(s, SMTP_STATE_LOGIN_ASK);
}

/* The exchange is over for the client; the authenticator must hear it before we say why. */
static void
cancel(struct smtp_server *s, enum smtp_server_reply why)
{
	smtp_login_wipe(s->login);
	s->login->cancelled = why;
	ask(s, SMTP_SERVER_AUTH_CANCEL);
}

/* In any case of letters (RFC 4954 §8); one that is not offered the authenticator refuses. */
static bool
is_mechanism(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (!octet_is_let_dig(c) && c != '-' && c != '_')
			return false;
	}
	return name.len != 0 && name.len <= SMTP_MECHANISM_MAX;
}

void
smtp_verb_auth(struct smtp_server *s, struct slice argument)
{
	size_t end = slice_find(argument, ' ');
	struct slice mechanism = slice_first(argument, end);
	struct slice initial =
	    end == argument.len ? (struct slice){ NULL, 0 } : slice_after(argument, end + 1);

	if (s->account.len != 0) {
		smtp_server_refuse(s, SMTP_REPLY_AUTH_TWICE);
		return;
	}
	if (mechanism.len == 0) {
		smtp_server_refuse(s, SMTP_REPLY_AUTH_SYNTAX);
		return;
	}
	if (!is_mechanism(mechanism)) {
		smtp_server_refuse(s, SMTP_REPLY_AUTH_MECHANISM);
		return;
	}
	s->login = smtp_login_new(mechanism);
	if (slice_is(initial, "="))
		s->login->has_octets = true; /* there is one, and it is empty */
	else if (initial.len != 0 && !smtp_login_decode(s->login, initial)) {
		smtp_login_free(&s->login);
		smtp_server_refuse(s, SMTP_REPLY_AUTH_BASE64);
		return;
	}
	ask(s, SMTP_SERVER_AUTH_START);
}

void
smtp_server_auth_line(struct smtp_server *s, struct slice line)
{
	if (slice_is(line, "*"))
		cancel(s, SMTP_REPLY_AUTH_CANCELLED);
	else if (!smtp_login_decode(s->login, line))
		cancel(s, SMTP_REPLY_AUTH_BASE64);
	else
		ask(s, SMTP_SERVER_AUTH_RESPONSE);
}

void
smtp_server_auth_line_too_long(struct smtp_server *s)
{
	cancel(s, SMTP_REPLY_AUTH_LINE_TOO_LONG);
}

struct smtp_server_auth_step
smtp_server_auth_step(const struct smtp_server *s)
{
	struct smtp_server_auth_step step = { 0 };

	assert(s->state == SMTP_STATE_LOGIN_ASK);
	step.kind = s->login->kind;
	step.mechanism = slice_make(s->login->mechanism, s->login->mechanism_len);
	step.has_octets = s->login->has_octets;
	step.octets = buf_slice(&s->login->octets);
	return step;
}

void
smtp_server_auth_continue(struct smtp_server *s, struct slice challenge, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_LOGIN_ASK, now_ms))
		return;
	buf_add_text(&s->output, "334 "); /* with its space even when nothing follows */
	base64_encode(challenge, &s->output);
	buf_add_text(&s->output, "\r\n");
	assert(!s->output.overflow);
	smtp_login_wipe(
	    s->login); /* after the challenge, which may have been made of it in place */
	smtp_server_enter(s, SMTP_STATE_LOGIN);
	smtp_server_settle(s);
}

/* Every end of an exchange leads back to GREETED, logged in or not. False: the session is over. */
static bool
end_exchange(struct smtp_server *s, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_LOGIN_ASK, now_ms))
		return false;
	smtp_login_free(&s->login);
	smtp_server_enter(s, SMTP_STATE_GREETED);
	return true;
}

void
smtp_server_auth_ok(struct smtp_server *s, struct slice account, uint64_t now_ms)
{
	assert(account.len != 0 && account.len <= SMTP_SERVER_ACCOUNT_MAX);
	if (s->state == SMTP_STATE_LOGIN_ASK)
		buf_add_slice(&s->account, account); /* before the octets of the step are wiped */
	if (!end_exchange(s, now_ms))
		return;
	smtp_server_reply(s, SMTP_REPLY_AUTH_OK);
	smtp_server_settle(s);
}

void
smtp_server_auth_failed(struct smtp_server *s, enum smtp_server_auth_failure why, uint64_t now_ms)
{
	if (!end_exchange(s, now_ms))
		return;
	switch (why) {
	case SMTP_SERVER_AUTH_BAD_CREDENTIALS:
		smtp_server_refuse_login(s);
		break;
	case SMTP_SERVER_AUTH_BAD_MECHANISM:
		smtp_server_refuse(s, SMTP_REPLY_AUTH_MECHANISM);
		break;
	case SMTP_SERVER_AUTH_MALFORMED:
		smtp_server_refuse(s, SMTP_REPLY_AUTH_MALFORMED);
		break;
	case SMTP_SERVER_AUTH_TEMPORARY:
		smtp_server_reply(s, SMTP_REPLY_AUTH_TEMPORARY);
		break;
	case SMTP_SERVER_AUTH_THROTTLED:
		smtp_server_reply(s, SMTP_REPLY_AUTH_THROTTLED);
		break;
	}
	smtp_server_settle(s);
}

void
smtp_server_auth_cancelled(struct smtp_server *s, uint64_t now_ms)
{
	enum smtp_server_reply why = s->login->cancelled;

	if (!end_exchange(s, now_ms))
		return;
	smtp_server_refuse(s, why);
	smtp_server_settle(s);
}
