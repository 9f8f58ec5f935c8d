/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/grade.h"

static const struct grade_case {
	const char *name, *grade;
	size_t counts[AUDIT_SEVERITY_COUNT]; /* from info to critical */
	bool is_complete;
} cases[] = {
	{ "nothing", "A+", { 0 }, true },
	{ "info never counts", "A+", { 9, 0, 0, 0, 0 }, true },
	{ "one low", "A", { 0, 1, 0, 0, 0 }, true },
	{ "three low", "A", { 0, 3, 0, 0, 0 }, true },
	{ "four low", "B", { 0, 4, 0, 0, 0 }, true },
	{ "one medium", "B", { 0, 0, 1, 0, 0 }, true },
	{ "one medium and much that is low", "B", { 0, 5, 1, 0, 0 }, true },
	{ "two medium", "C", { 0, 0, 2, 0, 0 }, true },
	{ "one high", "D", { 0, 0, 0, 1, 0 }, true },
	{ "two high and two medium", "D", { 0, 0, 2, 2, 0 }, true },
	{ "three high", "F", { 0, 0, 0, 3, 0 }, true },
	{ "one critical", "F", { 0, 0, 0, 0, 1 }, true },
	{ "nothing, but not all was seen", "B", { 0 }, false },
	{ "not all was seen, and one high", "D", { 0, 0, 0, 1, 0 }, false },
};

/* So many different kinds of that severity. */
static void
add_kinds(struct audit_findings *list, enum audit_severity severity, size_t count)
{
	for (int id = 0; id < AUDIT_ID_COUNT && count > 0; id++) {
		if (audit_kind_of((enum audit_id)id)->severity != severity)
			continue;
		audit_findings_add(list, (enum audit_id)id, "seen");
		count--;
	}
	assert_int_equal(count, 0);
}

static void
test_the_grade_follows_the_rule_of_the_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct audit_findings list = { 0 };
		const char *grade;

		for (int s = 0; s < AUDIT_SEVERITY_COUNT; s++)
			add_kinds(&list, (enum audit_severity)s, cases[i].counts[s]);
		grade = audit_grade(&list, cases[i].is_complete);
		if (strcmp(grade, cases[i].grade) != 0)
			fail_msg("%s: %s, not %s", cases[i].name, grade, cases[i].grade);
		audit_findings_done(&list);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_grade_follows_the_rule_of_the_header),
	};

	return cmocka_run_group_tests_name("audit/grade", tests, NULL, NULL);
}
