/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/line.h"

#include <string.h>

/* The octet before place i of in. */
static uint8_t
before(const struct smtp_line *l, struct slice in, size_t i)
{
	return i == 0 ? l->last : in.ptr[i - 1];
}

/* Past the first line end of in, whose CR may have come before; 0: there is none. */
static size_t
find_line_end(const struct smtp_line *l, struct slice in)
{
	size_t i = 0;

	for (;;) {
		i += slice_find(slice_after(in, i), '\n');
		if (i == in.len)
			return 0;
		if (l->takes_lf || before(l, in, i) == '\r')
			return i + 1;
		i++;
	}
}

/* Does the line begin so, of which a part may be kept and piece comes next? */
static bool
begins_bdat(const struct smtp_line *l, struct slice piece)
{
	uint8_t start[4];
	size_t kept_len = l->partial.len < sizeof start ? l->partial.len : sizeof start;
	size_t rest_len = sizeof start - kept_len;

	if (piece.len < rest_len)
		return false;
	if (kept_len != 0)
		memcpy(start, l->partial.ptr, kept_len);
	if (rest_len != 0)
		memcpy(start + kept_len, piece.ptr, rest_len);
	return slice_is_nocase(slice_make(start, sizeof start), "BDAT");
}

/* Keep a piece of a line that does not come whole. */
static void
keep(struct smtp_line *l, struct slice piece, size_t limit)
{
	if (piece.len > limit - l->partial.len) {
		bool is_bdat = begins_bdat(l, piece);

		smtp_line_clear(l);
		l->is_too_long = true;
		l->is_bdat = is_bdat;
		return;
	}
	/* All that a line may need at once: growing would leave copies that nobody wipes. */
	if (l->partial.ptr == NULL) {
		buf_init(&l->partial, limit);
		(void)buf_reserve(&l->partial, limit);
	}
	(void)buf_add_slice(&l->partial, piece);
}

enum smtp_line_status
smtp_line_read(struct smtp_line *l, struct slice *in, size_t limit, struct slice *ret_line)
{
	size_t end = find_line_end(l, *in), len = end == 0 ? in->len : end;
	struct slice line = slice_first(*in, len);
	uint8_t last = before(l, *in, len);
	bool is_repaired = end != 0 && before(l, *in, end - 1) != '\r';

	*in = slice_after(*in, len);
	if (len != 0 && !l->is_too_long && (end == 0 || l->partial.len != 0 || len > limit)) {
		keep(l, line, limit);
		line = buf_slice(&l->partial);
	}
	if (end == 0) {
		l->last = last;
		return SMTP_LINE_MORE;
	}
	l->is_repaired = is_repaired;
	if (l->is_too_long)
		return SMTP_LINE_TOO_LONG;
	*ret_line = slice_first(line, line.len - (is_repaired ? 1 : 2));
	return SMTP_LINE_DONE;
}

void
smtp_line_clear(struct smtp_line *l)
{
	if (l->partial.ptr != NULL)
		explicit_bzero(l->partial.ptr, l->partial.len);
	buf_done(&l->partial);
	*l = (struct smtp_line){ .takes_lf = l->takes_lf };
}
