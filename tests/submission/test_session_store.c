/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"

#define HOUSE_TEST(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

static const size_t chunk_len = WIRE_CHUNK_MAX;

static struct client *
open_session(struct house *h)
{
	struct client *c = client_open(h);

	client_log_in(c);
	return c;
}

static void
send_message(struct client *c, size_t len)
{
	client_begin_message(c);
	client_say_text(c, len);
	client_say(c, ".\r\n");
}

static void
test_text_of_less_than_a_chunk_goes_with_the_envelope_and_more_before_it(void **state)
{
	static const struct {
		size_t len, chunk_count;
	} cases[] = {
		{ WIRE_CHUNK_MAX - 64, 0 },
		{ WIRE_CHUNK_MAX, 1 }, /* the dot that follows may have been text */
		{ WIRE_CHUNK_MAX + 64, 1 },
		{ (size_t)2 * WIRE_CHUNK_MAX - 64, 1 },
		{ (size_t)40 * WIRE_CHUNK_MAX + 64, 40 },
	};
	struct house *h = *state;
	struct client *c;

	c = open_session(h);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		send_message(c, cases[i].len);
		client_expect(c, "250 2.0.0 ");
		client_check_text(&h->messages[i], cases[i].len);
		assert_int_equal(h->messages[i].chunk_count, cases[i].chunk_count);
	}
	client_done(c);
}

static void
test_without_credit_the_client_is_not_read_from(void **state)
{
	struct house *h = *state;
	struct client *c;

	h->credit = WIRE_CHUNK_MAX;
	house_open_queue(h);
	c = open_session(h);
	send_message(c, 20 * chunk_len);
	house_settle(h);
	assert_int_equal(h->process.held.count, 1);
	assert_int_equal(h->messages[0].chunk_count, 1);
	assert_int_not_equal(net_conn_pending(c->conn), 0);
	house_give_credit(h, (uint32_t)(3 * chunk_len));
	house_settle(h);
	assert_int_equal(h->messages[0].chunk_count, 4);
	assert_int_equal(h->process.held.count, 1);
	house_give_credit(h, (uint32_t)(100 * chunk_len));
	client_expect(c, "250 2.0.0 ");
	client_check_text(&h->messages[0], 20 * chunk_len);
	assert_int_equal(h->process.held.count, 0);
	client_done(c);
}

static void
test_held_sessions_take_turns(void **state)
{
	struct house *h = *state;
	struct client *clients[3];

	h->credit = 0;
	house_open_queue(h);
	for (size_t i = 0; i < 3; i++) {
		clients[i] = open_session(h);
		send_message(clients[i], 10 * chunk_len);
	}
	house_settle(h);
	assert_int_equal(h->process.held.count, 3);
	for (uint32_t round = 1; round <= 3; round++) {
		for (size_t i = 0; i < 3; i++) {
			house_give_credit(h, WIRE_CHUNK_MAX);
			house_settle(h);
		}
		assert_int_equal(h->message_count, 3);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(h->messages[i].chunk_count, round);
	}
	session_end(h->process.held.first->next_held, "test"); /* in the middle of the line */
	client_done(clients[1]);
	assert_int_equal(h->process.held.count, 2);
	house_give_credit(h, (uint32_t)(100 * chunk_len));
	client_expect(clients[0], "250 2.0.0 ");
	client_expect(clients[2], "250 2.0.0 ");
	client_done(clients[0]);
	client_done(clients[2]);
}

static void
test_a_full_disk_says_so(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = open_session(h);
	h->stored = WIRE_STORED_DISK_FULL;
	send_message(c, 640);
	client_expect(c, "452 4.3.1 ");
	h->stored = WIRE_STORED_FAILED;
	send_message(c, 640);
	client_expect(c, "451 4.3.0 ");
	h->stored = WIRE_STORED_OK;
	send_message(c, 640);
	client_expect(c, "250 2.0.0 ");
	client_done(c);
}

/* RFC 5321 §4.2.5: no 250 before the message is on disk. RFC 5321 §6.1. */
static void
test_nothing_is_answered_before_queue_has_stored_it(void **state)
{
	struct house *h = *state;
	struct client *c;

	h->queue_mood = HOUSE_IS_SILENT;
	c = open_session(h);
	send_message(c, 640);
	client_say(c, "NOOP\r\n");
	house_settle(h);
	assert_true(h->messages[0].is_whole);
	assert_int_equal(c->got.len, 0);
	house_store(h, &h->messages[0]);
	client_expect(c, "250 2.0.0 ");
	client_expect(c, "250 ");
	client_done(c);
}

