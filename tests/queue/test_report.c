/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told what became of a message, and how often. */
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

static const char lmtp[] = "next_hop \"c\" { host = \"192.0.2.3\" protocol = lmtp port = 24 }\n"
			   "route \"c.example\" { next_hop = \"c\" }\n"
			   "queue { retry_min = 100ms retry_max = 100ms delay_notice = 4h }\n";

static const char *const smtp_one[] = { "bob@a.example", NULL };
static const char *const lmtp_one[] = { "bob@c.example", NULL };

static size_t
count_words(const struct house_job *j, const char *words)
{
	const uint8_t *at = j->text.ptr, *end = at + j->text.len;
	size_t count = 0;

	while (at < end && (at = memmem(at, (size_t)(end - at), words, strlen(words))) != NULL) {
		count++;
		at += strlen(words);
	}
	return count;
}

static bool
has_job_or_nothing(const struct house *h)
{
	struct store_counts counts;

	(void)store_count(h->queue->store, &counts);
	return house_is_saved(h) && counts.messages == 0;
}

static bool
has_second_job_or_is_done(const struct house *h)
{
	return (h->job_count == 2 && house_has_job(h)) || has_job_or_nothing(h);
}

static const struct report_case {
	const char *name, *mail, *rcpt;
	const char *const *recipients;
	enum smtp_verdict_class class;
	bool dsn_passed;
	const char *action; /* NULL: no report */
} cases[] = {
	{ "failed, nothing asked", "", "", smtp_one, SMTP_VERDICT_FAILED, false, "failed" },
	{ "failed, asked", "", "NOTIFY=FAILURE", smtp_one, SMTP_VERDICT_FAILED, false, "failed" },
	{ "failed, never", "", "NOTIFY=NEVER", smtp_one, SMTP_VERDICT_FAILED, false, NULL },
	{ "failed, only success asked", "", "NOTIFY=SUCCESS", smtp_one, SMTP_VERDICT_FAILED, false,
	    NULL },
	{ "delivered, nothing asked", "", "", smtp_one, SMTP_VERDICT_DELIVERED, false, NULL },
	{ "relayed", "", "NOTIFY=SUCCESS", smtp_one, SMTP_VERDICT_DELIVERED, false, "relayed" },
	{ "passed on", "", "NOTIFY=SUCCESS", smtp_one, SMTP_VERDICT_DELIVERED, true, NULL },
	{ "in the mailbox", "", "NOTIFY=SUCCESS", lmtp_one, SMTP_VERDICT_DELIVERED, false,
	    "delivered" },
	{ "in the mailbox, not asked", "", "NOTIFY=FAILURE,DELAY", lmtp_one, SMTP_VERDICT_DELIVERED,
	    false, NULL },
	{ "late with BY", "BYUNTIL=1;N", "", smtp_one, SMTP_VERDICT_DEFERRED, false, "delayed" },
};

/* RFC 3461 §5.2, §6.1, RFC 2852 §4.1.3 */
static void
test_a_report_is_made_when_it_is_owed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct report_case *c = &cases[i];
		char action[32];
		struct house h;

		house_open(&h, lmtp);
		h.dsn_passed = c->dsn_passed;
		house_send_ready(&h, 2);
		house_send_with(&h, 1, c->mail, c->recipients, c->rcpt);
		house_run_until(&h, house_has_job);
		house_send_outcome(&h, &h.jobs[0], c->class);
		house_run_until(&h, has_second_job_or_is_done);
		if ((h.job_count == 2) != (c->action != NULL))
			fail_msg("%s: %zu jobs", c->name, h.job_count);
		if (c->action != NULL) {
			(void)snprintf(action, sizeof action, "\r\nAction: %s\r\n", c->action);
			if (count_words(&h.jobs[1], action) != 1)
				fail_msg("%s: no %s", c->name, c->action);
			assert_string_equal(h.jobs[1].sender, "");
			assert_string_equal(h.jobs[1].recipients[0], "alice@example.org");
			assert_string_equal(h.jobs[1].recipient_parameters[0], "NOTIFY=NEVER");
		}
		house_close(&h);
	}
}

static bool
has_two_jobs(const struct house *h)
{
	return h->job_count == 2 && house_has_job(h);
}

static bool
has_three_jobs(const struct house *h)
{
	return h->job_count == 3 && house_has_job(h);
}

/* Three recipients in two jobs, whose outcomes come together. */
static void
test_what_fails_together_is_in_one_report(void **state)
{
	static const char *const three[] = { "1@a.example", "2@a.example", "3@a.example", NULL };
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 3);
	house_send_with(&h, 1, "", three, "");
	house_run_until(&h, has_two_jobs);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_FAILED);
	house_send_outcome(&h, &h.jobs[1], SMTP_VERDICT_FAILED);
	house_run_until(&h, has_three_jobs);
	assert_int_equal(count_words(&h.jobs[2], "\r\nAction: failed\r\n"), 3);
	assert_int_equal(house_message_count(&h), 1);
	house_close(&h);
}

