/* SPDX-License-Identifier: Apache-2.0 */
/* group.c - numbers and names of the IANA registry of TLS supported groups. */
#include "audit/group.h"

static const struct audit_group groups[] = {
	{ "x25519", 29, 253, true },
	{ "secp256r1", 23, 256, true },
	{ "secp384r1", 24, 384, true },
	{ "secp521r1", 25, 521, true },
	{ "x448", 30, 448, true },
	{ "ffdhe2048", 256, 2048, false },
	{ "ffdhe3072", 257, 3072, false },
	{ "ffdhe4096", 258, 4096, false },
	{ "ffdhe6144", 259, 6144, false },
	{ "ffdhe8192", 260, 8192, false },
	{ "X25519MLKEM768", 0x11ec, 253, true },
	{ "SecP256r1MLKEM768", 0x11eb, 256, true },
	{ "SecP384r1MLKEM1024", 0x11ed, 384, true },
	{ "X25519Kyber768Draft00", 0x6399, 253, true },
	{ "brainpoolP256r1tls13", 31, 256, true },
	{ "brainpoolP384r1tls13", 32, 384, true },
	{ "brainpoolP512r1tls13", 33, 512, true },
	{ "curveSM2", 41, 256, true },
	{ "brainpoolP256r1", 26, 256, true },
	{ "brainpoolP384r1", 27, 384, true },
	{ "brainpoolP512r1", 28, 512, true },
	{ "secp256k1", 22, 256, true },
	{ "secp224r1", 21, 224, true },
	{ "secp224k1", 20, 224, true },
	{ "sect571r1", 14, 571, true },
	{ "sect571k1", 13, 571, true },
	{ "sect409r1", 12, 409, true },
	{ "sect409k1", 11, 409, true },
	{ "sect283r1", 10, 283, true },
	{ "sect283k1", 9, 283, true },
	{ "sect239k1", 8, 239, true },
	{ "sect233r1", 7, 233, true },
	{ "sect233k1", 6, 233, true },
	{ "secp192r1", 19, 192, true },
	{ "secp192k1", 18, 192, true },
	{ "sect193r2", 5, 193, true },
	{ "sect193r1", 4, 193, true },
	{ "sect163r2", 3, 163, true },
	{ "sect163r1", 2, 163, true },
	{ "sect163k1", 1, 163, true },
	{ "secp160r2", 17, 160, true },
	{ "secp160r1", 16, 160, true },
	{ "secp160k1", 15, 160, true },
};

const struct audit_group *
audit_group_at(size_t index)
{
	return index < sizeof groups / sizeof groups[0] ? &groups[index] : NULL;
}

const struct audit_group *
audit_group_find(uint16_t id)
{
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		if (groups[i].id == id)
			return &groups[i];
	return NULL;
}

size_t
audit_group_select(uint16_t out[AUDIT_GROUPS_MAX])
{
	size_t count = 0;

	for (; count < sizeof groups / sizeof groups[0]; count++)
		out[count] = groups[count].id;
	return count;
}
