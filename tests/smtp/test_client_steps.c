/* SPDX-License-Identifier: Apache-2.0 */
/* Single steps of the client engine, where a dialog of client_dialogs.h would not show the point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/client.h"

static struct smtp_client_options
options(void)
{
	return (struct smtp_client_options){
		.hostname = "x",
		.host = "peer",
		.auth_secret = slice_of("secret"),
		.timeouts = SMTP_CLIENT_TIMEOUTS,
	};
}

/* Brings a fresh engine to where `wire` ends; no transaction is begun for it. */
static struct smtp_client *
start_at(struct smtp_client_options o, const char *wire)
{
	struct smtp_client *c = smtp_client_new(&o, 1);

	assert_int_equal(smtp_client_input(c, slice_of(wire), 1), strlen(wire));
	return c;
}

static void
drop_output(struct smtp_client *c)
{
	smtp_client_output_taken(c, smtp_client_output(c).len);
}

static void
start_mail(struct smtp_client *c)
{
	struct slice recipient = slice_of("r@y");
	const struct smtp_client_mail m = { .recipients = &recipient, .recipient_count = 1 };

	smtp_client_mail(c, &m, 1);
	drop_output(c);
}

/* RFC 5321 §4.5.3.2: what is waited for decides how long. */
static void
test_each_step_has_its_own_time(void **state)
{
	struct smtp_client *c = start_at(options(), "");

	(void)state;
	assert_int_equal(smtp_client_deadline(c), 1 + 5 * 60000);
	(void)smtp_client_input(c, slice_of("220 y\r\n"), 1000);
	assert_int_equal(smtp_client_deadline(c), 1000 + 5 * 60000);
	(void)smtp_client_input(c, slice_of("250-"), 2000);
	assert_int_equal(smtp_client_deadline(c), 1000 + 5 * 60000);
	(void)smtp_client_input(c, slice_of("y\r\n250 PIPELINING\r\n"), 3000);
	assert_int_equal(smtp_client_deadline(c), UINT64_MAX);
	start_mail(c);
	(void)smtp_client_input(c, slice_of("250 a\r\n"), 4000);
	assert_int_equal(smtp_client_deadline(c), 4000 + 5 * 60000);
	(void)smtp_client_input(c, slice_of("250 b\r\n"), 5000);
	assert_int_equal(smtp_client_deadline(c), 5000 + 2 * 60000);
	(void)smtp_client_input(c, slice_of("354 c\r\n"), 6000);
	assert_int_equal(smtp_client_deadline(c), 6000 + 3 * 60000);
	smtp_client_text(c, slice_of("x"), false, 7000);
	assert_int_equal(smtp_client_deadline(c), 7000 + 3 * 60000);
	smtp_client_text(c, slice_of("x"), true, 8000);
	assert_int_equal(smtp_client_deadline(c), 8000 + 10 * 60000);
	smtp_client_timeout(c, 8000 + 10 * 60000 - 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_NONE);
	smtp_client_timeout(c, 8000 + 10 * 60000);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_RESULT);
	smtp_client_free(&c);
}

static void
check_ends_undelivered(struct smtp_client *c, enum smtp_verdict_class class, const char *reason)
{
	struct smtp_verdict v;
	struct slice out = smtp_client_output(c);

	assert_true(out.len < 3 || memcmp(out.ptr + out.len - 3, ".\r\n", 3) != 0);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_RESULT);
	assert_false(smtp_client_is_stale(c));
	v = smtp_client_verdict_take(c, 0);
	assert_int_equal(v.class, class);
	assert_string_equal(v.reason, reason);
	smtp_verdict_done(&v);
	smtp_client_result_done(c, 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
	assert_int_equal(smtp_client_input(c, slice_of("250 late\r\n"), 1), 0);
}

#define HELLO "220 y\r\n250-y\r\n250 PIPELINING\r\n"

static struct smtp_client *
start_text(void)
{
	struct smtp_client *c = start_at(options(), HELLO);

	drop_output(c);
	start_mail(c);
	(void)smtp_client_input(c, slice_of("250 a\r\n250 b\r\n354 c\r\n"), 1);
	smtp_client_text(c, slice_of("half a message\r\n"), false, 1);
	return c;
}

static void
test_a_text_that_is_given_up_is_never_completed(void **state)
{
	struct smtp_client *c = start_text();

	(void)state;
	smtp_client_abort(c, "the queue is gone");
	check_ends_undelivered(
	    c, SMTP_VERDICT_DEFERRED, "the queue is gone while sending the text");
	smtp_client_free(&c);
}

/* RFC 2045 §2.8: only binary text may have one, and where it is dropped it has hidden a line end.
 */
static void
test_a_nul_octet_does_not_go_out_as_text(void **state)
{
	struct smtp_client *c = start_text();

	(void)state;
	drop_output(c);
	smtp_client_text(c, slice_make("a\r\n\0.\r\n", 7), true, 1);
	assert_int_equal(smtp_client_output(c).len, 0);
	check_ends_undelivered(
	    c, SMTP_VERDICT_FAILED, "the message has a NUL octet, which only binary text may have");
	smtp_client_free(&c);
}

