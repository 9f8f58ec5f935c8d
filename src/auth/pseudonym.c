/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/pseudonym.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "util/alloc.h"

enum {
	BITS = 5, /* of a letter */
	LETTERS = 32,
	SPARE_BITS = AUTH_PSEUDONYM_LEN * BITS - IP_LEN * 8, /* of the last letter: zero */
};

_Static_assert(IP_LEN == AUTH_PSEUDONYM_KEY_LEN, "one block");
_Static_assert(SPARE_BITS >= 0 && SPARE_BITS < BITS, "the last letter is needed");

static const char alphabet[LETTERS + 1] = "abcdefghijklmnopqrstuvwxyz234567";

struct auth_pseudonym {
	EVP_CIPHER_CTX *encrypt, *decrypt;
};

static EVP_CIPHER_CTX *
new_cipher(const uint8_t *key, bool encrypts)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();

	if (cipher == NULL ||
	    EVP_CipherInit_ex(cipher, EVP_aes_128_ecb(), NULL, key, NULL, encrypts) != 1 ||
	    EVP_CIPHER_CTX_set_padding(cipher, 0) != 1)
		abort();
	return cipher;
}

struct auth_pseudonym *
auth_pseudonym_new(const uint8_t key[AUTH_PSEUDONYM_KEY_LEN])
{
	struct auth_pseudonym *p = xcalloc(1, sizeof *p);

	p->encrypt = new_cipher(key, true);
	p->decrypt = new_cipher(key, false);
	return p;
}

void
auth_pseudonym_free(struct auth_pseudonym **p)
{
	if (*p == NULL)
		return;
	EVP_CIPHER_CTX_free((*p)->encrypt);
	EVP_CIPHER_CTX_free((*p)->decrypt);
	free(*p);
	*p = NULL;
}

static void
crypt_block(EVP_CIPHER_CTX *cipher, const uint8_t in[IP_LEN], uint8_t out[IP_LEN])
{
	int len;

	if (EVP_CipherUpdate(cipher, out, &len, in, IP_LEN) != 1 || len != IP_LEN)
		abort();
}

/* Zero beyond the end. */
static unsigned
bit_of(const uint8_t block[IP_LEN], size_t bit)
{
	const unsigned octet = bit / 8 < IP_LEN ? block[bit / 8] : 0;

	return octet >> (7 - bit % 8) & 1u;
}

void
auth_pseudonym_make(
    struct auth_pseudonym *p, const struct ip *ip, char text[AUTH_PSEUDONYM_LEN + 1])
{
	uint8_t block[IP_LEN];

	crypt_block(p->encrypt, ip->octets, block);
	for (size_t i = 0; i < AUTH_PSEUDONYM_LEN; i++) {
		unsigned value = 0;

		for (size_t bit = i * BITS; bit < (i + 1) * BITS; bit++)
			value = value << 1 | bit_of(block, bit);
		text[i] = alphabet[value];
	}
	text[AUTH_PSEUDONYM_LEN] = '\0';
}

/* LETTERS for what is none. */
static unsigned
find_letter(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		c = (uint8_t)(c - 'A' + 'a');
	for (unsigned i = 0; i < LETTERS; i++)
		if ((uint8_t)alphabet[i] == c)
			return i;
	return LETTERS;
}

static bool
decode(struct slice text, uint8_t block[IP_LEN])
{
	memset(block, 0, IP_LEN);
	if (text.len != AUTH_PSEUDONYM_LEN)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned value = find_letter(text.ptr[i]);

		if (value == LETTERS)
			return false;
		if (i + 1 == text.len && (value & ((1u << SPARE_BITS) - 1)) != 0)
			return false;
		for (size_t bit = i * BITS; bit < (i + 1) * BITS && bit / 8 < IP_LEN; bit++)
			if ((value >> ((i + 1) * BITS - 1 - bit) & 1u) != 0)
				block[bit / 8] |= (uint8_t)(0x80u >> bit % 8);
	}
	return true;
}

/* Unicast that is in use (RFC 4291 §2.4, RFC 4193 §3.1): global, unique local, link, loopback. */
static bool
is_plausible(const struct ip *ip)
{
	static const struct ip loopback = { .octets = { [IP_LEN - 1] = 1 } };
	const uint8_t first = ip->octets[0], second = ip->octets[1];

	return ip_is_v4(ip) || (first & 0xe0) == 0x20 || (first & 0xfe) == 0xfc ||
	       (first == 0xfe && (second & 0xc0) == 0x80) ||
	       memcmp(ip, &loopback, sizeof loopback) == 0;
}

bool
auth_pseudonym_read(struct auth_pseudonym *p, struct slice text, struct ip *ret_ip)
{
	uint8_t block[IP_LEN];
	struct ip ip;

	if (!decode(text, block))
		return false;
	crypt_block(p->decrypt, block, ip.octets);
	if (!is_plausible(&ip))
		return false;
	*ret_ip = ip;
	return true;
}
