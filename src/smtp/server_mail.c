/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MAIL (RFC 5321 §4.1.1.2); its parameters are in server_mail_params.c. 452 when there is no room
 * (RFC 1870 §6.1), 421 when there were enough of them (MAILMAX: RFC 9422 §4.1).
 */
#include "smtp/address.h"
#include "smtp/server_params.h"
#include "smtp/server_verb.h"

/* A null reverse-path is as good as any (RFC 5321 §4.5.5, RFC 6409 §3.2). What is refused changes
 * nothing (RFC 5321 §4.1.4), parameters that are not offered are (§4.1.1). */
static const struct smtp_verb_path mail_path = {
	.keyword = "FROM:",
	.takes_null = true,
	.syntax = SMTP_REPLY_MAIL_SYNTAX,
	.fault = SMTP_REPLY_SENDER_SYNTAX,
	.utf8 = SMTP_REPLY_UTF8_SENDER,
};

static void
open_transaction(struct smtp_server *s, struct slice sender, const struct smtp_server_said *said)
{
	const struct smtp_server_limits *limits = s->options->limits;

	if (s->transaction_count >= limits->transactions) {
		smtp_server_hang_up(s, SMTP_REPLY_TOO_MANY_TRANSACTIONS);
		return;
	}
	s->transaction = smtp_transaction_new(sender, &said->mail, limits->recipients);
	s->transaction->declared_size = said->size;
	s->transaction->is_priority_lowered = said->is_priority_lowered;
	smtp_server_enter(s, SMTP_STATE_MAIL_ASK);
}

void
smtp_verb_mail(struct smtp_server *s, struct slice argument)
{
	struct smtp_server_said said = { 0 };
	struct smtp_path path;
	struct slice rest;
	struct buf sender;

	if (!smtp_verb_path(s, argument, &mail_path, &path, &rest))
		return;
	said.mailbox = path.mailbox;
	if (!smtp_server_take_mail_params(s, rest, &said))
		return;
	buf_init(&sender, SMTP_MAILBOX_MAX);
	if (smtp_verb_mailbox(s, &path, said.mail.is_utf8, &mail_path, &sender))
		open_transaction(s, buf_slice(&sender), &said);
	buf_done(&sender);
}

/* RFC 6710 §4.1: the words begin with the priority that the message has now. */
static void
reply_ok(struct smtp_server *s)
{
	uint8_t digit = (uint8_t)('0' + s->transaction->params.priority);

	if (s->transaction->is_priority_lowered)
		smtp_server_reply_with(s, SMTP_REPLY_SENDER_OK_LOWERED, slice_make(&digit, 1));
	else
		smtp_server_reply(s, SMTP_REPLY_SENDER_OK);
}

void
smtp_server_sender_done(struct smtp_server *s, enum smtp_server_answer answer, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_MAIL_ASK, now_ms))
		return;
	if (answer == SMTP_SERVER_OK) {
		s->transaction_count++;
		reply_ok(s);
		smtp_server_enter(s, SMTP_STATE_MAIL);
	} else {
		smtp_server_transaction_end(s);
		smtp_server_reply(
		    s, smtp_server_answer_reply(answer, SMTP_REPLY_SENDER_NOT_ALLOWED));
	}
	smtp_server_settle(s);
}
