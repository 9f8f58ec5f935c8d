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
#include "net/tls.h"

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

/* In PEM; to be freed. */
static BIO *
print(EVP_PKEY *pkey, const EVP_CIPHER *cipher)
{
	BIO *out = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_PrivateKey(out, pkey, cipher, (const unsigned char *)"pass",
			     cipher == NULL ? 0 : 4, NULL, NULL),
	    1);
	return out;
}

static struct slice
printed(BIO *out)
{
	char *pem = NULL;
	long len = BIO_get_mem_data(out, &pem);

	return slice_make(pem, (size_t)len);
}

static struct auth_sign_key *
load(EVP_PKEY *pkey, const EVP_CIPHER *cipher)
{
	BIO *out = print(pkey, cipher);
	struct auth_sign_key *key = auth_sign_key_new(printed(out));

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
	const struct wire_sign request = { 0, scheme, slice_make(ptr, len) };

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

enum { KEY_COUNT = 3 };

struct ring {
	struct auth_sign_keys keys;
	EVP_PKEY *pkeys[KEY_COUNT]; /* EC, RSA, EC */
	uint64_t ids[KEY_COUNT];
};

static int
set_up_ring(void **state)
{
	struct ring *r = calloc(1, sizeof *r);

	assert_non_null(r);
	for (size_t i = 0; i < KEY_COUNT; i++) {
		r->pkeys[i] = i % 2 == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(RSA_LEN * 8);
		assert_true(net_tls_key_id(r->pkeys[i], &r->ids[i]));
	}
	*state = r;
	return 0;
}

static int
tear_down_ring(void **state)
{
	struct ring *r = *state;

	auth_sign_keys_done(&r->keys);
	for (size_t i = 0; i < KEY_COUNT; i++)
		EVP_PKEY_free(r->pkeys[i]);
	free(r);
	return 0;
}

static void
add(struct ring *r, size_t which)
{
	BIO *out = print(r->pkeys[which], NULL);

	assert_true(auth_sign_keys_add(&r->keys, printed(out)));
	(void)BIO_free(out);
}

/* Says of each of the keys whether it is there: "+-+" for the first and the last. */
static void
check_ring(const struct ring *r, const char *expected)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		assert_int_equal(
		    auth_sign_keys_find(&r->keys, r->ids[i]) != NULL, expected[i] == '+');
}

static void
test_the_last_two_keys_are_kept(void **state)
{
	struct ring *r = *state;

	check_ring(r, "---");
	add(r, 0);
	check_ring(r, "+--");
	add(r, 1);
	check_ring(r, "++-");
	assert_ptr_equal(auth_sign_keys_find(&r->keys, r->ids[1]), r->keys.present);
	add(r, 2);
	check_ring(r, "-++");
	add(r, 1);
	check_ring(r, "-++");
	assert_ptr_equal(auth_sign_keys_find(&r->keys, r->ids[1]), r->keys.present);
}

/* A reload for other reasons hands the same key over again. */
static void
test_the_present_key_once_more_or_none_changes_nothing(void **state)
{
	struct ring *r = *state;

	add(r, 0);
	add(r, 1);
	add(r, 1);
	check_ring(r, "++-");
	assert_false(auth_sign_keys_add(&r->keys, slice_of("no key")));
	check_ring(r, "++-");
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
		cmocka_unit_test_setup_teardown(
		    test_the_last_two_keys_are_kept, set_up_ring, tear_down_ring),
		cmocka_unit_test_setup_teardown(
		    test_the_present_key_once_more_or_none_changes_nothing, set_up_ring,
		    tear_down_ring),
	};
	return cmocka_run_group_tests_name("auth/sign", tests, NULL, NULL);
}
