/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/tlsa.h"

#include <string.h>

#include <openssl/evp.h>

#include "util/slice.h"

enum { SELECTOR_CERTIFICATE = 0, SELECTOR_KEY = 1 };
enum { MATCHING_EXACT = 0, MATCHING_SHA256 = 1, MATCHING_SHA512 = 2 };

static bool
fits_octets(const struct net_record_tlsa *record, const uint8_t *octets, size_t len)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_len = 0;
	const EVP_MD *md;

	switch (record->matching) {
	case MATCHING_EXACT:
		return slice_equal(record->data, slice_make(octets, len));
	case MATCHING_SHA256:
		md = EVP_sha256();
		break;
	case MATCHING_SHA512:
		md = EVP_sha512();
		break;
	default:
		return false;
	}
	return EVP_Digest(octets, len, digest, &digest_len, md, NULL) == 1 &&
	       slice_equal(record->data, slice_make(digest, digest_len));
}

static bool
fits(const struct net_record_tlsa *record, X509 *certificate)
{
	uint8_t *octets = NULL;
	bool is_fit;
	int len;

	if (record->selector == SELECTOR_CERTIFICATE)
		len = i2d_X509(certificate, &octets);
	else if (record->selector == SELECTOR_KEY)
		len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &octets);
	else
		return false;
	is_fit = len > 0 && fits_octets(record, octets, (size_t)len);
	OPENSSL_free(octets);
	return is_fit;
}

bool
audit_tlsa_matches(const struct net_record_tlsa *record, STACK_OF(X509) * chain)
{
	const bool is_own = record->usage == 1 || record->usage == 3;
	const int count = is_own && sk_X509_num(chain) > 0 ? 1 : sk_X509_num(chain);

	for (int i = 0; i < count; i++)
		if (fits(record, sk_X509_value(chain, i)))
			return true;
	return false;
}
