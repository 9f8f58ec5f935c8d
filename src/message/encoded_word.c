/* SPDX-License-Identifier: Apache-2.0 */
#include "message/encoded_word.h"

#include "util/base64.h"

#define CHARACTER_MAX 4 /* octets of one in UTF-8 */

enum { WORD_OCTETS = 45 }; /* of text; 60 in base64, and 12 of "=?utf-8?B?" and "?=" */

static bool
is_control(uint8_t c)
{
	return c < 0x20 || c == 0x7f;
}

static bool
is_plain(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (is_control(text.ptr[i]) || text.ptr[i] > 0x7f)
			return false;
		if (text.ptr[i] == '=' && i + 1 < text.len && text.ptr[i + 1] == '?')
			return false;
	}
	return true;
}

/* The most of text that fits a word and does not end inside a character. */
static size_t
find_cut(struct slice text)
{
	size_t len = text.len < WORD_OCTETS ? text.len : WORD_OCTETS;

	if (len == text.len)
		return len;
	for (size_t i = 0; i < CHARACTER_MAX && len > 1 && (text.ptr[len] & 0xc0) == 0x80; i++)
		len--;
	return len;
}

static void
add_word(struct slice text, struct buf *out)
{
	uint8_t octets[WORD_OCTETS];

	for (size_t i = 0; i < text.len; i++)
		octets[i] = is_control(text.ptr[i]) ? ' ' : text.ptr[i];
	(void)buf_add_text(out, "=?utf-8?B?");
	(void)base64_encode(slice_make(octets, text.len), out);
	(void)buf_add_text(out, "?=");
}

bool
message_encoded_word_add(struct slice text, struct buf *out)
{
	if (is_plain(text))
		return buf_add_slice(out, text);
	while (text.len > 0) {
		const size_t len = find_cut(text);

		add_word(slice_first(text, len), out);
		text = slice_after(text, len);
		if (text.len > 0)
			(void)buf_add_text(out, "\r\n ");
	}
	return !out->overflow;
}

bool
message_display_name_add(struct slice text, struct buf *out)
{
	if (!is_plain(text))
		return message_encoded_word_add(text, out);
	(void)buf_add_octet(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			(void)buf_add_octet(out, '\\');
		(void)buf_add_octet(out, text.ptr[i]);
	}
	(void)buf_add_octet(out, '"');
	return !out->overflow;
}
