/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of the text, whether it came by DATA or BDAT: too much of it is 552, whatever MAIL
 * declared (RFC 1870 §6, §6.1, §6.3), the caller stores it, and only then is it the server's.
 * Every octet of it is kept (RFC 6152 §3, RFC 3030 §3).
 */
#include "smtp/server_verb.h"

void
smtp_server_text_begin(struct smtp_server *s)
{
	s->text_began_ms = s->text_last_ms = s->now_ms;
	s->text_wire_len = 0;
}

void
smtp_server_text_took(struct smtp_server *s)
{
	s->transaction->text_len += s->text.len;
	if (s->transaction->text_len > s->options->limits->message_size)
		s->text.len = 0; /* nobody has to keep what will not be taken */
}

/* A flaw comes before the size. */
enum smtp_server_reply
smtp_server_text_fault(const struct smtp_server *s, const struct smtp_crlf *crlf)
{
	switch (smtp_crlf_flaw(crlf)) {
	case SMTP_TEXT_BARE_LF:
		return SMTP_REPLY_TEXT_BARE_LF;
	case SMTP_TEXT_BARE_CR:
		return SMTP_REPLY_TEXT_BARE_CR;
	case SMTP_TEXT_NUL:
		return SMTP_REPLY_TEXT_NUL;
	case SMTP_TEXT_SOUND:
		break;
	}
	return s->transaction->text_len > s->options->limits->message_size ? SMTP_REPLY_SIZE
									   : SMTP_REPLY_NONE;
}

void
smtp_server_text_end(struct smtp_server *s, const struct smtp_crlf *crlf)
{
	enum smtp_server_reply fault = smtp_server_text_fault(s, crlf);

	if (fault == SMTP_REPLY_NONE) {
		smtp_server_enter(s, SMTP_STATE_STORE);
		return;
	}
	smtp_server_reply(s, fault);
	smtp_server_enter(s, SMTP_STATE_ABORT);
}

void
smtp_server_store_done(
    struct smtp_server *s, enum smtp_server_answer answer, struct slice queue_id, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_STORE, now_ms))
		return;
	/* With 250 we answer for the message, with 4yz the client keeps it (RFC 5321 §4.2.5). */
	if (answer == SMTP_SERVER_OK) {
		s->bad_command_count = 0; /* a client that gets mail through is no broken one */
		smtp_server_reply_with(s, SMTP_REPLY_QUEUED, queue_id);
	} else {
		smtp_server_reply(s, smtp_server_answer_reply(answer, SMTP_REPLY_TRY_LATER));
	}
	smtp_server_transaction_end(s);
	smtp_server_settle(s);
}

/* RFC 6409 §6.3: 554 for what is wrong with the message itself, unless a code says it better. */
static enum smtp_server_reply
flaw_reply(enum message_flaw flaw)
{
	switch (flaw) {
	case MESSAGE_HEADER_TOO_LARGE:
		return SMTP_REPLY_HEADER_TOO_LARGE;
	case MESSAGE_HEADER_SYNTAX:
		return SMTP_REPLY_HEADER_SYNTAX;
	case MESSAGE_HEADER_NUL:
		return SMTP_REPLY_HEADER_NUL;
	case MESSAGE_HEADER_8BIT:
		return SMTP_REPLY_HEADER_8BIT;
	case MESSAGE_HEADER_NOT_UTF8:
		return SMTP_REPLY_HEADER_NOT_UTF8;
	case MESSAGE_FROM_MISSING:
		return SMTP_REPLY_FROM_MISSING;
	case MESSAGE_FROM_TWICE:
		return SMTP_REPLY_FROM_TWICE;
	case MESSAGE_FIELD_TWICE:
		return SMTP_REPLY_FIELD_TWICE;
	case MESSAGE_ADDRESS_SYNTAX:
		return SMTP_REPLY_ADDRESS_SYNTAX;
	case MESSAGE_ADDRESS_UNQUALIFIED:
		return SMTP_REPLY_ADDRESS_UNQUALIFIED;
	case MESSAGE_LINE_TOO_LONG:
		return SMTP_REPLY_TEXT_LINE_TOO_LONG;
	case MESSAGE_LOOP:
		return SMTP_REPLY_LOOP;
	case MESSAGE_SOUND:
		break;
	}
	return SMTP_REPLY_NONE;
}

void
smtp_server_store_refused(
    struct smtp_server *s, enum message_flaw flaw, struct slice detail, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_STORE, now_ms))
		return;
	smtp_server_reply_with(s, flaw_reply(flaw), detail);
	smtp_server_transaction_end(s);
	smtp_server_settle(s);
}

void
smtp_server_abort_done(struct smtp_server *s, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_ABORT, now_ms))
		return;
	smtp_server_transaction_end(s);
	smtp_server_settle(s);
}