static void
test_different_fates_are_in_different_reports(void **state)
{
	static const char *const two[] = { "1@a.example", "2@b.example", NULL };
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 2);
	house_send_with(&h, 1, "", two, "NOTIFY=SUCCESS,FAILURE");
	house_run_until(&h, has_two_jobs);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_FAILED);
	house_send_outcome(&h, &h.jobs[1], SMTP_VERDICT_DELIVERED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(house_message_count(&h), 2);
	house_send_ready(&h, 1);
	house_run_until(&h, has_three_jobs);
	assert_int_equal(count_words(&h.jobs[2], "\r\nAction: failed\r\n"), 1);
	assert_int_equal(count_words(&h.jobs[2], "\r\nAction: relayed\r\n"), 0);
	house_close(&h);
}

static bool
see_notices(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	(void)m;
	*(uint32_t *)arg = r->notices;
	return false;
}

static bool
is_late(const struct house *h)
{
	const struct queue_message *m = map_get(&h->queue->messages, 1);

	return house_has_job(h) && clock_unix_ms() > m->created_unix_ms;
}

/* The bits on the disk say that it was told: not the memory, which a crash takes. */
static void
test_a_delay_is_told_once_also_after_a_crash(void **state)
{
	uint32_t notices = 0;
	struct house h;

	(void)state;
	house_open(&h, lmtp);
	h.config->queue.delay_notice_ms = 1;
	house_send_ready(&h, 1);
	house_send_with(&h, 1, "", smtp_one, "NOTIFY=DELAY");
	house_run_until(&h, is_late);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_DEFERRED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(house_message_count(&h), 2);
	assert_int_equal(store_each_recipient(h.queue->store, 1, see_notices, &notices), 0);
	assert_int_equal(notices, QUEUE_NOTICE_LATE);
	house_restart(&h);
	house_send_ready(&h, 1);
	house_run_until(&h, house_has_job);
	assert_string_equal(h.jobs[0].sender, ""); /* the report, which was due first */
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_DELIVERED);
	house_send_ready(&h, 1);
	house_run_until(&h, has_two_jobs);
	assert_int_equal(h.jobs[1].message_id, 1);
	house_send_outcome(&h, &h.jobs[1], SMTP_VERDICT_DEFERRED);
	house_run_until(&h, house_is_saved);
	assert_int_equal(house_message_count(&h), 1);
	house_close(&h);
}

/* RFC 8689 §5, RFC 6710 §4.6, RFC 3461 §6.2 */
static void
test_a_report_is_sent_as_safely_and_urgently_as_its_message(void **state)
{
	struct house h;

	(void)state;
	house_open(&h, "");
	house_send_ready(&h, 2);
	house_send_with(
	    &h, 1, "REQUIRETLS RET=FULL ENVID=E+2BMC2 MT-PRIORITY=4", smtp_one, "ORCPT=rfc822;b@o");
	house_run_until(&h, house_has_job);
	house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_FAILED);
	house_run_until(&h, has_two_jobs);
	assert_string_equal(h.jobs[1].parameters, "REQUIRETLS MT-PRIORITY=4");
	assert_int_equal(count_words(&h.jobs[1], "Original-Envelope-Id: E+MC2"), 1);
	assert_int_equal(count_words(&h.jobs[1], "Original-Recipient: rfc822; b@o"), 1);
	assert_int_equal(count_words(&h.jobs[1], "Hello."), 0); /* as if RET=HDRS */
	house_close(&h);
}

static void
test_ret_says_whether_the_message_comes_back(void **state)
{
	static const struct {
		const char *mail;
		size_t count;
	} returns[] = { { "RET=FULL", 1 }, { "RET=HDRS", 0 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct house h;

		house_open(&h, "");
		house_send_ready(&h, 2);
		house_send_with(&h, 1, returns[i].mail, smtp_one, "");
		house_run_until(&h, house_has_job);
		house_send_outcome(&h, &h.jobs[0], SMTP_VERDICT_FAILED);
		house_run_until(&h, has_two_jobs);
		assert_int_equal(count_words(&h.jobs[1], "Hello."), returns[i].count);
		house_close(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_report_is_made_when_it_is_owed),
		cmocka_unit_test(test_what_fails_together_is_in_one_report),
		cmocka_unit_test(test_different_fates_are_in_different_reports),
		cmocka_unit_test(test_a_delay_is_told_once_also_after_a_crash),
		cmocka_unit_test(test_a_report_is_sent_as_safely_and_urgently_as_its_message),
		cmocka_unit_test(test_ret_says_whether_the_message_comes_back),
	};
	return cmocka_run_group_tests_name("queue/report", tests, NULL, NULL);
}
