/* SPDX-License-Identifier: Apache-2.0 */
/* A transaction up to its text: RSET, MAIL, RCPT, DATA, in one flight or one by one. */
#include <assert.h>
#include <stdlib.h>

#include "smtp/client_internal.h"
#include "util/alloc.h"

bool
client_has_transaction(const struct smtp_client *c)
{
	return c->mail.is_open;
}

void
client_settle(struct smtp_client *c, size_t index, const struct smtp_verdict *v)
{
	struct client_recipient *r = &c->mail.recipients[index];

	if (r->is_settled)
		return;
	if (r->is_accepted)
		c->mail.accepted_count--;
	r->is_accepted = false;
	r->is_settled = true;
	r->verdict = smtp_verdict_copy(v);
}

void
client_settle_all(struct smtp_client *c, const struct smtp_verdict *v)
{
	if (c->mail.is_stepwise)
		client_step_settle(c, v);
	for (size_t i = 0; i < c->mail.recipient_count; i++)
		client_settle(c, i, v);
}

static void
settle_all_by_reply(struct smtp_client *c)
{
	struct smtp_verdict v = client_reply_verdict(c);

	client_settle_all(c, &v);
	smtp_verdict_done(&v);
}

static void
settle_all_by_problem(struct smtp_client *c, const struct client_problem *problem)
{
	struct smtp_verdict v = client_problem_verdict(c, problem);

	client_settle_all(c, &v);
	smtp_verdict_done(&v);
}

void
client_transaction_clear(struct smtp_client *c)
{
	struct buf commands = c->mail.commands;

	for (size_t i = 0; i < c->mail.recipient_count; i++)
		smtp_verdict_done(&c->mail.recipients[i].verdict);
	free(c->mail.recipients);
	buf_clear(&commands);
	c->mail = (struct client_transaction){ .commands = commands };
}

/* Without a route (RFC 5321 §3.3, §3.6.1): none is stored. */
static void
add_path(struct buf *commands, const char *verb, struct slice address)
{
	(void)buf_add_text(commands, verb);
	(void)buf_add_slice(commands, address);
	(void)buf_add_text(commands, ">");
}

/* RFC 5321 §4.1.1.3: no parameter that was not offered. */
static void
add_mail_command(struct smtp_client *c, const struct smtp_client_mail *m)
{
	struct buf *commands = &c->mail.commands;

	add_path(commands, "MAIL FROM:<", m->sender);
	client_add_mail_params(c, m, commands);
	(void)buf_add_text(commands, "\r\n");
}

void
client_add_rcpt_command(struct smtp_client *c, const struct smtp_client_mail *m, size_t index)
{
	struct buf *commands = &c->mail.commands;

	add_path(commands, "RCPT TO:<", m->recipients[index]);
	client_add_rcpt_params(c, m, index, commands);
	(void)buf_add_text(commands, "\r\n");
}

static bool
ask_for(struct smtp_client *c, const struct smtp_client_mail *m, size_t index)
{
	const struct client_problem *problem =
	    client_find_recipient_problem(c, m->recipients[index]);
	struct smtp_verdict v;

	c->mail.recipients[index].is_asked = problem == NULL;
	if (problem == NULL) {
		client_add_rcpt_command(c, m, index);
		return true;
	}
	v = client_problem_verdict(c, problem);
	client_settle(c, index, &v);
	smtp_verdict_done(&v);
	return false;
}

/* False when there is nobody to ask for. */
static bool
add_commands(struct smtp_client *c, const struct smtp_client_mail *m)
{
	size_t asked_count = 0;

	if (c->must_reset)
		(void)buf_add_text(&c->mail.commands, "RSET\r\n");
	add_mail_command(c, m);
	if (c->mail.is_stepwise)
		return true;
	for (size_t i = 0; i < m->recipient_count; i++)
		asked_count += ask_for(c, m, i);
	if (!c->mail.is_chunked)
		(void)buf_add_text(&c->mail.commands, "DATA\r\n");
	assert(!c->mail.commands.overflow);
	return asked_count > 0;
}

