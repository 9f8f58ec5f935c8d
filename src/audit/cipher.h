/* SPDX-License-Identifier: Apache-2.0 */
/* cipher.h - the cipher suites of TLS, and what is wrong with each. Pure. */
#ifndef AUDIT_CIPHER_H
#define AUDIT_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_cipher {
	uint16_t id;
	const char *name; /* "TLS_RSA_WITH_RC4_128_SHA" */
};

/* The gravest fault of a suite, gravest first. Key exchange and encryption are both looked at. */
enum audit_cipher_flaw {
	AUDIT_CIPHER_NULL,      /* not encrypted */
	AUDIT_CIPHER_EXPORT,    /* 40 or 56 bits, weakened on purpose */
	AUDIT_CIPHER_ANONYMOUS, /* the server proves nothing: anyone can stand in between */
	AUDIT_CIPHER_DES,       /* 56 bits */
	AUDIT_CIPHER_RC4,       /* RFC 7465 */
	AUDIT_CIPHER_BLOCK64,   /* 3DES, IDEA, RC2: blocks of 64 bits (Sweet32) */
	AUDIT_CIPHER_STATIC,    /* RSA key transport: no forward secrecy */
	AUDIT_CIPHER_CBC,       /* CBC with MAC first: to be avoided, not broken in itself */
	AUDIT_CIPHER_SOUND,
};
#define AUDIT_CIPHER_FLAW_COUNT 9

#define AUDIT_CIPHERS_MAX 200 /* more than the table has */

/* All that are known here, in the order of their numbers; NULL behind the last. */
const struct audit_cipher *audit_cipher_at(size_t index);
const struct audit_cipher *audit_cipher_find(uint16_t id); /* NULL: not known */
enum audit_cipher_flaw audit_cipher_flaw(const struct audit_cipher *c);
bool audit_cipher_is_tls13(const struct audit_cipher *c);
/* Finite field Diffie-Hellman: the size of its group matters. */
bool audit_cipher_is_dhe(const struct audit_cipher *c);
bool audit_cipher_is_forward_secret(const struct audit_cipher *c);
/* The numbers of those up to TLS 1.2 that have this flaw; returns how many were written. */
size_t audit_cipher_select(enum audit_cipher_flaw flaw, uint16_t *out, size_t max);

#endif
