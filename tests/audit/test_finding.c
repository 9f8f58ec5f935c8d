/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/finding.h"

static void
test_a_kind_is_there_once_with_each_thing_seen_once(void **state)
{
	struct audit_findings list = { 0 };

	(void)state;
	audit_findings_add(&list, AUDIT_TLS_10, "port %d", 587);
	audit_findings_add(&list, AUDIT_TLS_10, "port %d", 465);
	audit_findings_add(&list, AUDIT_TLS_10, "port %d", 587);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.all[0]->evidence_count, 2);
	assert_string_equal(list.all[0]->evidence[1], "port 465");
	assert_true(audit_findings_have(&list, AUDIT_TLS_10));
	assert_false(audit_findings_have(&list, AUDIT_TLS_11));
	audit_findings_done(&list);
}

static void
test_the_gravest_comes_first(void **state)
{
	struct audit_findings list = { 0 };

	(void)state;
	audit_findings_add(&list, AUDIT_SIZE_MISSING, "x");
	audit_findings_add(&list, AUDIT_OPEN_RELAY, "x");
	audit_findings_add(&list, AUDIT_TLS_11, "x");
	audit_findings_add(&list, AUDIT_TLS_10, "x");
	audit_findings_sort(&list);
	assert_int_equal(list.all[0]->id, AUDIT_OPEN_RELAY);
	assert_int_equal(list.all[1]->id, AUDIT_TLS_10);
	assert_int_equal(list.all[2]->id, AUDIT_TLS_11);
	assert_int_equal(list.all[3]->id, AUDIT_SIZE_MISSING);
	audit_findings_done(&list);
}

static void
test_words_of_a_peer_are_made_printable(void **state)
{
	struct audit_findings list = { 0 };

	(void)state;
	audit_findings_add(&list, AUDIT_TLS_10, "%s", "a\033[2Jb\r\nc\xc3\xa4");
	assert_string_equal(list.all[0]->evidence[0], "a?[2Jb  c??");
	audit_findings_done(&list);
}

static void
test_what_is_seen_is_bounded(void **state)
{
	struct audit_findings list = { 0 };

	(void)state;
	for (int i = 0; i < AUDIT_EVIDENCE_MAX + 9; i++)
		audit_findings_add(&list, AUDIT_TLS_10, "%d", i);
	assert_int_equal(list.all[0]->evidence_count, AUDIT_EVIDENCE_MAX);
	audit_findings_done(&list);
}

static void
test_severities_have_names_both_ways(void **state)
{
	enum audit_severity severity;

	(void)state;
	for (int i = 0; i < AUDIT_SEVERITY_COUNT; i++) {
		assert_true(
		    audit_severity_read(audit_severity_name((enum audit_severity)i), &severity));
		assert_int_equal(severity, i);
	}
	assert_false(audit_severity_read("grave", &severity));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_kind_is_there_once_with_each_thing_seen_once),
		cmocka_unit_test(test_the_gravest_comes_first),
		cmocka_unit_test(test_words_of_a_peer_are_made_printable),
		cmocka_unit_test(test_what_is_seen_is_bounded),
		cmocka_unit_test(test_severities_have_names_both_ways),
	};

	return cmocka_run_group_tests_name("audit/finding", tests, NULL, NULL);
}
