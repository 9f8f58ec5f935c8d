/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proc/role.h"

static void
test_a_role_is_found_by_its_name_alone(void **state)
{
	enum proc_role role;

	(void)state;
	for (unsigned i = 0; i < PROC_ROLE_COUNT; i++) {
		assert_true(proc_role_find(proc_role_name((enum proc_role)i), &role));
		assert_int_equal(role, i);
	}
	assert_false(proc_role_find("", &role));
	assert_false(proc_role_find("Queue", &role));
	assert_false(proc_role_find("queue/0", &role));
}

static void
test_only_those_who_keep_something_have_a_directory(void **state)
{
	(void)state;
	assert_string_equal(proc_role_directory(PROC_ROLE_QUEUE), "queue");
	assert_string_equal(proc_role_directory(PROC_ROLE_AUTH), "auth");
	assert_null(proc_role_directory(PROC_ROLE_SUPERVISOR));
	assert_null(proc_role_directory(PROC_ROLE_SUBMISSION));
	assert_null(proc_role_directory(PROC_ROLE_DELIVERY));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_role_is_found_by_its_name_alone),
		cmocka_unit_test(test_only_those_who_keep_something_have_a_directory),
	};
	return cmocka_run_group_tests_name("proc/role", tests, NULL, NULL);
}
