/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn_address.h"

#include "smtp/utf8.h"
#include "smtp/xtext.h"

/* utf-8-addr-xtext: octets above 127, and the ASCII in `specials`, as \x{HEX}. */
static void
add_embedded(struct slice s, const char *specials, struct buf *out)
{
	while (s.len != 0) {
		size_t len = smtp_utf8_len(s);
		bool is_plain = len == 1 && s.ptr[0] != '\0' && strchr(specials, s.ptr[0]) == NULL;

		if (is_plain)
			buf_add_octet(out, s.ptr[0]);
		else if (len != 0)
			buf_addf(
			    out, "\\x{%02X}", (unsigned)smtp_utf8_code_point(slice_first(s, len)));
		else
			buf_add_octet(out, '?');
		s = slice_after(s, len != 0 ? len : 1);
	}
}

static void
add_character(uint32_t c, struct buf *out)
{
	if (c >= 0x10000)
		buf_add_octet(out, (uint8_t)(0xf0 | c >> 18));
	if (c >= 0x10000)
		buf_add_octet(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
	else if (c >= 0x800)
		buf_add_octet(out, (uint8_t)(0xe0 | c >> 12));
	if (c >= 0x800)
		buf_add_octet(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	else if (c >= 0x80)
		buf_add_octet(out, (uint8_t)(0xc0 | c >> 6));
	buf_add_octet(out, (uint8_t)(c < 0x80 ? c : 0x80 | (c & 0x3f)));
}

static uint32_t
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10U : 16;
}

/* Octets of the \x{HEX} at the start of s, which stands for *ret_code; 0 when there is none. */
static size_t
read_embedded(struct slice s, uint32_t *ret_code)
{
	uint32_t code = 0;
	size_t i = 3;

	if (s.len < 6 || memcmp(s.ptr, "\\x{", 3) != 0)
		return 0;
	while (i < s.len && i < 9 && hex_digit(s.ptr[i]) < 16)
		code = code << 4 | hex_digit(s.ptr[i++]);
	if (i < 5 || i == s.len || s.ptr[i] != '}' || code > 0x10ffff || code < ' ' ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	*ret_code = code;
	return i + 1;
}

/* False when it is not of that form: then it stays as it is (RFC 6533 §3). */
static bool
decode_embedded(struct slice s, struct buf *out)
{
	while (s.len != 0) {
		uint32_t code = 0;
		size_t len = s.ptr[0] == '\\' ? read_embedded(s, &code) : 1;

		if (len == 0)
			return false;
		if (s.ptr[0] == '\\')
			add_character(code, out);
		else
			buf_add_octet(out, s.ptr[0]);
		s = slice_after(s, len);
	}
	return true;
}

void
message_dsn_address_add(struct slice address, bool is_utf8, struct buf *out)
{
	if (smtp_is_ascii(address)) {
		buf_add_text(out, "rfc822; ");
		buf_add_slice(out, address);
		return;
	}
	buf_add_text(out, "utf-8; ");
	if (is_utf8)
		buf_add_slice(out, address);
	else
		add_embedded(address, " \\+=", out);
}

void
message_dsn_orcpt_add(struct slice orcpt, bool is_utf8, struct buf *out)
{
	size_t semicolon = slice_find(orcpt, ';');
	struct slice type = slice_first(orcpt, semicolon);
	struct slice address = slice_after(orcpt, semicolon + (semicolon < orcpt.len));
	size_t start;

	buf_add_slice(out, type);
	buf_add_text(out, "; ");
	start = out->len;
	if (!slice_is_nocase(type, "utf-8")) {
		if (!smtp_xtext_is_valid(address) || !smtp_xtext_decode(address, out))
			buf_add_slice(out, address);
	} else if (!is_utf8) {
		add_embedded(address, "", out);
	} else if (!decode_embedded(address, out)) {
		out->len = start;
		buf_add_slice(out, address);
	}
}
