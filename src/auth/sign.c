/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/sign.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "util/alloc.h"

struct auth_sign_key {
	EVP_PKEY *key;
};

/* With a password, if an empty one: for an encrypted key OpenSSL would ask the terminal. */
static EVP_PKEY *
read_key(struct slice pem)
{
	char password[] = "";
	BIO *in = pem.len > INT_MAX ? NULL : BIO_new_mem_buf(pem.ptr, (int)pem.len);
	EVP_PKEY *key = in == NULL ? NULL : PEM_read_bio_PrivateKey(in, NULL, NULL, password);

	(void)BIO_free(in);
	ERR_clear_error();
	return key;
}

struct auth_sign_key *
auth_sign_key_new(struct slice pem)
{
	EVP_PKEY *key = read_key(pem);
	struct auth_sign_key *k;

	if (key == NULL)
		return NULL;
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA && EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) {
		EVP_PKEY_free(key);
		return NULL;
	}
	k = xcalloc(1, sizeof *k);
	k->key = key;
	return k;
}

void
auth_sign_key_free(struct auth_sign_key **k)
{
	if (*k == NULL)
		return;
	EVP_PKEY_free((*k)->key);
	free(*k);
	*k = NULL;
}

/* No digest is set: the octets are signed as they are. RSA is blinded by OpenSSL. */
static bool
set_scheme(EVP_PKEY_CTX *ctx, int key_type, enum wire_sign_scheme scheme)
{
	switch (scheme) {
	case WIRE_SIGN_ECDSA:
		return key_type == EVP_PKEY_EC;
	case WIRE_SIGN_RSA_RAW:
		return key_type == EVP_PKEY_RSA &&
		       EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1;
	case WIRE_SIGN_RSA_PKCS1:
		return key_type == EVP_PKEY_RSA &&
		       EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	}
	return false;
}

static bool
sign(EVP_PKEY_CTX *ctx, int key_type, const struct wire_sign *request, struct buf *out)
{
	size_t len = 0;
	uint8_t *room;

	if (EVP_PKEY_sign_init(ctx) != 1 || !set_scheme(ctx, key_type, request->scheme) ||
	    EVP_PKEY_sign(ctx, NULL, &len, request->octets.ptr, request->octets.len) != 1)
		return false;
	room = buf_reserve(out, len);
	if (room == NULL ||
	    EVP_PKEY_sign(ctx, room, &len, request->octets.ptr, request->octets.len) != 1)
		return false;
	out->len += len;
	return true;
}

bool
auth_sign(struct auth_sign_key *k, const struct wire_sign *request, struct buf *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->key, NULL);
	bool ok = ctx != NULL && sign(ctx, EVP_PKEY_get_base_id(k->key), request, out);

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}