static void
test_when_queue_dies_the_message_fails_for_now_and_the_session_goes_on(void **state)
{
	struct house *h = *state;
	struct client *c;

	h->queue_mood = HOUSE_IS_SILENT;
	c = open_session(h);
	send_message(c, 640);
	house_settle(h);
	house_close_queue(h);
	client_expect(c, "451 4.3.0 ");
	send_message(c, 640);
	client_expect(c, "451 4.3.0 "); /* it is still away */
	h->queue_mood = HOUSE_ANSWERS;
	house_open_queue(h);
	send_message(c, 640);
	client_expect(c, "250 2.0.0 ");
	client_done(c);
}

static void
test_when_queue_dies_in_the_midst_of_a_message_the_next_one_gets_none_of_it(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = open_session(h);
	client_begin_message(c);
	client_say_text(c, 3 * chunk_len);
	house_settle(h);
	assert_int_equal(h->messages[0].chunk_count, 2);
	house_close_queue(h);
	h->credit = (uint32_t)HOUSE_BODY_MAX;
	house_open_queue(h);
	client_say_text(c, 5 * chunk_len);
	client_say(c, ".\r\n");
	client_expect(c, "451 4.3.0 ");
	assert_int_equal(h->message_count, 1);
	assert_false(h->messages[0].is_whole);
	send_message(c, 640);
	client_expect(c, "250 2.0.0 ");
	client_done(c);
}

static void
test_held_sessions_go_on_when_queue_dies(void **state)
{
	struct house *h = *state;
	struct client *c;

	h->credit = 0;
	house_open_queue(h);
	c = open_session(h);
	send_message(c, 10 * chunk_len);
	house_settle(h);
	assert_int_equal(h->process.held.count, 1);
	house_close_queue(h);
	client_expect(c, "451 4.3.0 ");
	assert_int_equal(h->process.held.count, 0);
	client_done(c);
}

/* RFC 5321 §4.1.1.5, §4.1.1.10. */
static void
test_chunks_of_a_message_that_does_not_come_are_given_up(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = open_session(h);
	client_begin_message(c);
	client_say_text(c, 2 * chunk_len);
	client_say(c, "bare\nline feed\r\n.\r\n");
	client_expect(c, "5");
	assert_true(h->messages[0].is_aborted);
	client_begin_message(c);
	client_say_text(c, 3 * chunk_len);
	house_settle(h);
	client_done(c);
	assert_true(h->messages[1].is_aborted);
	assert_int_equal(h->process.sessions.count, 0);
}

/* The message is safe, and the log must say so. */
static void
test_a_client_that_leaves_before_the_answer_leaves_its_message(void **state)
{
	struct house *h = *state;
	struct client *c;

	h->queue_mood = HOUSE_IS_SILENT;
	c = open_session(h);
	send_message(c, 640);
	house_settle(h);
	client_done(c);
	assert_false(h->messages[0].is_aborted);
	assert_int_equal(h->process.sessions.count, 1);
	house_store(h, &h->messages[0]);
	house_settle(h);
	assert_int_equal(h->process.sessions.count, 0);
}

static void
test_nonsense_from_queue_loses_it(void **state)
{
	struct house *h = *state;
	struct client *c;

	c = open_session(h);
	ipc_send(h->queue, WIRE_SASL_REPLY, 1, slice_of("x"));
	house_settle(h);
	assert_null(h->process.queue);
	send_message(c, 640);
	client_expect(c, "451 4.3.0 ");
	client_done(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(
		    test_text_of_less_than_a_chunk_goes_with_the_envelope_and_more_before_it),
		HOUSE_TEST(test_without_credit_the_client_is_not_read_from),
		HOUSE_TEST(test_held_sessions_take_turns),
		HOUSE_TEST(test_a_full_disk_says_so),
		HOUSE_TEST(test_nothing_is_answered_before_queue_has_stored_it),
		HOUSE_TEST(test_when_queue_dies_the_message_fails_for_now_and_the_session_goes_on),
		HOUSE_TEST(
		    test_when_queue_dies_in_the_midst_of_a_message_the_next_one_gets_none_of_it),
		HOUSE_TEST(test_held_sessions_go_on_when_queue_dies),
		HOUSE_TEST(test_chunks_of_a_message_that_does_not_come_are_given_up),
		HOUSE_TEST(test_a_client_that_leaves_before_the_answer_leaves_its_message),
		HOUSE_TEST(test_nonsense_from_queue_loses_it),
	};

	return cmocka_run_group_tests_name("submission/session_store", tests, NULL, NULL);
}
