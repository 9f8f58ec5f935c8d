/* SPDX-License-Identifier: Apache-2.0 */
/* The message: to whom it goes and to whom it must not, and what became of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe/dialog.h"
#include "talk.h"

#define EHLO "C: EHLO client.example\n"
#define QUIT "C: QUIT\nS: 221 bye\n"
#define HELLO "S: 220 mail.example ESMTP\n" EHLO
#define MAIL "C: MAIL FROM:<s@example.org>\n"
#define RCPT "C: RCPT TO:<r@example.org>\n"
#define TAKEN "S: 354 go\nTEXT\nS: 250 2.0.0 Ok: queued as 4ABC1\n" QUIT

static struct probe_dialog_options
options(struct talk *t, enum probe_dialog_mode mode)
{
	return talk_options(t, PROBE_GOAL_MAIL, mode);
}

static void
check_taken(const struct talk *t)
{
	talk_check(t, PROBE_STAGE_MAIL, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_RCPT, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_DATA, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_END, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_QUIT, PROBE_STAGE_PASSED);
	assert_string_equal(t->facts.queue_id, "4ABC1");
}

static void
test_a_message_is_taken_one_command_at_a_time(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_PLAIN);

	talk_play(t,
	    HELLO "S: 250 mail.example\n" MAIL "S: 250 a\n" RCPT "S: 250 b\nC: DATA\n" TAKEN, &o);
	check_taken(t);
	assert_true(slice_is(buf_slice(&t->verdicts), "0 delivered 250\n"));
}

static void
test_a_message_is_taken_in_one_flight(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_PLAIN);

	talk_play(t,
	    HELLO "S: 250-mail.example\nS: 250 PIPELINING\n" MAIL RCPT "C: DATA\n"
		  "S: 250 a\nS: 250 b\n" TAKEN,
	    &o);
	check_taken(t);
}

/* RFC 2920 §3.1: DATA was on its way already, and a dot is all that follows. */
static void
test_a_dot_without_text_is_no_message_that_was_taken(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_PLAIN);

	talk_play(t,
	    HELLO "S: 250-mail.example\nS: 250 PIPELINING\n" MAIL RCPT "C: DATA\n"
		  "S: 250 a\nS: 550 nobody\nS: 354 go\nC: .\n"
		  "S: 250 2.0.0 Ok: queued as 4ABC1\n" QUIT,
	    &o);
	talk_check(t, PROBE_STAGE_RCPT, PROBE_STAGE_REFUSED);
	talk_check(t, PROBE_STAGE_END, PROBE_STAGE_SKIPPED);
	assert_string_equal(t->facts.queue_id, "");
}

static void
test_a_message_goes_after_tls_and_login(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_STARTTLS);

	o.auth_user = slice_of("user");
	o.auth_secret = slice_of("secret");
	o.requires_tls = true;
	talk_play(t,
	    HELLO "S: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\n" EHLO
		  "S: 250-mail.example\nS: 250 AUTH PLAIN\nC: AUTH PLAIN\nS: 235 in\n" MAIL
		  "S: 250 a\n" RCPT "S: 250 b\nC: DATA\n" TAKEN,
	    &o);
	check_taken(t);
}

static void
test_a_failed_login_keeps_the_message_back(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_IMPLICIT);

	o.auth_user = slice_of("user");
	o.auth_secret = slice_of("secret");
	talk_play(t,
	    "TLS\n" HELLO "S: 250-mail.example\nS: 250 AUTH PLAIN\nC: AUTH PLAIN\nS: 535 no\n" QUIT,
	    &o);
	talk_check(t, PROBE_STAGE_MAIL, PROBE_STAGE_NOT_REACHED);
	assert_int_equal(t->verdicts.len, 0);
}

