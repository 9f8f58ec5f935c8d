/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth/sign.h"

/* SHA-256's DigestInfo before the digest (RFC 8017 §9.2, note 1). */
static const uint8_t digest_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 };
enum { DIGEST_LEN = 32, RSA_LEN = 256 };

struct keys {
	EVP_PKEY *pkey;
	struct auth_sign_key *key;
	uint8_t digest[DIGEST_LEN];
	struct buf signature;
};

static struct auth_sign_key *
load(EVP_PKEY *pkey, const EVP_CIPHER *cipher)
{
	BIO *out = BIO_new(BIO_s_mem());
	struct auth_sign_key *key;
	char *pem = NULL;
	long len;

	assert_int_equal(PEM_write_bio_PrivateKey(out, pkey, cipher, (const unsigned char *)"pass",
			     cipher == NULL ? 0 : 4, NULL, NULL),
	    1);
	len = BIO_get_mem_data(out, &pem);
	key = auth_sign_key_new(slice_make(pem, (size_t)len));
	(void)BIO_free(out);
	return key;
}

static int
set_up_with(void **state, EVP_PKEY *pkey)
{
	struct keys *k = calloc(1, sizeof *k);

	assert_non_null(k);
	k->pkey = pkey;
	k->key = load(pkey, NULL);
	assert_non_null(k->key);
	memset(k->digest, 0xd1, sizeof k->digest);
	buf_init(&k->signature, AUTH_SIGNATURE_MAX);
	*state = k;
	return 0;
}

static int
set_up_ec(void **state)
{
	return set_up_with(state, EVP_EC_gen("P-256"));
}

static int
set_up_rsa(void **state)
{
	return set_up_with(state, EVP_RSA_gen(RSA_LEN * 8));
}

static int
tear_down(void **state)
{
	struct keys *k = *state;

	EVP_PKEY_free(k->pkey);
	auth_sign_key_free(&k->key);
	buf_done(&k->signature);
	free(k);
	return 0;
}

static void
check_signature(struct keys *k, int padding)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->pkey, NULL);

	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	if (padding != 0)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, padding), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()), 1);
	assert_int_equal(
	    EVP_PKEY_verify(ctx, k->signature.ptr, k->signature.len, k->digest, sizeof k->digest),
	    1);
	EVP_PKEY_CTX_free(ctx);
}

static bool
sign_octets(struct keys *k, enum wire_sign_scheme scheme, const void *ptr, size_t len)
{
	const struct wire_sign request = { scheme, slice_make(ptr, len) };

	return auth_sign(k->key, &request, &k->signature);
}

static void
test_ecdsa_signature_verifies(void **state)
{
	struct keys *k = *state;

	assert_true(sign_octets(k, WIRE_SIGN_ECDSA, k->digest, sizeof k->digest));
	check_signature(k, 0);
}

static void
test_pkcs1_signature_verifies(void **state)
{
	struct keys *k = *state;
	uint8_t info[sizeof digest_info + DIGEST_LEN];

	memcpy(info, digest_info, sizeof digest_info);
	memcpy(info + sizeof digest_info, k->digest, sizeof k->digest);
	assert_true(sign_octets(k, WIRE_SIGN_RSA_PKCS1, info, sizeof info));
	assert_int_equal(k->signature.len, RSA_LEN);
	check_signature(k, RSA_PKCS1_PADDING);
}

/* As TLS 1.3 has it: the padding of RSA-PSS was made where the transcript is. */
static void
test_raw_signature_of_a_padded_block_verifies(void **state)
{
	struct keys *k = *state;
	uint8_t block[RSA_LEN] = { 0x00, 0x01 };
	size_t pad = RSA_LEN - 3 - sizeof digest_info - DIGEST_LEN;

	memset(block + 2, 0xff, pad);
	memcpy(block + 3 + pad, digest_info, sizeof digest_info);
	memcpy(block + RSA_LEN - DIGEST_LEN, k->digest, DIGEST_LEN);
	assert_true(sign_octets(k, WIRE_SIGN_RSA_RAW, block, sizeof block));
	check_signature(k, RSA_PKCS1_PADDING);
}

static void
test_what_the_key_cannot_do_is_refused(void **state)
{
	struct keys *k = *state;
	bool is_ec = EVP_PKEY_get_base_id(k->pkey) == EVP_PKEY_EC;
	uint8_t block[RSA_LEN + 1];

	memset(block, 0xff, sizeof block);
	assert_false(sign_octets(k, is_ec ? WIRE_SIGN_RSA_RAW : WIRE_SIGN_ECDSA, block, 32));
	assert_false(sign_octets(k, WIRE_SIGN_RSA_RAW, block, RSA_LEN - 1));
	assert_false(sign_octets(k, WIRE_SIGN_RSA_RAW, block, RSA_LEN)); /* not below the modulus */
	assert_false(sign_octets(k, WIRE_SIGN_RSA_PKCS1, block, RSA_LEN + 1));
	assert_int_equal(k->signature.len, 0);
}

static void
test_only_plain_rsa_and_ec_keys_are_taken(void **state)
{
	EVP_PKEY *ec = EVP_EC_gen("P-256"), *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	(void)state;
	assert_null(load(ed, NULL));
	assert_null(load(ec, EVP_aes_128_cbc())); /* encrypted: must not ask a terminal */
	assert_null(auth_sign_key_new(slice_of("")));
	assert_null(auth_sign_key_new(slice_of("-----BEGIN PRIVATE KEY-----\nnonsense\n")));
	EVP_PKEY_free(ec);
	EVP_PKEY_free(ed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_ecdsa_signature_verifies, set_up_ec, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_pkcs1_signature_verifies, set_up_rsa, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_raw_signature_of_a_padded_block_verifies, set_up_rsa, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_what_the_key_cannot_do_is_refused, set_up_ec, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_what_the_key_cannot_do_is_refused, set_up_rsa, tear_down),
		cmocka_unit_test(test_only_plain_rsa_and_ec_keys_are_taken),
	};
	return cmocka_run_group_tests_name("auth/sign", tests, NULL, NULL);
}
