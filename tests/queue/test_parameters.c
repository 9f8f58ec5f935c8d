/* SPDX-License-Identifier: Apache-2.0 */
/* What MAIL and RCPT said decides when a message is tried, and goes on to delivery. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "house.h"
#include "util/clock.h"

static const char *const one[] = { "bob@a.example", NULL };

static void
test_parameters_go_on_to_delivery_as_they_came(void **state)
{
	static const char mail[] = "BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x MT-PRIORITY=3";
	static const char rcpt[] = "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob@a.example";
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_with(&h, 1, mail, one, rcpt);
	house_run_until(&h, house_has_stored);
	for (unsigned i = 0; i < 2; i++) {
		house_send_ready(&h, 1);
		house_run_until(&h, house_has_job);
		assert_string_equal(h.jobs[0].parameters, mail);
		assert_string_equal(h.jobs[0].recipient_parameters[0], rcpt);
		house_restart(&h);
	}
	house_close(&h);
}

/* A process that was taken over could write them, and delivery would speak them. */
static bool
submission_is_cut(const struct house *h)
{
	return h->submission == NULL;
}

static void
test_parameters_that_nobody_prints_are_refused(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_with(&h, 1, "BODY=8BITMIME\r\nRSET", one, "");
	house_run_until(&h, submission_is_cut);
	house_connect_submission(&h);
	house_send_with(&h, 1, "", one, "NOTIFY=SOMETIMES");
	house_run_until(&h, submission_is_cut);
	house_close(&h);
}

static const char *
in_seconds(const char *before, uint64_t seconds, const char *after)
{
	static char text[64];

	(void)snprintf(
	    text, sizeof text, "%s%" PRIu64 "%s", before, clock_unix_ms() / 1000 + seconds, after);
	return text;
}

/* RFC 4865 §4.2 */
static void
test_a_message_is_held_until_its_release(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 10);
	house_send_with(&h, 1, in_seconds("HOLDUNTIL=", 3600, ""), one, "");
	house_run_until(&h, house_has_stored);
	assert_true(evtimer_pending(h.queue->due_timer, NULL));
	assert_int_equal(h.queue->messages.count, 0);
	house_restart(&h);
	house_send_ready(&h, 10);
	/* A release is a whole second: that of the next one may be now. */
	house_send_with(&h, 2, in_seconds("HOLDUNTIL=", 2, ""), one, "");
	house_run_until(&h, house_has_stored);
	assert_int_equal(h.job_count, 0);
	house_run_until(&h, house_has_job);
	assert_int_equal(h.jobs[0].message_id, 2);
	assert_int_equal(house_count(&h, 1, STORE_RECIPIENT_DUE), 1);
	house_close(&h);
}

/* Or five days of patience would be over before the message was ever tried. */
static void
test_the_lifetime_of_a_held_message_begins_with_its_release(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	h.config->queue.lifetime_ms = 1000 * (uint64_t)3600;
	house_send_ready(&h, 10);
	house_send_with(&h, 2, in_seconds("HOLDUNTIL=", 1, ""), one, "");
	house_run_until(&h, house_has_job);
	h.config->queue.lifetime_ms = 600000;
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_DEFERRED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(house_count(&h, 2, STORE_RECIPIENT_DUE), 1);
	house_close(&h);
}

static bool
has_four_jobs(const struct house *h)
{
	return h->job_count == 4;
}

static void
check_order(struct house *h)
{
	static const uint64_t order[] = { 13, 12, 14, 11 };

	house_send_ready(h, 4);
	house_run_until(h, has_four_jobs);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(h->jobs[i].message_id, order[i]);
}

/* RFC 6710 §5.1; of one priority the oldest goes first. */
static void
test_higher_priorities_go_first_from_memory_and_from_disk(void **state)
{
	static const char *const parameters[] = { "MT-PRIORITY=-3", "", "MT-PRIORITY=5",
		"MT-PRIORITY=0" };
	struct house h;

	(void)state;
	house_open(&h, "");
	for (size_t i = 0; i < 4; i++) {
		house_send_with(&h, 11 + i, parameters[i], one, "");
		house_run_until(&h, house_has_stored);
	}
	check_order(&h);
	house_restart(&h);
	check_order(&h);
	house_close(&h);
}

/* Whatever the next hop: else a long list for one keeps what is urgent for the other waiting. */
static void
test_priority_comes_before_the_turns_of_next_hops(void **state)
{
	static const char *const other[] = { "bob@b.example", NULL };
	struct house h;

	(void)state;
	house_open(&h, "");
	for (uint64_t id = 1; id <= 3; id++) {
		house_send_with(&h, id, "", one, "");
		house_run_until(&h, house_has_stored);
	}
	house_send_with(&h, 4, "MT-PRIORITY=1", other, "");
	house_run_until(&h, house_has_stored);
	house_send_ready(&h, 4);
	house_run_until(&h, has_four_jobs);
	assert_int_equal(h.jobs[0].message_id, 4);
	house_close(&h);
}

