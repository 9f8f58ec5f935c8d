/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/wire.h"
#include "submission/session.h"
#include "util/clock.h"

/* A submission server takes mail for everyone; whether it can be delivered is found out later. */
void
session_recipient_answer(struct session *s)
{
	size_t newest = smtp_server_recipient_count(s->engine) - 1;
	const struct smtp_rcpt_params params = smtp_server_recipient_params(s->engine, newest);
	size_t len = WIRE_RECIPIENT_FIXED_LEN + smtp_server_recipient(s->engine, newest).len;
	enum smtp_server_answer answer = SMTP_SERVER_BUSY;
	struct buf stored;

	buf_init(&stored, SMTP_RCPT_PARAMS_MAX);
	smtp_rcpt_params_print(&params, &stored);
	len += stored.len;
	buf_done(&stored);
	if (len <= WIRE_RECIPIENTS_LEN_MAX - s->recipients_len) {
		s->recipients_len += len;
		answer = SMTP_SERVER_OK;
	}
	smtp_server_recipient_done(s->engine, answer, clock_monotonic_ms());
}
