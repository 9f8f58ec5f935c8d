/* SPDX-License-Identifier: Apache-2.0 */
/* What a message needs that the peer may not offer: then it is not sent, and this says why. */
#include "smtp/client_internal.h"
#include "smtp/utf8.h"

/* Nothing that could change the command's meaning: no control character, no broken UTF-8. */
static bool
is_address(struct slice address)
{
	size_t len;

	if (address.len > SMTP_CLIENT_ADDRESS_MAX)
		return false;
	for (; address.len > 0; address = slice_after(address, len)) {
		if (address.ptr[0] < 0x20 || address.ptr[0] == 0x7f)
			return false;
		len = address.ptr[0] < 0x80 ? 1 : smtp_utf8_non_ascii_len(address);
		if (len == 0)
			return false;
	}
	return true;
}

static const struct client_problem *
find_sender_problem(const struct smtp_client *c, struct slice sender)
{
	static const struct client_problem bad = { SMTP_VERDICT_FAILED, { 5, 1, 7 },
		"the sender's address cannot be sent", false };
	/* RFC 6531 §3.2, §3.5 */
	static const struct client_problem not_ascii = { SMTP_VERDICT_FAILED, { 5, 6, 7 },
		"the sender's address is not ASCII, and the next hop does not offer SMTPUTF8",
		false };

	if (!is_address(sender))
		return &bad;
	if (!smtp_is_ascii(sender) && !client_offers(c, CLIENT_SMTPUTF8))
		return &not_ascii;
	return NULL;
}

const struct client_problem *
client_find_recipient_problem(const struct smtp_client *c, struct slice address)
{
	static const struct client_problem bad = { SMTP_VERDICT_FAILED, { 5, 1, 3 },
		"the recipient's address cannot be sent", false };
	/* RFC 6531 §3.5 */
	static const struct client_problem not_ascii = { SMTP_VERDICT_FAILED, { 5, 6, 7 },
		"the recipient's address is not ASCII, and the next hop does not offer SMTPUTF8",
		false };

	if (!is_address(address))
		return &bad;
	if (!smtp_is_ascii(address) && !c->mail.is_utf8)
		return &not_ascii;
	return NULL;
}

/* RFC 6531 §3.5, RFC 3030 §3: neither is converted here. */
static const struct client_problem *
find_text_problem(const struct smtp_client *c, const struct smtp_mail_params *p)
{
	static const struct client_problem utf8 = { SMTP_VERDICT_FAILED, { 5, 6, 9 },
		"the message's header is in UTF-8, and the next hop does not offer SMTPUTF8",
		false };
	static const struct client_problem binary = { SMTP_VERDICT_FAILED, { 5, 6, 3 },
		"the message is binary, and the next hop does not offer CHUNKING and BINARYMIME",
		false };

	if (p->is_utf8 && !client_offers(c, CLIENT_SMTPUTF8))
		return &utf8;
	if (p->body == SMTP_BODY_BINARYMIME &&
	    !client_offers(c, CLIENT_CHUNKING | CLIENT_BINARYMIME))
		return &binary;
	return NULL;
}

/* RFC 8689 §4.2.1, and §4.4 for what is delivered and goes no further */
static const struct client_problem *
find_tls_problem(const struct smtp_client *c)
{
	static const struct client_problem no_tls = { SMTP_VERDICT_FAILED, { 5, 7, 10 },
		"REQUIRETLS was asked for, and TLS was not had with the next hop", false };
	static const struct client_problem unverified = { SMTP_VERDICT_FAILED, { 5, 7, 10 },
		"REQUIRETLS was asked for, and the next hop's certificate does not prove its name",
		false };
	static const struct client_problem not_offered = { SMTP_VERDICT_FAILED, { 5, 7, 30 },
		"REQUIRETLS was asked for, and the next hop does not offer it", false };

	if (c->options.is_local && c->options.protocol == SMTP_CLIENT_LMTP)
		return NULL;
	if (!c->is_tls)
		return &no_tls;
	if (!c->is_verified)
		return &unverified;
	return client_offers(c, CLIENT_REQUIRETLS) ? NULL : &not_offered;
}

/*
 * RFC 2852 §4.1.3, §4.1.4.1: with mode R the message goes on only to who promises to keep to the
 * time. LMTP is not relaying but delivery, which is what the time is for. No other host is looked
 * for (§7).
 */
static const struct client_problem *
find_time_problem(const struct smtp_client *c, int64_t left_s)
{
	static const struct client_problem over = { SMTP_VERDICT_FAILED, { 5, 4, 7 },
		"the time in which the message was to be delivered is over (BY)", false };
	static const struct client_problem not_offered = { SMTP_VERDICT_FAILED, { 5, 3, 3 },
		"a time of delivery was asked for (BY), and the next hop does not offer DELIVERBY",
		false };
	static const struct client_problem too_short = { SMTP_VERDICT_FAILED, { 5, 4, 7 },
		"less time is left for the delivery (BY) than the next hop asks for (DELIVERBY)",
		false };

	if (left_s <= 0)
		return &over;
	if (!client_offers(c, CLIENT_DELIVERBY))
		return c->options.protocol == SMTP_CLIENT_LMTP ? NULL : &not_offered;
	return (uint64_t)left_s < c->by_min_s ? &too_short : NULL;
}

static const struct client_problem *
find_param_problem(const struct smtp_client *c, const struct smtp_client_mail *m)
{
	const struct smtp_mail_params *p = m->params;
	const struct client_problem *problem = find_text_problem(c, p);

	if (problem != NULL)
		return problem;
	/* RFC 8689 §5: a report is rather sent without than lost. */
	if (p->requires_tls && m->sender.len > 0)
		problem = find_tls_problem(c);
	if (problem == NULL && p->by == SMTP_BY_RETURN)
		problem = find_time_problem(c, client_by_left_s(m));
	return problem;
}

const struct client_problem *
client_find_problem(const struct smtp_client *c, const struct smtp_client_mail *m)
{
	static const struct client_problem too_large = { SMTP_VERDICT_FAILED, { 5, 3, 4 },
		"the message is larger than the next hop takes (SIZE)", false };
	const struct client_problem *problem = find_sender_problem(c, m->sender);

	if (problem != NULL)
		return problem;
	/* RFC 1870 §5 */
	if (c->size_max != 0 && m->size > c->size_max)
		return &too_large;
	return m->params == NULL ? NULL : find_param_problem(c, m);
}
