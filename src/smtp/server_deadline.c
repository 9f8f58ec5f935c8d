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

/* The first ms in which what has come of the text is too little for transfer_rate. */
static uint64_t
rate_deadline(const struct smtp_server *s)
{
	const struct smtp_server_limits *limits = s->options->limits;
	uint64_t rate = limits->transfer_rate, len = s->text_wire_len, due_ms;

	if (rate == 0)
		return UINT64_MAX;
	due_ms = len / rate * 1000 + len % rate * 1000 / rate + 1;
	return s->text_began_ms +
	       (due_ms > limits->data_timeout_ms ? due_ms : limits->data_timeout_ms);
}

static uint64_t
text_deadline(const struct smtp_server *s)
{
	const struct smtp_server_limits *limits = s->options->limits;

	return earlier(rate_deadline(s), earlier(s->text_last_ms + limits->data_timeout_ms,
					     s->text_began_ms + limits->transaction_timeout_ms));
}

/* A chunk may be refused to somebody who has yet to log in. */
static uint64_t
skip_deadline(const struct smtp_server *s)
{
	return s->account.len == 0 ? earlier(text_deadline(s), s->login_deadline_ms)
				   : text_deadline(s);
}

static uint64_t
state_deadline(const struct smtp_server *s)
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

uint64_t
smtp_server_deadline(const struct smtp_server *s)
{
	return smtp_server_is_held(s) ? s->held_until_ms : state_deadline(s);
}

static bool
is_in_text(const struct smtp_server *s)
{
	return smtp_server_is_in_text(s) || s->state == SMTP_STATE_SKIP;
}

/* What the client is told that its time is over for. */
static enum smtp_server_reply
find_reason(const struct smtp_server *s)
{
	if (s->account.len == 0 && s->now_ms >= s->login_deadline_ms)
		return SMTP_REPLY_LOGIN_TIMEOUT;
	if (is_in_text(s) && s->now_ms >= rate_deadline(s) &&
	    s->now_ms < s->text_last_ms + s->options->limits->data_timeout_ms)
		return SMTP_REPLY_TOO_SLOW;
	return SMTP_REPLY_TIMEOUT;
}

void
smtp_server_timeout(struct smtp_server *s, uint64_t now_ms)
{
	s->now_ms = now_ms;
	if (smtp_server_is_held(s))
		smtp_server_release(s);
	else if (now_ms < state_deadline(s))
		return;
	else if (s->state == SMTP_STATE_HANDSHAKE)
		smtp_server_enter(s, SMTP_STATE_CLOSE); /* no words fit into a handshake */
	else
		smtp_server_hang_up(s, find_reason(s));
}

void
smtp_server_excuse(struct smtp_server *s, uint64_t ms)
{
	s->waiting_from_ms += ms;
	s->text_began_ms += ms;
	s->text_last_ms += ms;
}
