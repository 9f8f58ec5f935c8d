/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

static void
test_a_connection_is_used_again(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	for (unsigned i = 1; i <= 3; i++) {
		world_send(&w, "a@y");
		world_wait(&w, &w.queue.outcome_count, i);
	}
	assert_int_equal(w.peer.connection_count, 1);
	assert_int_equal(w.peer.message_count, 3);
	world_close(&w);
}

static void
test_a_connection_is_renewed_after_its_messages(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.config.messages = 2;
	for (unsigned i = 1; i <= 5; i++) {
		world_send(&w, "a@y");
		world_wait(&w, &w.queue.outcome_count, i);
	}
	assert_int_equal(w.peer.connection_count, 3);
	world_wait(&w, &w.peer.quit_count, 2);
	world_close(&w);
}

static void
test_no_more_connections_than_allowed_are_made(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.peer.holds_reply = true;
	for (unsigned i = 0; i < 10; i++)
		world_send(&w, "a@y");
	world_wait(&w, &w.peer.message_count, 2);
	world_settle(&w);
	assert_int_equal(w.peer.open_max, 2);
	fake_hop_release(&w.peer);
	world_wait(&w, &w.queue.outcome_count, 10);
	assert_int_equal(w.peer.connection_count, 2);
	assert_int_equal(w.peer.message_count, 10);
	world_close(&w);
}

/* RFC 6710 §5.1 */
static void
test_what_matters_more_goes_first(void **state)
{
	static const char *const parameters[] = { NULL, "MT-PRIORITY=-1", NULL, "MT-PRIORITY=9",
		"MT-PRIORITY=2", "MT-PRIORITY=0" };
	static const char *const recipients[] = { "first@y", "low@y", "a@y", "top@y", "high@y",
		"b@y" };
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.config.connections = w.hop->connections_max = 1;
	w.peer.holds_reply = true;
	for (unsigned i = 0; i < 6; i++) {
		w.queue.parameters = parameters[i];
		world_send(&w, recipients[i]);
		if (i == 0)
			world_wait(&w, &w.peer.message_count, 1);
	}
	world_settle(&w);
	buf_clear(&w.peer.commands);
	fake_hop_release(&w.peer);
	world_wait(&w, &w.queue.outcome_count, 6);
	assert_true(slice_is(buf_slice(&w.peer.commands),
	    "MAIL FROM:<s@x>\nRCPT TO:<top@y>\nMAIL FROM:<s@x>\nRCPT TO:<high@y>\n"
	    "MAIL FROM:<s@x>\nRCPT TO:<a@y>\nMAIL FROM:<s@x>\nRCPT TO:<b@y>\n"
	    "MAIL FROM:<s@x>\nRCPT TO:<low@y>\n"));
	world_close(&w);
}

/* RFC 5321 §4.5.4.1. */
static void
test_a_dead_next_hop_gives_its_reason_to_all_at_once(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	fake_hop_stop_listening(&w.peer);
	for (unsigned i = 0; i < 5; i++)
		world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 5);
	for (size_t i = 0; i < 5; i++)
		world_check(&w, i, 0, SMTP_VERDICT_DEFERRED, "Connection refused while connecting");
	assert_int_equal(w.hop->session_count, 0);
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 6);
	assert_int_equal(w.hop->session_count, 0);
	assert_int_equal(w.queue.ready, DELIVERY_LINK_JOBS_MAX);
	world_close(&w);
}

static void
test_a_next_hop_that_hangs_up_on_us_defers(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.peer.cut = FAKE_HOP_CUT_GREETING;
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(
	    &w, 0, 0, SMTP_VERDICT_DEFERRED, "closed by the peer while waiting for the greeting");
	world_close(&w);
}

static void
test_an_idle_connection_that_the_peer_closes_is_forgotten(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	fake_hop_close_all(&w.peer);
	world_settle(&w);
	assert_int_equal(w.hop->session_count, 0);
	assert_int_equal(w.hop->down_until_ms, 0);
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 2);
	world_check(&w, 1, 0, SMTP_VERDICT_DELIVERED, NULL);
	world_close(&w);
}

static void
test_a_half_sent_message_is_never_completed_when_queue_goes(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	(void)fake_queue_send(&w.queue, "a@y", slice_of("half\r\nof it\r\n"), 6);
	world_wait(&w, &w.peer.mail_count, 1);
	world_settle(&w);
	fake_queue_done(&w.queue);
	world_settle(&w);
	assert_null(w.link);
	assert_int_equal(w.hop->session_count, 0);
	assert_int_equal(w.peer.open_count, 0);
	assert_int_equal(w.peer.message_count, 0);
	world_connect_queue(&w);
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	world_close(&w);
}

static void
test_an_unused_connection_says_goodbye(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.config.idle_ms = 0;
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_wait(&w, &w.peer.quit_count, 1);
	assert_int_equal(w.hop->session_count, 0);
	world_close(&w);
}

static void
test_a_hop_that_is_retired_finishes_its_transactions(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.peer.holds_reply = true;
	for (unsigned i = 0; i < 3; i++)
		world_send(&w, "a@y");
	world_wait(&w, &w.peer.message_count, 2);
	delivery_hop_retire(w.hop, NULL);
	world_settle(&w);
	world_check(
	    &w, 2, 0, SMTP_VERDICT_DEFERRED, "the next hop is no longer in the configuration");
	fake_hop_release(&w.peer);
	world_wait(&w, &w.queue.outcome_count, 3);
	world_check(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	world_check(&w, 1, 0, SMTP_VERDICT_DELIVERED, NULL);
	world_wait(&w, &w.peer.quit_count, 2);
	assert_int_equal(w.hop->session_count, 0);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_connection_is_used_again),
		cmocka_unit_test(test_a_connection_is_renewed_after_its_messages),
		cmocka_unit_test(test_no_more_connections_than_allowed_are_made),
		cmocka_unit_test(test_what_matters_more_goes_first),
		cmocka_unit_test(test_a_dead_next_hop_gives_its_reason_to_all_at_once),
		cmocka_unit_test(test_a_next_hop_that_hangs_up_on_us_defers),
		cmocka_unit_test(test_an_idle_connection_that_the_peer_closes_is_forgotten),
		cmocka_unit_test(test_a_half_sent_message_is_never_completed_when_queue_goes),
		cmocka_unit_test(test_an_unused_connection_says_goodbye),
		cmocka_unit_test(test_a_hop_that_is_retired_finishes_its_transactions),
	};

	return cmocka_run_group_tests_name("delivery/hop", tests, NULL, NULL);
}
