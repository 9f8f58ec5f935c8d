/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/sign.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "net/tls.h"
#include "util/alloc.h"

/* The context is made once: to find an implementation costs OpenSSL a third of a signature. */
struct auth_sign_key {
	EVP_PKEY_CTX *ctx;
	int type;
	uint64_t id;
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

/* NULL when the key is of no use; takes a reference of its own. */
static EVP_PKEY_CTX *
new_context(EVP_PKEY *key)
{
	int type = EVP_PKEY_get_base_id(key);
	EVP_PKEY_CTX *ctx = NULL;

	if (type == EVP_PKEY_RSA || type == EVP_PKEY_EC)
		ctx = EVP_PKEY_CTX_new(key, NULL);
	if (ctx != NULL && EVP_PKEY_sign_init(ctx) != 1) {
		EVP_PKEY_CTX_free(ctx);
		ctx = NULL;
	}
	ERR_clear_error();
	return ctx;
}

struct auth_sign_key *
auth_sign_key_new(struct slice pem)
{
	EVP_PKEY *key = read_key(pem);
	EVP_PKEY_CTX *ctx = key == NULL ? NULL : new_context(key);
	struct auth_sign_key *k = NULL;
	uint64_t id;

	if (ctx != NULL && net_tls_key_id(key, &id)) {
		k = xcalloc(1, sizeof *k);
		k->ctx = ctx;
		k->type = EVP_PKEY_get_base_id(key);
		k->id = id;
		ctx = NULL; /* taken over */
	}
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return k;
}

void
auth_sign_key_free(struct auth_sign_key **k)
{
	if (*k == NULL)
		return;
	EVP_PKEY_CTX_free((*k)->ctx);
	free(*k);
	*k = NULL;
}

/* No digest is set: the octets are signed as they are. RSA is blinded by OpenSSL. */
static bool
set_scheme(struct auth_sign_key *k, enum wire_sign_scheme scheme)
{
	switch (scheme) {
	case WIRE_SIGN_ECDSA:
		return k->type == EVP_PKEY_EC;
	case WIRE_SIGN_RSA_RAW:
		return k->type == EVP_PKEY_RSA &&
		       EVP_PKEY_CTX_set_rsa_padding(k->ctx, RSA_NO_PADDING) == 1;
	case WIRE_SIGN_RSA_PKCS1:
		return k->type == EVP_PKEY_RSA &&
		       EVP_PKEY_CTX_set_rsa_padding(k->ctx, RSA_PKCS1_PADDING) == 1;
	}
	return false;
}

static bool
sign(struct auth_sign_key *k, struct slice in, struct buf *out)
{
	size_t len = 0;
	uint8_t *room;

	if (EVP_PKEY_sign(k->ctx, NULL, &len, in.ptr, in.len) != 1)
		return false;
	room = buf_reserve(out, len);
	if (room == NULL || EVP_PKEY_sign(k->ctx, room, &len, in.ptr, in.len) != 1)
		return false;
	out->len += len;
	return true;
}

bool
auth_sign(struct auth_sign_key *k, const struct wire_sign *request, struct buf *out)
{
	bool ok = set_scheme(k, request->scheme) && sign(k, request->octets, out);

	ERR_clear_error();
	return ok;
}

bool
auth_sign_keys_add(struct auth_sign_keys *keys, struct slice pem)
{
	struct auth_sign_key *fresh = auth_sign_key_new(pem);

	if (fresh == NULL)
		return false;
	if (keys->present != NULL && keys->present->id == fresh->id) {
		auth_sign_key_free(&fresh);
		return true;
	}
	auth_sign_key_free(&keys->previous);
	keys->previous = keys->present;
	keys->present = fresh;
	return true;
}

struct auth_sign_key *
auth_sign_keys_find(const struct auth_sign_keys *keys, uint64_t key_id)
{
	if (keys->present != NULL && keys->present->id == key_id)
		return keys->present;
	if (keys->previous != NULL && keys->previous->id == key_id)
		return keys->previous;
	return NULL;
}

void
auth_sign_keys_done(struct auth_sign_keys *keys)
{
	auth_sign_key_free(&keys->present);
	auth_sign_key_free(&keys->previous);
}
