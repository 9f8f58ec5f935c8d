/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RCPT (RFC 5321 §4.1.1.3); its parameters are in server_rcpt_params.c. What may be refused is
 * refused here, not after the text (RFC 6409 §6.2).
 */
#include "smtp/server_params.h"
#include "smtp/server_verb.h"

/* Domains are told apart by a hash without case (FNV-1a): who makes two alike fools himself. */
static uint64_t
hash_domain(struct slice domain)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < domain.len; i++) {
		uint8_t c = domain.ptr[i];

		hash ^= c >= 'A' && c <= 'Z' ? c | 0x20u : c;
		hash *= UINT64_C(0x100000001b3);
	}
	return hash;
}

/* Counts the domain of a recipient, once in a session; false when that is one too many. */
static bool
count_domain(struct smtp_server *s, struct slice recipient)
{
	uint64_t hash = hash_domain(smtp_mailbox_domain(recipient));
	size_t count = s->domains.len / sizeof hash;

	if (s->options->limits->recipient_domains == 0)
		return true;
	for (size_t i = 0; i < count; i++)
		if (memcmp(s->domains.ptr + i * sizeof hash, &hash, sizeof hash) == 0)
			return true;
	return buf_add(&s->domains, &hash, sizeof hash);
}

/* RFC 5321 §4.5.3.1.10, RFC 9422 §4.2, §4.3. False, and the client has its answer. */
static bool
is_within_limits(struct smtp_server *s, struct slice recipient)
{
	if (smtp_transaction_recipient_count(s->transaction) >= s->options->limits->recipients)
		smtp_server_reply(s, SMTP_REPLY_TOO_MANY_RECIPIENTS);
	else if (!count_domain(s, recipient))
		smtp_server_reply(s, SMTP_REPLY_TOO_MANY_DOMAINS);
	else
		return true;
	return false;
}

/* Those above the limit are refused one by one (RFC 5321 §4.5.3.1.8). */
static const struct smtp_verb_path rcpt_path = {
	.keyword = "TO:",
	.takes_postmaster = true,
	.syntax = SMTP_REPLY_RCPT_SYNTAX,
	.fault = SMTP_REPLY_RECIPIENT_SYNTAX,
	.utf8 = SMTP_REPLY_UTF8_RECIPIENT,
};

static void
add_recipient(struct smtp_server *s, struct slice recipient, const struct smtp_rcpt_params *params)
{
	if (!is_within_limits(s, recipient))
		return;
	smtp_transaction_add_recipient(s->transaction, recipient, params);
	smtp_server_enter(s, SMTP_STATE_RCPT_ASK);
}

void
smtp_verb_rcpt(struct smtp_server *s, struct slice argument)
{
	struct smtp_server_said said = { 0 };
	struct smtp_path path;
	struct slice rest;
	struct buf recipient;

	if (!smtp_verb_path(s, argument, &rcpt_path, &path, &rest))
		return;
	said.mailbox = path.mailbox;
	if (!smtp_server_take_rcpt_params(s, rest, &said))
		return;
	buf_init(&recipient, SMTP_MAILBOX_MAX);
	if (smtp_verb_mailbox(s, &path, s->transaction->params.is_utf8, &rcpt_path, &recipient))
		add_recipient(s, buf_slice(&recipient), &said.rcpt);
	buf_done(&recipient);
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
