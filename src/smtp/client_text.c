/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a transaction, and what the peer says to its end. */
#include <assert.h>

#include "smtp/client_internal.h"
#include "smtp/utf8.h"

static void
send_lines(struct smtp_client *c, struct slice text)
{
	bool ok = buf_reserve(&c->out, text.len) != NULL;
	struct slice span;

	while (text.len > 0) {
		text = slice_after(text, smtp_dot_encoder_next(&c->mail.encoder, text, &span));
		ok = buf_add_slice(&c->out, span) && ok;
	}
	assert(ok);
}

void
client_send_end_of_text(struct smtp_client *c)
{
	bool ok = buf_add_slice(&c->out, smtp_dot_encoder_end(&c->mail.encoder));

	assert(ok);
	client_show_text(c, ".");
}

/* Why text cannot stand after DATA, or NULL. */
static const struct client_problem *
find_problem(const struct smtp_client *c, struct slice text)
{
	static const struct client_problem high = { SMTP_VERDICT_FAILED, { 5, 6, 3 },
		"the message has 8-bit text and the next hop does not offer 8BITMIME", false };
	/* RFC 2045 §2.8; to some readers a NUL between CR and LF is nothing: a line end */
	static const struct client_problem nul = { SMTP_VERDICT_FAILED, { 5, 6, 3 },
		"the message has a NUL octet, which only binary text may have", false };

	if (slice_find(text, 0) < text.len)
		return &nul;
	/* RFC 5321 §2.4 */
	return !client_offers(c, CLIENT_8BITMIME) && !smtp_is_ascii(text) ? &high : NULL;
}

static void
send_text(struct smtp_client *c, struct slice text, bool is_last, uint64_t now_ms)
{
	const struct client_problem *problem = find_problem(c, text);

	if (problem != NULL) {
		client_break_problem(c, problem);
		return;
	}
	send_lines(c, text);
	if (is_last)
		client_send_end_of_text(c);
	client_enter(c, is_last ? CLIENT_DOT : CLIENT_TEXT, now_ms);
}

void
smtp_client_text(struct smtp_client *c, struct slice text, bool is_last, uint64_t now_ms)
{
	assert(c->state == CLIENT_TEXT && text.len <= SMTP_CLIENT_TEXT_MAX);
	if (c->mail.is_chunked)
		client_send_chunk(c, text, is_last, now_ms);
	else
		send_text(c, text, is_last, now_ms);
}

void
smtp_client_abort(struct smtp_client *c, const char *reason)
{
	const struct client_problem problem = { SMTP_VERDICT_DEFERRED, { 4, 3, 0 }, reason, true };

	assert(client_has_transaction(c) && c->state != CLIENT_RESULT);
	client_break_problem(c, &problem);
}

/* After DATA a reply amid the text can only be a no; the text is not completed. */
void
client_on_early_reply(struct smtp_client *c, uint64_t now_ms)
{
	if (c->mail.is_chunked)
		client_on_chunk(c, now_ms);
	else if (client_reply_class(c) == 4 || client_reply_class(c) == 5)
		client_break(c, client_reply_verdict(c));
	else
		client_break_out_of_step(c);
}

static size_t
next_accepted(struct smtp_client *c)
{
	while (
	    c->mail.next < c->mail.recipient_count && !c->mail.recipients[c->mail.next].is_accepted)
		c->mail.next++;
	return c->mail.next;
}

/* RFC 2033 §4.2: one reply for each accepted recipient, in the order of the RCPTs. */
static void
settle_next(struct smtp_client *c, const struct smtp_verdict *v)
{
	client_settle(c, next_accepted(c), v);
}

void
client_on_dot(struct smtp_client *c, uint64_t now_ms)
{
	struct smtp_verdict v;

	if (c->mail.unheard_chunks > 0) {
		client_on_chunk(c, now_ms);
		return;
	}
	if (client_reply_class(c) == 3) {
		client_break_out_of_step(c);
		return;
	}
	v = client_reply_verdict(c);
	v.dsn_passed = client_offers(c, CLIENT_DSN);
	v.by_passed = client_offers(c, CLIENT_DELIVERBY) || c->options.protocol == SMTP_CLIENT_LMTP;
	if (c->options.protocol == SMTP_CLIENT_LMTP)
		settle_next(c, &v);
	else
		client_settle_all(c, &v);
	smtp_verdict_done(&v);
	c->must_reset = false;
	client_enter(c, c->mail.accepted_count > 0 ? CLIENT_DOT : CLIENT_RESULT, now_ms);
}
