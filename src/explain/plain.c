/* SPDX-License-Identifier: Apache-2.0 */
/* plain.c - is what was given a text at all, and in which encoding? */
#include "explain/plain.h"

#include <stddef.h>
#include <stdint.h>

#include "explain/letter.h"

enum {
	SHORT_MAX = 32,       /* octets: too few to tell by */
	CONTROLS_ONE_IN = 16, /* of these one may be a control character */
};

static bool
is_control(uint8_t c)
{
	/* Ends of lines and pages, tabulators, the escapes of terminals, the NUL of a C string. */
	return (c < ' ' && c != 0 && (c < '\b' || c > '\r') && c != '\033') || c == 0x7f;
}

bool
explain_plain_is_text(struct slice text)
{
	size_t nul_count = 0, control_count = 0;

	for (size_t i = 0; i < text.len; i++) {
		nul_count += text.ptr[i] == 0;
		control_count += is_control(text.ptr[i]);
	}
	return text.len <= SHORT_MAX ||
	       (control_count <= text.len / CONTROLS_ONE_IN && nul_count <= text.len / 2);
}

/* Is nearly each octet with that remainder by two NUL, and nearly none of the others? */
static bool
has_nuls_at(struct slice text, size_t remainder)
{
	size_t there = 0, elsewhere = 0;

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == 0)
			*(i % 2 == remainder ? &there : &elsewhere) += 1;
	return there >= text.len / 2 - text.len / 8 && elsewhere <= text.len / CONTROLS_ONE_IN;
}

static bool
begins_with(struct slice text, uint8_t first, uint8_t second)
{
	return text.len >= 2 && text.ptr[0] == first && text.ptr[1] == second;
}

static uint32_t
read_unit(struct slice text, size_t at, bool is_big)
{
	return is_big ? (uint32_t)(text.ptr[at] << 8 | text.ptr[at + 1])
		      : (uint32_t)(text.ptr[at + 1] << 8 | text.ptr[at]);
}

static void
convert(struct slice text, bool is_big, struct buf *out)
{
	uint32_t high = 0; /* the first half of a pair (UTF-16); 0: none */

	for (size_t i = 0; i + 1 < text.len; i += 2) {
		uint32_t c = read_unit(text, i, is_big);
		char octets[4];

		if (c >= 0xd800 && c < 0xdc00) {
			high = c;
			continue;
		}
		if (c >= 0xdc00 && c < 0xe000)
			c = high == 0 ? 0 : 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00);
		high = 0;
		if (c != 0 && c != 0xfeff)
			(void)buf_add(out, octets, explain_letter_write(c, octets));
	}
}

bool
explain_plain_from_utf16(struct slice text, struct buf *out)
{
	const bool is_little = begins_with(text, 0xff, 0xfe),
		   is_big = begins_with(text, 0xfe, 0xff);

	if (text.len < 4)
		return false;
	if (!is_little && !is_big && !has_nuls_at(text, 0) && !has_nuls_at(text, 1))
		return false;
	convert(text, is_big || (!is_little && has_nuls_at(text, 0)), out);
	return true;
}
