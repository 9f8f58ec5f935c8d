/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/server.h"

#include <assert.h>
#include <stdlib.h>

#include "smtp/server_verb.h"
#include "util/alloc.h"

enum {
	OUTPUT_FULL = 16 * 1024, /* octets of replies that wait before no more is read */
	OUTPUT_IDLE = 512,       /* octets of memory kept for the next reply */
};

void
smtp_server_synchronise(struct smtp_server *s)
{
	s->unseen_len = s->output.len;
}

void
smtp_server_greet(struct smtp_server *s)
{
	smtp_server_reply_with(s, SMTP_REPLY_BANNER, slice_of(s->options->hostname));
	smtp_server_synchronise(s);
}

struct smtp_server *
smtp_server_new(const struct smtp_server_options *options, uint64_t now_ms)
{
	struct smtp_server *s = xcalloc(1, sizeof *s);

	s->options = options;
	s->line.takes_lf = options->profile == SMTP_SERVER_LEGACY_DEVICE;
	s->now_ms = s->waiting_from_ms = now_ms;
	s->login_deadline_ms = now_ms + options->limits->login_timeout_ms;
	buf_init(&s->output, SMTP_SERVER_OUTPUT_MAX);
	buf_init(&s->helo, SMTP_DOMAIN_MAX);
	buf_init(&s->account, SMTP_SERVER_ACCOUNT_MAX);
	buf_init(&s->domains, options->limits->recipient_domains * sizeof(uint64_t));
	s->is_tls = options->local_user.len != 0;
	(void)buf_add_slice(&s->account, options->local_user);
	s->state = options->implicit_tls ? SMTP_STATE_HANDSHAKE : SMTP_STATE_START;
	if (!options->implicit_tls)
		smtp_server_greet(s);
	return s;
}

void
smtp_server_free(struct smtp_server **s)
{
	if (*s == NULL)
		return;
	smtp_line_clear(&(*s)->line);
	smtp_login_free(&(*s)->login);
	smtp_transaction_free(&(*s)->transaction);
	buf_done(&(*s)->output);
	buf_done(&(*s)->helo);
	buf_done(&(*s)->account);
	buf_done(&(*s)->domains);
	free(*s);
	*s = NULL;
}

void
smtp_server_reply_with(struct smtp_server *s, enum smtp_server_reply reply, struct slice detail)
{
	smtp_server_reply_add(reply, detail, &s->output);
	assert(!s->output.overflow);
}

void
smtp_server_reply(struct smtp_server *s, enum smtp_server_reply reply)
{
	smtp_server_reply_with(s, reply, (struct slice){ NULL, 0 });
}

/* The only ways to an end that the client did not ask for, each with 421 (RFC 5321 §3.8, §4.1.1.10,
 * §7.8). */
void
smtp_server_hang_up(struct smtp_server *s, enum smtp_server_reply reply)
{
	smtp_server_reply_with(s, reply, slice_of(s->options->hostname));
	smtp_server_enter(s, SMTP_STATE_CLOSE);
}

void
smtp_server_transaction_end(struct smtp_server *s)
{
	smtp_transaction_free(&s->transaction);
	smtp_server_enter(s, SMTP_STATE_GREETED);
}

void
smtp_server_transaction_drop(struct smtp_server *s)
{
	if (s->transaction == NULL)
		return;
	if (s->transaction->is_chunked)
		smtp_server_enter(s, SMTP_STATE_ABORT);
	else
		smtp_server_transaction_end(s);
}

bool
smtp_server_answered(struct smtp_server *s, enum smtp_state state, uint64_t now_ms)
{
	s->now_ms = s->waiting_from_ms = now_ms;
	assert(s->state == state || s->state == SMTP_STATE_CLOSE);
	return s->state == state;
}

void
smtp_server_settle(struct smtp_server *s)
{
	bool is_idle = s->state == SMTP_STATE_START || s->state == SMTP_STATE_GREETED ||
		       s->state == SMTP_STATE_LOGIN;

	if (!s->is_stopping)
		return;
	if (is_idle)
		smtp_server_hang_up(s, SMTP_REPLY_STOPPING);
	else if (s->state == SMTP_STATE_HANDSHAKE)
		smtp_server_enter(s, SMTP_STATE_CLOSE); /* no words fit into a handshake */
}

