/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "house.h"

#define HOUSE_TEST(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

static const char mail[] = "MAIL FROM:<kim@example.org>\r\n";
static const char other_mail[] = "MAIL FROM:<lee@example.org>\r\n";
static const char login[] = "AUTH PLAIN AGEAYg==\r\n";

static void
test_each_refusal_of_a_login_has_its_reply(void **state)
{
	static const struct {
		enum wire_sasl_status status;
		const char *reply;
	} cases[] = {
		{ WIRE_SASL_BAD_CREDENTIALS, "535 5.7.8 " },
		{ WIRE_SASL_BAD_MECHANISM, "504 5.5.4 " },
		{ WIRE_SASL_MALFORMED, "501 5.5.2 " },
		{ WIRE_SASL_TEMPORARY, "454 4.7.0 " },
		{ WIRE_SASL_THROTTLED, "454 4.7.0 " },
	};
	struct house *h = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct client *c;

		c = client_open(h);
		client_start_tls(c);
		h->login = cases[i].status;
		client_say(c, login);
		client_expect(c, cases[i].reply);
		h->login = WIRE_SASL_OK;
		client_say(c, login);
		client_expect(c, "235 ");
		client_done(c);
	}
}

static void
test_challenges_are_carried_to_the_client(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_start_tls(c);
	h->login = WIRE_SASL_CONTINUE;
	client_say(c, "AUTH LOGIN\r\n");
	client_expect(c, "334 ");
	h->login = WIRE_SASL_OK;
	client_say(c, "YQ==\r\n");
	client_expect(c, "235 ");
	client_done(c);
}

static void
test_a_login_that_the_client_leaves_is_cancelled(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_start_tls(c);
	h->login = WIRE_SASL_CONTINUE;
	client_say(c, "AUTH LOGIN\r\n");
	client_expect(c, "334 ");
	client_say(c, "*\r\n");
	client_expect(c, "501 ");
	assert_int_equal(h->cancel_count, 1);
	client_say(c, "AUTH LOGIN\r\n");
	client_expect(c, "334 ");
	client_done(c);
	assert_int_equal(h->cancel_count, 2);
	assert_int_equal(h->process.sessions.count, 0);
}

/* A frame that is too long for auth would cost all sessions their channel to it. */
static void
test_a_response_that_is_too_long_for_auth_is_refused_here(void **state)
{
	static const char *const befores[] = { "AUTH PLAIN ", "AUTH PLAIN\r\n" };
	struct house *h = *state;
	char line[2 * WIRE_SASL_MAX + 3];
	struct client *c;

	memset(line, 'A', sizeof line - 3);
	memcpy(line + sizeof line - 3, "\r\n", 3);
	house_reload(h, "limits { command_length = 65536 auth_line_length = 65536 }");
	c = client_open(h);
	client_start_tls(c);
	for (size_t i = 0; i < 2; i++) {
		h->login = WIRE_SASL_CONTINUE;
		client_say(c, befores[i]);
		if (i == 1)
			client_expect(c, "334 ");
		client_say(c, line);
		client_expect(c, "501 5.5.2 ");
		assert_int_equal(h->cancel_count, i);
	}
	h->login = WIRE_SASL_OK;
	client_say(c, login);
	client_expect(c, "235 ");
	client_done(c);
}

static void
test_without_auth_a_login_fails_for_now(void **state)
{
	struct house *h = *state;
	struct client *c;

	house_close_auth(h);
	c = client_open(h);
	client_start_tls(c);
	client_say(c, login);
	client_expect(c, "454 4.7.0 ");
	house_open_auth(h);
	client_say(c, login);
	client_expect(c, "235 ");
	client_done(c);
}

static void
test_a_login_fails_for_now_when_auth_dies(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_start_tls(c);
	h->auth_mood = HOUSE_IS_SILENT;
	client_say(c, login);
	house_settle(h);
	assert_int_equal(h->login_count, 1);
	house_close_auth(h);
	client_expect(c, "454 4.7.0 ");
	h->auth_mood = HOUSE_ANSWERS;
	house_open_auth(h);
	client_say(c, login);
	client_expect(c, "235 ");
	client_done(c);
}

