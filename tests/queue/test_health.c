/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "house.h"

static const char *const one[] = { "bob@a.example", NULL };

static bool
has_two_jobs(const struct house *h)
{
	return h->job_count == 2 && house_has_job(h);
}

/* An administrator's shell that holds the queue database: every write fails until it lets go. */
static sqlite3 *
lock_database(const struct house *h)
{
	sqlite3 *db = NULL;
	char path[128];

	(void)snprintf(path, sizeof path, "%s/queue/queue.db", h->directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static void
unlock_database(sqlite3 *db)
{
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Does not wait a second for the timer. */
static bool
is_well(const struct house *h)
{
	if (h->queue->trouble != 0)
		event_active(h->queue->probe_timer, EV_TIMEOUT, 0);
	return h->queue->trouble == 0;
}

static void
test_while_the_disk_refuses_mail_is_refused_and_service_comes_back(void **state)
{
	struct house h;
	sqlite3 *db;

	(void)state;
	house_open(&h, "");
	db = lock_database(&h);
	ipc_send(h.submission, WIRE_CHUNK, 70, slice_of("part"));
	house_send(&h, 71, "alice@example.org", one);
	house_run_until(&h, house_has_stored);
	assert_int_equal(h.stored_status, WIRE_STORED_FAILED);
	house_send(
	    &h, 72, "alice@example.org", one); /* refused at once: nothing goes to the disk */
	house_run_until(&h, house_has_stored);
	assert_int_equal(h.stored_status, WIRE_STORED_FAILED);
	unlock_database(db);
	house_run_until(&h, is_well);
	house_send(&h, 73, "alice@example.org", one);
	house_run_until(&h, house_has_stored);
	assert_int_equal(h.stored_status, WIRE_STORED_OK);
	assert_int_equal(house_message_count(&h), 1);
	house_close(&h);
}

static void
test_a_number_that_is_taken_is_refused_and_mail_goes_on(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send(&h, 75, "alice@example.org", one);
	house_run_until(&h, house_has_stored);
	assert_int_equal(h.stored_status, WIRE_STORED_OK);
	house_send(&h, 75, "mallory@example.org", one);
	house_run_until(&h, house_has_stored);
	assert_int_equal(h.stored_status, WIRE_STORED_FAILED);
	assert_int_equal(h.queue->trouble, 0);
	house_send(&h, 76, "alice@example.org", one);
	house_run_until(&h, house_has_stored);
	assert_int_equal(h.stored_status, WIRE_STORED_OK);
	assert_int_equal(house_message_count(&h), 2);
	house_close(&h);
}

static bool
is_unsaved(const struct house *h)
{
	return !TAILQ_EMPTY(&h->queue->unsaved);
}

static void
test_an_outcome_that_the_disk_refused_is_saved_later(void **state)
{
	struct house h;
	sqlite3 *db;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 1);
	house_send(&h, 81, "alice@example.org", one);
	house_run_until(&h, house_has_job);
	db = lock_database(&h);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_FAILED);
	house_run_until(&h, is_unsaved);
	house_send_ready(&h, 5);
	unlock_database(db);
	house_run_until(&h, is_well);
	assert_true(TAILQ_EMPTY(&h.queue->unsaved));
	assert_int_equal(house_count(&h, 81, STORE_RECIPIENT_DUE), 0);
	house_run_until(&h, has_two_jobs); /* its bounce, once */
	house_send_outcome(&h, &h.jobs[1], SMTP_VERDICT_DELIVERED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(house_message_count(&h), 0);
	assert_int_equal(h.job_count, 2);
	house_close(&h);
}

/* As from delivery, but at once: in the same turn of the loop as what the test did before. */
static void
take_outcome_now(struct house *h, const struct house_job *j)
{
	const struct smtp_verdict delivered = { .class = SMTP_VERDICT_DELIVERED, .code = 250 };
	struct buf payload;

	buf_init(&payload, 1024);
	wire_outcome_encode(&delivered, 1, &payload);
	assert_true(queue_outcome_frame(
	    &h->queue->delivery[0], WIRE_OUTCOME, j->number, buf_slice(&payload)));
	buf_done(&payload);
}

/* Does not wait a second for the timer. */
static bool
is_saved_again(const struct house *h)
{
	if (is_unsaved(h))
		event_active(h->queue->probe_timer, EV_TIMEOUT, 0);
	return !is_unsaved(h) && house_is_saved(h);
}

static bool
is_flushing(const struct house *h)
{
	return store_is_flushing(h->queue->store);
}

/* The first outcome is refused when the second has already asked for the end of the message. */
static void
test_the_end_of_a_message_waits_for_an_outcome_that_was_refused(void **state)
{
	static const char *const two[] = { "one@a.example", "two@b.example", NULL };
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 2);
	house_send(&h, 91, "alice@example.org", two);
	house_run_until(&h, has_two_jobs);
	store_put_chunk(h.queue->store, 92, 7, malloc(1), 1); /* not the next one: -ENODATA */
	take_outcome_now(&h, &h.jobs[0]);
	house_run_until(&h, is_flushing);
	take_outcome_now(&h, &h.jobs[1]);
	house_run_until(&h, is_unsaved);
	house_run_until(&h, is_saved_again);
	assert_int_equal(house_message_count(&h), 0);
	house_close(&h);
}

/* Its next chunk, or its end, would make the disk refuse whatever else is in that batch. */
static void
test_a_message_that_lost_a_chunk_with_a_refused_batch_harms_no_other(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	store_put_chunk(h.queue->store, 102, 7, malloc(1), 1);
	assert_true(queue_intake_frame(&h.queue->submission[0], WIRE_CHUNK, 101, slice_of("part")));
	house_run_until(&h, is_flushing);
	house_run_until(&h, house_is_saved);
	assert_true(queue_intake_frame(&h.queue->submission[0], WIRE_CHUNK, 101, slice_of("more")));
	assert_int_equal(store_batch_len(h.queue->store), 0);
	house_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_while_the_disk_refuses_mail_is_refused_and_service_comes_back),
		cmocka_unit_test(test_a_number_that_is_taken_is_refused_and_mail_goes_on),
		cmocka_unit_test(test_an_outcome_that_the_disk_refused_is_saved_later),
		cmocka_unit_test(test_the_end_of_a_message_waits_for_an_outcome_that_was_refused),
		cmocka_unit_test(
		    test_a_message_that_lost_a_chunk_with_a_refused_batch_harms_no_other),
	};
	return cmocka_run_group_tests_name("queue/health", tests, NULL, NULL);
}
