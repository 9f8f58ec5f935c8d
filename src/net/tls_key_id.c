/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "util/alloc.h"

/* With its length before it, so that two numbers are not others that join to the same octets. */
static bool
add_number(EVP_MD_CTX *hash, const EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	uint8_t *octets;
	uint32_t len;
	bool ok;

	if (EVP_PKEY_get_bn_param(key, name, &number) != 1)
		return false;
	len = (uint32_t)BN_num_bytes(number);
	octets = xmalloc(len + 1);
	(void)BN_bn2bin(number, octets);
	ok = EVP_DigestUpdate(hash, &len, sizeof len) == 1 &&
	     EVP_DigestUpdate(hash, octets, len) == 1;
	free(octets);
	BN_free(number);
	return ok;
}

static bool
add_numbers(EVP_MD_CTX *hash, const EVP_PKEY *key)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return add_number(hash, key, OSSL_PKEY_PARAM_RSA_N) &&
		       add_number(hash, key, OSSL_PKEY_PARAM_RSA_E);
	case EVP_PKEY_EC:
		return add_number(hash, key, OSSL_PKEY_PARAM_EC_PUB_X) &&
		       add_number(hash, key, OSSL_PKEY_PARAM_EC_PUB_Y);
	default: /* OpenSSL's numbers */
		return false;
	}
}

bool
net_tls_key_id(const EVP_PKEY *key, uint64_t *ret_id)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool ok;

	assert(hash != NULL);
	ok = EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 && add_numbers(hash, key) &&
	     EVP_DigestFinal_ex(hash, digest, NULL) == 1;
	EVP_MD_CTX_free(hash);
	ERR_clear_error();
	if (ok)
		memcpy(ret_id, digest, sizeof *ret_id);
	return ok;
}
