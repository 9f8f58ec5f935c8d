/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "queue/terms.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND };
#define CREATED UINT64_C(1790000000000)

static const struct config_queue config = { .delay_notice_ms = 4 * (uint64_t)HOUR };

static struct smtp_mail_params
parse(const char *text)
{
	struct smtp_mail_params p;

	assert_true(smtp_mail_params_parse(slice_of(text), &p));
	return p;
}

/* RFC 4865 §4.2: it must not go before; a time that is over holds nothing. */
static void
test_a_message_starts_when_it_is_taken_or_released(void **state)
{
	struct smtp_mail_params p = { 0 };

	(void)state;
	assert_int_equal(queue_terms_start(&p, CREATED), CREATED);
	p = parse("HOLDUNTIL=1790000060");
	assert_int_equal(queue_terms_start(&p, CREATED), CREATED + (uint64_t)60 * SECOND);
	p = parse("HOLDUNTIL=1789999999");
	assert_int_equal(queue_terms_start(&p, CREATED), CREATED);
	p.hold_until_unix_s = UINT64_MAX;
	assert_true(queue_terms_start(&p, CREATED) == QUEUE_NEVER);
}

/* RFC 2852 §4.1.3 */
static void
test_only_by_mode_return_ends_a_message(void **state)
{
	struct smtp_mail_params p = { 0 };

	(void)state;
	assert_true(queue_terms_end(&p) == QUEUE_NEVER);
	p = parse("BYUNTIL=1790000060;N");
	assert_true(queue_terms_end(&p) == QUEUE_NEVER);
	p = parse("BYUNTIL=1790000060;R");
	assert_int_equal(queue_terms_end(&p), CREATED + (uint64_t)60 * SECOND);
	p = parse("BYUNTIL=-5;R");
	assert_int_equal(queue_terms_end(&p), 0);
}

/* Times are seconds after CREATED. */
static const struct notice_case {
	const char *name, *mail;
	unsigned notify;
	uint32_t notices;
	uint64_t now_s;
	uint32_t owed;
	uint64_t next_s; /* 0: never */
} notice_cases[] = {
	{ "nobody asked", "", 0, 0, 20000, 0, 0 },
	{ "too early", "", SMTP_NOTIFY_DELAY, 0, 14399, 0, 14400 },
	{ "late", "", SMTP_NOTIFY_DELAY, 0, 14400, QUEUE_NOTICE_LATE, 0 },
	{ "told once", "", SMTP_NOTIFY_DELAY, QUEUE_NOTICE_LATE, 14400, 0, 0 },
	{ "only failures", "", SMTP_NOTIFY_FAILURE, 0, 14400, 0, 0 },
	{ "late from its release on", "HOLDUNTIL=1790001000", SMTP_NOTIFY_DELAY, 0, 15399, 0,
	    15400 },
	{ "BY is not over", "BYUNTIL=1790000060;N", 0, 0, 59, 0, 60 },
	{ "BY is over", "BYUNTIL=1790000060;N", 0, 0, 60, QUEUE_NOTICE_BY | QUEUE_NOTICE_LATE, 0 },
	{ "BY was over before", "BYUNTIL=1;N", 0, 0, 0, QUEUE_NOTICE_BY | QUEUE_NOTICE_LATE, 0 },
	{ "BY and told", "BYUNTIL=1790000060;N", 0, QUEUE_NOTICE_BY | QUEUE_NOTICE_LATE, 60, 0, 0 },
	{ "BY after late", "BYUNTIL=1790020000;N", SMTP_NOTIFY_DELAY, QUEUE_NOTICE_LATE, 15000, 0,
	    20000 },
	{ "late before BY", "BYUNTIL=1790020000;N", SMTP_NOTIFY_DELAY, 0, 15000, QUEUE_NOTICE_LATE,
	    20000 },
	{ "BY, but never", "BYUNTIL=1790000060;N", SMTP_NOTIFY_NEVER, 0, 60, 0, 0 },
	{ "BY, but only failures", "BYUNTIL=1790000060;N", SMTP_NOTIFY_FAILURE, 0, 60, 0, 0 },
	{ "the end is worth a look", "BYUNTIL=1790000060;R", 0, 0, 5, 0, 60 },
};

/* RFC 3461 §5.2.5, RFC 2852 §4.1.3 */
static void
test_delays_are_told_when_asked_for_and_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof notice_cases / sizeof notice_cases[0]; i++) {
		const struct notice_case *c = &notice_cases[i];
		const struct smtp_mail_params mail = parse(c->mail);
		const struct queue_terms t = { &mail, CREATED, c->notify, c->notices };
		uint64_t next = queue_terms_next(&t, &config, CREATED + c->now_s * SECOND);
		uint32_t owed = queue_terms_notices(&t, &config, CREATED + c->now_s * SECOND);

		if (owed != c->owed ||
		    next != (c->next_s == 0 ? QUEUE_NEVER : CREATED + c->next_s * SECOND))
			fail_msg("%s: owed %u, next %llu", c->name, owed,
			    (unsigned long long)(next - CREATED) / SECOND);
	}
}

