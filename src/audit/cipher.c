/* SPDX-License-Identifier: Apache-2.0 */
/* cipher.c - what the name of a suite says: flaw, key exchange, strength. */
#include "audit/cipher.h"

#include <stdio.h>
#include <string.h>

static bool
has(const struct audit_cipher *c, const char *part)
{
	return strstr(c->name, part) != NULL;
}

/* Up to TLS 1.2 a name tells of the key exchange, before "_WITH_"; but for the GOST of TLS 1.3. */
bool
audit_cipher_is_tls13(const struct audit_cipher *c)
{
	return !has(c, "_WITH_") || (c->id >= 0xc103 && c->id <= 0xc106);
}

bool
audit_cipher_is_dhe(const struct audit_cipher *c)
{
	return (has(c, "_DHE_") || has(c, "_DH_anon_")) && !has(c, "PSK");
}

bool
audit_cipher_is_ecdhe(const struct audit_cipher *c)
{
	return (has(c, "_ECDHE_") || has(c, "_ECDH_anon_")) && !has(c, "PSK");
}

bool
audit_cipher_is_forward_secret(const struct audit_cipher *c)
{
	return audit_cipher_is_tls13(c) || has(c, "DHE_") || has(c, "_SRP_") || has(c, "_ECCPWD_");
}

enum audit_cipher_proof
audit_cipher_proof(const struct audit_cipher *c)
{
	if (has(c, "TLS_RSA_WITH_"))
		return AUDIT_PROOF_RSA;
	if (has(c, "DHE_RSA_WITH_") || has(c, "DHE_ECDSA_WITH_") || has(c, "DHE_DSS_WITH_"))
		return AUDIT_PROOF_SIGNED;
	return AUDIT_PROOF_UNUSUAL;
}

static bool
has_small_blocks(const struct audit_cipher *c)
{
	return has(c, "_3DES_") || has(c, "_IDEA_") || has(c, "_RC2_") || has(c, "_28147_") ||
	       has(c, "_MAGMA_");
}

/* The first that fits tells: an anonymous one without encryption is called one without it. */
enum audit_cipher_flaw
audit_cipher_flaw(const struct audit_cipher *c)
{
	/* RFC 9150: TLS 1.3 with a MAC and nothing else. */
	if (has(c, "_NULL_") || c->id == 0xc0b4 || c->id == 0xc0b5)
		return AUDIT_CIPHER_NULL;
	if (has(c, "EXPORT"))
		return AUDIT_CIPHER_EXPORT;
	if (has(c, "_anon_"))
		return AUDIT_CIPHER_ANONYMOUS;
	if (has(c, "_DES_"))
		return AUDIT_CIPHER_DES;
	if (has(c, "_RC4_"))
		return AUDIT_CIPHER_RC4;
	if (has_small_blocks(c))
		return AUDIT_CIPHER_BLOCK64;
	if (!audit_cipher_is_forward_secret(c))
		return AUDIT_CIPHER_STATIC;
	if (has(c, "_CBC_"))
		return AUDIT_CIPHER_CBC;
	return AUDIT_CIPHER_SOUND;
}

bool
audit_cipher_has_flaw(const struct audit_cipher *c, enum audit_cipher_flaw flaw)
{
	switch (flaw) {
	case AUDIT_CIPHER_ANONYMOUS:
		return has(c, "_anon_");
	case AUDIT_CIPHER_RC4:
		return has(c, "_RC4_");
	case AUDIT_CIPHER_BLOCK64:
		return has_small_blocks(c);
	case AUDIT_CIPHER_NULL:
	case AUDIT_CIPHER_EXPORT:
	case AUDIT_CIPHER_DES:
	case AUDIT_CIPHER_STATIC:
	case AUDIT_CIPHER_CBC:
	case AUDIT_CIPHER_SOUND:
		return audit_cipher_flaw(c) == flaw;
	}
	return false;
}

bool
audit_cipher_has_md5(const struct audit_cipher *c)
{
	return has(c, "_MD5");
}

const char *
audit_cipher_flaw_name(enum audit_cipher_flaw flaw)
{
	static const char *const names[AUDIT_CIPHER_FLAW_COUNT] = { "null", "export", "anonymous",
		"des", "rc4", "64_bit_blocks", "no_forward_secrecy", "cbc", "" };

	return names[flaw];
}

/* The first part of a name that fits tells. */
unsigned
audit_cipher_bits(const struct audit_cipher *c)
{
	static const struct {
		const char *part;
		unsigned bits;
	} strengths[] = { { "_NULL_", 0 }, { "_SHA256_SHA256", 0 }, { "_SHA384_SHA384", 0 },
		{ "DES40", 40 }, { "_40_", 40 }, { "_56_", 56 }, { "_3DES_", 112 }, { "_DES_", 56 },
		{ "CHACHA20", 256 }, { "_28147_", 256 }, { "KUZNYECHIK", 256 }, { "MAGMA", 256 },
		{ "_256_GCM", 256 }, { "_256_C", 256 }, { "_128_", 128 }, { "_IDEA_", 128 },
		{ "_SEED_", 128 }, { "_SM4_", 128 } };

	for (size_t i = 0; i < sizeof strengths / sizeof strengths[0]; i++)
		if (has(c, strengths[i].part))
			return strengths[i].bits;
	return 0;
}

void
audit_cipher_key_exchange(const struct audit_cipher *c, char words[AUDIT_KEY_EXCHANGE_SIZE])
{
	const char *with = strstr(c->name, "_WITH_");

	words[0] = '\0';
	if (with != NULL && !audit_cipher_is_tls13(c))
		(void)snprintf(
		    words, AUDIT_KEY_EXCHANGE_SIZE, "%.*s", (int)(with - c->name - 4), c->name + 4);
}
