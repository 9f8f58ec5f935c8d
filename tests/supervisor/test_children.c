/* SPDX-License-Identifier: Apache-2.0 */
/* How children live together is shown by test_supervisor.c; here is what needs no process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "supervisor/children.h"

static void
test_the_first_restart_is_at_once_and_the_wait_grows_to_its_limit(void **state)
{
	static const uint64_t expected_ms[] = { 0, 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000 };

	(void)state;
	for (unsigned i = 0; i < sizeof expected_ms / sizeof expected_ms[0]; i++)
		assert_int_equal(supervisor_restart_delay_ms(i), expected_ms[i]);
	assert_int_equal(supervisor_restart_delay_ms(UINT32_MAX), SUPERVISOR_RESTART_MAX_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_restart_is_at_once_and_the_wait_grows_to_its_limit),
	};
	return cmocka_run_group_tests_name("supervisor/children", tests, NULL, NULL);
}
