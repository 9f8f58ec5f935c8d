/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign.h - the TLS private key, and what submission may have done with it: signatures.
 *
 * A taken-over submission process can ask for signatures while it lives, but cannot carry the key
 * away.
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

#endif
