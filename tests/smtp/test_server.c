/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server_feed.h"
#include "smtp/server.h"
#include "smtp/server_session.h"

/* What is said is in the dialogs (tests/dialog); this is what the caller of the engine relies on.
 */

static const struct smtp_server_options options = {
	.hostname = "mail.example.com",
	.limits = &usual_limits,
	.implicit_tls = true,
};

static void
open_login(struct smtp_server *s)
{
	drop_output(s);
	feed(s, "EHLO client.example.org\r\n");
	drop_output(s);
	feed(s, "AUTH PLAIN dXNlcg==\r\n");
}

static struct smtp_server *
logged_in(void)
{
	struct smtp_server *s = smtp_server_new(&options, 0);

	smtp_server_tls_done(s, 0);
	open_login(s);
	smtp_server_auth_ok(s, slice_of("alice"), 0);
	return s;
}

static void
open_text(struct smtp_server *s)
{
	feed(s, "MAIL FROM:<alice@example.org> BODY=8BITMIME SIZE=7 RET=HDRS\r\n");
	smtp_server_sender_done(s, SMTP_SERVER_OK, 0);
	feed(s, "RCPT TO:<bob@example.net> NOTIFY=NEVER\r\n");
	smtp_server_recipient_done(s, SMTP_SERVER_OK, 0);
	feed(s, "DATA\r\n");
}

static void
test_facts_are_those_of_the_session(void **state)
{
	struct smtp_server *s = logged_in();

	(void)state;
	assert_true(slice_is(smtp_server_helo(s), "client.example.org"));
	assert_true(slice_is(smtp_server_account(s), "alice"));
	assert_true(smtp_server_is_extended(s) && smtp_server_is_tls(s));
	assert_int_equal(smtp_server_recipient_count(s), 0);
	assert_int_equal(smtp_server_sender(s).len, 0);
	open_text(s);
	assert_true(smtp_server_is_in_text(s));
	assert_int_equal(smtp_server_mail_params(s)->body, SMTP_BODY_8BITMIME);
	assert_int_equal(smtp_server_mail_params(s)->ret, SMTP_RET_HDRS);
	assert_int_equal(smtp_server_recipient_params(s, 0).notify, SMTP_NOTIFY_NEVER);
	assert_true(slice_is(smtp_server_sender(s), "alice@example.org"));
	assert_int_equal(smtp_server_recipient_count(s), 1);
	assert_true(slice_is(smtp_server_recipient(s, 0), "bob@example.net"));
	smtp_server_free(&s);
	assert_null(s);
	smtp_server_free(&s);
}

/* A program at a pipe is its user: it is offered no TLS and no login, and needs none. */
static void
test_a_local_user_has_neither_tls_nor_login_to_do(void **state)
{
	struct smtp_server_options local = options;
	struct smtp_server *s;
	struct slice out;

	(void)state;
	local.implicit_tls = false;
	local.local_user = slice_of("cron");
	s = smtp_server_new(&local, 0);
	drop_output(s);
	feed(s, "EHLO localhost\r\n");
	out = smtp_server_output(s);
	assert_null(memmem(out.ptr, out.len, "STARTTLS", 8));
	assert_null(memmem(out.ptr, out.len, "AUTH", 4));
	drop_output(s);
	assert_true(slice_is(smtp_server_account(s), "cron"));
	open_text(s);
	assert_true(smtp_server_is_in_text(s));
	smtp_server_free(&s);
}

static void
test_text_points_into_the_input(void **state)
{
	struct smtp_server *s = logged_in();
	struct slice in = slice_of("one\r\ntwo\r\n");

	(void)state;
	open_text(s);
	assert_int_equal(smtp_server_input(s, in, 0), in.len);
	assert_ptr_equal(smtp_server_text(s).ptr, in.ptr);
	assert_int_equal(smtp_server_text(s).len, in.len);
	smtp_server_free(&s);
}

static void
test_nothing_is_read_while_a_want_is_open(void **state)
{
	struct smtp_server *s = logged_in();

	(void)state;
	feed(s, "MAIL FROM:<alice@example.org>\r\n");
	assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_SENDER);
	assert_int_equal(smtp_server_input(s, slice_of("RSET\r\n"), 0), 0);
	smtp_server_sender_done(s, SMTP_SERVER_OK, 0);
	assert_int_equal(smtp_server_input(s, slice_of("RSET\r\n"), 0), 6);
	smtp_server_free(&s);
}

