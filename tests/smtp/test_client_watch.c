/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a connection to who watches it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client_feed.h"

static void
on_command(void *arg, struct slice line)
{
	struct buf *heard = arg;

	assert_true(
	    buf_add_text(heard, "C: ") && buf_add_slice(heard, line) && buf_add_text(heard, "\n"));
}

static void
on_reply(void *arg, enum smtp_client_step step, uint16_t code, struct slice text)
{
	struct buf *heard = arg;

	assert_true(buf_addf(heard, "S%d: %u ", (int)step, (unsigned)code) &&
		    buf_add_slice(heard, text) && buf_add_text(heard, "\n"));
}

/* Greeting, EHLO, STARTTLS, EHLO, AUTH, a message, QUIT. */
static const char replies[] = "220 y\r\n"
			      "250-y\r\n250 STARTTLS\r\n"
			      "220 go\r\n"
			      "250-y\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n"
			      "235 in\r\n"
			      "250 a\r\n250 b\r\n354 c\r\n"
			      "250 2.0.0 taken\r\n"
			      "221 bye\r\n";

static const char heard_whole[] = "S0: 220 y\nC: EHLO x\nS1: 250 y\nSTARTTLS\nC: STARTTLS\n"
				  "S3: 220 go\nC: EHLO x\nS1: 250 y\nPIPELINING\nAUTH PLAIN\n"
				  "C: AUTH PLAIN [hidden]\nS5: 235 in\n"
				  "C: MAIL FROM:<s@x>\nC: RCPT TO:<r@y>\nC: DATA\n"
				  "S9: 250 a\nS10: 250 b\nS11: 354 c\nC: .\n"
				  "S13: 250 2.0.0 taken\nC: QUIT\nS14: 221 bye\n";

static void
begin_mail(struct smtp_client *c)
{
	struct slice recipient = slice_of("r@y");
	const struct smtp_client_mail m = {
		.sender = slice_of("s@x"), .recipients = &recipient, .recipient_count = 1
	};

	smtp_client_mail(c, &m, 1);
}

static void
answer(struct smtp_client *c, bool *has_mailed)
{
	switch (smtp_client_want(c)) {
	case SMTP_CLIENT_WANT_TLS:
		smtp_client_tls_done(c, false, 1);
		break;
	case SMTP_CLIENT_WANT_MAIL:
		if (*has_mailed)
			smtp_client_quit(c, 1);
		else
			begin_mail(c);
		*has_mailed = true;
		break;
	case SMTP_CLIENT_WANT_TEXT:
		smtp_client_text(c, slice_of("never shown\r\n"), true, 1);
		break;
	case SMTP_CLIENT_WANT_RESULT:
		smtp_client_result_done(c, 1);
		break;
	case SMTP_CLIENT_WANT_NONE:
	case SMTP_CLIENT_WANT_STEP:
	case SMTP_CLIENT_WANT_CLOSE:
		break;
	}
	drop_output(c);
}

static void
test_every_line_is_heard_but_no_secret_and_no_text(void **state)
{
	struct buf heard;
	struct smtp_client_options options = { .hostname = "x",
		.host = "peer",
		.tls = SMTP_CLIENT_TLS_REQUIRED,
		.auth_user = slice_of("user"),
		.auth_secret = slice_of("secret"),
		.timeouts = SMTP_CLIENT_TIMEOUTS,
		.watch = { on_command, on_reply, &heard } };
	struct smtp_client *c = smtp_client_new(&options, 1);
	struct slice rest = slice_of(replies);
	bool has_mailed = false;

	(void)state;
	buf_init(&heard, 4096);
	/* Line by line: a server does not answer before it was asked. */
	while (rest.len > 0) {
		size_t len = slice_find(rest, '\n') + 1;

		assert_int_equal(smtp_client_input(c, slice_first(rest, len), 1), len);
		for (int i = 0; i < 3; i++)
			answer(c, &has_mailed);
		rest = slice_after(rest, len);
	}
	assert_true(slice_is(buf_slice(&heard), heard_whole));
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
	smtp_client_free(&c);
	buf_done(&heard);
}

