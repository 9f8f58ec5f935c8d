/* SPDX-License-Identifier: Apache-2.0 */
#include "message/plain.h"

enum { UNBROKEN_MAX = 900 }; /* leaves room for a field's name below 998 */

static bool
add_clean(struct slice s, struct buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];

		if (!buf_add_octet(out, c >= ' ' && c < 0x7f ? c : '?'))
			return false;
	}
	return true;
}

/* Octets of s that fit on a line with `room`: up to its last space there, or up to the next one. */
static size_t
fitting(struct slice s, size_t room)
{
	size_t len = room;

	if (s.len <= room)
		return s.len;
	while (len > 0 && s.ptr[len] != ' ')
		len--;
	if (len > 0)
		return len;
	len = slice_find(s, ' ');
	return len < UNBROKEN_MAX ? len : UNBROKEN_MAX;
}

bool
message_plain_add(struct slice s, size_t column, const char *indent, struct buf *out)
{
	size_t indent_len = strlen(indent);
	bool ok = true;

	while (ok && s.len > 0) {
		size_t room = column < MESSAGE_PLAIN_WIDTH ? MESSAGE_PLAIN_WIDTH - column : 0;
		size_t len = fitting(s, room);

		ok = add_clean(slice_first(s, len), out);
		s = slice_after(s, len);
		if (s.len > 0 && s.ptr[0] == ' ')
			s = slice_after(s, 1);
		if (s.len > 0)
			ok = ok && buf_add_text(out, "\r\n") && buf_add_text(out, indent);
		column = indent_len;
	}
	return ok;
}
