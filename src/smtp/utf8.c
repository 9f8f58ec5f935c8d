/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/utf8.h"

/* The table of RFC 3629 §4: what begins a character says how long it is and what may be second. */
static const struct head {
	uint8_t first, last; /* first octet */
	uint8_t len;
	uint8_t second_min, second_max;
} heads[] = {
	{ 0x00, 0x7f, 1, 0, 0 },
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const struct head *
find_head(uint8_t c)
{
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		if (c >= heads[i].first && c <= heads[i].last)
			return &heads[i];
	return NULL;
}

size_t
smtp_utf8_len(struct slice s)
{
	const struct head *head = s.len == 0 ? NULL : find_head(s.ptr[0]);

	if (head == NULL || head->len > s.len)
		return 0;
	if (head->len > 1 && (s.ptr[1] < head->second_min || s.ptr[1] > head->second_max))
		return 0;
	for (size_t i = 2; i < head->len; i++)
		if ((s.ptr[i] & 0xc0) != 0x80)
			return 0;
	return head->len;
}

/* RFC 6530 §10.1: C1 controls, U+0080 to U+009F, are prohibited as C0 are. */
size_t
smtp_utf8_non_ascii_len(struct slice s)
{
	size_t len = smtp_utf8_len(s);

	if (len == 2 && s.ptr[0] == 0xc2 && s.ptr[1] < 0xa0)
		return 0;
	return len > 1 ? len : 0;
}

uint32_t
smtp_utf8_code_point(struct slice character)
{
	static const uint8_t head_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t point = character.ptr[0] & head_bits[character.len];

	for (size_t i = 1; i < character.len; i++)
		point = point << 6 | (character.ptr[i] & 0x3fU);
	return point;
}

bool
smtp_is_utf8(struct slice s)
{
	size_t len = 1;

	while (len != 0 && s.len != 0) {
		len = smtp_utf8_len(s);
		s = slice_after(s, len);
	}
	return s.len == 0;
}

bool
smtp_is_ascii(struct slice s)
{
	uint64_t word, all = 0;

	/* All text of every message comes through here: eight octets at a time. */
	for (; s.len >= sizeof word; s = slice_after(s, sizeof word)) {
		memcpy(&word, s.ptr, sizeof word);
		all |= word;
	}
	for (size_t i = 0; i < s.len; i++)
		all |= s.ptr[i];
	return (all & UINT64_C(0x8080808080808080)) == 0;
}
