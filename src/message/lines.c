/* SPDX-License-Identifier: Apache-2.0 */
#include "message/lines.h"

#include "message/header.h"

static uint8_t
last_octet(const struct message_lines *l, struct slice s)
{
	if (s.len != 0)
		return s.ptr[s.len - 1];
	return l->is_after_cr ? '\r' : '\0';
}

bool
message_lines_fit(struct message_lines *l, struct slice text, size_t line_length)
{
	while (text.len != 0) {
		size_t end = slice_find(text, '\n'), len = l->column + end;
		bool is_after_cr = last_octet(l, slice_first(text, end)) == '\r';

		if (len - is_after_cr > line_length)
			return false;
		if (end == text.len) {
			l->column = len;
			l->is_after_cr = is_after_cr;
			return true;
		}
		*l = (struct message_lines){ 0 };
		text = slice_after(text, end + 1);
	}
	return true;
}

/* Octets of the character that begins with c; 1 for what begins none. */
static unsigned
character_len(uint8_t c)
{
	if (c < 0xc2 || c > 0xf4)
		return 1;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Must there be a line end before c? */
static bool
is_break_due(struct message_lines *l, uint8_t c, size_t line_length)
{
	if (l->left_count != 0 && (c & 0xc0) == 0x80) {
		l->left_count--;
		return false;
	}
	l->left_count = (uint8_t)(character_len(c) - 1);
	if (c == '\r' && !l->is_after_cr)
		return false; /* takes no room if it is half of a CRLF */
	return l->column + character_len(c) > line_length;
}

static bool
fold_octet(struct message_lines *l, uint8_t c, size_t line_length, struct buf *out)
{
	bool is_due = false;

	if (c == '\n') {
		*l = (struct message_lines){ 0 };
	} else {
		is_due = is_break_due(l, c, line_length);
		if (is_due) {
			buf_add(out, "\r\n", 2);
			l->column = 0;
		}
		l->column++;
		l->is_after_cr = c == '\r';
	}
	buf_add_octet(out, c);
	return is_due;
}

/* Octets at the start of text that are whole lines which fit. */
static size_t
fitting_len(struct slice text, size_t line_length)
{
	size_t start = 0, len = slice_find(text, '\n');

	while (len < text.len - start && len <= line_length + 1) {
		if (len == line_length + 1 && text.ptr[start + len - 1] != '\r')
			break;
		start += len + 1;
		len = slice_find(slice_after(text, start), '\n');
	}
	return start;
}

bool
message_lines_fold(struct message_lines *l, struct slice text, size_t line_length, struct buf *out)
{
	bool is_folded = false;

	while (text.len != 0) {
		size_t len = l->column == 0 ? fitting_len(text, line_length) : 0;
		uint8_t c = '\0';

		buf_add_slice(out, slice_first(text, len));
		text = slice_after(text, len);
		/* to the end of the line that does not fit, or is not whole */
		while (text.len != 0 && c != '\n') {
			c = text.ptr[0];
			is_folded = fold_octet(l, c, line_length, out) || is_folded;
			text = slice_after(text, 1);
		}
	}
	return is_folded;
}

bool
message_field_fits(struct slice field, size_t line_length)
{
	struct message_lines l = { 0 };

	return message_lines_fit(&l, field, line_length);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* Where to break line, so that no line is nothing but white space; 0: nowhere. */
static size_t
last_blank(struct slice line, size_t room)
{
	size_t first = 0, at = room;

	while (first < line.len && is_blank(line.ptr[first]))
		first++;
	while (at > first && !is_blank(line.ptr[at]))
		at--;
	return at > first ? at : 0;
}

static bool
is_separator(uint8_t c)
{
	return c == ',' || c == ';' || c == ':';
}

/* Between words that stand without white space: in lists of addresses, or of parameters. */
static size_t
last_separator(struct slice line, size_t room)
{
	size_t at = room;

	while (at > 1 && !is_separator(line.ptr[at - 1]) && line.ptr[at] != '<')
		at--;
	return at > 1 ? at : 0;
}

/* Not inside a character of UTF-8. */
static size_t
character_start(struct slice line, size_t at)
{
	size_t start = at;

	while (at - start < 3 && (line.ptr[start] & 0xc0) == 0x80)
		start--;
	return (line.ptr[start] & 0xc0) == 0xc0 ? start : at;
}

static struct slice
with_one_blank(struct slice line)
{
	while (line.len >= 2 && is_blank(line.ptr[0]) && is_blank(line.ptr[1]))
		line = slice_after(line, 1);
	return line;
}

static bool
fold_line(struct slice line, size_t line_length, struct buf *out)
{
	size_t indent_len = 0;
	bool is_whole = true;

	while (line.len + indent_len > line_length) {
		size_t room = line_length - indent_len, at = last_blank(line, room);

		indent_len = at == 0 ? 1 : 0;
		if (at == 0)
			at = last_separator(line, room);
		if (at == 0) {
			at = character_start(line, room);
			is_whole = false;
		}
		buf_add_slice(out, slice_first(line, at));
		buf_add_text(out, indent_len != 0 ? "\r\n " : "\r\n");
		line = with_one_blank(slice_after(line, at));
	}
	buf_add_slice(out, line);
	return is_whole;
}

static struct slice
without_end_blanks(struct slice line)
{
	while (line.len != 0 && is_blank(line.ptr[line.len - 1]))
		line.len--;
	return line;
}

bool
message_field_fold(struct slice field, size_t line_length, struct buf *out)
{
	bool is_whole = true;

	while (field.len != 0) {
		struct slice line = message_header_line(field);
		struct slice end = slice_after(field, line.len);

		end = slice_first(end, end.len < 2 ? end.len : 2);
		field = slice_after(field, line.len + end.len);
		if (line.len > line_length)
			line = with_one_blank(without_end_blanks(line));
		if (line.len == 0)
			continue; /* there was nothing but white space */
		is_whole = fold_line(line, line_length, out) && is_whole;
		buf_add_slice(out, end);
	}
	return is_whole;
}