static void
test_a_line_that_is_no_reply_is_heard_with_code_0(void **state)
{
	struct buf heard;
	struct smtp_client_options options = { .hostname = "x",
		.host = "peer",
		.timeouts = SMTP_CLIENT_TIMEOUTS,
		.watch = { NULL, on_reply, &heard } };
	struct smtp_client *c = smtp_client_new(&options, 1);

	(void)state;
	buf_init(&heard, 4096);
	(void)smtp_client_input(c, slice_of("HTTP/1.1 400 Bad Request\r\n"), 1);
	assert_true(slice_is(buf_slice(&heard), "S0: 0 HTTP/1.1 400 Bad Request\n"));
	smtp_client_free(&c);
	buf_done(&heard);
}

static void
test_the_step_says_what_is_waited_for(void **state)
{
	struct smtp_client_options options = { .hostname = "x",
		.host = "peer",
		.tls = SMTP_CLIENT_TLS_IMPLICIT,
		.timeouts = SMTP_CLIENT_TIMEOUTS };
	struct smtp_client *c = smtp_client_new(&options, 1);

	(void)state;
	assert_int_equal(smtp_client_step(c), SMTP_CLIENT_STEP_TLS);
	smtp_client_tls_done(c, false, 1);
	assert_int_equal(smtp_client_step(c), SMTP_CLIENT_STEP_GREETING);
	(void)smtp_client_input(c, slice_of("220 y\r\n"), 1);
	assert_int_equal(smtp_client_step(c), SMTP_CLIENT_STEP_EHLO);
	(void)smtp_client_input(c, slice_of("500 what\r\n"), 1);
	assert_int_equal(smtp_client_step(c), SMTP_CLIENT_STEP_HELO);
	(void)smtp_client_input(c, slice_of("250 y\r\n"), 1);
	assert_int_equal(smtp_client_step(c), SMTP_CLIENT_STEP_IDLE);
	smtp_client_end(c, "the end");
	assert_int_equal(smtp_client_step(c), SMTP_CLIENT_STEP_OVER);
	smtp_client_free(&c);
}

/* For who wants to know no more than that. */
static void
test_the_greeting_can_be_all(void **state)
{
	struct smtp_client_options options = { .hostname = "x",
		.host = "peer",
		.only_greets = true,
		.timeouts = SMTP_CLIENT_TIMEOUTS };
	struct smtp_client *c = smtp_client_new(&options, 1);

	(void)state;
	(void)smtp_client_input(c, slice_of("220 y\r\n"), 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	assert_int_equal(smtp_client_output(c).len, 0);
	smtp_client_quit(c, 1);
	assert_true(slice_is(smtp_client_output(c), "QUIT\r\n"));
	smtp_client_free(&c);
}

static struct smtp_client *
start_anyway(const char *wire)
{
	struct smtp_client_options options = { .hostname = "x",
		.host = "peer",
		.tls = SMTP_CLIENT_TLS_ANYWAY,
		.timeouts = SMTP_CLIENT_TIMEOUTS };
	struct smtp_client *c = smtp_client_new(&options, 1);

	(void)smtp_client_input(c, slice_of("220 y\r\n250 y\r\n"), 1);
	assert_true(slice_is(smtp_client_output(c), "EHLO x\r\nSTARTTLS\r\n"));
	(void)smtp_client_input(c, slice_of(wire), 1);
	return c;
}

static void
test_starttls_can_be_said_though_it_is_not_offered(void **state)
{
	struct smtp_client *c = start_anyway("220 go\r\n");

	(void)state;
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_TLS);
	smtp_client_free(&c);
	c = start_anyway("502 what\r\n");
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	assert_false(smtp_client_is_tls(c));
	smtp_client_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_line_is_heard_but_no_secret_and_no_text),
		cmocka_unit_test(test_a_line_that_is_no_reply_is_heard_with_code_0),
		cmocka_unit_test(test_the_step_says_what_is_waited_for),
		cmocka_unit_test(test_the_greeting_can_be_all),
		cmocka_unit_test(test_starttls_can_be_said_though_it_is_not_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
