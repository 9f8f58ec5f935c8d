/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "house.h"
#include "message/message_id.h"

static const char *const one[] = { "bob@a.example", NULL };

static void
test_a_message_is_answered_handed_out_and_settled(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 10);
	house_send(&h, 1001, "alice@example.org", one);
	house_run_until(&h, house_has_stored);
	assert_int_equal(h.stored_status, WIRE_STORED_OK);
	assert_int_equal(h.stored_id, 1001);
	assert_int_equal(house_count(&h, 1001, STORE_RECIPIENT_DUE), 1);
	house_run_until(&h, house_has_job);
	assert_int_equal(h.jobs[0].message_id, 1001);
	assert_string_equal(h.jobs[0].sender, "alice@example.org");
	assert_string_equal(h.jobs[0].recipients[0], "bob@a.example");
	assert_true(slice_is(
	    buf_slice(&h.jobs[0].text), "Received: by test\r\nSubject: hi\r\n\r\nHello.\r\n"));
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_DELIVERED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(house_message_count(&h), 0);
	house_close(&h);
}

static bool
has_all_credit_back(const struct house *h)
{
	return h->credit_len == 2 * QUEUE_CREDIT_LEN && h->stored_count > 0;
}

/* 64 chunks of 64 KiB: more than a window of text, exactly one window of credit. */
static void
test_a_large_message_passes_in_windows_and_its_credit_comes_back(void **state)
{
	enum { CHUNKS = 64 };
	uint8_t *chunk = malloc(WIRE_CHUNK_MAX);
	struct wire_message m = { .account = slice_of("alice"),
		.sender = slice_of("alice@example.org"),
		.prefix = slice_of("Received: by test\r\n"),
		.tail = slice_of("end\r\n"),
		.chunk_count = CHUNKS };
	struct buf packed, parameters, payload;
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 1);
	for (size_t i = 0; i < CHUNKS; i++) {
		memset(chunk, 'a' + (int)(i % 26), WIRE_CHUNK_MAX);
		ipc_send(h.submission, WIRE_CHUNK, 7, slice_make(chunk, WIRE_CHUNK_MAX));
	}
	buf_init(&packed, 1024);
	buf_init(&parameters, 1024);
	buf_init(&payload, 1024);
	wire_list_add(&packed, slice_of("bob@a.example"));
	wire_list_add(&parameters, slice_of(""));
	m.recipients = (struct wire_list){ 1, buf_slice(&packed) };
	m.recipient_parameters = (struct wire_list){ 1, buf_slice(&parameters) };
	m.size = m.prefix.len + (uint64_t)CHUNKS * WIRE_CHUNK_MAX + m.tail.len;
	wire_message_encode(&m, &payload);
	ipc_send(h.submission, WIRE_MESSAGE, 7, buf_slice(&payload));
	house_run_until(&h, has_all_credit_back);
	assert_int_equal(h.stored_status, WIRE_STORED_OK);
	house_run_until(&h, house_has_job);
	assert_false(h.jobs[0].lost);
	assert_memory_equal(h.jobs[0].text.ptr, "Received: by test\r\naaaa", 23);
	for (size_t i = 0; i < CHUNKS; i++)
		assert_int_equal(
		    h.jobs[0].text.ptr[19 + i * WIRE_CHUNK_MAX + 1], 'a' + (int)(i % 26));
	assert_memory_equal(h.jobs[0].text.ptr + m.size - 5, "end\r\n", 5);
	buf_done(&packed);
	buf_done(&parameters);
	buf_done(&payload);
	free(chunk);
	house_close(&h);
}

static bool
window_is_sent(const struct house *h)
{
	return h->job_count == 1 && h->jobs[0].text.len >= WIRE_BODY_WINDOW;
}

