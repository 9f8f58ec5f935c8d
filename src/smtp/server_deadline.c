/* SPDX-License-Identifier: Apache-2.0 */
/* How long the client may take (RFC 5321 §4.5.3.2). While it is our turn there is no deadline: our
 * own processes are near, and answer long before the two minutes of RFC 6409 §5.3. */
#include "smtp/server_session.h"

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Counts from the last whole command or our answer to it: a client that sends an octet now and then
 * gains nothing by it.
 */
static uint64_t
command_deadline(const struct smtp_server *s)
{
	uint64_t deadline = s->waiting_from_ms + s->options->limits->command_timeout_ms;

	return s->account.len == 0 ? earlier(deadline, s->login_deadline_ms) : deadline;
}

static uint64_t
text_deadline(const struct smtp_server *s)
{
	const struct smtp_server_limits *limits = s->options->limits;

	return earlier(s->text_last_ms + limits->data_timeout_ms,
	    s->text_began_ms + limits->transaction_timeout_ms);
}

/* A chunk may be refused to somebody who has yet to log in. */
static uint64_t
skip_deadline(const struct smtp_server *s)
{
	return s->account.len == 0 ? earlier(text_deadline(s), s->login_deadline_ms)
				   : text_deadline(s);
}

uint64_t
smtp_server_deadline(const struct smtp_server *s)
{
	switch (s->state) {
	case SMTP_STATE_START:
	case SMTP_STATE_GREETED:
	case SMTP_STATE_LOGIN:
	case SMTP_STATE_MAIL:
	case SMTP_STATE_RCPT:
		return command_deadline(s);
	case SMTP_STATE_HANDSHAKE:
	case SMTP_STATE_LOGIN_ASK:
		return s->login_deadline_ms;
	case SMTP_STATE_CHUNKS:
		return earlier(command_deadline(s), text_deadline(s));
	case SMTP_STATE_SKIP:
		return skip_deadline(s);
	case SMTP_STATE_TEXT:
	case SMTP_STATE_CHUNK:
		return text_deadline(s);
	case SMTP_STATE_MAIL_ASK:
	case SMTP_STATE_RCPT_ASK:
	case SMTP_STATE_STORE:
	case SMTP_STATE_ABORT:
	case SMTP_STATE_CLOSE:
		break;
	}
	return UINT64_MAX;
}

void
smtp_server_timeout(struct smtp_server *s, uint64_t now_ms)
{
	bool is_login = s->account.len == 0 && now_ms >= s->login_deadline_ms;

	s->now_ms = now_ms;
	if (now_ms < smtp_server_deadline(s))
		return;
	if (s->state == SMTP_STATE_HANDSHAKE)
		smtp_server_enter(s, SMTP_STATE_CLOSE); /* no words fit into a handshake */
	else
		smtp_server_hang_up(s, is_login ? SMTP_REPLY_LOGIN_TIMEOUT : SMTP_REPLY_TIMEOUT);
}
