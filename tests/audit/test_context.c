/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/context.h"

static const struct audit_options options = { .host = "mail.example" };

static void
test_a_gap_says_what_and_why_and_makes_the_audit_incomplete(void **state)
{
	struct audit_result r = { .is_complete = true };
	struct audit a = { .options = &options, .result = &r, .check = AUDIT_CHECK_TLS };

	(void)state;
	audit_gap(&a, true, "left out");
	assert_true(r.is_complete);
	audit_gap(&a, false, "%s has no address", options.host);
	assert_false(r.is_complete);
	assert_int_equal(r.gap_count, 2);
	assert_int_equal(r.gaps[1].check, AUDIT_CHECK_TLS);
	assert_string_equal(r.gaps[1].why, "mail.example has no address");
	audit_result_done(&r);
}

/* The words of a server may stand in it, and a terminal shows it. */
static void
test_a_gap_steers_no_terminal(void **state)
{
	struct audit_result r = { .is_complete = true };
	struct audit a = { .options = &options, .result = &r };

	(void)state;
	audit_send_away(&a, "it said: %s", "421 \033[2Jcaf\xe9\r\nbye");
	assert_true(audit_is_over(&a));
	assert_string_equal(r.gaps[0].why, "it said: 421 ?[2Jcaf?  bye");
	audit_result_done(&r);
}

static void
test_there_is_a_bound_to_gaps(void **state)
{
	struct audit_result r = { .is_complete = true };
	struct audit a = { .options = &options, .result = &r };

	(void)state;
	for (int i = 0; i <= AUDIT_GAPS_MAX; i++)
		audit_gap(&a, true, "%d", i);
	assert_int_equal(r.gap_count, AUDIT_GAPS_MAX);
	audit_result_done(&r);
}

static void
test_a_dry_run_has_no_gaps(void **state)
{
	const struct audit_options dry = { .host = "mail.example", .is_dry = true };
	struct audit_result r = { .is_complete = true };
	struct audit a = { .options = &dry, .result = &r };

	(void)state;
	audit_gap(&a, false, "not seen");
	assert_int_equal(r.gap_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_gap_says_what_and_why_and_makes_the_audit_incomplete),
		cmocka_unit_test(test_a_gap_steers_no_terminal),
		cmocka_unit_test(test_there_is_a_bound_to_gaps),
		cmocka_unit_test(test_a_dry_run_has_no_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
