/* SPDX-License-Identifier: Apache-2.0 */
/* MAIL (RFC 5321 §4.1.1.2) with SIZE (RFC 1870), BODY (RFC 6152) and AUTH (RFC 4954 §5). */
#include "smtp/address.h"
#include "smtp/params.h"
#include "smtp/server_verb.h"
#include "smtp/xtext.h"

#define SIZE_DIGITS_MAX 20 /* RFC 1870 §6.1 */

struct mail {
	struct slice sender;
	uint64_t size;
	bool is_8bitmime;
	unsigned seen; /* bits by place in the table of parameters */
};

/* Each takes the value of one parameter, or gives the reason to refuse MAIL. */

static enum smtp_server_reply
take_size(const struct smtp_server *s, struct slice value, struct mail *m)
{
	if (value.len > SIZE_DIGITS_MAX || !slice_to_u64(value, UINT64_MAX, &m->size))
		return SMTP_REPLY_PARAM_VALUE;
	return m->size > s->options->limits->message_size ? SMTP_REPLY_SIZE : SMTP_REPLY_NONE;
}

/* RFC 6152 §2 */
static enum smtp_server_reply
take_body(const struct smtp_server *s, struct slice value, struct mail *m)
{
	(void)s;
	m->is_8bitmime = slice_is_nocase(value, "8BITMIME");
	return m->is_8bitmime || slice_is_nocase(value, "7BIT") ? SMTP_REPLY_NONE
								: SMTP_REPLY_PARAM_VALUE;
}

/*
 * Nobody is trusted to vouch for another sender, so a right value is read and forgotten, which RFC
 * 4954 §5 allows; the message goes on as if it had said AUTH=<>.
 */
static enum smtp_server_reply
take_auth(const struct smtp_server *s, struct slice value, struct mail *m)
{
	(void)s;
	(void)m;
	return smtp_xtext_is_valid(value) ? SMTP_REPLY_NONE : SMTP_REPLY_PARAM_VALUE;
}

static const struct param {
	const char *keyword;
	enum smtp_server_reply (*take)(const struct smtp_server *, struct slice, struct mail *);
} params[] = {
	{ "SIZE", take_size },
	{ "BODY", take_body },
	{ "AUTH", take_auth },
};

static enum smtp_server_reply
take_param(const struct smtp_server *s, const struct smtp_param *p, struct mail *m)
{
	for (unsigned i = 0; i < sizeof params / sizeof params[0]; i++) {
		if (!slice_is_nocase(p->keyword, params[i].keyword))
			continue;
		if (m->seen & 1u << i)
			return SMTP_REPLY_PARAM_TWICE;
		m->seen |= 1u << i;
		return p->has_value ? params[i].take(s, p->value, m) : SMTP_REPLY_PARAM_VALUE;
	}
	return SMTP_REPLY_PARAM_UNKNOWN;
}

/* False, and the client has its answer, when there is something wrong with a parameter. */
static bool
take_params(struct smtp_server *s, struct slice rest, struct mail *m)
{
	enum smtp_param_status status;
	struct smtp_param p;

	while ((status = smtp_param_next(&rest, &p)) == SMTP_PARAM_OK) {
		enum smtp_server_reply reply = take_param(s, &p, m);

		if (reply == SMTP_REPLY_SIZE)
			smtp_server_reply(s, reply); /* a fair question, not an error */
		else if (reply != SMTP_REPLY_NONE)
			smtp_server_refuse_with(s, reply, p.keyword);
		if (reply != SMTP_REPLY_NONE)
			return false;
	}
	if (status == SMTP_PARAM_SYNTAX)
		smtp_server_refuse(s, SMTP_REPLY_PARAM_SYNTAX);
	return status == SMTP_PARAM_END;
}

void
smtp_verb_mail(struct smtp_server *s, struct slice argument)
{
	struct mail m = { 0 };
	struct slice rest;
	enum smtp_address_status status;

	status = smtp_verb_path(argument, "FROM:", &m.sender, &rest);
	if (status == SMTP_ADDRESS_OK && smtp_mailbox_is_postmaster(m.sender))
		status = SMTP_ADDRESS_SYNTAX; /* only RCPT may leave the domain out (§4.1.1.3) */
	if (status != SMTP_ADDRESS_OK) {
		smtp_server_refuse(s, status == SMTP_ADDRESS_TOO_LONG ? SMTP_REPLY_PATH_TOO_LONG
								      : SMTP_REPLY_MAIL_SYNTAX);
		return;
	}
	if (!take_params(s, rest, &m))
		return;
	if (s->transaction_count >= s->options->limits->transactions) {
		smtp_server_hang_up(s, SMTP_REPLY_TOO_MANY_TRANSACTIONS);
		return;
	}
	s->transaction = smtp_transaction_new(m.sender, s->options->limits->recipients);
	s->transaction->declared_size = m.size;
	s->transaction->is_8bitmime = m.is_8bitmime;
	smtp_server_enter(s, SMTP_STATE_MAIL_ASK);
}

void
smtp_server_sender_done(struct smtp_server *s, enum smtp_server_answer answer, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_MAIL_ASK, now_ms))
		return;
	if (answer == SMTP_SERVER_OK) {
		s->transaction_count++;
		smtp_server_reply(s, SMTP_REPLY_SENDER_OK);
		smtp_server_enter(s, SMTP_STATE_MAIL);
	} else {
		smtp_server_transaction_end(s);
		smtp_server_reply(
		    s, smtp_server_answer_reply(answer, SMTP_REPLY_SENDER_NOT_ALLOWED));
	}
	smtp_server_settle(s);
}