static bool
job_names(const struct house_job *j, const char *words)
{
	return memmem(j->text.ptr, j->text.len, words, strlen(words)) != NULL;
}

static bool
first_is_gone(const struct house *h)
{
	return h->stored_count > 0 && house_is_saved(h) && map_get(&h->queue->messages, 1) == NULL;
}

/* RFC 2852 §4.1.3: no attempt is made after its time, even when nobody can deliver. */
static void
test_a_message_whose_time_is_over_fails_while_it_waits(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_with(&h, 1, "BYUNTIL=1;R", one, "");
	house_run_until(&h, first_is_gone);
	assert_int_equal(h.job_count, 0);
	house_send_ready(&h, 10);
	house_run_until(&h, house_has_job);
	assert_string_equal(h.jobs[0].recipients[0], "alice@example.org");
	assert_true(job_names(&h.jobs[0], "Status: 5.4.7"));
	assert_true(job_names(&h.jobs[0], "Action: failed"));
	house_close(&h);
}

enum { CROWD = QUEUE_REPORTING_MAX + 10 };

static size_t
flying_count(const struct house *h)
{
	const struct queue_job *j;
	size_t count = 0;

	TAILQ_FOREACH(j, &h->queue->flying.saving, link)
	count++;
	return count;
}

/* Each turn of the loop: no batch holds more. */
static bool
crowd_is_gone(const struct house *h)
{
	size_t due_count = 0;

	assert_true(flying_count(h) <= QUEUE_REPORTING_MAX);
	for (uint64_t id = 1; id <= CROWD; id++)
		due_count += house_count(h, id, STORE_RECIPIENT_DUE);
	return due_count == 0 && house_message_count(h) == CROWD && house_is_saved(h);
}

/* Thousands may end in one moment, with a quarter of a megabyte in the report on each. */
static void
test_a_batch_holds_few_reports(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	for (uint64_t id = 1; id <= CROWD; id++)
		house_send_with(&h, id, "BYUNTIL=1;R", one, "");
	house_run_until(&h, crowd_is_gone);
	house_close(&h);
}

static bool
has_two_jobs(const struct house *h)
{
	return h->job_count == 2 && house_has_job(h);
}

static void
test_a_deferred_message_fails_at_its_time_with_its_last_words(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 10);
	house_send_with(&h, 1, in_seconds("BYUNTIL=", 1, ";R"), one, "");
	house_run_until(&h, house_has_job);
	assert_int_equal(h.jobs[0].message_id, 1);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_DEFERRED);
	house_run_until(&h, has_two_jobs);
	assert_string_equal(h.jobs[1].recipients[0], "alice@example.org");
	assert_true(job_names(&h.jobs[1], "Status: 5.4.7"));
	assert_true(job_names(&h.jobs[1], "while testing"));
	assert_true(job_names(&h.jobs[1], "so it is"));
	house_close(&h);
}

/* A file that somebody has written to: what delivery would refuse must not cut its channel. */
static void
test_damaged_parameters_on_disk_count_as_none(void **state)
{
	const struct smtp_mail_params none = { 0 };
	struct store_message_row m = { .id = 1,
		.parameters = slice_of("COLOUR=BLUE"),
		.recipient_count = 1,
		.open_count = 1 };
	const struct store_recipient_row r = { .parameters = slice_make("NOTIFY=\0", 8) };
	struct house h;
	struct queue_job *j;

	(void)state;
	house_open(&h, "");
	j = queue_job_new(h.queue, queue_message_new(h.queue, &m), 0, 1);
	queue_job_add(h.queue, j, &r);
	assert_string_equal(j->message->parameters, "");
	assert_memory_equal(&j->message->params, &none, sizeof none);
	assert_string_equal(j->recipients[0].parameters, "");
	assert_int_equal(j->recipients[0].params.notify, 0);
	queue_job_free(h.queue, j);
	house_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parameters_go_on_to_delivery_as_they_came),
		cmocka_unit_test(test_parameters_that_nobody_prints_are_refused),
		cmocka_unit_test(test_a_message_is_held_until_its_release),
		cmocka_unit_test(test_the_lifetime_of_a_held_message_begins_with_its_release),
		cmocka_unit_test(test_higher_priorities_go_first_from_memory_and_from_disk),
		cmocka_unit_test(test_priority_comes_before_the_turns_of_next_hops),
		cmocka_unit_test(test_a_message_whose_time_is_over_fails_while_it_waits),
		cmocka_unit_test(test_a_batch_holds_few_reports),
		cmocka_unit_test(test_a_deferred_message_fails_at_its_time_with_its_last_words),
		cmocka_unit_test(test_damaged_parameters_on_disk_count_as_none),
	};
	return cmocka_run_group_tests_name("queue/parameters", tests, NULL, NULL);
}
