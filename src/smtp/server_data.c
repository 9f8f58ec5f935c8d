/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DATA (RFC 5321 §4.1.1.4) and the text after it.
 *
 * Text that cannot be taken is read to its real end all the same, and only then refused: whoever
 * stops earlier reads the rest of the message as commands.
 *
 * A message that is refused here is never delivered (RFC 5321 §4.2.5). DATA with an argument is 501
 * (§4.3.2), too much text is 552 (§4.5.3.1.9); neither Resent nor Received fields are a reason
 * (§3.3, §3.7.2).
 */
#include "smtp/server_verb.h"

void
smtp_verb_data(struct smtp_server *s, struct slice argument)
{
	if (argument.len != 0) {
		smtp_server_refuse(s, SMTP_REPLY_NO_ARGUMENT);
		return;
	}
	if (s->state != SMTP_STATE_RCPT) {
		/* Not an error of the client's: it may have sent DATA before it knew: RFC 2920
		 * §3.1, §3.2. */
		smtp_server_reply(s, SMTP_REPLY_RCPT_FIRST);
		return;
	}
	if (s->transaction->params.body == SMTP_BODY_BINARYMIME) {
		smtp_server_refuse(s, SMTP_REPLY_BDAT_ONLY); /* RFC 3030 §3 */
		return;
	}
	smtp_server_text_begin(s);
	s->transaction->dot.crlf.takes_lf = s->options->profile == SMTP_SERVER_LEGACY_DEVICE;
	smtp_server_reply(s, SMTP_REPLY_SEND_TEXT);
	smtp_server_enter(s, SMTP_STATE_TEXT);
}

size_t
smtp_server_read_text(struct smtp_server *s, struct slice in)
{
	struct smtp_dot *dot = &s->transaction->dot;
	struct slice rest = in;
	uint64_t repaired = dot->repaired_count;
	enum smtp_dot_status status = smtp_dot_decode(dot, &rest, &s->text);

	if (in.len != 0)
		s->text_last_ms = s->now_ms;
	s->text_wire_len += in.len - rest.len;
	s->repaired_count += dot->repaired_count - repaired;
	smtp_server_text_took(s);
	if (status == SMTP_DOT_DONE)
		smtp_server_text_end(s, &dot->crlf);
	return in.len - rest.len;
}