static void
test_no_more_than_a_window_of_text_is_sent_unasked(void **state)
{
	uint8_t *chunk = calloc(1, WIRE_CHUNK_MAX);
	static const char head[] = "Received: by test\r\n";
	struct wire_message m = { .account = slice_of("alice"), .chunk_count = 4 };
	struct buf packed, parameters, payload;
	struct house h;

	(void)state;
	house_open(&h, "");
	h.pull = false;
	house_send_ready(&h, 1);
	for (size_t i = 0; i < 4; i++)
		ipc_send(h.submission, WIRE_CHUNK, 7, slice_make(chunk, WIRE_CHUNK_MAX));
	buf_init(&packed, 1024);
	buf_init(&parameters, 1024);
	buf_init(&payload, 1024);
	wire_list_add(&packed, slice_of("bob@a.example"));
	wire_list_add(&parameters, slice_of(""));
	m.recipients = (struct wire_list){ 1, buf_slice(&packed) };
	m.recipient_parameters = (struct wire_list){ 1, buf_slice(&parameters) };
	m.prefix = slice_of(head);
	m.size = m.prefix.len + 4 * (uint64_t)WIRE_CHUNK_MAX;
	wire_message_encode(&m, &payload);
	ipc_send(h.submission, WIRE_MESSAGE, 7, buf_slice(&payload));
	house_run_until(&h, window_is_sent);
	for (size_t i = 0; i < 20; i++)
		(void)event_base_loop(h.child.base, EVLOOP_NONBLOCK);
	assert_int_equal(h.jobs[0].text.len, WIRE_BODY_WINDOW);
	buf_done(&packed);
	buf_done(&parameters);
	buf_done(&payload);
	free(chunk);
	house_close(&h);
}

static bool
has_three_jobs(const struct house *h)
{
	return h->job_count == 3;
}

static void
test_recipients_are_cut_into_jobs_by_next_hop_and_its_maximum(void **state)
{
	static const char *const five[] = { "1@x.example", "2@b.example", "3@x.example",
		"4@B.Example", "5@x.example", NULL };
	size_t seen[3] = { 0 };
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send(&h, 5, "alice@example.org", five);
	house_run_until(&h, house_has_stored);
	house_send_ready(&h, 3);
	house_run_until(&h, has_three_jobs);
	for (size_t i = 0; i < 3; i++)
		seen[h.jobs[i].recipient_count]++;
	assert_int_equal(seen[1], 1); /* 5@x */
	assert_int_equal(seen[2], 2); /* 1@x 3@x; 2@b 4@B */
	for (size_t i = 0; i < 3; i++)
		house_send_outcome(&h, &h.jobs[i], SMTP_VERDICT_DELIVERED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(house_message_count(&h), 0);
	house_close(&h);
}

static bool
check_deferred(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	assert_int_equal(r->attempts, 1);
	assert_true(r->due_unix_ms > m->created_unix_ms + 60000);
	assert_true(slice_is(r->peer_text, "so it is"));
	assert_int_equal(r->code, 450);
	*(bool *)arg = true;
	return true;
}

/* RFC 5321 §4.2.1, §4.5.4.1. */
static void
test_a_deferred_recipient_stays_with_a_later_time(void **state)
{
	bool checked = false;
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 10);
	house_send(&h, 9, "alice@example.org", one);
	house_run_until(&h, house_has_job);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_DEFERRED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(store_each_recipient(h.queue->store, 9, check_deferred, &checked), 0);
	assert_true(checked);
	assert_int_equal(h.job_count, 1); /* credit is there, but it is not due */
	house_close(&h);
}

static bool
has_two_jobs(const struct house *h)
{
	return h->job_count == 2 && house_has_job(h);
}

/* libevent counts from when its turn began, so a timer can come before its time by our clock. */
static void
test_a_timer_that_comes_too_early_is_set_again(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "queue { retry_min = 500ms  retry_max = 500ms }\n");
	house_send_ready(&h, 10);
	house_send(&h, 9, "alice@example.org", one);
	house_run_until(&h, house_has_job);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_DEFERRED);
	house_run_until(&h, house_is_saved);
	assert_true(evtimer_pending(h.queue->due_timer, NULL));
	(void)evtimer_del(h.queue->due_timer);
	queue_schedule_run(h.queue); /* what its callback does */
	house_run_until(&h, has_two_jobs);
	assert_int_equal(h.jobs[1].message_id, 9);
	house_close(&h);
}

