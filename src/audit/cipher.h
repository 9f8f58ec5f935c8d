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
	AUDIT_CIPHER_STATIC,    /* RSA key transport and the like: no forward secrecy */
	AUDIT_CIPHER_CBC,       /* CBC with MAC first: to be avoided, not broken in itself */
	AUDIT_CIPHER_SOUND,
};
#define AUDIT_CIPHER_FLAW_COUNT 9

/* How a server up to TLS 1.2 proves who it is: that needs a part of it which may be broken. */
enum audit_cipher_proof {
	AUDIT_PROOF_SIGNED,  /* it signs the key of an exchange */
	AUDIT_PROOF_RSA,     /* it reads what was encrypted to its certificate */
	AUDIT_PROOF_UNUSUAL, /* not at all, by a shared key, Kerberos, a password, static DH, ... */
};

#define AUDIT_CIPHERS_MAX 400 /* more than the table has */
#define AUDIT_KEY_EXCHANGE_SIZE 32

/* All that are known here, in the order of their numbers; NULL behind the last. */
const struct audit_cipher *audit_cipher_at(size_t index);
const struct audit_cipher *audit_cipher_find(uint16_t id); /* NULL: not known */
enum audit_cipher_flaw audit_cipher_flaw(const struct audit_cipher *c);
/*
 * Is this one of its flaws? Beside the gravest those count that are faults of another part of it:
 * that it is anonymous, RC4, small blocks.
 */
bool audit_cipher_has_flaw(const struct audit_cipher *c, enum audit_cipher_flaw flaw);
bool audit_cipher_has_md5(const struct audit_cipher *c);
enum audit_cipher_proof audit_cipher_proof(const struct audit_cipher *c); /* not of TLS 1.3 */
bool audit_cipher_is_tls13(const struct audit_cipher *c);
/* Finite field Diffie-Hellman: the size of its group matters. */
bool audit_cipher_is_dhe(const struct audit_cipher *c);
/* The server names the group of its key. */
bool audit_cipher_is_ecdhe(const struct audit_cipher *c);
bool audit_cipher_is_forward_secret(const struct audit_cipher *c);
unsigned audit_cipher_bits(const struct audit_cipher *c); /* of the encryption; 0: none */
/* "ECDHE_RSA"; empty with TLS 1.3, where it is no matter of the suite. */
void audit_cipher_key_exchange(const struct audit_cipher *c, char words[AUDIT_KEY_EXCHANGE_SIZE]);
const char *audit_cipher_flaw_name(enum audit_cipher_flaw flaw); /* "rc4"; "" of SOUND */

#endif
