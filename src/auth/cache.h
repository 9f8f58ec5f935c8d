/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache.h - passwords that were right a moment ago, as keyed digests.
 *
 * Hashing a password takes milliseconds on purpose; a client that connects once per message would
 * pay that for every message. What is remembered is HMAC-SHA256, with a random key of this process,
 * over name, password and stored hash: no password can be had from it, and a password that was
 * changed since, or belongs to another account, is another digest. Whether the account still exists
 * and is enabled is for the caller to look at each time. Failures are never remembered.
 *
 * A table of fixed size; in a full set the digest unused for longest is forgotten. Reads no clock.
 */
#ifndef AUTH_CACHE_H
#define AUTH_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/accounts.h"
#include "util/slice.h"

#define AUTH_CACHE_KEY_LEN 32
#define AUTH_CACHE_DIGEST_LEN 32
#define AUTH_CACHE_ENTRIES 65536

struct auth_cache_digest {
	uint8_t octets[AUTH_CACHE_DIGEST_LEN];
};

struct auth_cache;
/* key has AUTH_CACHE_KEY_LEN octets and is copied. */
struct auth_cache *auth_cache_new(const uint8_t *key);
/* Wipes everything. Nulls the pointer. */
void auth_cache_free(struct auth_cache **c);

/* password has at most SASL_PASSWORD_MAX octets. */
struct auth_cache_digest auth_cache_digest(
    const struct auth_cache *c, const struct auth_account *account, struct slice password);
/* Was it added less than keep_ms ago, or last found so? Finding it starts the time anew: what it
 * stands for cannot go stale. */
bool auth_cache_find(struct auth_cache *c, const struct auth_cache_digest *digest, uint64_t keep_ms,
    uint64_t now_ms);
void auth_cache_add(struct auth_cache *c, const struct auth_cache_digest *digest, uint64_t now_ms);
/* Wipes what was not used for keep_ms: once in a while, so that nothing lingers. */
void auth_cache_expire(struct auth_cache *c, uint64_t keep_ms, uint64_t now_ms);

#endif