/* RFC 3464, and RFC 5321 §6.1: no report about a report. RFC 5321 §3.3, §3.6.3, §4.1.1.4, §4.2.1,
 * §4.2.5, §4.4, §4.5.5, §6.1. */
static void
test_a_failure_bounces_once_and_the_bounce_does_not(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 10);
	house_send(&h, 11, "alice@example.org", one);
	house_run_until(&h, house_has_job);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_FAILED);
	house_run_until(&h, has_two_jobs);
	assert_string_equal(h.jobs[1].sender, "");
	assert_string_equal(h.jobs[1].recipients[0], "alice@example.org");
	assert_true(buf_add_octet(&h.jobs[1].text, '\0'));
	assert_non_null(strstr((char *)h.jobs[1].text.ptr, "multipart/report"));
	assert_non_null(strstr((char *)h.jobs[1].text.ptr, "bob@a.example"));
	assert_non_null(strstr((char *)h.jobs[1].text.ptr, "Subject: hi"));
	house_send_outcome(&h, &h.jobs[1], SMTP_VERDICT_FAILED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(h.job_count, 2);
	assert_int_equal(house_message_count(&h), 0);
	house_close(&h);
}

static void
test_an_old_message_bounces_instead_of_waiting(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	h.config->queue.lifetime_ms = 0;
	house_send_ready(&h, 10);
	house_send(&h, 12, "alice@example.org", one);
	house_run_until(&h, house_has_job);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_DEFERRED);
	house_run_until(&h, has_two_jobs);
	assert_string_equal(h.jobs[1].recipients[0], "alice@example.org");
	assert_true(buf_add_octet(&h.jobs[1].text, '\0'));
	assert_non_null(strstr((char *)h.jobs[1].text.ptr, "lifetime"));
	house_close(&h);
}

static void
test_what_a_dead_delivery_process_had_goes_to_the_next(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 1);
	house_send(&h, 21, "alice@example.org", one);
	house_run_until(&h, house_has_job);
	house_connect_delivery(&h);
	house_send_ready(&h, 1);
	house_run_until(&h, has_two_jobs);
	assert_int_equal(h.jobs[1].message_id, 21);
	assert_int_not_equal(h.jobs[1].number, h.jobs[0].number);
	house_send_outcome(&h, &h.jobs[1], SMTP_VERDICT_DELIVERED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(house_message_count(&h), 0);
	house_close(&h);
}

static void
test_a_restart_finds_what_was_queued_and_leased(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 1);
	house_send(&h, 31, "alice@example.org", one);
	house_run_until(&h, house_has_job);
	house_restart(&h);
	house_send_ready(&h, 1);
	house_run_until(&h, house_has_job);
	assert_int_equal(h.jobs[0].message_id, 31);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_DELIVERED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(house_message_count(&h), 0);
	house_close(&h);
}

static bool
submission_is_cut(const struct house *h)
{
	return h->submission == NULL;
}

static void
test_a_peer_that_talks_nonsense_is_cut_off(void **state)
{
	static const struct {
		uint16_t type;
		size_t len;
	} nonsense[] = { { WIRE_MESSAGE, 5 }, { WIRE_STORED, 1 }, { WIRE_CHUNK, 0 }, { 999, 0 },
		{ WIRE_ABORT, 1 }, { WIRE_CHUNK, WIRE_CHUNK_MAX + 1 } };
	uint8_t *octets = calloc(1, WIRE_CHUNK_MAX + 1);
	struct house h;

	(void)state;
	house_open(&h, "");
	for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
		ipc_send(h.submission, nonsense[i].type, 3, slice_make(octets, nonsense[i].len));
		house_run_until(&h, submission_is_cut);
		house_connect_submission(&h);
	}
	house_send(&h, 42, "alice@example.org>\r\nRCPT TO:<eve@example.org", one);
	house_run_until(&h, submission_is_cut);
	house_connect_submission(&h);
	house_send(&h, 41, "alice@example.org", one);
	house_run_until(&h, house_has_stored);
	assert_int_equal(h.stored_status, WIRE_STORED_OK);
	free(octets);
	house_close(&h);
}

