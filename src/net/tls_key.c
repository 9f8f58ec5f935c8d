/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL 3.0's own way, a provider, would have to implement key management, signatures and
 * encoding for both kinds of key. The method tables of 1.1 do it with one function each; they are
 * deprecated but complete, and kept through the whole life of OpenSSL 3. This file alone uses them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "net/tls_key.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "util/alloc.h"

/* Application data of a key: OpenSSL keeps index 0 free for it. */
enum { REMOTE_INDEX = 0 };

/* Who signs for one key, and the method table that leads there. Dies with the key. */
struct remote {
	net_tls_sign_fn *sign;
	void *sign_arg;
	uint64_t key_id;
	RSA_METHOD *rsa_method; /* one of the two is NULL */
	EC_KEY_METHOD *ec_method;
};

static struct remote *
remote_new(net_tls_sign_fn *sign, void *sign_arg, uint64_t key_id)
{
	struct remote *r = xcalloc(1, sizeof *r);

	r->sign = sign;
	r->sign_arg = sign_arg;
	r->key_id = key_id;
	return r;
}

/* Writes a signature of at most size octets; its length, or -1. */
static int
ask(const struct remote *r, enum net_tls_scheme scheme, struct slice in, uint8_t *out, size_t size)
{
	const struct net_tls_request request = { r->key_id, scheme, in };
	struct buf signature;
	int len = -1;

	buf_init(&signature, NET_TLS_SIGNATURE_MAX);
	if (r->sign(r->sign_arg, &request, &signature) && signature.len != 0 &&
	    signature.len <= size) {
		memcpy(out, signature.ptr, signature.len);
		len = (int)signature.len;
	}
	buf_done(&signature);
	return len;
}

/* TLS 1.3 and PSS come here padded, with RSA_NO_PADDING; TLS 1.2 and PKCS #1 v1.5 without. */
static int
sign_rsa(int in_len, const unsigned char *in, unsigned char *out, RSA *rsa, int padding)
{
	const struct remote *r = RSA_get_ex_data(rsa, REMOTE_INDEX);
	size_t modulus_len = (size_t)RSA_size(rsa);
	enum net_tls_scheme scheme =
	    padding == RSA_NO_PADDING ? NET_TLS_RSA_RAW : NET_TLS_RSA_PKCS1;
	int len;

	if (in_len <= 0 || (padding != RSA_NO_PADDING && padding != RSA_PKCS1_PADDING))
		return -1;
	len = ask(r, scheme, slice_make(in, (size_t)in_len), out, modulus_len);
	return (size_t)len == modulus_len ? len : -1;
}

static int
sign_ec(int type, /* NOLINT(readability-function-size): OpenSSL's */
    const unsigned char *digest, int digest_len, unsigned char *out, unsigned int *out_len,
    const BIGNUM *kinv, const BIGNUM *x, EC_KEY *key)
{
	const struct remote *r = EC_KEY_get_ex_data(key, REMOTE_INDEX);
	struct slice in = slice_make(digest, (size_t)digest_len);
	int len = ask(r, NET_TLS_ECDSA, in, out, (size_t)ECDSA_size(key));

	(void)type;
	(void)kinv;
	(void)x;
	if (len < 0)
		return 0;
	*out_len = (unsigned int)len;
	return 1;
}

static int
finish_rsa(RSA *rsa)
{
	struct remote *r = RSA_get_ex_data(rsa, REMOTE_INDEX);
	int ok = RSA_meth_get_finish(RSA_PKCS1_OpenSSL())(rsa);

	RSA_meth_free(r->rsa_method);
	free(r);
	return ok;
}

static void
finish_ec(EC_KEY *key)
{
	struct remote *r = EC_KEY_get_ex_data(key, REMOTE_INDEX);

	EC_KEY_METHOD_free(r->ec_method);
	free(r);
}

static EVP_PKEY *
new_rsa(EVP_PKEY *public_half, struct remote *r)
{
	const RSA *known = EVP_PKEY_get0_RSA(public_half);
	const BIGNUM *modulus = RSA_get0_n(known), *exponent = RSA_get0_e(known);
	EVP_PKEY *key = EVP_PKEY_new();
	RSA *rsa = RSA_new();

	r->rsa_method = RSA_meth_dup(RSA_PKCS1_OpenSSL());
	assert(key != NULL && rsa != NULL && r->rsa_method != NULL);
	(void)RSA_meth_set_priv_enc(r->rsa_method, sign_rsa);
	(void)RSA_meth_set_finish(r->rsa_method, finish_rsa);
	(void)RSA_set_ex_data(rsa, REMOTE_INDEX, r);
	(void)RSA_set0_key(rsa, BN_dup(modulus), BN_dup(exponent), NULL);
	(void)RSA_set_method(rsa, r->rsa_method);
	(void)EVP_PKEY_assign_RSA(key, rsa);
	return key;
}

static EVP_PKEY *
new_ec(EVP_PKEY *public_half, struct remote *r)
{
	const EC_KEY *known = EVP_PKEY_get0_EC_KEY(public_half);
	EVP_PKEY *key = EVP_PKEY_new();
	EC_KEY *ec = EC_KEY_new();

	r->ec_method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
	assert(key != NULL && ec != NULL && r->ec_method != NULL);
	EC_KEY_METHOD_set_sign(r->ec_method, sign_ec, NULL, NULL);
	EC_KEY_METHOD_set_init(r->ec_method, NULL, finish_ec, NULL, NULL, NULL, NULL);
	(void)EC_KEY_set_ex_data(ec, REMOTE_INDEX, r);
	(void)EC_KEY_set_group(ec, EC_KEY_get0_group(known));
	(void)EC_KEY_set_public_key(ec, EC_KEY_get0_public_key(known));
	(void)EC_KEY_set_method(ec, r->ec_method);
	(void)EVP_PKEY_assign_EC_KEY(key, ec);
	return key;
}

static bool
is_known_curve(EVP_PKEY *key)
{
	int curve = EC_GROUP_get_curve_name(EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key)));

	return curve == NID_X9_62_prime256v1 || curve == NID_secp384r1;
}

EVP_PKEY *
net_tls_key_new(const X509 *certificate, net_tls_sign_fn *sign, void *sign_arg)
{
	EVP_PKEY *public_half = X509_get0_pubkey(certificate);
	int kind = public_half == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(public_half);
	uint64_t id;

	if (public_half == NULL || !net_tls_key_id(public_half, &id))
		return NULL;
	if (kind == EVP_PKEY_RSA && EVP_PKEY_get_size(public_half) <= NET_TLS_SIGNATURE_MAX)
		return new_rsa(public_half, remote_new(sign, sign_arg, id));
	if (kind == EVP_PKEY_EC && is_known_curve(public_half))
		return new_ec(public_half, remote_new(sign, sign_arg, id));
	return NULL;
}
