/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign.h - TLS private keys, and what submission may have done with them: signatures.
 *
 * A taken-over submission process can ask for signatures while it lives, but cannot carry a key
 * away. The key before the present one is kept: a handshake that began with the old certificate
 * needs it after a reload.
 */
#ifndef AUTH_SIGN_H
#define AUTH_SIGN_H

#include <stdbool.h>

#include "proc/wire.h"
#include "util/buf.h"

#define AUTH_SIGNATURE_MAX 2048 /* octets: of RSA with 16384 bits */

struct auth_sign_key;
/* From PEM, not encrypted. NULL when it is no RSA or EC private key. */
struct auth_sign_key *auth_sign_key_new(struct slice pem);
/* free(NULL) holds; OpenSSL wipes it. Nulls the pointer. */
void auth_sign_key_free(struct auth_sign_key **k);
/* Appends the signature to out. False when the key cannot do this; out is as before. */
bool auth_sign(struct auth_sign_key *k, const struct wire_sign *request, struct buf *out);

/* All zero: none. */
struct auth_sign_keys {
	struct auth_sign_key *present, *previous; /* NULL: none */
};
/*
 * Makes the key in pem the present one, and that which was it the previous one; the one before is
 * freed. The present key once more changes nothing. False when there is no key in pem: then too.
 */
bool auth_sign_keys_add(struct auth_sign_keys *keys, struct slice pem);
/* Borrowed; NULL when it is neither of the two. */
struct auth_sign_key *auth_sign_keys_find(const struct auth_sign_keys *keys, uint64_t key_id);
void auth_sign_keys_done(struct auth_sign_keys *keys);

#endif
