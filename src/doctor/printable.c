/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/printable.h"

#include "smtp/utf8.h"

/* Ranges of characters that turn directions, hide, or end lines without being controls. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x00ad, 0x00ad },   /* soft hyphen */
	{ 0x061c, 0x061c },   /* Arabic letter mark */
	{ 0x180e, 0x180e },   /* Mongolian vowel separator */
	{ 0x200b, 0x200f },   /* zero width, direction marks */
	{ 0x2028, 0x202e },   /* line and paragraph separators, embeddings, overrides */
	{ 0x2060, 0x206f },   /* invisible operators, isolates */
	{ 0xfe00, 0xfe0f },   /* variation selectors */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xfff0, 0xfffb },   /* interlinear annotation */
	{ 0xe0000, 0xe0fff }, /* tags */
};

static bool
is_hidden(struct slice character)
{
	const uint32_t point = smtp_utf8_code_point(character);

	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
		if (point >= hidden[i].first && point <= hidden[i].last)
			return true;
	return false;
}

/* Octets of the character at the start of s that may be shown as it is; 0: none. */
static size_t
plain_len(struct slice s)
{
	const size_t len = smtp_utf8_non_ascii_len(s);

	if (s.ptr[0] >= 0x20 && s.ptr[0] < 0x7f)
		return 1;
	return len != 0 && !is_hidden(slice_first(s, len)) ? len : 0;
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Returns the octets of rest that are done. */
static size_t
add_character(struct buf *out, struct slice rest, bool is_ascii)
{
	const size_t len = plain_len(rest);

	if (is_space(rest.ptr[0]))
		(void)buf_add_octet(out, ' ');
	else if (len == 0)
		(void)buf_addf(out, "\\x%02x", rest.ptr[0]);
	else if (len > 1 && is_ascii)
		(void)buf_add_octet(out, '?');
	else
		(void)buf_add(out, rest.ptr, len);
	return len == 0 ? 1 : len;
}

void
doctor_printable_add(struct buf *out, const char *text, size_t max, bool is_ascii)
{
	struct slice rest = slice_of(text);
	const size_t begin = out->len;

	while (rest.len > 0 && !out->overflow) {
		if (out->len - begin >= max) {
			(void)buf_add_text(out, "...");
			return;
		}
		rest = slice_after(rest, add_character(out, rest, is_ascii));
	}
}
