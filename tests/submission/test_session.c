/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"

#define HOUSE_TEST(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

/* RFC 5321 §3.7.2, §4.4, RFC 5322 §3.6, RFC 4954 §7: trace first, then all as it came. */
static void
test_a_message_reaches_queue_with_its_envelope_and_trace(void **state)
{
	struct house *h = *state;
	struct client *c;
	const struct house_message *m = &h->messages[0];

	c = client_open(h);
	client_log_in(c);
	client_say(c, "MAIL FROM:<kim@example.org> BODY=8BITMIME\r\n"
		      "RCPT TO:<one@example.net>\r\nRCPT TO:<two@example.net>\r\nDATA\r\n");
	client_expect(c, "250 ");
	client_expect(c, "250 ");
	client_expect(c, "250 ");
	client_expect(c, "354 ");
	client_say(c, "From: kim@example.org\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
		      "Message-ID: <1@example.org>\r\n\r\n..dot\r\n.\r\n");
	client_expect(c, "250 2.0.0 ");
	assert_int_equal(h->message_count, 1);
	assert_true(slice_is(buf_slice(&m->body),
	    "From: kim@example.org\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
	    "Message-ID: <1@example.org>\r\n\r\n.dot\r\n"));
	assert_true(slice_is(buf_slice(&m->account), "kim@example.org"));
	assert_true(slice_is(buf_slice(&m->sender), "kim@example.org"));
	assert_true(slice_is(buf_slice(&m->recipients), "one@example.net\ntwo@example.net\n"));
	assert_true(slice_starts_nocase(buf_slice(&m->prefix), "Received: from client.example"));
	assert_true(slice_is(buf_slice(&m->parameters), "BODY=8BITMIME"));
	assert_int_equal(m->chunk_count, 0);
	client_done(c);
}

static bool
has(const struct buf *b, const char *text)
{
	return b->len != 0 && memmem(b->ptr, b->len, text, strlen(text)) != NULL;
}

static const struct trace_case {
	const char *pseudonym, *shown;
} traces[] = {
	{ "zorro", "Received: from zorro.invalid" },
	{ "", "Received: from unknown.invalid" },
};

static void
test_a_pseudonym_hides_address_and_name_of_the_client(void **state)
{
	struct house *h = *state;

	house_reload(h, "message { trace_client = pseudonym }");
	for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
		struct client *c;

		h->login_pseudonym = traces[i].pseudonym;
		c = client_open(h);
		client_log_in(c);
		client_begin_message(c);
		client_say_text(c, 128);
		client_say(c, ".\r\n");
		client_expect(c, "250 2.0.0 ");
		assert_true(has(&h->messages[i].prefix, traces[i].shown));
		assert_false(has(&h->messages[i].prefix, "local"));
		assert_false(has(&h->messages[i].prefix, "client.example"));
		client_done(c);
	}
}

/* RFC 5321 §4.5.5 */
static void
test_a_message_from_nobody_is_one_too(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_log_in(c);
	client_say(c, "MAIL FROM:<>\r\nRCPT TO:<one@example.net>\r\nDATA\r\n");
	client_expect(c, "250 ");
	client_expect(c, "250 ");
	client_expect(c, "354 ");
	client_say_text(c, 128);
	client_say(c, ".\r\n");
	client_expect(c, "250 2.0.0 ");
	client_check_text(&h->messages[0], 128);
	assert_int_equal(h->messages[0].sender.len, 0);
	client_done(c);
}

static void
test_quit_closes_after_the_last_reply(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_log_in(c);
	client_say(c, "NOOP\r\nQUIT\r\n");
	client_expect(c, "250 ");
	client_expect(c, "221 ");
	house_settle(h);
	assert_true(c->has_ended);
	assert_int_equal(h->process.sessions.count, 0);
	client_done(c);
}

/* RFC 5321 §3.8 */
static void
test_stopping_ends_idle_sessions_at_once_and_others_after_their_message(void **state)
{
	struct house *h = *state;
	struct client *idle, *busy;
	struct session *s, *next;

	idle = client_open(h);
	client_log_in(idle);
	busy = client_open(h);
	client_log_in(busy);
	client_begin_message(busy);
	h->process.is_stopping = true;
	for (s = h->process.sessions.first; s != NULL; s = next) {
		next = s->next;
		session_stop(s);
	}
	client_expect(idle, "421 ");
	assert_int_equal(h->process.sessions.count, 1);
	client_say(busy, "From: kim@example.org\r\n\r\ntext\r\n.\r\n");
	client_expect(busy, "250 2.0.0 ");
	client_expect(busy, "421 ");
	assert_int_equal(h->process.sessions.count, 0);
	assert_true(h->messages[0].is_whole);
	client_done(idle);
	client_done(busy);
}

static void
test_a_session_keeps_the_limits_that_it_began_with(void **state)
{
	struct house *h = *state;
	struct client *before, *after;

	before = client_open(h);
	client_log_in(before);
	house_reload(h, "limits { message_size = 64K }");
	after = client_open(h);
	client_log_in(after);
	client_say(before, "MAIL FROM:<kim@example.org> SIZE=100000\r\n");
	client_expect(before, "250 ");
	client_say(after, "MAIL FROM:<kim@example.org> SIZE=100000\r\n");
	client_expect(after, "552 ");
	client_done(before);
	client_done(after);
}

static void
test_a_handshake_that_does_not_come_ends_the_session(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = client_open(h);
	client_expect(c, "220 ");
	client_say(c, "EHLO client.example\r\n");
	client_expect(c, "250-");
	client_say(c, "STARTTLS\r\n");
	client_expect(c, "220 ");
	assert_int_equal(h->process.sessions.first->wait, SESSION_WAIT_TLS);
	net_conn_set_deadline(h->process.sessions.first->conn, 0);
	house_settle(h);
	assert_int_equal(h->process.sessions.count, 0);
	client_done(c);
}

/* RFC 5321 §3.1: the server talks first. */
static void
test_a_client_that_talks_before_the_banner_is_cut_off(void **state)
{
	struct house *h = *state;
	struct client *c = client_open_saying(h, "EHLO client.example\r\n");

	client_expect(c, "220 ");
	client_expect(c, "554 5.5.0 ");
	house_settle(h);
	assert_true(c->has_ended);
	client_done(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_a_client_that_talks_before_the_banner_is_cut_off),
		HOUSE_TEST(test_a_message_reaches_queue_with_its_envelope_and_trace),
		HOUSE_TEST(test_a_pseudonym_hides_address_and_name_of_the_client),
		HOUSE_TEST(test_a_message_from_nobody_is_one_too),
		HOUSE_TEST(test_quit_closes_after_the_last_reply),
		HOUSE_TEST(test_stopping_ends_idle_sessions_at_once_and_others_after_their_message),
		HOUSE_TEST(test_a_session_keeps_the_limits_that_it_began_with),
		HOUSE_TEST(test_a_handshake_that_does_not_come_ends_the_session),
	};

	return cmocka_run_group_tests_name("submission/session", tests, NULL, NULL);
}
