/* SPDX-License-Identifier: Apache-2.0 */
/* STARTTLS (RFC 3207 §4). What was learned before the handshake is forgotten after it (§4.2). */
#include "smtp/server_verb.h"

/* For clients that do not use port 465 (RFC 8314 §4). */
void
smtp_verb_starttls(struct smtp_server *s, struct slice argument)
{
	if (argument.len != 0)
		smtp_server_refuse(s, SMTP_REPLY_NO_ARGUMENT);
	else if (s->is_tls)
		smtp_server_refuse(s, SMTP_REPLY_TLS_TWICE);
	else {
		smtp_server_reply(s, SMTP_REPLY_START_TLS);
		smtp_server_enter(s, SMTP_STATE_HANDSHAKE);
	}
}

/* RFC 3207 §6. */
void
smtp_server_tls_done(struct smtp_server *s, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_HANDSHAKE, now_ms))
		return;
	s->is_tls = true;
	s->is_extended = false;
	buf_release(&s->helo);
	smtp_server_enter(s, SMTP_STATE_START);
	s->unseen_len = 0;
	if (s->options->implicit_tls)
		smtp_server_greet(s);
	smtp_server_settle(s);
}
