/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/hash.h"
#include "sasl/exchange.h"

static void
test_hash_matches_its_password_alone(void **state)
{
	char *hash = auth_hash_new(slice_of("secret"), 1),
	     *again = auth_hash_new(slice_of("secret"), 1);

	(void)state;
	assert_memory_equal(hash, "$y$j75$", 7);
	assert_string_not_equal(hash, again); /* salted */
	assert_true(auth_hash_matches(slice_of("secret"), hash));
	assert_false(auth_hash_matches(slice_of("secreT"), hash));
	assert_false(auth_hash_matches(slice_of("secret "), hash));
	assert_false(auth_hash_matches(slice_of(""), hash));
	free(hash);
	free(again);
}

/* Hashes of crypt(5) that an administrator may bring along; SHA-512's is Ulrich Drepper's example.
 */
static void
test_other_methods_are_read(void **state)
{
	(void)state;
	assert_true(auth_hash_matches(slice_of("Hello world!"),
	    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI"
	    "68u4OTLiBFdcbYEdFCoEOfaS35inz1"));
}

static void
test_nonsense_matches_nothing(void **state)
{
	static const char *const hashes[] = { "", "*", "!", "*0", "*1", "$y$", "secret",
		"$nothing$" };

	(void)state;
	for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
		assert_false(auth_hash_matches(slice_of("secret"), hashes[i]));
		assert_false(auth_hash_matches(slice_of(""), hashes[i]));
	}
}

static void
test_password_length_is_bounded(void **state)
{
	char password[SASL_PASSWORD_MAX + 1];
	char *hash;

	(void)state;
	memset(password, 'p', sizeof password);
	hash = auth_hash_new(slice_make(password, SASL_PASSWORD_MAX), 1);
	assert_true(auth_hash_matches(slice_make(password, SASL_PASSWORD_MAX), hash));
	assert_false(auth_hash_matches(slice_make(password, SASL_PASSWORD_MAX + 1), hash));
	assert_null(auth_hash_new(slice_make(password, SASL_PASSWORD_MAX + 1), 1));
	free(hash);
}

static void
test_decoy_costs_what_it_is_like_and_matches_nothing(void **state)
{
	char *decoy = auth_hash_new_decoy("$y$j75$salt$hash", 2);

	(void)state;
	assert_memory_equal(decoy, "$y$j75$", 7);
	assert_false(auth_hash_matches(slice_of("secret"), decoy));
	free(decoy);
	decoy = auth_hash_new_decoy("$6$salt$hash", 2);
	assert_memory_equal(decoy, "$y$j85$", 7);
	free(decoy);
	decoy = auth_hash_new_decoy(NULL, 1);
	assert_memory_equal(decoy, "$y$j75$", 7);
	free(decoy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash_matches_its_password_alone),
		cmocka_unit_test(test_other_methods_are_read),
		cmocka_unit_test(test_nonsense_matches_nothing),
		cmocka_unit_test(test_password_length_is_bounded),
		cmocka_unit_test(test_decoy_costs_what_it_is_like_and_matches_nothing),
	};
	return cmocka_run_group_tests_name("auth/hash", tests, NULL, NULL);
}
