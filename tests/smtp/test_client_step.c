/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_feed.h"

static struct smtp_client *
start(const char *extensions)
{
	struct smtp_client *c = start_at(usual_options(), "220 y\r\n");

	(void)smtp_client_input(c, slice_of(extensions), 1);
	drop_output(c);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	return c;
}

/* What was said since the last time. */
static void
expect(struct smtp_client *c, const char *lines)
{
	const struct slice out = smtp_client_output(c);

	if (!slice_is(out, lines))
		fail_msg("'%.*s', wanted '%s'", (int)out.len, (const char *)out.ptr, lines);
	smtp_client_output_taken(c, out.len);
}

static void
hear(struct smtp_client *c, const char *reply, enum smtp_client_want wanted)
{
	assert_int_equal(smtp_client_input(c, slice_of(reply), 1), strlen(reply));
	assert_int_equal(smtp_client_want(c), wanted);
}

static void
begin(struct smtp_client *c, const char *sender, uint64_t size)
{
	const struct smtp_mail_params params = { .body = SMTP_BODY_8BITMIME };
	const struct smtp_client_mail m = {
		.sender = slice_of(sender),
		.size = size,
		.params = &params,
	};

	smtp_client_begin(c, &m, 1);
}

static void
ask_for(struct smtp_client *c, const char *address)
{
	const struct slice recipient = slice_of(address);
	const struct smtp_rcpt_params params = { .notify = SMTP_NOTIFY_NEVER };
	const struct smtp_client_mail m = {
		.recipients = &recipient,
		.recipient_count = 1,
		.recipient_params = &params,
	};

	smtp_client_recipient(c, &m, 1);
}

static void
check_answer(struct smtp_client *c, enum smtp_verdict_class class, const char *words)
{
	const struct smtp_verdict *v = smtp_client_answer(c);
	char text[256];

	(void)snprintf(text, sizeof text, "%u %s", (unsigned)v->code,
	    v->peer_text != NULL ? v->peer_text : v->reason);
	assert_string_equal(text, words);
	assert_int_equal(v->class, class);
}

static void
test_each_command_waits_for_the_answer_to_the_last(void **state)
{
	struct smtp_client *c =
	    start("250-y\r\n250-PIPELINING\r\n250-SIZE 999\r\n250-8BITMIME\r\n250 DSN\r\n");

	(void)state;
	begin(c, "a@x", 0);
	expect(c, "MAIL FROM:<a@x> BODY=8BITMIME\r\n");
	hear(c, "250 2.1.0 Ok\r\n", SMTP_CLIENT_WANT_STEP);
	check_answer(c, SMTP_VERDICT_DELIVERED, "250 2.1.0 Ok");
	assert_int_equal(smtp_client_deadline(c), UINT64_MAX);
	ask_for(c, "b@y");
	expect(c, "RCPT TO:<b@y> NOTIFY=NEVER\r\n");
	hear(c, "550-5.1.1 No\r\n550 5.1.1 such user\r\n", SMTP_CLIENT_WANT_STEP);
	check_answer(c, SMTP_VERDICT_FAILED, "550 5.1.1 No such user");
	ask_for(c, "c@y");
	hear(c, "452 later\r\n", SMTP_CLIENT_WANT_STEP);
	check_answer(c, SMTP_VERDICT_DEFERRED, "452 later");
	ask_for(c, "d@y");
	hear(c, "251 moved\r\n", SMTP_CLIENT_WANT_STEP);
	check_answer(c, SMTP_VERDICT_DELIVERED, "251 moved");
	expect(c, "RCPT TO:<c@y> NOTIFY=NEVER\r\nRCPT TO:<d@y> NOTIFY=NEVER\r\n");
	smtp_client_data(c, 1);
	expect(c, "DATA\r\n");
	hear(c, "354 go\r\n", SMTP_CLIENT_WANT_TEXT);
	smtp_client_text(c, slice_of("Hi\r\n.\r\n"), true, 1);
	expect(c, "Hi\r\n..\r\n.\r\n");
	hear(c, "250 2.0.0 queued\r\n", SMTP_CLIENT_WANT_RESULT);
	check_answer(c, SMTP_VERDICT_DELIVERED, "250 2.0.0 queued");
	smtp_client_result_done(c, 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	begin(c, "", 17);
	expect(c, "MAIL FROM:<> SIZE=17 BODY=8BITMIME\r\n");
	smtp_client_free(&c);
}

/* RFC 5321 §4.1.1.5: what was dropped is reset when the next begins, and only then. */
static void
test_what_is_dropped_is_reset_before_the_next(void **state)
{
	struct smtp_client *c = start("250 y\r\n");

	(void)state;
	begin(c, "a@x", 0);
	hear(c, "250 a\r\n", SMTP_CLIENT_WANT_STEP);
	ask_for(c, "b@y");
	hear(c, "250 b\r\n", SMTP_CLIENT_WANT_STEP);
	smtp_client_drop(c, 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	expect(c, "MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\n");
	begin(c, "c@x", 0);
	expect(c, "RSET\r\n");
	hear(c, "250 reset\r\n", SMTP_CLIENT_WANT_NONE);
	expect(c, "MAIL FROM:<c@x>\r\n");
	hear(c, "550 no\r\n", SMTP_CLIENT_WANT_RESULT);
	check_answer(c, SMTP_VERDICT_FAILED, "550 no");
	smtp_client_result_done(c, 1);
	begin(c, "d@x", 0);
	expect(c, "MAIL FROM:<d@x>\r\n"); /* a refused one has left nothing */
	smtp_client_free(&c);
}

static void
test_what_cannot_be_sent_is_answered_without_the_peer(void **state)
{
	struct smtp_client *c = start("250-y\r\n250 SIZE 10\r\n");

	(void)state;
	begin(c, "a@x", 11);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_RESULT);
	check_answer(
	    c, SMTP_VERDICT_FAILED, "0 the message is larger than the next hop takes (SIZE)");
	smtp_client_result_done(c, 1);
	expect(c, "");
	begin(c, "a@x", 0);
	hear(c, "250 a\r\n", SMTP_CLIENT_WANT_STEP);
	expect(c, "MAIL FROM:<a@x>\r\n");
	ask_for(c, "b\r\n@y");
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_STEP);
	check_answer(c, SMTP_VERDICT_FAILED, "0 the recipient's address cannot be sent");
	expect(c, "");
	smtp_client_free(&c);
}