static void
test_a_sender_is_asked_about_once_and_another_again(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_log_in(c);
	for (int i = 0; i < 3; i++) {
		client_say(c, mail);
		client_expect(c, "250 ");
		client_say(c, "RSET\r\n");
		client_expect(c, "250 ");
	}
	assert_int_equal(h->sender_count, 1);
	h->sender = WIRE_SENDER_NOT_ALLOWED;
	client_say(c, other_mail);
	client_expect(c, "550 5.7.1 ");
	assert_int_equal(h->sender_count, 2);
	/* A refusal is not remembered. */
	h->sender = WIRE_SENDER_OK;
	client_say(c, other_mail);
	client_expect(c, "250 ");
	assert_int_equal(h->sender_count, 3);
	client_done(c);
}

static void
test_a_sender_that_came_with_the_login_is_not_asked_about(void **state)
{
	struct house *h = *state;
	struct client *c;

	h->login_owns_name = true;
	c = client_open(h);
	client_log_in(c);
	client_say(c, mail);
	client_expect(c, "250 ");
	assert_int_equal(h->sender_count, 0);
	client_say(c, "RSET\r\n");
	client_expect(c, "250 ");
	client_say(c, other_mail);
	client_expect(c, "250 ");
	assert_int_equal(h->sender_count, 1);
	h->process.sessions.first->sender_until_ms = 0;
	client_say(c, "RSET\r\n");
	client_expect(c, "250 ");
	client_say(c, mail);
	client_expect(c, "250 ");
	assert_int_equal(h->sender_count, 2);
	client_done(c);
}

static void
test_a_sender_is_asked_about_again_after_a_while(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_log_in(c);
	client_say(c, mail);
	client_expect(c, "250 ");
	client_say(c, "RSET\r\n");
	client_expect(c, "250 ");
	h->process.sessions.first->sender_until_ms = 0;
	h->sender = WIRE_SENDER_NOT_ALLOWED; /* the account was disabled */
	client_say(c, mail);
	client_expect(c, "550 5.7.1 ");
	client_done(c);
}

static void
test_a_sender_fails_for_now_when_auth_is_away(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_log_in(c);
	h->auth_mood = HOUSE_IS_SILENT;
	client_say(c, mail);
	house_settle(h);
	house_close_auth(h);
	client_expect(c, "451 ");
	client_say(c, mail);
	client_expect(c, "451 ");
	h->auth_mood = HOUSE_ANSWERS;
	house_open_auth(h);
	client_say(c, mail);
	client_expect(c, "250 ");
	client_done(c);
}

static void
test_an_answer_for_a_session_that_ended_is_dropped(void **state)
{
	struct house *h = *state;
	struct buf payload;
	struct client *c;
	uint64_t number;

	c = client_open(h);
	client_start_tls(c);
	h->auth_mood = HOUSE_IS_SILENT;
	client_say(c, login);
	house_settle(h);
	number = h->process.sessions.first->number;
	client_done(c);
	buf_init(&payload, 1024);
	wire_sasl_reply_encode(
	    &(const struct wire_sasl_reply){ .status = WIRE_SASL_OK, .octets = slice_of("kim") },
	    &payload);
	ipc_send(h->auth, WIRE_SASL_REPLY, number, buf_slice(&payload));
	buf_done(&payload);
	house_settle(h);
	assert_non_null(h->process.auth);
}

static void
test_nonsense_from_auth_loses_it(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_start_tls(c);
	ipc_send(h->auth, WIRE_STORED, 1, slice_of("x"));
	house_settle(h);
	assert_null(h->process.auth);
	client_say(c, login);
	client_expect(c, "454 4.7.0 ");
	client_done(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_each_refusal_of_a_login_has_its_reply),
		HOUSE_TEST(test_challenges_are_carried_to_the_client),
		HOUSE_TEST(test_a_login_that_the_client_leaves_is_cancelled),
		HOUSE_TEST(test_a_response_that_is_too_long_for_auth_is_refused_here),
		HOUSE_TEST(test_without_auth_a_login_fails_for_now),
		HOUSE_TEST(test_a_login_fails_for_now_when_auth_dies),
		HOUSE_TEST(test_a_sender_is_asked_about_once_and_another_again),
		HOUSE_TEST(test_a_sender_that_came_with_the_login_is_not_asked_about),
		HOUSE_TEST(test_a_sender_is_asked_about_again_after_a_while),
		HOUSE_TEST(test_a_sender_fails_for_now_when_auth_is_away),
		HOUSE_TEST(test_an_answer_for_a_session_that_ended_is_dropped),
		HOUSE_TEST(test_nonsense_from_auth_loses_it),
	};

	return cmocka_run_group_tests_name("submission/session_auth", tests, NULL, NULL);
}