static void
test_a_refusal_in_the_midst_of_the_text_ends_it(void **state)
{
	struct smtp_client *c = start_text();

	(void)state;
	assert_int_equal(smtp_client_input(c, slice_of("552 too large\r\n"), 1), 15);
	check_ends_undelivered(c, SMTP_VERDICT_FAILED, "while sending the text");
	smtp_client_free(&c);
}

static void
test_consent_in_the_midst_of_the_text_is_not_believed(void **state)
{
	struct smtp_client *c = start_text();

	(void)state;
	assert_int_equal(smtp_client_input(c, slice_of("250 taken\r\n"), 1), 11);
	check_ends_undelivered(
	    c, SMTP_VERDICT_DEFERRED, "the reply makes no sense while sending the text");
	smtp_client_free(&c);
}

static void
test_whatever_an_idle_peer_says_ends_the_connection(void **state)
{
	struct smtp_client *c = start_at(options(), HELLO);

	(void)state;
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	(void)smtp_client_input(c, slice_of("421 4.3.2 bye\r\n"), 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
	assert_int_equal(smtp_client_failure(c)->code, 421);
	smtp_client_free(&c);
}

/* RFC 5321 §4.1.1.10, §4.1.4: after QUIT alone. */
static void
test_a_peer_that_does_not_answer_quit_is_left(void **state)
{
	struct smtp_client *c = start_at(options(), HELLO);

	(void)state;
	smtp_client_quit(c, 10);
	assert_int_equal(smtp_client_deadline(c), 10 + 5000);
	smtp_client_timeout(c, 10 + 5000);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
	assert_null(smtp_client_failure(c));
	smtp_client_free(&c);
}

/* RFC 3207 §4.2: what a man in the middle put behind the 220 must not be read. RFC 3207 §4, §4.2.
 */
static void
test_plaintext_behind_the_reply_to_starttls_is_not_read(void **state)
{
	static const char injected[] = "220 go\r\n250 y\r\n";
	struct smtp_client_options o = options();
	struct smtp_client *c;

	(void)state;
	o.tls = SMTP_CLIENT_TLS_REQUIRED;
	c = start_at(o, "220 y\r\n250-y\r\n250 STARTTLS\r\n");
	assert_int_equal(smtp_client_input(c, slice_of(injected), 1), strlen("220 go\r\n"));
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_TLS);
	smtp_client_free(&c);
}

static void
test_without_a_password_nothing_is_tried(void **state)
{
	struct smtp_client_options o = options();
	struct smtp_client *c;

	(void)state;
	o.auth_user = slice_of("u");
	o.auth_secret = slice_make(NULL, 0);
	c = smtp_client_new(&o, 1);
	(void)smtp_client_input(c, slice_of("220 y\r\n"), 1);
	drop_output(c);
	(void)smtp_client_input(c, slice_of("250-y\r\n250 AUTH PLAIN\r\n"), 1);
	assert_int_equal(smtp_client_output(c).len, 0);
	assert_string_equal(
	    smtp_client_failure(c)->reason, "AUTH is asked for, but there is no password");
	smtp_client_free(&c);
}

/* RFC 4954 §4: an initial response must fit the command line of 512 octets. */
static void
test_a_long_secret_waits_for_the_challenge(void **state)
{
	static const char hello[] = "220 y\r\n250-y\r\n250 AUTH PLAIN\r\n";
	char secret[SMTP_CLIENT_CREDENTIAL_MAX];

	(void)state;
	memset(secret, 's', sizeof secret);
	for (size_t len = 370; len <= sizeof secret; len++) {
		struct smtp_client_options o = options();
		struct smtp_client *c;
		size_t line_len = strlen("AUTH PLAIN \r\n") + (len + 3 + 2) / 3 * 4;

		o.auth_user = slice_of("u");
		o.auth_secret = slice_make(secret, len);
		c = smtp_client_new(&o, 1);
		(void)smtp_client_input(c, slice_of("220 y\r\n"), 1);
		drop_output(c);
		(void)smtp_client_input(c, slice_of(hello + 7), 1);
		if (line_len <= 512) {
			assert_int_equal(smtp_client_output(c).len, line_len);
		} else {
			assert_true(slice_is(smtp_client_output(c), "AUTH PLAIN\r\n"));
			drop_output(c);
			(void)smtp_client_input(c, slice_of("334 \r\n"), 1);
			assert_int_equal(smtp_client_output(c).len, line_len - 11);
		}
		smtp_client_free(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_step_has_its_own_time),
		cmocka_unit_test(test_a_text_that_is_given_up_is_never_completed),
		cmocka_unit_test(test_a_nul_octet_does_not_go_out_as_text),
		cmocka_unit_test(test_a_refusal_in_the_midst_of_the_text_ends_it),
		cmocka_unit_test(test_consent_in_the_midst_of_the_text_is_not_believed),
		cmocka_unit_test(test_whatever_an_idle_peer_says_ends_the_connection),
		cmocka_unit_test(test_a_peer_that_does_not_answer_quit_is_left),
		cmocka_unit_test(test_plaintext_behind_the_reply_to_starttls_is_not_read),
		cmocka_unit_test(test_without_a_password_nothing_is_tried),
		cmocka_unit_test(test_a_long_secret_waits_for_the_challenge),
	};

	return cmocka_run_group_tests_name("smtp/client_steps", tests, NULL, NULL);
}
