/* SPDX-License-Identifier: Apache-2.0 */
#include "message/header.h"

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* RFC 5322 §3.6.8: ftext */
static size_t
name_len(struct slice s)
{
	size_t len = 0;

	while (len < s.len && s.ptr[len] > ' ' && s.ptr[len] < 0x7f && s.ptr[len] != ':')
		len++;
	return len;
}

/* Octets of the line at the start of s with its CRLF; 0 when a CR or LF stands alone in it. */
static size_t
line_len(struct slice s)
{
	size_t end = slice_find(s, '\n'), cr = slice_find(slice_first(s, end), '\r');

	if (end == s.len)
		return cr == end ? end : 0;
	return cr + 1 == end ? end + 1 : 0;
}

/* Octets of the field at the start of s, all its lines; 0 when one of them is at fault. */
static size_t
field_len(struct slice s)
{
	size_t len = line_len(s), more = len;

	while (more != 0 && len < s.len && is_blank(s.ptr[len])) {
		more = line_len(slice_after(s, len));
		len += more;
	}
	return more == 0 ? 0 : len;
}

static struct slice
without_crlf(struct slice s)
{
	bool has_crlf = s.len >= 2 && s.ptr[s.len - 2] == '\r' && s.ptr[s.len - 1] == '\n';

	return slice_first(s, has_crlf ? s.len - 2 : s.len);
}

enum message_field_status
message_field_next(struct slice *rest, struct message_field *ret_field)
{
	struct message_field f;
	size_t name = name_len(*rest), len;

	if (rest->len == 0 || (rest->len >= 2 && rest->ptr[0] == '\r' && rest->ptr[1] == '\n'))
		return MESSAGE_FIELD_END;
	if (name == 0 || name == rest->len || rest->ptr[name] != ':')
		return MESSAGE_FIELD_SYNTAX;
	len = field_len(*rest);
	if (len == 0)
		return MESSAGE_FIELD_SYNTAX;
	f.whole = slice_first(*rest, len);
	f.name = slice_first(f.whole, name);
	f.body = without_crlf(slice_after(f.whole, name + 1));
	*rest = slice_after(*rest, len);
	*ret_field = f;
	return MESSAGE_FIELD_OK;
}

struct slice
message_header_line(struct slice text)
{
	size_t end = slice_find(text, '\n');

	return without_crlf(slice_first(text, end == text.len ? end : end + 1));
}

static bool
is_space(uint8_t c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

struct slice
message_field_trim(struct slice text)
{
	while (text.len != 0 && is_space(text.ptr[text.len - 1]))
		text.len--;
	while (text.len != 0 && is_space(text.ptr[0]))
		text = slice_after(text, 1);
	return text;
}

struct slice
message_header_mbox_line(struct slice header)
{
	const struct slice none = { NULL, 0 };
	size_t start = header.len != 0 && header.ptr[0] == '>' ? 1 : 0;
	struct slice rest = slice_after(header, start);

	if (rest.len < 5 || memcmp(rest.ptr, "From ", 5) != 0)
		return none;
	rest = message_field_trim(message_header_line(slice_after(rest, 5)));
	if (rest.len != 0 && rest.ptr[0] == ':')
		return none;
	return slice_first(header, line_len(header));
}
