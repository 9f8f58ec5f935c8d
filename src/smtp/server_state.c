/* SPDX-License-Identifier: Apache-2.0 */
/* The state machine: every step that a session can take. */
#include <assert.h>

#include "smtp/server_session.h"

#define TO(state) (1u << SMTP_STATE_##state)

/*
 * Which states may follow. START follows HANDSHAKE alone, or goes on: TLS makes the client a
 * stranger again (RFC 3207 §4.2). GREETED follows whatever ends a transaction or a login.
 */
static const uint32_t may_follow[] = {
	[SMTP_STATE_START] = TO(HANDSHAKE) | TO(GREETED) | TO(SKIP) | TO(CLOSE),
	[SMTP_STATE_HANDSHAKE] = TO(START) | TO(CLOSE),
	[SMTP_STATE_GREETED] = TO(HANDSHAKE) | TO(LOGIN_ASK) | TO(MAIL_ASK) | TO(SKIP) | TO(CLOSE),
	[SMTP_STATE_LOGIN_ASK] = TO(LOGIN) | TO(GREETED) | TO(CLOSE),
	[SMTP_STATE_LOGIN] = TO(LOGIN_ASK) | TO(CLOSE),
	[SMTP_STATE_MAIL_ASK] = TO(MAIL) | TO(GREETED) | TO(CLOSE),
	[SMTP_STATE_MAIL] = TO(RCPT_ASK) | TO(SKIP) | TO(GREETED) | TO(CLOSE),
	[SMTP_STATE_RCPT_ASK] = TO(RCPT) | TO(MAIL) | TO(CLOSE),
	[SMTP_STATE_RCPT] =
	    TO(RCPT_ASK) | TO(TEXT) | TO(CHUNK) | TO(SKIP) | TO(GREETED) | TO(CLOSE),
	[SMTP_STATE_TEXT] = TO(STORE) | TO(ABORT) | TO(CLOSE),
	[SMTP_STATE_CHUNK] = TO(CHUNKS) | TO(STORE) | TO(ABORT) | TO(CLOSE),
	[SMTP_STATE_CHUNKS] = TO(CHUNK) | TO(SKIP) | TO(ABORT) | TO(CLOSE),
	[SMTP_STATE_SKIP] = TO(START) | TO(GREETED) | TO(ABORT) | TO(CLOSE),
	[SMTP_STATE_STORE] = TO(GREETED) | TO(CLOSE),
	[SMTP_STATE_ABORT] = TO(GREETED) | TO(CLOSE),
	[SMTP_STATE_CLOSE] = 0,
};

void
smtp_server_enter(struct smtp_server *s, enum smtp_state state)
{
	assert(may_follow[s->state] & 1u << state);
	s->state = state;
}

enum smtp_server_want
smtp_server_want(const struct smtp_server *s)
{
	switch (s->state) {
	case SMTP_STATE_HANDSHAKE:
		return SMTP_SERVER_WANT_TLS;
	case SMTP_STATE_LOGIN_ASK:
		return SMTP_SERVER_WANT_AUTH;
	case SMTP_STATE_MAIL_ASK:
		return SMTP_SERVER_WANT_SENDER;
	case SMTP_STATE_RCPT_ASK:
		return SMTP_SERVER_WANT_RECIPIENT;
	case SMTP_STATE_STORE:
		return SMTP_SERVER_WANT_STORE;
	case SMTP_STATE_ABORT:
		return SMTP_SERVER_WANT_ABORT;
	case SMTP_STATE_CLOSE:
		return SMTP_SERVER_WANT_CLOSE;
	case SMTP_STATE_START:
	case SMTP_STATE_GREETED:
	case SMTP_STATE_LOGIN:
	case SMTP_STATE_MAIL:
	case SMTP_STATE_RCPT:
	case SMTP_STATE_TEXT:
	case SMTP_STATE_CHUNK:
	case SMTP_STATE_CHUNKS:
	case SMTP_STATE_SKIP:
		break;
	}
	return SMTP_SERVER_WANT_NONE;
}