static void
test_no_delay_is_told_when_the_config_says_so(void **state)
{
	const struct config_queue silent = { .delay_notice_ms = 0 };
	const struct smtp_mail_params mail = { 0 };
	const struct queue_terms t = { &mail, CREATED, SMTP_NOTIFY_DELAY, 0 };

	(void)state;
	assert_int_equal(queue_terms_notices(&t, &silent, QUEUE_NEVER - 1), 0);
}

/* RFC 3461 §5.2.2, §5.2.6, RFC 2852 §4.1.2 */
static void
test_a_failure_is_told_unless_other_things_were_asked_for(void **state)
{
	static const struct {
		unsigned notify;
		enum queue_report report;
	} cases[] = {
		{ 0, QUEUE_REPORT_FAILED },
		{ SMTP_NOTIFY_FAILURE, QUEUE_REPORT_FAILED },
		{ SMTP_NOTIFY_FAILURE | SMTP_NOTIFY_SUCCESS, QUEUE_REPORT_FAILED },
		{ SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_DELAY, QUEUE_REPORT_NONE },
		{ SMTP_NOTIFY_NEVER, QUEUE_REPORT_NONE },
	};
	const struct smtp_mail_params mail = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct queue_terms t = { &mail, CREATED, cases[i].notify, 0 };

		assert_int_equal(queue_terms_on_failure(&t), cases[i].report);
	}
}

static const struct success_case {
	const char *name, *mail;
	unsigned notify;
	bool dsn_passed, by_passed, is_lmtp;
	uint64_t now_s;
	enum queue_report report;
} success_cases[] = {
	{ "nothing asked", "", 0, false, false, false, 0, QUEUE_REPORT_NONE },
	{ "nothing asked, LMTP", "", 0, false, false, true, 0, QUEUE_REPORT_NONE },
	{ "only failures", "", SMTP_NOTIFY_FAILURE, false, false, true, 0, QUEUE_REPORT_NONE },
	{ "mailbox", "", SMTP_NOTIFY_SUCCESS, false, false, true, 0, QUEUE_REPORT_DELIVERED },
	{ "hop without DSN", "", SMTP_NOTIFY_SUCCESS, false, false, false, 0,
	    QUEUE_REPORT_RELAYED },
	{ "hop with DSN", "", SMTP_NOTIFY_SUCCESS, true, false, false, 0, QUEUE_REPORT_NONE },
	{ "trace", "BYUNTIL=1790000060;RT", 0, true, true, false, 0, QUEUE_REPORT_RELAYED },
	{ "trace after its time", "BYUNTIL=1790000060;NT", 0, true, true, false, 70,
	    QUEUE_REPORT_RELAYED },
	{ "trace, but never", "BYUNTIL=1790000060;RT", SMTP_NOTIFY_NEVER, true, true, false, 0,
	    QUEUE_REPORT_NONE },
	{ "trace into a mailbox", "BYUNTIL=1790000060;RT", 0, false, false, true, 0,
	    QUEUE_REPORT_NONE },
	{ "BY to a hop that knows it", "BYUNTIL=1790000060;N", 0, false, true, false, 0,
	    QUEUE_REPORT_NONE },
	{ "BY to one that does not", "BYUNTIL=1790000060;N", 0, true, false, false, 0,
	    QUEUE_REPORT_RELAYED },
	{ "the same when it is late", "BYUNTIL=1790000060;N", 0, true, false, false, 60,
	    QUEUE_REPORT_NONE },
	{ "the same, but never", "BYUNTIL=1790000060;N", SMTP_NOTIFY_NEVER, true, false, false, 0,
	    QUEUE_REPORT_NONE },
};

/* RFC 3461 §5.2.1, §5.2.2, §5.2.3, RFC 2852 §4.1.1, §4.1.4, §4.1.4.2 */
static void
test_success_is_told_when_nobody_after_us_will(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof success_cases / sizeof success_cases[0]; i++) {
		const struct success_case *c = &success_cases[i];
		const struct smtp_mail_params mail = parse(c->mail);
		const struct queue_terms t = { &mail, CREATED, c->notify, 0 };
		const struct smtp_verdict v = { .dsn_passed = c->dsn_passed,
			.by_passed = c->by_passed };
		enum queue_report report =
		    queue_terms_on_success(&t, &v, c->is_lmtp, CREATED + c->now_s * SECOND);

		if (report != c->report)
			fail_msg("%s: %d", c->name, (int)report);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_message_starts_when_it_is_taken_or_released),
		cmocka_unit_test(test_only_by_mode_return_ends_a_message),
		cmocka_unit_test(test_delays_are_told_when_asked_for_and_once),
		cmocka_unit_test(test_no_delay_is_told_when_the_config_says_so),
		cmocka_unit_test(test_a_failure_is_told_unless_other_things_were_asked_for),
		cmocka_unit_test(test_success_is_told_when_nobody_after_us_will),
	};
	return cmocka_run_group_tests_name("queue/terms", tests, NULL, NULL);
}