void
client_send_commands(struct smtp_client *c)
{
	struct buf *commands = &c->mail.commands;
	size_t len = commands->len, before = c->out.len;
	bool ok;

	if (!client_offers(c, CLIENT_PIPELINING) && len > 0)
		len = slice_find(buf_slice(commands), '\n') + 1;
	ok = buf_add_slice(&c->out, slice_first(buf_slice(commands), len));
	assert(ok);
	client_show(c, before);
	buf_drop(commands, len);
}

void
client_finish(struct smtp_client *c)
{
	buf_clear(&c->mail.commands);
	client_enter(c, CLIENT_RESULT, 0);
}

static enum client_state
first_state(const struct smtp_client *c)
{
	if (c->must_reset)
		return CLIENT_RSET;
	return c->mail.is_stepwise ? CLIENT_STEP_MAIL : CLIENT_MAIL;
}

void
client_mail_open(struct smtp_client *c, const struct smtp_client_mail *m, uint64_t now_ms)
{
	const struct client_problem *problem = client_find_problem(c, m);

	assert(c->state == CLIENT_IDLE);
	c->mail.is_open = true;
	c->mail.is_utf8 = client_uses_utf8(c, m);
	c->mail.gives_auth = client_gives_auth(c, m);
	c->mail.is_chunked = m->params != NULL && m->params->body == SMTP_BODY_BINARYMIME;
	client_enter(c, first_state(c), now_ms);
	if (problem != NULL)
		settle_all_by_problem(c, problem);
	if (problem != NULL || !add_commands(c, m)) {
		client_finish(c);
		return;
	}
	client_count_mail(c, m);
	client_send_commands(c);
	c->must_reset = true;
}

void
smtp_client_mail(struct smtp_client *c, const struct smtp_client_mail *m, uint64_t now_ms)
{
	assert(m->recipient_count > 0 && m->recipient_count <= SMTP_CLIENT_RECIPIENTS_MAX);
	c->mail.recipients = xcalloc(m->recipient_count, sizeof *c->mail.recipients);
	c->mail.recipient_count = m->recipient_count;
	client_mail_open(c, m, now_ms);
}

void
client_on_rset(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) == 2) {
		client_enter(c, c->mail.is_stepwise ? CLIENT_STEP_MAIL : CLIENT_MAIL, now_ms);
		client_send_commands(c);
	} else {
		client_break_out_of_step(c);
	}
}

/*
 * RFC 4954 §5: AUTH= comes with AUTH, but there are servers that offer the one and know nothing of
 * the other (RFC 5321 §4.1.1.11: 555; older ones 501 or 504). What it says is not worth a message.
 */
static bool
may_mean_auth(const struct smtp_verdict *v)
{
	bool is_parameter = v->code == 501 || v->code == 504 || v->code == 555;
	bool is_silent = v->enhanced[0] == 0;

	return is_parameter && (is_silent || v->enhanced[1] == 5);
}

void
client_take_mail_refusal(struct smtp_client *c)
{
	struct smtp_verdict v = client_reply_verdict(c);

	client_settle_all(c, &v);
	c->mail.is_refused = true;
	c->mail.is_auth_refused = c->mail.gives_auth && may_mean_auth(&v);
	c->refuses_auth = c->refuses_auth || c->mail.is_auth_refused;
	smtp_verdict_done(&v);
}

/* RFC 2920 §3.1: in a flight every reply is waited for, also those that are known to be no. */
void
client_on_mail(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) == 3) {
		client_break_out_of_step(c);
		return;
	}
	if (client_reply_class(c) != 2) {
		client_take_mail_refusal(c);
		if (!client_offers(c, CLIENT_PIPELINING)) {
			c->must_reset = false;
			client_finish(c);
			return;
		}
	}
	client_enter(c, CLIENT_RCPT, now_ms);
	client_send_commands(c);
}

/* The recipient whose RCPT is answered next, or recipient_count. */
static size_t
next_asked(struct smtp_client *c)
{
	while (c->mail.next < c->mail.recipient_count && !c->mail.recipients[c->mail.next].is_asked)
		c->mail.next++;
	return c->mail.next;
}

