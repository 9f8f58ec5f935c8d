/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/secret.h"

static void
test_a_copy_is_its_own(void **state)
{
	char word[] = "hunter2";
	struct secret s = secret_copy(slice_of(word));

	(void)state;
	memset(word, 'x', sizeof word - 1);
	assert_true(slice_is(secret_slice(&s), "hunter2"));
	secret_done(&s);
	assert_null(s.ptr);
	secret_done(&s);
}

static void
test_equal_means_every_octet(void **state)
{
	(void)state;
	assert_true(secret_equal(slice_of("abc"), slice_of("abc")));
	assert_true(secret_equal(slice_of(""), slice_of("")));
	assert_false(secret_equal(slice_of("abc"), slice_of("abd")));
	assert_false(secret_equal(slice_of("abc"), slice_of("Abc")));
	assert_false(secret_equal(slice_of("abc"), slice_of("ab")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_copy_is_its_own),
		cmocka_unit_test(test_equal_means_every_octet),
	};
	return cmocka_run_group_tests_name("util/secret", tests, NULL, NULL);
}
