/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/layout.h"

/* Octets of the first `width` characters, or of all when there are fewer. */
static size_t
octets_of(struct slice text, size_t width)
{
	size_t i = 0;

	while (i < text.len && width > 0) {
		i++;
		while (i < text.len && (text.ptr[i] & 0xc0) == 0x80)
			i++;
		width--;
	}
	return i;
}

size_t
doctor_layout_width(struct slice text)
{
	size_t width = 0;

	for (size_t i = 0; i < text.len; i++)
		width += (text.ptr[i] & 0xc0) != 0x80;
	return width;
}

/* Octets of as many whole words as fit in width characters; of the first word when none does. */
static size_t
whole_words_len(struct slice text, size_t width)
{
	const size_t room = octets_of(text, width);
	size_t len = room;

	if (room == text.len)
		return room;
	while (len > 0 && text.ptr[len] != ' ')
		len--;
	while (len > 0 && text.ptr[len - 1] == ' ')
		len--;
	return len > 0 ? len : slice_find(text, ' ');
}

static struct slice
take(struct slice *rest, size_t len)
{
	const struct slice line = slice_first(*rest, len);

	while (len < rest->len && rest->ptr[len] == ' ')
		len++;
	*rest = slice_after(*rest, len);
	return line;
}

struct slice
doctor_layout_take_line(struct slice *rest, size_t width)
{
	const size_t room = octets_of(*rest, width), words = whole_words_len(*rest, width);

	return take(rest, words < room ? words : room);
}

void
doctor_layout_spaces(size_t count, struct buf *out)
{
	while (count-- > 0)
		(void)buf_add_octet(out, ' ');
}

void
doctor_layout_paragraph(const char *first, struct slice text, size_t width, struct buf *out)
{
	const size_t indent = doctor_layout_width(slice_of(first));
	struct slice rest = text;

	(void)buf_add_text(out, first);
	while (rest.len > 0) {
		(void)buf_add_slice(out, take(&rest, whole_words_len(rest, width - indent)));
		(void)buf_add_octet(out, '\n');
		if (rest.len > 0)
			doctor_layout_spaces(indent, out);
	}
	if (text.len == 0)
		(void)buf_add_octet(out, '\n');
}