static void
test_chunks_of_a_lost_or_aborted_message_leave_nothing(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	ipc_send(h.submission, WIRE_CHUNK, 51, slice_of("part"));
	ipc_send(h.submission, WIRE_ABORT, 51, slice_of(""));
	ipc_send(h.submission, WIRE_CHUNK, 52, slice_of("part"));
	house_send(&h, 53, "alice@example.org", one);
	house_run_until(&h, house_has_stored);
	house_connect_submission(&h);
	house_send(&h, 54, "alice@example.org", one);
	house_run_until(&h, house_has_stored);
	assert_int_equal(house_message_count(&h), 2);
	assert_int_equal(h.queue->submission[0].arriving.count, 0);
	house_close(&h);
}

static void
test_a_reload_routes_what_waits_again(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send(&h, 61, "alice@example.org", one);
	house_run_until(&h, house_has_stored);
	queue_schedule_reset(h.queue);
	house_send_ready(&h, 1);
	house_run_until(&h, house_has_job);
	assert_int_equal(h.jobs[0].message_id, 61);
	house_close(&h);
}

static bool
is_flushing(const struct house *h)
{
	return store_is_flushing(h->queue->store);
}

/* What a submission process that was taken over could say. A number is given once, RFC 5322 §3.6.4.
 */
static void
test_a_submission_process_has_its_credit_and_its_numbers_and_no_more(void **state)
{
	const size_t count = QUEUE_CREDIT_LEN / WIRE_CHUNK_MAX;
	uint8_t *octets = calloc(1, WIRE_CHUNK_MAX);
	struct slice chunk = slice_make(octets, WIRE_CHUNK_MAX);
	struct house h;

	(void)state;
	house_open(&h, "");
	for (size_t i = 0; i < count; i++)
		assert_true(queue_intake_frame(&h.queue->submission[0], WIRE_CHUNK, 111, chunk));
	assert_false(queue_intake_frame(&h.queue->submission[0], WIRE_CHUNK, 111, slice_of("x")));
	house_run_until(&h, is_flushing);
	house_run_until(&h, house_is_saved);
	assert_true(queue_intake_frame(&h.queue->submission[0], WIRE_CHUNK, 111, slice_of("x")));
	assert_false(queue_intake_frame(
	    &h.queue->submission[0], WIRE_CHUNK, message_id_make(0, 1, 0), slice_of("x")));
	assert_true(queue_intake_frame(
	    &h.queue->submission[1], WIRE_CHUNK, message_id_make(0, 1, 0), slice_of("x")));
	free(octets);
	house_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_message_is_answered_handed_out_and_settled),
		cmocka_unit_test(test_a_large_message_passes_in_windows_and_its_credit_comes_back),
		cmocka_unit_test(test_no_more_than_a_window_of_text_is_sent_unasked),
		cmocka_unit_test(test_recipients_are_cut_into_jobs_by_next_hop_and_its_maximum),
		cmocka_unit_test(test_a_deferred_recipient_stays_with_a_later_time),
		cmocka_unit_test(test_a_timer_that_comes_too_early_is_set_again),
		cmocka_unit_test(test_a_failure_bounces_once_and_the_bounce_does_not),
		cmocka_unit_test(test_an_old_message_bounces_instead_of_waiting),
		cmocka_unit_test(test_what_a_dead_delivery_process_had_goes_to_the_next),
		cmocka_unit_test(test_a_restart_finds_what_was_queued_and_leased),
		cmocka_unit_test(test_a_peer_that_talks_nonsense_is_cut_off),
		cmocka_unit_test(test_chunks_of_a_lost_or_aborted_message_leave_nothing),
		cmocka_unit_test(test_a_reload_routes_what_waits_again),
		cmocka_unit_test(
		    test_a_submission_process_has_its_credit_and_its_numbers_and_no_more),
	};
	return cmocka_run_group_tests_name("queue/queue", tests, NULL, NULL);
}
