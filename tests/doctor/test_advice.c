/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/advice.h"
#include "fixture.h"

enum { ROOM = 4096 };

struct check {
	struct doctor_facts facts;
	struct doctor_verdict verdict;
};

static int
begin(void **state)
{
	struct check *c = test_calloc(1, sizeof *c);

	fixture_fill(fixture_find("bad-certificate"), &c->facts, &c->verdict);
	*state = c;
	return 0;
}

static int
end(void **state)
{
	struct check *c = *state;

	doctor_verdict_done(&c->verdict);
	doctor_facts_done(&c->facts);
	test_free(c);
	return 0;
}

static void
test_each_cause_gives_its_advice_once(void **state)
{
	struct check *c = *state;
	struct doctor_advice advice;

	c->verdict.findings[c->verdict.finding_count] =
	    (struct doctor_finding){ .cause = c->verdict.findings[0].cause };
	c->verdict.finding_count++;
	doctor_advice_gather(&c->verdict, EXPLAIN_USER, &advice);
	assert_int_equal(advice.count, 2);
	assert_ptr_equal(advice.findings[0], &c->verdict.findings[0]);
	assert_ptr_equal(advice.findings[1], &c->verdict.findings[1]);
}

static void
test_notes_ask_nobody_for_anything(void **state)
{
	struct check *c = *state;
	struct doctor_advice advice;

	c->verdict.findings[1].weight = DOCTOR_NOTE;
	doctor_advice_gather(&c->verdict, EXPLAIN_DEVELOPER, &advice);
	assert_int_equal(advice.count, 1);
}

static void
test_advice_has_the_words_of_the_case(void **state)
{
	struct check *c = *state;
	struct buf out;

	buf_init(&out, ROOM);
	doctor_advice_fill(&c->facts, &c->verdict.findings[0], "{host}:{port} {detail}", &out);
	assert_true(slice_is(buf_slice(&out), "mail.example.org:587 2026-11-19"));
	buf_done(&out);
}

static void
test_no_more_is_told_than_one_reads(void **state)
{
	struct check *c = *state;
	struct doctor_advice advice;
	const struct explain_cause *cause;

	c->verdict.finding_count = 0;
	for (size_t i = 0; i < (size_t)2 * DOCTOR_ADVICE_MAX; i++) {
		cause = explain_cause_at(i);
		assert_non_null(cause);
		c->verdict.findings[c->verdict.finding_count++].cause = cause;
		c->verdict.findings[i].weight = DOCTOR_BROKEN;
	}
	doctor_advice_gather(&c->verdict, EXPLAIN_ADMINISTRATOR, &advice);
	assert_int_equal(advice.count, DOCTOR_ADVICE_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_cause_gives_its_advice_once, begin, end),
		cmocka_unit_test_setup_teardown(test_notes_ask_nobody_for_anything, begin, end),
		cmocka_unit_test_setup_teardown(test_advice_has_the_words_of_the_case, begin, end),
		cmocka_unit_test_setup_teardown(test_no_more_is_told_than_one_reads, begin, end),
	};

	return cmocka_run_group_tests_name("doctor/advice", tests, NULL, NULL);
}
