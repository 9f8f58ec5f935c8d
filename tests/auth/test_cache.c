/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/hmac.h>

#include "auth/cache.h"
#include "util/alloc.h"

enum { KEEP_MS = 1000 };

static const uint8_t key[AUTH_CACHE_KEY_LEN] = { 1, 2, 3 };
static const char alice[] = "alice", bob[] = "bob", hash_one[] = "$y$one", hash_two[] = "$y$two";

static int
set_up(void **state)
{
	*state = auth_cache_new(key);
	return 0;
}

static int
tear_down(void **state)
{
	struct auth_cache *c = *state;

	auth_cache_free(&c);
	return 0;
}

static struct auth_cache_digest
digest_of(struct auth_cache *c, const char *name, const char *hash, const char *password)
{
	struct auth_account a = { .name = xstrdup(name), .hash = xstrdup(hash) };
	struct auth_cache_digest digest = auth_cache_digest(c, &a, slice_of(password));

	free(a.name);
	free(a.hash);
	return digest;
}

static bool
knows(struct auth_cache *c, const char *name, const char *hash, const char *password)
{
	struct auth_cache_digest digest = digest_of(c, name, hash, password);

	return auth_cache_find(c, &digest, KEEP_MS, 0);
}

static void
test_what_was_added_is_found_and_nothing_else(void **state)
{
	struct auth_cache_digest digest = digest_of(*state, alice, hash_one, "pw");

	assert_false(auth_cache_find(*state, &digest, KEEP_MS, 0));
	auth_cache_add(*state, &digest, 0);
	assert_true(knows(*state, alice, hash_one, "pw"));
	assert_false(knows(*state, alice, hash_one, "pW"));
	assert_false(knows(*state, alice, hash_one, "pw "));
	assert_false(knows(*state, alice, hash_one, ""));
	assert_false(knows(*state, bob, hash_one, "pw"));
	assert_false(knows(*state, alice, hash_two, "pw")); /* the password was changed */
}

static void
test_fields_do_not_run_into_each_other(void **state)
{
	struct auth_cache_digest one = digest_of(*state, alice, hash_one, "pw");
	struct auth_cache_digest two = digest_of(*state, "alicep", hash_one, "w");

	assert_memory_not_equal(one.octets, two.octets, sizeof one.octets);
}

static void
test_digest_depends_on_the_key(void **state)
{
	static const uint8_t other_key[AUTH_CACHE_KEY_LEN] = { 9 };
	struct auth_cache *other = auth_cache_new(other_key);
	struct auth_cache_digest one = digest_of(*state, alice, hash_one, "pw");
	struct auth_cache_digest two = digest_of(other, alice, hash_one, "pw");

	assert_memory_not_equal(one.octets, two.octets, sizeof one.octets);
	auth_cache_free(&other);
}

/* Its start is not set up for each anew: nothing of one digest may be left in the next. */
static void
test_digest_is_hmac_sha256_whatever_came_before(void **state)
{
	static const uint8_t input[] = "alice\0pw\0$y$one";
	uint8_t expected[AUTH_CACHE_DIGEST_LEN];

	assert_non_null(HMAC(EVP_sha256(), key, sizeof key, input, sizeof input, expected, NULL));
	for (int i = 0; i < 3; i++) {
		struct auth_cache_digest digest = digest_of(*state, alice, hash_one, "pw");

		assert_memory_equal(digest.octets, expected, sizeof expected);
		(void)digest_of(*state, bob, hash_two, "something longer, of another block");
	}
}

static void
test_time_runs_from_the_last_use(void **state)
{
	struct auth_cache_digest digest = digest_of(*state, alice, hash_one, "pw");

	auth_cache_add(*state, &digest, 100);
	assert_true(auth_cache_find(*state, &digest, KEEP_MS, 1099));
	assert_true(auth_cache_find(*state, &digest, KEEP_MS, 2098));
	assert_false(auth_cache_find(*state, &digest, KEEP_MS, 3098));
	assert_false(auth_cache_find(*state, &digest, KEEP_MS, 2098)); /* wiped when it was late */
}

static void
test_expire_wipes_what_is_late_alone(void **state)
{
	struct auth_cache_digest old = digest_of(*state, alice, hash_one, "pw");
	struct auth_cache_digest young = digest_of(*state, bob, hash_one, "pw");

	auth_cache_add(*state, &old, 0);
	auth_cache_add(*state, &young, 500);
	auth_cache_expire(*state, KEEP_MS, 1000);
	assert_false(auth_cache_find(*state, &old, KEEP_MS, 0));
	assert_true(auth_cache_find(*state, &young, KEEP_MS, 1000));
}

/* Digests whose first octets are the same share a set, and one more than it holds is too many. */
static void
test_full_set_forgets_what_was_unused_longest(void **state)
{
	struct auth_cache_digest digest = { { 7, 7 } };

	for (uint8_t i = 0; i < 9; i++) {
		digest.octets[31] = i;
		auth_cache_add(*state, &digest, 10U + i);
	}
	for (uint8_t i = 0; i < 9; i++) {
		digest.octets[31] = i;
		assert_int_equal(auth_cache_find(*state, &digest, KEEP_MS, 20), i != 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_what_was_added_is_found_and_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_fields_do_not_run_into_each_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_digest_depends_on_the_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_digest_is_hmac_sha256_whatever_came_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_time_runs_from_the_last_use, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_expire_wipes_what_is_late_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_full_set_forgets_what_was_unused_longest, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("auth/cache", tests, NULL, NULL);
}
