/* SPDX-License-Identifier: Apache-2.0 */
#include "message/plain.h"

#include "smtp/utf8.h"

enum { UNBROKEN_MAX = 900 }; /* leaves room for a field's name below 998 */

struct writer {
	struct buf *out;
	const char *indent;
	bool keeps_utf8;
};

static size_t
clean_len(const struct writer *w, struct slice s)
{
	if (s.ptr[0] >= ' ' && s.ptr[0] < 0x7f)
		return 1;
	return w->keeps_utf8 ? smtp_utf8_non_ascii_len(s) : 0;
}

static bool
add_clean(const struct writer *w, struct slice s)
{
	bool ok = true;

	while (ok && s.len != 0) {
		size_t len = clean_len(w, s);

		ok = len != 0 ? buf_add_slice(w->out, slice_first(s, len))
			      : buf_add_octet(w->out, '?');
		s = slice_after(s, len != 0 ? len : 1);
	}
	return ok;
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
	if (len <= UNBROKEN_MAX)
		return len;
	len = UNBROKEN_MAX;
	while (len > UNBROKEN_MAX - 3 && (s.ptr[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static bool
add_folded(const struct writer *w, struct slice s, size_t column)
{
	bool ok = true;

	while (ok && s.len > 0) {
		size_t room = column < MESSAGE_PLAIN_WIDTH ? MESSAGE_PLAIN_WIDTH - column : 0;
		size_t len = fitting(s, room);

		ok = add_clean(w, slice_first(s, len));
		s = slice_after(s, len);
		if (s.len > 0 && s.ptr[0] == ' ')
			s = slice_after(s, 1);
		if (s.len > 0)
			ok = ok && buf_add_text(w->out, "\r\n") && buf_add_text(w->out, w->indent);
		column = strlen(w->indent);
	}
	return ok;
}

bool
message_plain_add(struct slice s, size_t column, const char *indent, struct buf *out)
{
	const struct writer w = { out, indent, false };

	return add_folded(&w, s, column);
}

bool
message_plain_utf8_add(struct slice s, size_t column, const char *indent, struct buf *out)
{
	const struct writer w = { out, indent, true };

	return add_folded(&w, s, column);
}
