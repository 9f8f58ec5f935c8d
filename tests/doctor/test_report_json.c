/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report.h"

static json_t *
make(const char *fixture)
{
	struct doctor_verdict *verdict = test_calloc(1, sizeof *verdict);
	struct doctor_facts facts;
	json_t *report;

	fixture_fill(fixture_find(fixture), &facts, verdict);
	report = doctor_report_json(&facts, verdict);
	doctor_verdict_done(verdict);
	doctor_facts_done(&facts);
	test_free(verdict);
	return report;
}

static const json_t *
at(const json_t *json, const char *list, size_t index)
{
	return json_array_get(json_object_get(json, list), index);
}

static void
test_the_verdict_has_stable_names(void **state)
{
	json_t *report = make("filtered");
	const json_t *verdict = json_object_get(report, "verdict");

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(report, "schema")), 1);
	assert_string_equal(json_string_value(json_object_get(verdict, "id")), "port-filtered");
	assert_string_equal(json_string_value(json_object_get(verdict, "class")), "filtered");
	assert_int_equal(json_integer_value(json_object_get(verdict, "exit_code")), 12);
	assert_int_equal(json_integer_value(json_object_get(verdict, "use_port")), 465);
	json_decref(report);
}

static void
test_times_are_milliseconds(void **state)
{
	json_t *report = make("healthy");
	const json_t *stages =
	    json_object_get(json_object_get(at(report, "probes", 0), "dialog"), "stages");
	double took = 0;

	(void)state;
	assert_int_equal(json_array_size(stages), 6);
	took = json_number_value(json_object_get(json_array_get(stages, 5), "took_ms"));
	assert_true(took > 12.39 && took < 12.41);
	json_decref(report);
}

static void
test_what_was_not_tried_is_null(void **state)
{
	json_t *report = make("healthy");
	const json_t *probe = at(report, "probes", 0);

	(void)state;
	assert_true(json_is_null(json_object_get(probe, "path")));
	assert_true(json_is_null(json_object_get(probe, "with_tls12")));
	assert_true(json_is_null(json_object_get(probe, "answer_ttl")));
	json_decref(report);
}

static void
test_a_finding_names_its_place_and_advice(void **state)
{
	json_t *report = make("filtered");
	const json_t *finding = at(report, "findings", 0);
	const json_t *place = json_object_get(finding, "at");

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(place, "port")), 587);
	assert_int_equal(json_array_size(json_object_get(finding, "evidence")), 3);
	assert_true(
	    json_is_string(json_object_get(json_object_get(finding, "advice"), "administrator")));
	json_decref(report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_verdict_has_stable_names),
		cmocka_unit_test(test_times_are_milliseconds),
		cmocka_unit_test(test_what_was_not_tried_is_null),
		cmocka_unit_test(test_a_finding_names_its_place_and_advice),
	};

	return cmocka_run_group_tests_name("doctor/report_json", tests, NULL, NULL);
}
