/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of the client's: the first few are answered at once, those after them later, and in the
 * end the session is closed. A program that goes wrong, or that looks for a hole, is slowed down; a
 * person who typed a wrong word is not.
 */
#include "smtp/server_session.h"

/* What is said from now on waits, and nothing is read meanwhile. */
static void
hold(struct smtp_server *s)
{
	const struct smtp_server_limits *limits = s->options->limits;

	if (s->bad_command_count + s->auth_failure_count <= limits->errors_before_delay ||
	    limits->error_delay_ms == 0)
		return;
	s->held_from = s->output.len;
	s->held_until_ms = s->now_ms + limits->error_delay_ms;
}

bool
smtp_server_is_held(const struct smtp_server *s)
{
	return s->held_until_ms != 0 && s->state != SMTP_STATE_CLOSE;
}

void
smtp_server_release(struct smtp_server *s)
{
	if (!smtp_server_is_held(s) || s->now_ms < s->held_until_ms)
		return;
	s->held_until_ms = 0;
	s->waiting_from_ms = s->now_ms;
}

void
smtp_server_refuse_with(struct smtp_server *s, enum smtp_server_reply reply, struct slice detail)
{
	if (++s->bad_command_count > s->options->limits->bad_commands) {
		smtp_server_hang_up(s, SMTP_REPLY_TOO_MANY_ERRORS);
		return;
	}
	hold(s);
	smtp_server_reply_with(s, reply, detail);
}

void
smtp_server_refuse(struct smtp_server *s, enum smtp_server_reply reply)
{
	smtp_server_refuse_with(s, reply, (struct slice){ NULL, 0 });
}

/* One answer for all that is wrong with a name or a password (RFC 4954 §6). */
void
smtp_server_refuse_login(struct smtp_server *s)
{
	if (++s->auth_failure_count > s->options->limits->auth_failures) {
		smtp_server_hang_up(s, SMTP_REPLY_TOO_MANY_LOGINS);
		return;
	}
	hold(s);
	smtp_server_reply(s, SMTP_REPLY_AUTH_BAD_CREDENTIALS);
}