/* Nothing of the message leaves: MAIL neither. */
static void
test_where_tls_is_required_nothing_goes_without(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_STARTTLS);

	o.requires_tls = true;
	talk_play(t, HELLO "S: 250 mail.example\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_BROKEN);
	talk_play(t,
	    HELLO "S: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 4.7.0 not now\n" QUIT,
	    &o);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_REFUSED);
	talk_play(
	    t, HELLO "S: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 250 Ok\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_BROKEN);
	assert_string_equal(t->facts.stages[PROBE_STAGE_STARTTLS].text, "Ok");
	o.mode = PROBE_MODE_IMPLICIT;
	o.name = "other.example";
	talk_play(t, "TLS\n" HELLO "S: 250 mail.example\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_BROKEN);
	assert_int_equal(t->facts.tls.trouble, PROBE_TLS_FINE);
}

static void
test_of_several_recipients_each_has_its_verdict(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_PLAIN);
	const struct slice recipients[] = { slice_of("a@x"), slice_of("b@x"), slice_of("c@x") };

	o.recipients = recipients;
	o.recipient_count = 3;
	talk_play(t,
	    HELLO "S: 250 mail.example\n" MAIL "S: 250 a\nC: RCPT TO:<a@x>\nS: 250 b\n"
		  "C: RCPT TO:<b@x>\nS: 550 5.1.1 nobody\nC: RCPT TO:<c@x>\nS: 451 4.7.1 later\n"
		  "C: DATA\n" TAKEN,
	    &o);
	talk_check(t, PROBE_STAGE_RCPT, PROBE_STAGE_REFUSED);
	assert_int_equal(t->facts.stages[PROBE_STAGE_RCPT].code, 550);
	talk_check(t, PROBE_STAGE_END, PROBE_STAGE_PASSED);
	assert_true(
	    slice_is(buf_slice(&t->verdicts), "0 delivered 250\n1 failed 550\n2 deferred 451\n"));
}

static void
test_recipients_hear_of_a_lost_connection(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_PLAIN);

	talk_play(t, HELLO "S: 250 mail.example\n" MAIL "S: 250 a\n" RCPT "CLOSE\n", &o);
	talk_check(t, PROBE_STAGE_RCPT, PROBE_STAGE_CLOSED);
	assert_true(slice_is(buf_slice(&t->verdicts), "0 deferred 0\n"));
}

/* RFC 1870 §5: the server's own limit; not a word is said of the message. */
static void
test_a_message_above_the_servers_size_is_not_sent(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_PLAIN);

	talk_play(t, HELLO "S: 250-mail.example\nS: 250 SIZE 5\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_MAIL, PROBE_STAGE_BROKEN);
	assert_non_null(strstr(t->facts.stages[PROBE_STAGE_MAIL].text, "SIZE"));
	assert_true(slice_is(buf_slice(&t->verdicts), "0 failed 0\n"));
}

static void
test_text_above_ascii_is_declared(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_PLAIN);

	o.message = slice_of("Subject: x\r\n\r\n\xc3\xa4\r\n");
	talk_play(t,
	    HELLO "S: 250-mail.example\nS: 250 8BITMIME\n"
		  "C: MAIL FROM:<s@example.org> BODY=8BITMIME\nS: 250 a\n" RCPT
		  "S: 250 b\nC: DATA\n" TAKEN,
	    &o);
	check_taken(t);
}

static void
test_a_large_message_goes_piece_by_piece(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t, PROBE_MODE_PLAIN);
	const size_t len = (size_t)80 * 50000; /* 50,000 lines */
	char *text = malloc(len);

	for (size_t i = 0; i < len; i++)
		text[i] = "a\r\n"[i % 80 == 78 ? 1 : i % 80 == 79 ? 2 : 0];
	o.message = slice_make(text, len);
	talk_play(t,
	    HELLO "S: 250 mail.example\n" MAIL "S: 250 a\n" RCPT "S: 250 b\nC: DATA\n" TAKEN, &o);
	check_taken(t);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_message_is_taken_one_command_at_a_time),
		cmocka_unit_test(test_a_message_is_taken_in_one_flight),
		cmocka_unit_test(test_a_dot_without_text_is_no_message_that_was_taken),
		cmocka_unit_test(test_a_message_goes_after_tls_and_login),
		cmocka_unit_test(test_a_failed_login_keeps_the_message_back),
		cmocka_unit_test(test_where_tls_is_required_nothing_goes_without),
		cmocka_unit_test(test_of_several_recipients_each_has_its_verdict),
		cmocka_unit_test(test_recipients_hear_of_a_lost_connection),
		cmocka_unit_test(test_a_message_above_the_servers_size_is_not_sent),
		cmocka_unit_test(test_text_above_ascii_is_declared),
		cmocka_unit_test(test_a_large_message_goes_piece_by_piece),
	};

	return cmocka_run_group_tests(tests, talk_set_up, talk_tear_down);
}
