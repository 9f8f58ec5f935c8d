/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/prime.h"

#include <string.h>

#include <openssl/bn.h>

/* Fermat's test to the base 2: odd numbers that are no primes hardly ever pass. */
static bool
passes(const BIGNUM *n, BN_CTX *context)
{
	BIGNUM *base = BN_new(), *power = BN_dup(n), *result = BN_new();
	bool is_passed = true;

	if (base != NULL && power != NULL && result != NULL && BN_set_word(base, 2) == 1 &&
	    BN_sub_word(power, 1) == 1)
		is_passed = BN_is_odd(n) && BN_mod_exp(result, base, power, n, context) == 1 &&
			    BN_is_one(result);
	BN_free(result);
	BN_free(power);
	BN_free(base);
	return is_passed;
}

bool
audit_prime_is_safe(struct slice number)
{
	BIGNUM *p = BN_bin2bn(number.ptr, (int)number.len, NULL), *q = BN_new();
	BN_CTX *context = BN_CTX_new();
	bool is_safe = true;

	/* (p - 1) / 2: the lowest bit of an odd number falls off. */
	if (p != NULL && q != NULL && context != NULL && BN_rshift1(q, p) == 1)
		is_safe = BN_num_bits(p) > 2 && passes(p, context) && passes(q, context);
	BN_CTX_free(context);
	BN_free(q);
	BN_free(p);
	return is_safe;
}

bool
audit_prime_seen_is_safe(struct audit_prime_seen *seen, struct slice number)
{
	if (number.len != seen->len || memcmp(number.ptr, seen->octets, number.len) != 0) {
		memcpy(seen->octets, number.ptr, number.len);
		seen->len = number.len;
		seen->is_safe = audit_prime_is_safe(number);
	}
	return seen->is_safe;
}
