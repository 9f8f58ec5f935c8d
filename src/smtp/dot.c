/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/dot.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum {
	LINE_START, /* 0: an all-zero smtp_dot starts here, after the CRLF of DATA */
	TEXT,
	CR, /* given out as text already: when no LF follows, the text is refused anyway */
	DOT,
	DOT_CR,
	DONE,
};

static void
note(struct smtp_dot *d, enum smtp_dot_flaw flaw)
{
	d->flaws |= (uint8_t)(1u << flaw);
}

/* Past a dot that begins a line, and past the CRLF after it when it stands alone. */
static const uint8_t *
pass_dot(struct smtp_dot *d, const uint8_t *p, const uint8_t *end)
{
	if (d->state == LINE_START && *p == '.') {
		d->state = DOT; /* RFC 5321 §4.5.2: the first dot of a line is not text */
		p++;
	}
	if (d->state == DOT && p < end) {
		d->state = *p == '\r' ? DOT_CR : TEXT;
		p += *p == '\r';
	}
	if (d->state == DOT_CR && p < end) {
		if (*p != '\n')
			note(d, SMTP_DOT_BARE_CR);
		d->state = *p == '\n' ? DONE : TEXT;
		p += *p == '\n';
	}
	return p;
}

/* Past the LF of a CRLF, or else past the next CR or all there is: three passes of memchr. */
static const uint8_t *
pass_line(struct smtp_dot *d, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *cr;
	size_t len;

	if (d->state == CR && *p == '\n') {
		d->state = LINE_START;
		return p + 1;
	}
	if (d->state == CR) /* §2.3.8: neither half of a CRLF may come alone */
		note(d, SMTP_DOT_BARE_CR);
	cr = memchr(p, '\r', (size_t)(end - p));
	len = (size_t)((cr == NULL ? end : cr) - p);
	if (memchr(p, '\n', len) != NULL)
		note(d, SMTP_DOT_BARE_LF);
	if (memchr(p, '\0', len) != NULL)
		note(d, SMTP_DOT_NUL);
	d->state = cr == NULL ? TEXT : CR;
	return cr == NULL ? end : cr + 1;
}

enum smtp_dot_status
smtp_dot_decode(struct smtp_dot *d, struct slice *in, struct slice *ret_text)
{
	const uint8_t *p = in->ptr, *text, *end;

	assert(d->state != DONE);
	*ret_text = (struct slice){ p, 0 };
	if (in->len == 0)
		return SMTP_DOT_MORE;
	end = p + in->len;
	p = text = pass_dot(d, p, end);
	while (p < end && d->state != DONE && !(d->state == LINE_START && *p == '.'))
		p = pass_line(d, p, end);
	*in = slice_make(p, (size_t)(end - p));
	*ret_text = slice_make(text, d->flaws == 0 ? (size_t)(p - text) : 0);
	return d->state == DONE ? SMTP_DOT_DONE : SMTP_DOT_MORE;
}

enum smtp_dot_flaw
smtp_dot_flaw(const struct smtp_dot *d)
{
	if (d->flaws & 1u << SMTP_DOT_BARE_LF)
		return SMTP_DOT_BARE_LF;
	if (d->flaws & 1u << SMTP_DOT_BARE_CR)
		return SMTP_DOT_BARE_CR;
	return d->flaws & 1u << SMTP_DOT_NUL ? SMTP_DOT_NUL : SMTP_DOT_SOUND;
}
