/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_ports_are_shown_by_the_name_of_the_registry(void **state)
{
	(void)state;
	assert_string_equal(probe_service_name(587), "submission");
	assert_string_equal(probe_service_name(465), "submissions"); /* RFC 8314, not "smtps" */
	assert_string_equal(probe_service_name(25), "smtp");
	assert_null(probe_service_name(26));
	assert_null(probe_service_name(0));
}

static void
test_each_name_that_is_shown_is_found(void **state)
{
	unsigned named_count = 0;

	(void)state;
	for (unsigned port = 1; port <= UINT16_MAX; port++) {
		const char *name = probe_service_name((uint16_t)port);
		uint16_t found;

		if (name == NULL)
			continue;
		assert_true(probe_service_find(slice_of(name), &found));
		assert_int_equal(found, port);
		named_count++;
	}
	assert_true(named_count > 10);
}

static void
test_old_names_and_any_case_are_found(void **state)
{
	uint16_t port;

	(void)state;
	assert_true(probe_service_find(slice_of("SMTPS"), &port));
	assert_int_equal(port, 465);
	assert_false(probe_service_find(slice_of("smtpss"), &port));
	assert_false(probe_service_find(slice_of(""), &port));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_are_shown_by_the_name_of_the_registry),
		cmocka_unit_test(test_each_name_that_is_shown_is_found),
		cmocka_unit_test(test_old_names_and_any_case_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
