/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 5321 §2.3.8, §4.1.1.4, §4.5.2: whatever came in, what goes out has CRLF and doubled dots. */
#include "smtp/dot_encoder.h"

#include <string.h>

enum {
	LINE_START, /* 0: an all-zero smtp_dot_encoder starts here */
	TEXT,
	CR, /* read, not sent yet: only the next octet tells if it was bare */
};

/* Octets looked at for a line end at a time, so that text full of bare CRs stays linear. */
enum { LOOK_AHEAD = 1024 };

static const uint8_t crlf[] = { '\r', '\n' }, dots[] = { '.', '.' };

/* Past the CRLF of a clean line, past a stretch without line end, or p when a break comes first. */
static const uint8_t *
pass_line(struct smtp_dot_encoder *e, const uint8_t *p, const uint8_t *end)
{
	size_t len = (size_t)(end - p) < LOOK_AHEAD ? (size_t)(end - p) : LOOK_AHEAD;
	const uint8_t *lf = memchr(p, '\n', len);
	const uint8_t *cr = memchr(p, '\r', lf == NULL ? len : (size_t)(lf - p));

	if (lf != NULL && cr == lf - 1) {
		e->state = LINE_START;
		return lf + 1;
	}
	if (cr != NULL)
		lf = cr;
	if (lf == NULL)
		lf = p + len;
	if (lf != p)
		e->state = TEXT;
	return lf;
}

/* A CR or LF that no clean line ends with, or a CR that the input ends with. */
static size_t
pass_break(struct smtp_dot_encoder *e, uint8_t c, struct slice *ret_span)
{
	if (c == '\r') {
		e->state = CR;
		return 1;
	}
	e->state = LINE_START;
	*ret_span = slice_make(crlf, sizeof crlf);
	return 1;
}

static size_t
pass_text(struct smtp_dot_encoder *e, struct slice in, struct slice *ret_span)
{
	const uint8_t *p = in.ptr, *end = p + in.len, *next = p;

	do {
		p = next;
		next = pass_line(e, p, end);
	} while (next != p && next != end && !(e->state == LINE_START && *next == '.'));
	if (next == in.ptr)
		return pass_break(e, *next, ret_span);
	*ret_span = slice_make(in.ptr, (size_t)(next - in.ptr));
	return ret_span->len;
}

size_t
smtp_dot_encoder_next(struct smtp_dot_encoder *e, struct slice in, struct slice *ret_span)
{
	*ret_span = (struct slice){ NULL, 0 };
	if (in.len == 0)
		return 0;
	if (e->state == CR) {
		e->state = LINE_START;
		*ret_span = slice_make(crlf, sizeof crlf);
		return in.ptr[0] == '\n';
	}
	if (e->state == LINE_START && in.ptr[0] == '.') {
		e->state = TEXT;
		*ret_span = slice_make(dots, sizeof dots);
		return 1;
	}
	return pass_text(e, in, ret_span);
}

struct slice
smtp_dot_encoder_end(struct smtp_dot_encoder *e)
{
	static const uint8_t end[] = "\r\n.\r\n";
	size_t skip = e->state == LINE_START ? sizeof crlf : 0;

	return slice_make(end + skip, sizeof end - 1 - skip);
}
