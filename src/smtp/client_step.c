/* SPDX-License-Identifier: Apache-2.0 */
/* A transaction one command at a time: each reply is an answer, and the next command waits. */
#include <assert.h>

#include "smtp/client_internal.h"

static void
give_answer(struct smtp_client *c, struct smtp_verdict v)
{
	smtp_verdict_done(&c->answer);
	c->answer = v;
}

void
client_step_settle(struct smtp_client *c, const struct smtp_verdict *v)
{
	give_answer(c, smtp_verdict_copy(v));
	c->mail.accepted_count = 0;
}

void
smtp_client_begin(struct smtp_client *c, const struct smtp_client_mail *m, uint64_t now_ms)
{
	assert(c->options.protocol == SMTP_CLIENT_SMTP);
	c->mail.is_stepwise = true;
	client_mail_open(c, m, now_ms);
}

void
client_on_step_mail(struct smtp_client *c, uint64_t now_ms)
{
	switch (client_reply_class(c)) {
	case 2:
		give_answer(c, client_reply_verdict(c));
		client_enter(c, CLIENT_OPEN, now_ms);
		break;
	case 3:
		client_break_out_of_step(c);
		break;
	default:
		client_take_mail_refusal(c);
		c->must_reset = false;
		client_finish(c);
		break;
	}
}

void
smtp_client_recipient(struct smtp_client *c, const struct smtp_client_mail *m, uint64_t now_ms)
{
	const struct client_problem *problem = client_find_recipient_problem(c, m->recipients[0]);

	assert(c->state == CLIENT_OPEN);
	if (problem != NULL) {
		give_answer(c, client_problem_verdict(c, problem));
		return;
	}
	client_add_rcpt_command(c, m, 0);
	client_send_commands(c);
	client_enter(c, CLIENT_STEP_RCPT, now_ms);
}

void
client_on_step_rcpt(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) == 3) {
		client_break_out_of_step(c);
		return;
	}
	if (client_reply_class(c) == 2)
		c->mail.accepted_count++;
	give_answer(c, client_reply_verdict(c));
	client_enter(c, CLIENT_OPEN, now_ms);
}

void
smtp_client_data(struct smtp_client *c, uint64_t now_ms)
{
	assert(c->state == CLIENT_OPEN && c->mail.accepted_count > 0);
	if (c->mail.is_chunked) {
		client_enter(c, CLIENT_TEXT, now_ms);
		return;
	}
	client_send(c, "DATA", NULL);
	client_enter(c, CLIENT_DATA, now_ms);
}

void
smtp_client_drop(struct smtp_client *c, uint64_t now_ms)
{
	assert(c->state == CLIENT_OPEN);
	client_transaction_clear(c);
	client_enter(c, CLIENT_IDLE, now_ms);
}

const struct smtp_verdict *
smtp_client_answer(const struct smtp_client *c)
{
	return &c->answer;
}
