/* SPDX-License-Identifier: Apache-2.0 */
#include "config/wrap.h"

enum { MDOC_WIDTH = 78 };

static size_t
word_len(struct slice text, size_t at)
{
	return slice_find(slice_after(text, at), ' ');
}

/* Octets of the next line: as many whole words as fit in width, at least one. */
static size_t
line_len(struct slice text, size_t width)
{
	size_t len = word_len(text, 0);

	while (len < text.len && len + 1 + word_len(text, len + 1) <= width)
		len += 1 + word_len(text, len + 1);
	return len;
}

/* The text after len octets and the space behind them. */
static struct slice
rest_of(struct slice text, size_t len)
{
	return slice_after(text, len < text.len ? len + 1 : len);
}

static void
add_lines(struct slice text, const char *prefix, size_t width, struct buf *out)
{
	while (text.len > 0) {
		const size_t len = line_len(text, width);

		(void)buf_add_text(out, prefix);
		(void)buf_add_slice(out, slice_first(text, len));
		(void)buf_add_text(out, "\n");
		text = rest_of(text, len);
	}
}

void
config_wrap_lines(const char *text, const char *prefix, size_t width, struct buf *out)
{
	add_lines(slice_of(text), prefix, width - strlen(prefix), out);
}

/* Up to and with the first full stop that a space follows. */
static size_t
sentence_len(struct slice text)
{
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.ptr[i] == '.' && text.ptr[i + 1] == ' ')
			return i + 1;
	return text.len;
}

void
config_wrap_mdoc(const char *text, struct buf *out)
{
	struct slice rest = slice_of(text);

	while (rest.len > 0) {
		const size_t len = sentence_len(rest);

		add_lines(slice_first(rest, len), "", MDOC_WIDTH, out);
		rest = rest_of(rest, len);
	}
}
