/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/suggest.h"

static const char *const names[] = { "port", "host", "tls", "auth_user", "connect_timeout", NULL };

static const struct suggest_case {
	const char *typed, *expected;
} cases[] = {
	{ "prot", "port" },
	{ "hosts", "host" },
	{ "auth-user", "auth_user" },
	{ "connection_timeout", "connect_timeout" },
	{ "ssl", NULL },
	{ "zebra", NULL },
	{ "", NULL },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
};

static void
test_the_nearest_name_is_suggested_when_it_is_near(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *found = config_suggest_name(cases[i].typed, names);

		if ((found == NULL) != (cases[i].expected == NULL) ||
		    (found != NULL && strcmp(found, cases[i].expected) != 0))
			fail_msg("%s: %s", cases[i].typed, found == NULL ? "nothing" : found);
	}
}

static void
test_distance_counts_what_is_added_removed_and_changed(void **state)
{
	(void)state;
	assert_int_equal(config_suggest_distance("", ""), 0);
	assert_int_equal(config_suggest_distance("abc", "abc"), 0);
	assert_int_equal(config_suggest_distance("abc", ""), 3);
	assert_int_equal(config_suggest_distance("", "abc"), 3);
	assert_int_equal(config_suggest_distance("kitten", "sitting"), 3);
	assert_int_equal(config_suggest_distance("sitting", "kitten"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_nearest_name_is_suggested_when_it_is_near),
		cmocka_unit_test(test_distance_counts_what_is_added_removed_and_changed),
	};
	return cmocka_run_group_tests_name("config/suggest", tests, NULL, NULL);
}
