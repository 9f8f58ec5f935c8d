/* SPDX-License-Identifier: Apache-2.0 */
/* letter.c - characters, escapes and small letters */
#include "explain/letter.h"

enum {
	ENTITY_MAX = 8, /* "&quot;", "&#x27;" */
	UNICODE_ESCAPE_LEN = 6,
	SPACE = ' ',
	LATIN_FIRST = 0xc0,
	ACCENT_FIRST = 0x300, /* that stand behind their letter */
	ACCENT_LAST = 0x36f,
};

/* The letters from LATIN_FIRST on without their accents; a point: none. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
			    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static bool
is_between(uint32_t c, uint32_t first, uint32_t last)
{
	return c >= first && c <= last;
}

static int
hex_value(uint8_t c)
{
	if (is_between(c, '0', '9'))
		return c - '0';
	if (is_between(c | 0x20U, 'a', 'f'))
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* "\u00e4", as JSON and Java have it. Returns 0 when it is none. */
static size_t
read_unicode_escape(struct slice text, uint32_t *ret_letter)
{
	uint32_t value = 0;

	if (text.len < UNICODE_ESCAPE_LEN || text.ptr[1] != 'u')
		return 0;
	for (size_t i = 2; i < UNICODE_ESCAPE_LEN; i++) {
		const int digit = hex_value(text.ptr[i]);

		if (digit < 0)
			return 0;
		value = value * 16 + (uint32_t)digit;
	}
	*ret_letter = value;
	return UNICODE_ESCAPE_LEN;
}

static size_t
read_escape(struct slice text, uint32_t *ret_letter)
{
	if (text.len >= 2 && (text.ptr[1] == 'n' || text.ptr[1] == 'r' || text.ptr[1] == 't')) {
		*ret_letter = SPACE;
		return 2;
	}
	return read_unicode_escape(text, ret_letter);
}

/* Whatever an entity stands for, it is seldom a letter: "&quot;", "&#39;", "&lt;". */
static size_t
read_entity(struct slice text, uint32_t *ret_letter)
{
	for (size_t i = 1; i < text.len && i < ENTITY_MAX; i++) {
		const uint8_t c = text.ptr[i];

		if (c == ';' && i > 2) {
			*ret_letter = SPACE;
			return i + 1;
		}
		if (c != '#' && !is_between(c | 0x20U, 'a', 'z') && !is_between(c, '0', '9'))
			return 0;
	}
	return 0;
}

/* How many octets the first of a character announces; 0: it is none. */
static size_t
announced_len(uint8_t c)
{
	if (is_between(c, 0xc2, 0xdf))
		return 2;
	if (is_between(c, 0xe0, 0xef))
		return 3;
	return is_between(c, 0xf0, 0xf4) ? 4 : 0;
}

static size_t
read_utf8(struct slice text, uint32_t *ret_letter)
{
	const size_t len = announced_len(text.ptr[0]);
	uint32_t value = text.ptr[0] & (0x7fU >> len);

	if (len == 0 || len > text.len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((text.ptr[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text.ptr[i] & 0x3fU);
	}
	*ret_letter = value;
	return len;
}

size_t
explain_letter_read(struct slice text, uint32_t *ret_letter)
{
	const uint8_t c = text.ptr[0];
	size_t len = 0;

	*ret_letter = c; /* also an octet of Latin-1 */
	if (c == '\\')
		len = read_escape(text, ret_letter);
	else if (c == '&')
		len = read_entity(text, ret_letter);
	else if (c >= 0x80)
		len = read_utf8(text, ret_letter);
	return len == 0 ? 1 : len;
}

uint32_t
explain_letter_fold(uint32_t c)
{
	if (is_between(c, LATIN_FIRST, LATIN_FIRST + sizeof latin - 2) &&
	    latin[c - LATIN_FIRST] != '.')
		return (uint8_t)latin[c - LATIN_FIRST];
	if (is_between(c, ACCENT_FIRST, ACCENT_LAST))
		return 0;
	if (is_between(c, 'A', 'Z') || is_between(c, 0x391, 0x3a9) || is_between(c, 0x410, 0x42f))
		return c + 0x20;
	if (is_between(c, 0x400, 0x40f))
		return c + 0x50;
	return is_between(c, 0x531, 0x556) ? c + 0x30 : c;
}

static bool
is_ascii_word(uint32_t c)
{
	return is_between(c, '0', '9') || is_between(c, 'A', 'Z') || is_between(c, 'a', 'z');
}

bool
explain_letter_is_separator(uint32_t c)
{
	if (c < 0x80)
		return !is_ascii_word(c);
	return c < 0xc0 || c == 0xd7 || c == 0xf7 || c == 0x60c || c == 0x61b || c == 0x61f ||
	       is_between(c, 0x964, 0x965) || is_between(c, 0x2000, 0x206f) ||
	       is_between(c, 0x3000, 0x303f) || is_between(c, 0xff01, 0xff0f) ||
	       is_between(c, 0xff1a, 0xff20) || is_between(c, 0xff3b, 0xff40) ||
	       is_between(c, 0xff5b, 0xff65);
}

bool
explain_letter_is_word(uint32_t c)
{
	return (is_between(c, 0x2e80, 0xd7af) && !explain_letter_is_separator(c)) ||
	       is_between(c, 0xf900, 0xfaff);
}

size_t
explain_letter_write(uint32_t c, char out[4])
{
	const size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)(lead[len] | c);
	return len;
}
