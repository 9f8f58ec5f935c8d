/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doctor/finding.h"
#include "doctor/story.h"

/* Three findings: the first and the third say the same of two addresses. */
static int
begin(void **state)
{
	static const char *const sentences[] = { "Port 25 is closed.", "Port 587 is closed.",
		"Port 25 is closed." };
	struct doctor_verdict *v = test_calloc(1, sizeof *v);

	for (size_t i = 0; i < 3; i++) {
		struct doctor_finding *f = doctor_finding_add(v, "port-closed", DOCTOR_NOTE, i);

		doctor_finding_say(f, "%s", sentences[i]);
		doctor_finding_prove(f, "reset from address %zu", i);
		doctor_finding_prove(f, "port 465 is open");
	}
	*state = v;
	return 0;
}

static int
end(void **state)
{
	doctor_verdict_done(*state);
	test_free(*state);
	return 0;
}

static void
test_what_is_said_of_two_addresses_is_told_once(void **state)
{
	assert_false(doctor_story_is_told(*state, 0));
	assert_false(doctor_story_is_told(*state, 1));
	assert_true(doctor_story_is_told(*state, 2));
}

static void
test_what_weighs_more_is_another_story(void **state)
{
	struct doctor_verdict *v = *state;

	v->findings[2].weight = DOCTOR_BROKEN;
	assert_false(doctor_story_is_told(v, 2));
	v->findings[0].weight = DOCTOR_BROKEN;
	v->findings[2].weight = DOCTOR_NOTE;
	assert_true(doctor_story_is_told(v, 2));
}

static void
test_the_evidence_of_both_is_told_each_once(void **state)
{
	const char *texts[DOCTOR_STORY_EVIDENCE_MAX];

	assert_int_equal(doctor_story_evidence(*state, 0, texts), 3);
	assert_string_equal(texts[0], "reset from address 0");
	assert_string_equal(texts[1], "port 465 is open");
	assert_string_equal(texts[2], "reset from address 2");
	assert_int_equal(doctor_story_evidence(*state, 1, texts), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_what_is_said_of_two_addresses_is_told_once, begin, end),
		cmocka_unit_test_setup_teardown(test_what_weighs_more_is_another_story, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_the_evidence_of_both_is_told_each_once, begin, end),
	};

	return cmocka_run_group_tests_name("doctor/story", tests, NULL, NULL);
}