/* A client that sends commands and reads no replies makes us stop reading, not grow. */
static void
test_nothing_is_read_while_too_many_replies_wait(void **state)
{
	struct smtp_server *s = logged_in();
	size_t count = 0;

	(void)state;
	while (smtp_server_input(s, slice_of("NOOP\r\n"), 0) != 0)
		count++;
	assert_true(count > 100 && count < 10000);
	assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_NONE);
	drop_output(s);
	assert_int_equal(smtp_server_input(s, slice_of("NOOP\r\n"), 0), 6);
	smtp_server_free(&s);
}

static void
test_an_idle_session_is_small(void **state)
{
	struct smtp_server *s = logged_in();

	(void)state;
	assert_true(sizeof *s < 512);
	open_text(s);
	feed(s, "hello\r\n.\r\n");
	smtp_server_store_done(s, SMTP_SERVER_OK, slice_of("0ABC"), 0);
	drop_output(s);
	assert_null(s->transaction);
	assert_null(s->login);
	assert_null(s->line.partial.ptr);
	assert_true(s->output.size <= 512 && s->helo.size <= 64 && s->account.size <= 64);
	smtp_server_free(&s);
}

static void
test_an_answer_for_an_ended_session_is_dropped(void **state)
{
	struct smtp_server *s = smtp_server_new(&options, 0);

	(void)state;
	smtp_server_tls_done(s, 0);
	open_login(s);
	smtp_server_timeout(s, 60000);
	assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_CLOSE);
	drop_output(s);
	smtp_server_auth_ok(s, slice_of("alice"), 60001);
	assert_int_equal(smtp_server_output(s).len, 0);
	assert_int_equal(smtp_server_account(s).len, 0);
	smtp_server_free(&s);
}

static void
test_a_timeout_before_its_time_does_nothing(void **state)
{
	struct smtp_server *s = logged_in();

	(void)state;
	drop_output(s);
	smtp_server_timeout(s, smtp_server_deadline(s) - 1);
	assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_NONE);
	assert_int_equal(smtp_server_output(s).len, 0);
	smtp_server_free(&s);
}

/* RFC 6409 §6.3 */
static void
test_a_flawed_message_is_refused_for_its_flaw(void **state)
{
	static const struct {
		enum message_flaw flaw;
		const char *detail, *reply;
	} cases[] = {
		{ MESSAGE_HEADER_TOO_LARGE, "", "552 5.3.4 " },
		{ MESSAGE_HEADER_SYNTAX, "", "554 5.6.0 " },
		{ MESSAGE_HEADER_NUL, "", "554 5.6.0 " },
		{ MESSAGE_HEADER_8BIT, "Subject", "554 5.6.0 " },
		{ MESSAGE_HEADER_NOT_UTF8, "Subject", "554 5.6.0 " },
		{ MESSAGE_FROM_MISSING, "", "554 5.6.0 " },
		{ MESSAGE_FROM_TWICE, "", "554 5.6.0 " },
		{ MESSAGE_FIELD_TWICE, "To", "554 5.6.0 " },
		{ MESSAGE_ADDRESS_SYNTAX, "a@b@c", "554 5.6.0 " },
		{ MESSAGE_ADDRESS_UNQUALIFIED, "bob", "554 5.6.0 " },
		{ MESSAGE_LINE_TOO_LONG, "", "554 5.6.0 " },
		{ MESSAGE_LOOP, "", "554 5.4.6 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct smtp_server *s = logged_in();
		struct slice out;
		size_t detail_len = strlen(cases[i].detail);

		open_text(s);
		feed(s, "hello\r\n.\r\n");
		drop_output(s);
		smtp_server_store_refused(s, cases[i].flaw, slice_of(cases[i].detail), 0);
		out = smtp_server_output(s);
		assert_true(slice_starts_nocase(out, cases[i].reply));
		assert_int_equal(slice_find(out, '\n'), out.len - 1);
		assert_true(
		    slice_is(slice_first(slice_after(out, out.len - 2 - detail_len), detail_len),
			cases[i].detail));
		assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_NONE);
		assert_int_equal(smtp_server_recipient_count(s), 0);
		smtp_server_free(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts_are_those_of_the_session),
		cmocka_unit_test(test_a_local_user_has_neither_tls_nor_login_to_do),
		cmocka_unit_test(test_text_points_into_the_input),
		cmocka_unit_test(test_nothing_is_read_while_a_want_is_open),
		cmocka_unit_test(test_nothing_is_read_while_too_many_replies_wait),
		cmocka_unit_test(test_an_idle_session_is_small),
		cmocka_unit_test(test_an_answer_for_an_ended_session_is_dropped),
		cmocka_unit_test(test_a_timeout_before_its_time_does_nothing),
		cmocka_unit_test(test_a_flawed_message_is_refused_for_its_flaw),
	};
	return cmocka_run_group_tests_name("smtp/server", tests, NULL, NULL);
}