enum smtp_server_reply
smtp_server_answer_reply(enum smtp_server_answer answer, enum smtp_server_reply not_allowed)
{
	switch (answer) {
	case SMTP_SERVER_NOT_ALLOWED:
		return not_allowed;
	case SMTP_SERVER_DISK_FULL:
		return SMTP_REPLY_DISK_FULL;
	case SMTP_SERVER_BUSY:
		return SMTP_REPLY_BUSY;
	case SMTP_SERVER_OK:
	case SMTP_SERVER_TRY_LATER:
		break;
	}
	return SMTP_REPLY_TRY_LATER;
}

/* A whole line, or the end of one that was too long. */
static void
take_line(struct smtp_server *s, enum smtp_line_status status, struct slice line)
{
	bool is_login = s->state == SMTP_STATE_LOGIN, is_too_long = status == SMTP_LINE_TOO_LONG;

	if (is_login && is_too_long)
		smtp_server_auth_line_too_long(s);
	else if (is_login)
		smtp_server_auth_line(s, line);
	else if (is_too_long && s->line.is_bdat)
		smtp_server_hang_up(s, SMTP_REPLY_BDAT_SIZE);
	else if (is_too_long)
		smtp_server_refuse(s, SMTP_REPLY_LINE_TOO_LONG);
	else
		smtp_server_command(s, line);
}

/*
 * RFC 2920 §3.1 against clients that are not logged in: what is in a flight behind a command that
 * should have been its last may have been put there by somebody else. Those who are logged in have
 * more to lose by a closed session than we have.
 */
static bool
is_out_of_step(const struct smtp_server *s)
{
	return s->unseen_len != 0 && s->account.len == 0;
}

static size_t
read_line(struct smtp_server *s, struct slice in)
{
	const struct smtp_server_limits *limits = s->options->limits;
	size_t limit =
	    s->state == SMTP_STATE_LOGIN ? limits->auth_line_length : limits->command_length;
	struct slice rest = in, line = { NULL, 0 };
	enum smtp_line_status status;

	if (in.len != 0 && is_out_of_step(s)) {
		smtp_server_hang_up(s, SMTP_REPLY_OUT_OF_STEP);
		return in.len;
	}
	status = smtp_line_read(&s->line, &rest, limit, &line);
	if (status == SMTP_LINE_MORE)
		return in.len;
	s->waiting_from_ms = s->now_ms;
	s->repaired_count += s->line.is_repaired;
	take_line(s, status, line);
	smtp_line_clear(&s->line);
	smtp_server_settle(s);
	return in.len - rest.len;
}

size_t
smtp_server_input(struct smtp_server *s, struct slice in, uint64_t now_ms)
{
	s->now_ms = now_ms;
	s->text = (struct slice){ NULL, 0 };
	if (smtp_server_want(s) != SMTP_SERVER_WANT_NONE || s->output.len >= OUTPUT_FULL ||
	    smtp_server_is_held(s))
		return 0;
	if (s->state == SMTP_STATE_TEXT)
		return smtp_server_read_text(s, in);
	if (s->state == SMTP_STATE_CHUNK || s->state == SMTP_STATE_SKIP)
		return smtp_server_read_chunk(s, in);
	return read_line(s, in);
}

struct slice
smtp_server_text(const struct smtp_server *s)
{
	return s->text;
}

struct slice
smtp_server_output(const struct smtp_server *s)
{
	struct slice output = buf_slice(&s->output);

	return smtp_server_is_held(s) ? slice_first(output, s->held_from) : output;
}

void
smtp_server_output_taken(struct smtp_server *s, size_t len)
{
	buf_drop(&s->output, len);
	s->unseen_len -= len < s->unseen_len ? len : s->unseen_len;
	s->held_from -= len < s->held_from ? len : s->held_from;
	if (s->output.len == 0 && s->output.size > OUTPUT_IDLE)
		buf_release(&s->output);
}

void
smtp_server_shutdown(struct smtp_server *s, uint64_t now_ms)
{
	s->now_ms = now_ms;
	s->is_stopping = true;
	smtp_server_settle(s);
}
