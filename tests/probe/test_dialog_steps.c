/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe/dialog_steps.h"
#include "talk.h"

#define HELLO "S: 220 mail.example ESMTP\nC: EHLO client.example\nS: 250 mail.example\n"
#define QUIT "C: QUIT\nS: 221 bye\n"
#define MAIL "C: MAIL FROM:<s@example.org>\nS: 250 ok\n"
#define RCPT "C: RCPT TO:<r@example.org>\n"
#define TEXT "C: DATA\nS: 354 go\nTEXT\n"

/* What is done at each answer, a letter each: Mail, Recipient, Text, Quit. */
struct steps {
	struct talk *talk;
	const char *at;
	struct buf answers; /* the code of each */
};

static void
take_step(evutil_socket_t fd, short what, void *arg)
{
	struct steps *s = arg;
	const struct slice recipient = slice_of("r@example.org");
	const struct smtp_client_mail m = {
		.sender = slice_of("s@example.org"),
		.recipients = &recipient,
		.recipient_count = 1,
	};

	(void)fd;
	(void)what;
	if (s->talk->dialog == NULL || *s->at == '\0')
		return;
	assert_true(probe_dialog_is_free(s->talk->dialog));
	switch (*s->at++) {
	case 'M':
		probe_dialog_mail(s->talk->dialog, &m);
		break;
	case 'R':
		assert_true(probe_dialog_is_in_mail(s->talk->dialog));
		probe_dialog_recipient(s->talk->dialog, &m);
		break;
	case 'T':
		probe_dialog_text(s->talk->dialog, slice_of("Subject: x\r\n\r\n.text\r\n"));
		break;
	default:
		probe_dialog_quit(s->talk->dialog);
		break;
	}
}

static void
on_answer(void *arg, const struct smtp_verdict *answer)
{
	const struct timeval now = { 0, 0 };
	struct steps *s = arg;

	if (answer == NULL)
		(void)buf_add_text(&s->answers, "open");
	else
		(void)buf_addf(&s->answers, " %u", (unsigned)answer->code);
	assert_int_equal(event_base_once(s->talk->base, -1, EV_TIMEOUT, take_step, s, &now), 0);
}

static void
play(struct talk *t, const char *script, const char *steps, const char *answers)
{
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_OPEN, PROBE_MODE_PLAIN);
	struct steps s = { .talk = t, .at = steps };

	buf_init(&s.answers, 256);
	o.on_answer = on_answer;
	o.answer_arg = &s;
	talk_play(t, script, &o);
	(void)event_base_loop(t->base, EVLOOP_NONBLOCK); /* a step that came too late */
	if (!slice_is(buf_slice(&s.answers), answers))
		fail_msg("'%.*s', wanted '%s'", (int)s.answers.len, (char *)s.answers.ptr, answers);
	assert_string_equal(s.at, "");
	buf_done(&s.answers);
}

static void
test_messages_go_one_after_the_other_each_command_answered(void **state)
{
	play(*state,
	    HELLO MAIL RCPT "S: 550 no\n" RCPT "S: 250 yes\n" TEXT "S: 250 taken\n" MAIL RCPT
			    "S: 250 yes\n" TEXT "S: 554 spam\n" QUIT,
	    "MRRTMRTQ", "open 250 550 250 250 250 250 554");
}

static void
test_a_transaction_that_is_left_is_reset_or_ended_by_quit(void **state)
{
	play(*state, HELLO MAIL "C: RSET\nS: 250 reset\n" MAIL RCPT "S: 250 yes\n" QUIT, "MMRQ",
	    "open 250 250 250");
}

static void
test_a_refused_sender_leaves_it_open(void **state)
{
	play(*state, HELLO "C: MAIL FROM:<s@example.org>\nS: 553 no\n" MAIL QUIT, "MMQ",
	    "open 553 250");
}

static void
test_an_end_is_the_answer_and_then_it_is_done(void **state)
{
	play(*state, HELLO MAIL RCPT "S: 421 bye\n", "MR", "open 250 421");
	play(*state, HELLO "C: MAIL FROM:<s@example.org>\n", "M", "open 0");
}

static void
test_without_the_tls_that_is_required_it_is_not_opened(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_OPEN, PROBE_MODE_STARTTLS);

	o.requires_tls = true;
	o.on_answer = on_answer;
	talk_play(t, HELLO QUIT, &o);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages_go_one_after_the_other_each_command_answered),
		cmocka_unit_test(test_a_transaction_that_is_left_is_reset_or_ended_by_quit),
		cmocka_unit_test(test_a_refused_sender_leaves_it_open),
		cmocka_unit_test(test_an_end_is_the_answer_and_then_it_is_done),
		cmocka_unit_test(test_without_the_tls_that_is_required_it_is_not_opened),
	};

	return cmocka_run_group_tests(tests, talk_set_up, talk_tear_down);
}
