/* SPDX-License-Identifier: Apache-2.0 */
/* RCPT (RFC 5321 §4.1.1.3). No parameter is offered yet, so each is refused (§4.1.1.11). */
#include "smtp/params.h"
#include "smtp/server_verb.h"

/* False, and the client has its answer, when anything follows the path. */
static bool
has_no_params(struct smtp_server *s, struct slice rest)
{
	struct smtp_param p;

	switch (smtp_param_next(&rest, &p)) {
	case SMTP_PARAM_END:
		return true;
	case SMTP_PARAM_OK:
		smtp_server_refuse_with(s, SMTP_REPLY_PARAM_UNKNOWN, p.keyword);
		break;
	case SMTP_PARAM_SYNTAX:
		smtp_server_refuse(s, SMTP_REPLY_PARAM_SYNTAX);
		break;
	}
	return false;
}

void
smtp_verb_rcpt(struct smtp_server *s, struct slice argument)
{
	struct slice recipient = { NULL, 0 }, rest = { NULL, 0 };
	enum smtp_address_status status = smtp_verb_path(argument, "TO:", &recipient, &rest);

	if (status == SMTP_ADDRESS_OK && recipient.len == 0)
		status = SMTP_ADDRESS_SYNTAX; /* "<>" is a sender only */
	if (status != SMTP_ADDRESS_OK) {
		smtp_server_refuse(s, status == SMTP_ADDRESS_TOO_LONG ? SMTP_REPLY_PATH_TOO_LONG
								      : SMTP_REPLY_RCPT_SYNTAX);
		return;
	}
	if (!has_no_params(s, rest))
		return;
	if (smtp_transaction_recipient_count(s->transaction) >= s->options->limits->recipients) {
		smtp_server_reply(s, SMTP_REPLY_TOO_MANY_RECIPIENTS); /* §4.5.3.1.10 */
		return;
	}
	smtp_transaction_add_recipient(s->transaction, recipient);
	smtp_server_enter(s, SMTP_STATE_RCPT_ASK);
}

void
smtp_server_recipient_done(struct smtp_server *s, enum smtp_server_answer answer, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_RCPT_ASK, now_ms))
		return;
	if (answer == SMTP_SERVER_OK) {
		smtp_server_reply(s, SMTP_REPLY_RECIPIENT_OK);
	} else {
		smtp_transaction_drop_recipient(s->transaction);
		smtp_server_reply(
		    s, smtp_server_answer_reply(answer, SMTP_REPLY_RECIPIENT_NOT_ALLOWED));
	}
	smtp_server_enter(s, smtp_transaction_recipient_count(s->transaction) == 0
				 ? SMTP_STATE_MAIL
				 : SMTP_STATE_RCPT);
	smtp_server_settle(s);
}
