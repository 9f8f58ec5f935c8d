/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report.h"

static int last_code;

static void
add(const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	last_code = doctor_report_nagios(facts, verdict, out);
}

static const struct {
	const char *fixture, *begin;
	int code;
} cases[] = {
	{ "healthy", "SUBMISSION OK - Submission to mail.example.org works", 0 },
	{ "dead-ipv6", "SUBMISSION WARNING - Submission to mail.example.org works over IPv4", 1 },
	{ "filtered", "SUBMISSION CRITICAL - Port 587 is blocked", 2 },
	{ "bad-certificate", "SUBMISSION CRITICAL - The certificate", 2 },
	{ "inconclusive", "SUBMISSION UNKNOWN - Port 587 does not answer", 3 },
};

static void
test_the_state_and_the_exit_code_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *line = report_make(cases[i].fixture, add);

		if (strncmp(line, cases[i].begin, strlen(cases[i].begin)) != 0)
			fail_msg("%s: %s", cases[i].fixture, line);
		assert_int_equal(last_code, cases[i].code);
		free(line);
	}
}

static void
lead_with_warning(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	struct doctor_verdict changed = *verdict;

	changed.findings[0].weight = DOCTOR_WARNING;
	last_code = doctor_report_nagios(facts, &changed, out);
}

static void
test_what_works_under_a_bad_sign_is_a_warning(void **state)
{
	char *line = report_make("bad-certificate", lead_with_warning);

	(void)state;
	assert_int_equal(last_code, 1);
	free(line);
}

static void
test_it_is_one_line_with_one_bar(void **state)
{
	(void)state;
	for (const struct fixture *f = fixtures; f->name != NULL; f++) {
		char *line = report_make(f->name, add);

		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
		assert_non_null(strchr(line, '|'));
		assert_ptr_equal(strchr(line, '|'), strrchr(line, '|'));
		free(line);
	}
}

static void
test_performance_data_are_of_the_port_that_works(void **state)
{
	static const char *const words[] = { " connect=12.000ms;;;0;", " greeting=15.000ms;;;0;",
		" handshake=25.000ms;;;0;", " ehlo_tls=12.400ms;;;0;",
		" certificate_days=60;14:;0:;;", NULL };
	char *line = report_make("filtered", add);

	(void)state;
	report_expect(line, words);
	free(line);
}

static void
shorten_certificate(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	facts->probes[0].dialog.tls.certificate.not_after_unix_s =
	    FIXTURE_NOW_UNIX_S + (int64_t)13 * 86400;
	add(facts, verdict, out);
}

static void
test_a_certificate_that_ends_soon_is_a_warning(void **state)
{
	char *line = report_make("healthy", shorten_certificate);

	(void)state;
	assert_int_equal(last_code, 1);
	assert_non_null(strstr(line, "certificate_days=13;"));
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_state_and_the_exit_code_agree),
		cmocka_unit_test(test_what_works_under_a_bad_sign_is_a_warning),
		cmocka_unit_test(test_it_is_one_line_with_one_bar),
		cmocka_unit_test(test_performance_data_are_of_the_port_that_works),
		cmocka_unit_test(test_a_certificate_that_ends_soon_is_a_warning),
	};

	return cmocka_run_group_tests_name("doctor/report_nagios", tests, NULL, NULL);
}
