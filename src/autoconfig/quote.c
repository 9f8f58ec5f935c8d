/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/quote.h"

#include <stdint.h>

enum {
	REPLACEMENT = 0xfffd,
	SURROGATE_FIRST = 0xd800,
	SURROGATE_LAST = 0xdfff,
	SURROGATE_LOW = 0xdc00,
	PLANE_LEN = 0x10000,
	CHARACTER_LAST = 0x10ffff,
};

/* Octets behind the first, by its value; -1: none begins like that. */
static int
count_more(uint8_t first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first < 0xe0)
		return 1;
	if (first >= 0xe0 && first < 0xf0)
		return 2;
	return first >= 0xf0 && first < 0xf5 ? 3 : -1;
}

static bool
is_character(uint32_t c, int more)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, PLANE_LEN };

	return c >= least[more] && c <= CHARACTER_LAST &&
	       !(c >= SURROGATE_FIRST && c <= SURROGATE_LAST);
}

/* Cuts the next character off; what is no UTF-8 is a U+FFFD for each octet. */
static uint32_t
take_character(struct slice *text)
{
	const int more = count_more(text->ptr[0]);
	uint32_t c = text->ptr[0];

	if (more > 0)
		c &= 0x3fU >> more;
	for (int i = 1; i <= more; i++) {
		if ((size_t)i == text->len || (text->ptr[i] & 0xc0) != 0x80) {
			*text = slice_after(*text, 1);
			return REPLACEMENT;
		}
		c = c << 6 | (text->ptr[i] & 0x3fU);
	}
	if (more < 0 || !is_character(c, more)) {
		*text = slice_after(*text, 1);
		return REPLACEMENT;
	}
	*text = slice_after(*text, 1 + (size_t)more);
	return c;
}

static void
add_utf8(uint32_t c, struct buf *out)
{
	if (c < 0x80) {
		(void)buf_add_octet(out, (uint8_t)c);
	} else if (c < 0x800) {
		(void)buf_add_octet(out, (uint8_t)(0xc0 | c >> 6));
		(void)buf_add_octet(out, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < PLANE_LEN) {
		(void)buf_add_octet(out, (uint8_t)(0xe0 | c >> 12));
		(void)buf_add_octet(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		(void)buf_add_octet(out, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		(void)buf_add_octet(out, (uint8_t)(0xf0 | c >> 18));
		(void)buf_add_octet(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		(void)buf_add_octet(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		(void)buf_add_octet(out, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

/* As two of UTF-16 what is beyond the first plane: Java, JavaScript. */
static void
add_utf16(uint32_t c, struct buf *out)
{
	if (c >= PLANE_LEN) {
		(void)buf_addf(out, "\\u%04x", SURROGATE_FIRST + ((c - PLANE_LEN) >> 10));
		c = SURROGATE_LOW + ((c - PLANE_LEN) & 0x3ff);
	}
	(void)buf_addf(out, "\\u%04x", c);
}

/* In languages that have \uXXXX and \UXXXXXXXX for one character. */
static void
add_escape(uint32_t c, struct buf *out)
{
	(void)buf_addf(out, c < PLANE_LEN ? "\\u%04x" : "\\U%08x", c);
}

static void
add_php(uint32_t c, struct buf *out)
{
	if (c == '\'' || c == '\\')
		(void)buf_add_octet(out, '\\');
	add_utf8(c, out);
}

static void
add_character(enum autoconfig_language language, uint32_t c, struct buf *out)
{
	const bool is_plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';

	switch (language) {
	case AUTOCONFIG_PHP:
		add_php(c, out);
		return;
	case AUTOCONFIG_NODE:
	case AUTOCONFIG_JAVA:
	case AUTOCONFIG_PYTHON:
	case AUTOCONFIG_GO:
	case AUTOCONFIG_CSHARP:
		break;
	}
	if (is_plain)
		(void)buf_add_octet(out, (uint8_t)c);
	else if (c == '"' || c == '\\')
		(void)buf_addf(out, "\\%c", (char)c);
	else if (language == AUTOCONFIG_JAVA && c < ' ')
		(void)buf_addf(out, "\\%03o", c); /* \u000a would end the line before it is read */
	else if (language == AUTOCONFIG_NODE || language == AUTOCONFIG_JAVA)
		add_utf16(c, out);
	else
		add_escape(c, out);
}

void
autoconfig_quote(enum autoconfig_language language, struct slice text, struct buf *out)
{
	const uint8_t quote = language == AUTOCONFIG_PHP ? '\'' : '"';

	(void)buf_add_octet(out, quote);
	while (text.len != 0)
		add_character(language, take_character(&text), out);
	(void)buf_add_octet(out, quote);
}

static bool
is_in_xml(uint32_t c)
{
	return (c >= ' ' && c != 0xfffe && c != 0xffff) || c == '\t' || c == '\n';
}

void
autoconfig_quote_xml(struct slice text, struct buf *out)
{
	while (text.len != 0) {
		const uint32_t c = take_character(&text);

		if (c == '&')
			(void)buf_add_text(out, "&amp;");
		else if (c == '<')
			(void)buf_add_text(out, "&lt;");
		else if (c == '>')
			(void)buf_add_text(out, "&gt;");
		else if (c == '"')
			(void)buf_add_text(out, "&quot;");
		else if (c == '\'')
			(void)buf_add_text(out, "&#39;");
		else
			add_utf8(is_in_xml(c) ? c : REPLACEMENT, out);
	}
}
