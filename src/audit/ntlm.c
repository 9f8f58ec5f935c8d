/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/ntlm.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/base64.h"
#include "util/buf.h"

enum {
	CHALLENGE_MAX = 2048,
	HEADER_LEN = 48, /* up to the description of the target information */
	TYPE_AT = 8,
	TARGET_AT = 40,
	VERSION_AT = 48,
	VERSION_LEN = 8,
	FLAGS_AT = 20,
	TYPE_CHALLENGE = 2,
	NAME_SIZE = 80,
	PAIR_HEADER_LEN = 4,
};
static const uint32_t NEGOTIATE_VERSION = 0x02000000;

static uint32_t
number_at(struct slice in, size_t at, size_t width)
{
	uint32_t number = 0;

	for (size_t i = width; i > 0; i--)
		number = number << 8 | in.ptr[at + i - 1];
	return number;
}

/* The part that a length and an offset at this place name; empty when it is not there. */
static struct slice
part_at(struct slice in, size_t at)
{
	const size_t len = number_at(in, at, 2), offset = number_at(in, at + 4, 4);

	if (offset > in.len || len > in.len - offset)
		return slice_make(NULL, 0);
	return slice_first(slice_after(in, offset), len);
}

/* UTF-16, little end first. */
static void
read_name(struct slice in, char name[NAME_SIZE])
{
	size_t len = 0;

	for (size_t i = 0; i + 1 < in.len && len + 1 < NAME_SIZE; i += 2) {
		const uint32_t c = number_at(in, i, 2);

		name[len++] = (char)(c > ' ' && c <= '~' ? c : '?');
	}
	name[len] = '\0';
}

static void
add_words(char words[AUDIT_NTLM_WORDS_SIZE], const char *label, const char *value)
{
	const size_t len = strlen(words);

	(void)snprintf(words + len, AUDIT_NTLM_WORDS_SIZE - len, "%s%s %s", len == 0 ? "" : ", ",
	    label, value);
}

/* Pairs of a kind and a value, until a kind of zero. */
static void
read_names(struct slice in, char words[AUDIT_NTLM_WORDS_SIZE])
{
	static const char *const labels[] = { NULL, "computer", "domain", "DNS name", "DNS domain",
		"DNS forest" };

	while (in.len >= PAIR_HEADER_LEN) {
		const uint32_t kind = number_at(in, 0, 2), len = number_at(in, 2, 2);
		char name[NAME_SIZE];

		in = slice_after(in, PAIR_HEADER_LEN);
		if (kind == 0 || len > in.len)
			return;
		if (kind < sizeof labels / sizeof labels[0]) {
			read_name(slice_first(in, len), name);
			add_words(words, labels[kind], name);
		}
		in = slice_after(in, len);
	}
}

static void
read_version(struct slice in, char words[AUDIT_NTLM_WORDS_SIZE])
{
	char version[32];

	if ((number_at(in, FLAGS_AT, 4) & NEGOTIATE_VERSION) == 0 ||
	    in.len < VERSION_AT + VERSION_LEN)
		return;
	(void)snprintf(version, sizeof version, "%u.%u.%u", (unsigned)in.ptr[VERSION_AT],
	    (unsigned)in.ptr[VERSION_AT + 1], (unsigned)number_at(in, VERSION_AT + 2, 2));
	add_words(words, "Windows version", version);
}

bool
audit_ntlm_read(struct slice challenge, char words[AUDIT_NTLM_WORDS_SIZE])
{
	struct buf octets;
	struct slice in;

	words[0] = '\0';
	buf_init(&octets, CHALLENGE_MAX);
	if (base64_decode(challenge, &octets)) {
		in = buf_slice(&octets);
		if (in.len >= HEADER_LEN && memcmp(in.ptr, "NTLMSSP", 8) == 0 &&
		    number_at(in, TYPE_AT, 4) == TYPE_CHALLENGE) {
			read_names(part_at(in, TARGET_AT), words);
			read_version(in, words);
		}
	}
	buf_done(&octets);
	return words[0] != '\0';
}
