/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/cache.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "auth/name.h"
#include "sasl/exchange.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/secret.h"

enum {
	WAYS = 8,
	SETS = AUTH_CACHE_ENTRIES / WAYS,
	HASH_MAX = 512, /* crypt(5) has 384 */
	INPUT_MAX = AUTH_NAME_MAX + 1 + SASL_PASSWORD_MAX + 1 + HASH_MAX,
};

_Static_assert((SETS & (SETS - 1)) == 0, "a set is chosen by the low bits");

struct entry {
	struct auth_cache_digest digest;
	uint64_t used_ms;
	bool used;
};

struct auth_cache {
	EVP_MAC_CTX *mac; /* holds the key: to set HMAC up costs more than to compute it */
	struct entry entries[AUTH_CACHE_ENTRIES];
};

static EVP_MAC_CTX *
new_mac(const uint8_t *key)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *mac = EVP_MAC_CTX_new(hmac);

	if (mac == NULL || EVP_MAC_init(mac, key, AUTH_CACHE_KEY_LEN, params) != 1)
		abort();
	EVP_MAC_free(hmac);
	return mac;
}

struct auth_cache *
auth_cache_new(const uint8_t *key)
{
	struct auth_cache *c = xcalloc(1, sizeof *c);

	c->mac = new_mac(key);
	return c;
}

void
auth_cache_free(struct auth_cache **c)
{
	if (*c == NULL)
		return;
	EVP_MAC_CTX_free((*c)->mac); /* wipes the key */
	explicit_bzero(*c, sizeof **c);
	free(*c);
	*c = NULL;
}

/* Appends text and a NUL, which ends it: neither names, nor passwords, nor hashes hold one. */
static size_t
append(uint8_t *input, size_t len, struct slice text)
{
	assert(text.len < INPUT_MAX - len);
	if (text.len != 0)
		memcpy(input + len, text.ptr, text.len);
	input[len + text.len] = 0;
	return len + text.len + 1;
}

struct auth_cache_digest
auth_cache_digest(
    const struct auth_cache *c, const struct auth_account *account, struct slice password)
{
	struct auth_cache_digest digest;
	uint8_t input[INPUT_MAX + 1];
	size_t digest_len = 0, len = append(input, 0, slice_of(account->name));

	len = append(input, len, password);
	len = append(input, len, slice_of(account->hash));
	/* Without a key it is begun anew with the one it has. */
	if (EVP_MAC_init(c->mac, NULL, 0, NULL) != 1 || EVP_MAC_update(c->mac, input, len) != 1 ||
	    EVP_MAC_final(c->mac, digest.octets, &digest_len, sizeof digest.octets) != 1)
		abort();
	assert(digest_len == sizeof digest.octets);
	explicit_bzero(input, sizeof input);
	return digest;
}

/* The digest is as good as random: its first octets choose. */
static struct entry *
find_set(struct auth_cache *c, const struct auth_cache_digest *digest)
{
	size_t n = (size_t)digest->octets[0] << 8 | digest->octets[1];

	return &c->entries[(n & (SETS - 1)) * WAYS];
}

static struct entry *
find_entry(struct auth_cache *c, const struct auth_cache_digest *digest)
{
	struct entry *set = find_set(c, digest);

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].used &&
		    secret_equal(slice_make(set[i].digest.octets, AUTH_CACHE_DIGEST_LEN),
			slice_make(digest->octets, AUTH_CACHE_DIGEST_LEN)))
			return &set[i];
	return NULL;
}

bool
auth_cache_find(
    struct auth_cache *c, const struct auth_cache_digest *digest, uint64_t keep_ms, uint64_t now_ms)
{
	struct entry *e = find_entry(c, digest);

	if (e == NULL)
		return false;
	if (now_ms - e->used_ms >= keep_ms) {
		explicit_bzero(e, sizeof *e);
		return false;
	}
	e->used_ms = now_ms;
	return true;
}

void
auth_cache_add(struct auth_cache *c, const struct auth_cache_digest *digest, uint64_t now_ms)
{
	struct entry *set = find_set(c, digest), *chosen = find_entry(c, digest);

	if (chosen == NULL) {
		chosen = &set[0];
		for (size_t i = 0; i < WAYS && chosen->used; i++)
			if (!set[i].used || set[i].used_ms < chosen->used_ms)
				chosen = &set[i];
	}
	*chosen = (struct entry){ *digest, now_ms, true };
}

void
auth_cache_expire(struct auth_cache *c, uint64_t keep_ms, uint64_t now_ms)
{
	for (size_t i = 0; i < AUTH_CACHE_ENTRIES; i++) {
		struct entry *e = &c->entries[i];

		if (e->used && now_ms - e->used_ms >= keep_ms)
			explicit_bzero(e, sizeof *e);
	}
}
