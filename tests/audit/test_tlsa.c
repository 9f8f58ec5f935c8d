/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "audit/tlsa.h"

/* A certificate with a fresh key, as a chain of one. */
static STACK_OF(X509) * make_chain(void)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();

	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), 60));
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_true(sk_X509_push(chain, certificate) == 1);
	EVP_PKEY_free(key);
	return chain;
}

static struct slice
octets_of(X509 *certificate, unsigned selector)
{
	uint8_t *out = NULL;
	const int len = selector == 0 ? i2d_X509(certificate, &out)
				      : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &out);

	assert_true(len > 0);
	return slice_make(out, (size_t)len);
}

static void
check(STACK_OF(X509) * chain, uint8_t usage, uint8_t selector, uint8_t matching)
{
	const struct slice octets = octets_of(sk_X509_value(chain, 0), selector);
	struct net_record_tlsa record = {
		.usage = usage, .selector = selector, .matching = matching, .data = octets
	};
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (matching != 0) {
		assert_int_equal(EVP_Digest(octets.ptr, octets.len, digest, &len,
				     matching == 1 ? EVP_sha256() : EVP_sha512(), NULL),
		    1);
		record.data = slice_make(digest, len);
	}
	assert_true(audit_tlsa_matches(&record, chain));
	record.data.len--;
	assert_false(audit_tlsa_matches(&record, chain));
	OPENSSL_free((void *)(uintptr_t)octets.ptr); /* NOLINT(performance-no-int-to-ptr) */
}

/* RFC 6698 §2.1 */
static void
test_each_selector_and_matching_type_is_looked_at(void **state)
{
	STACK_OF(X509) *chain = make_chain();

	(void)state;
	for (uint8_t usage = 0; usage < 4; usage++)
		for (uint8_t selector = 0; selector < 2; selector++)
			for (uint8_t matching = 0; matching < 3; matching++)
				check(chain, usage, selector, matching);
	sk_X509_pop_free(chain, X509_free);
}

static void
test_a_record_of_an_authority_fits_any_of_the_chain(void **state)
{
	STACK_OF(X509) *chain = make_chain(), *other = make_chain();
	X509 *authority = sk_X509_shift(other);
	const struct slice octets = octets_of(authority, 0);
	struct net_record_tlsa record = {
		.usage = 2, .selector = 0, .matching = 0, .data = octets
	};

	(void)state;
	assert_false(audit_tlsa_matches(&record, chain));
	assert_true(sk_X509_push(chain, authority) == 2);
	assert_true(audit_tlsa_matches(&record, chain));
	record.usage = 3;
	assert_false(audit_tlsa_matches(&record, chain));
	record.matching = 9;
	assert_false(audit_tlsa_matches(&record, chain));
	OPENSSL_free((void *)(uintptr_t)octets.ptr); /* NOLINT(performance-no-int-to-ptr) */
	sk_X509_pop_free(chain, X509_free);
	sk_X509_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_selector_and_matching_type_is_looked_at),
		cmocka_unit_test(test_a_record_of_an_authority_fits_any_of_the_chain),
	};

	return cmocka_run_group_tests_name("audit/tlsa", tests, NULL, NULL);
}
