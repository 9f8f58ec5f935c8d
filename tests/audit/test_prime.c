/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/prime.h"

#include <openssl/bn.h>

/* The primes of RFC 3526, which are safe. */
static struct slice
write_prime(BIGNUM *(*get)(BIGNUM *), uint8_t *octets)
{
	BIGNUM *p = get(NULL);
	const int len = BN_bn2bin(p, octets);

	BN_free(p);
	return slice_make(octets, (size_t)len);
}

static void
test_the_primes_that_everybody_uses_are_safe(void **state)
{
	BIGNUM *(*const primes[])(BIGNUM *) = { BN_get_rfc2409_prime_768, BN_get_rfc2409_prime_1024,
		BN_get_rfc3526_prime_2048, BN_get_rfc3526_prime_4096 };
	uint8_t octets[AUDIT_PRIME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof primes / sizeof primes[0]; i++)
		assert_true(audit_prime_is_safe(write_prime(primes[i], octets)));
}

static void
test_other_numbers_are_not(void **state)
{
	/* 0, 1, even, 9 = 3 * 3, 13 = 2 * 6 + 1 (a prime, but 6 is none), 23 = 2 * 11 + 1. */
	static const uint8_t numbers[] = { 0, 1, 4, 9, 13 };
	static const uint8_t safe = 23;
	uint8_t octets[AUDIT_PRIME_MAX];
	struct slice prime = write_prime(BN_get_rfc3526_prime_2048, octets);

	(void)state;
	for (size_t i = 0; i < sizeof numbers; i++)
		assert_false(audit_prime_is_safe(slice_make(&numbers[i], 1)));
	assert_true(audit_prime_is_safe(slice_make(&safe, 1)));
	octets[prime.len - 1] ^= 2;
	assert_false(audit_prime_is_safe(prime));
}

static void
test_another_number_is_looked_at_anew(void **state)
{
	struct audit_prime_seen seen = { 0 };
	uint8_t octets[AUDIT_PRIME_MAX];
	struct slice prime = write_prime(BN_get_rfc2409_prime_1024, octets);

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_true(audit_prime_seen_is_safe(&seen, prime));
		octets[prime.len - 1] ^= 4;
		assert_false(audit_prime_seen_is_safe(&seen, prime));
		octets[prime.len - 1] ^= 4;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_primes_that_everybody_uses_are_safe),
		cmocka_unit_test(test_other_numbers_are_not),
		cmocka_unit_test(test_another_number_is_looked_at_anew),
	};

	return cmocka_run_group_tests_name("audit/prime", tests, NULL, NULL);
}