static void
go_to_text(struct smtp_client *c)
{
	begin(c, "a@x", 0);
	hear(c, "250 a\r\n", SMTP_CLIENT_WANT_STEP);
	ask_for(c, "b@y");
	hear(c, "250 b\r\n", SMTP_CLIENT_WANT_STEP);
	smtp_client_data(c, 1);
}

static void
test_a_refusal_of_data_or_of_the_text_is_the_answer(void **state)
{
	struct smtp_client *c = start("250 y\r\n");

	(void)state;
	go_to_text(c);
	hear(c, "451 4.3.2 not now\r\n", SMTP_CLIENT_WANT_RESULT);
	check_answer(c, SMTP_VERDICT_DEFERRED, "451 4.3.2 not now");
	smtp_client_result_done(c, 1);
	begin(c, "a@x", 0);
	hear(c, "250 reset\r\n", SMTP_CLIENT_WANT_NONE);
	hear(c, "250 a\r\n", SMTP_CLIENT_WANT_STEP);
	ask_for(c, "b@y");
	hear(c, "250 b\r\n", SMTP_CLIENT_WANT_STEP);
	smtp_client_data(c, 1);
	hear(c, "354 go\r\n", SMTP_CLIENT_WANT_TEXT);
	smtp_client_text(c, slice_of("x"), true, 1);
	hear(c, "554 5.7.1 spam\r\n", SMTP_CLIENT_WANT_RESULT);
	check_answer(c, SMTP_VERDICT_FAILED, "554 5.7.1 spam");
	smtp_client_result_done(c, 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	smtp_client_free(&c);
}

/* At each of these replies the next thing that is heard is an end. */
static void
test_a_connection_that_ends_is_the_answer_wherever_it_does(void **state)
{
	static const char *const replies[] = { "250 a\r\n", "250 b\r\n", "354 go\r\n" };
	static const char *const reasons[] = { "lost while sending MAIL FROM",
		"lost between two commands", "lost while sending DATA",
		"lost while sending the text" };

	(void)state;
	for (size_t i = 0; i <= sizeof replies / sizeof replies[0]; i++) {
		struct smtp_client *c = start("250 y\r\n");
		char wanted[64];

		begin(c, "a@x", 0);
		for (size_t j = 0; j < i; j++) {
			(void)smtp_client_input(c, slice_of(replies[j]), 1);
			if (j == 0 && i > 1)
				ask_for(c, "b@y");
			else if (j == 1)
				smtp_client_data(c, 1);
		}
		smtp_client_end(c, "lost");
		assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_RESULT);
		(void)snprintf(wanted, sizeof wanted, "0 %s", reasons[i]);
		check_answer(c, SMTP_VERDICT_DEFERRED, wanted);
		assert_int_equal(smtp_client_is_stale(c), i == 0);
		smtp_client_result_done(c, 1);
		assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
		smtp_client_free(&c);
	}
}

/* RFC 5321 §3.8: 421 comes at any time, and is no answer to go on after. */
static void
test_421_between_two_commands_ends_the_transaction(void **state)
{
	struct smtp_client *c = start("250 y\r\n");

	(void)state;
	begin(c, "a@x", 0);
	hear(c, "250 a\r\n", SMTP_CLIENT_WANT_STEP);
	hear(c, "421 4.4.2 bye\r\n", SMTP_CLIENT_WANT_RESULT);
	check_answer(c, SMTP_VERDICT_DEFERRED, "421 4.4.2 bye");
	smtp_client_free(&c);
}

static void
test_a_reply_that_makes_no_sense_is_no_yes(void **state)
{
	struct smtp_client *c = start("250 y\r\n");

	(void)state;
	begin(c, "a@x", 0);
	hear(c, "250 a\r\n", SMTP_CLIENT_WANT_STEP);
	ask_for(c, "b@y");
	hear(c, "354 go\r\n", SMTP_CLIENT_WANT_RESULT);
	assert_int_equal(smtp_client_answer(c)->class, SMTP_VERDICT_DEFERRED);
	smtp_client_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_command_waits_for_the_answer_to_the_last),
		cmocka_unit_test(test_what_is_dropped_is_reset_before_the_next),
		cmocka_unit_test(test_what_cannot_be_sent_is_answered_without_the_peer),
		cmocka_unit_test(test_a_refusal_of_data_or_of_the_text_is_the_answer),
		cmocka_unit_test(test_a_connection_that_ends_is_the_answer_wherever_it_does),
		cmocka_unit_test(test_421_between_two_commands_ends_the_transaction),
		cmocka_unit_test(test_a_reply_that_makes_no_sense_is_no_yes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