/*
 * RFC 1870 §6.2: what 452 and 552 mean is the same at MAIL, at DATA and after the text.
 *
 * RFC 5321 §4.5.3.1.10: 552 here is an old way of saying 452, too many recipients. With another
 * enhanced code than that it does mean what it says, as 5.2.2, mailbox full.
 */
static void
correct_552(struct smtp_verdict *v)
{
	bool is_silent = v->enhanced[0] == 0;

	if (v->code != 552 || (!is_silent && (v->enhanced[1] != 5 || v->enhanced[2] != 3)))
		return;
	v->class = SMTP_VERDICT_DEFERRED;
	if (!is_silent)
		v->enhanced[0] = 4;
}

static void
take_rcpt_reply(struct smtp_client *c, size_t index)
{
	struct client_recipient *r = &c->mail.recipients[index];
	struct smtp_verdict v;

	if (client_reply_class(c) == 2) {
		r->is_accepted = !r->is_settled;
		c->mail.accepted_count += r->is_accepted;
		return;
	}
	v = client_reply_verdict(c);
	correct_552(&v);
	client_settle(c, index, &v);
	smtp_verdict_done(&v);
}

/* All are asked: on to the text, with a DATA that may be on its way already, or to the end. */
static void
leave_recipients(struct smtp_client *c, uint64_t now_ms)
{
	c->mail.next = 0;
	if (c->mail.is_chunked && c->mail.accepted_count > 0) {
		client_enter(c, CLIENT_TEXT, now_ms);
	} else if (!c->mail.is_chunked &&
		   (c->mail.accepted_count > 0 || client_offers(c, CLIENT_PIPELINING))) {
		client_enter(c, CLIENT_DATA, now_ms);
		client_send_commands(c);
	} else {
		c->must_reset = !c->mail.is_refused;
		client_finish(c);
	}
}

void
client_on_rcpt(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) == 3) {
		client_break_out_of_step(c);
		return;
	}
	take_rcpt_reply(c, next_asked(c));
	c->mail.next++;
	if (next_asked(c) == c->mail.recipient_count) {
		leave_recipients(c, now_ms);
		return;
	}
	client_enter(c, CLIENT_RCPT, now_ms);
	client_send_commands(c);
}

/*
 * DATA was accepted although no recipient was. RFC 2920 §3.1: send a single dot, and expect no
 * good of it. An LMTP server has then no reply to give (RFC 2033 §4.2), so its connection is left.
 */
static void
send_empty_text(struct smtp_client *c, uint64_t now_ms)
{
	if (c->options.protocol == SMTP_CLIENT_LMTP) {
		client_break_out_of_step(c);
		return;
	}
	client_send_end_of_text(c);
	client_enter(c, CLIENT_DOT, now_ms);
}

void
client_on_data(struct smtp_client *c, uint64_t now_ms)
{
	switch (client_reply_class(c)) {
	case 3:
		if (c->mail.accepted_count > 0)
			client_enter(c, CLIENT_TEXT, now_ms);
		else
			send_empty_text(c, now_ms);
		break;
	case 2:
		client_break_out_of_step(c);
		break;
	default:
		settle_all_by_reply(c);
		c->must_reset = !c->mail.is_refused;
		client_finish(c);
		break;
	}
}

struct smtp_verdict
smtp_client_verdict_take(struct smtp_client *c, size_t index)
{
	struct smtp_verdict v;

	assert(c->state == CLIENT_RESULT && index < c->mail.recipient_count);
	assert(c->mail.recipients[index].is_settled);
	v = c->mail.recipients[index].verdict;
	c->mail.recipients[index].verdict = (struct smtp_verdict){ .class = v.class };
	return v;
}

bool
smtp_client_is_stale(const struct smtp_client *c)
{
	return c->is_broken && c->mail.heard_count == 0;
}

bool
smtp_client_may_repeat(const struct smtp_client *c)
{
	return c->mail.is_auth_refused;
}

void
smtp_client_result_done(struct smtp_client *c, uint64_t now_ms)
{
	assert(c->state == CLIENT_RESULT);
	client_transaction_clear(c);
	client_enter(c, c->is_broken ? CLIENT_CLOSED : CLIENT_IDLE, now_ms);
}
