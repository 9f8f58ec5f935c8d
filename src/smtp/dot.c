/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/dot.h"

#include <assert.h>
#include <stdbool.h>

enum {
	TEXT, /* 0: an all-zero smtp_dot is after the CRLF of DATA, at the start of a line */
	DOT,
	DOT_CR,
	DONE,
};

/* Past a dot that begins a line, and past the CRLF after it when it stands alone. */
static const uint8_t *
pass_dot(struct smtp_dot *d, const uint8_t *p, const uint8_t *end)
{
	if (d->state == TEXT && d->crlf.state == SMTP_CRLF_START && *p == '.') {
		d->state = DOT; /* RFC 5321 §4.5.2: the first dot of a line is not text */
		d->crlf.state = SMTP_CRLF_INSIDE;
		p++;
	}
	if (d->state == DOT && p < end) {
		d->state = *p == '\r' ? DOT_CR : TEXT;
		p += *p == '\r';
	}
	if (d->state == DOT_CR && p < end) {
		if (*p != '\n')
			smtp_crlf_note(&d->crlf, SMTP_TEXT_BARE_CR);
		d->state = *p == '\n' ? DONE : TEXT;
		p += *p == '\n';
	}
	return p;
}

/* Is there text at p that the next span can begin or go on with? */
static bool
is_text(const struct smtp_dot *d, const uint8_t *p)
{
	if (d->state == DONE || (d->crlf.state == SMTP_CRLF_START && *p == '.'))
		return false;
	return !d->crlf.takes_lf || *p != '\n' || d->crlf.state == SMTP_CRLF_CR;
}

/* RFC 5321 §4.1.1.4: only CRLF.CRLF ends it, and nothing is added; lines may be of any length
 * (§4.5.3.1.6). RFC 5322 §2.3. */
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
	if (d->state == TEXT && smtp_crlf_repair(&d->crlf, &p, end, ret_text)) {
		d->repaired_count++;
		*in = slice_make(p, (size_t)(end - p));
		return SMTP_DOT_MORE;
	}
	while (p < end && is_text(d, p))
		p = smtp_crlf_pass(&d->crlf, p, end);
	*in = slice_make(p, (size_t)(end - p));
	*ret_text = slice_make(text, d->crlf.flaws == 0 ? (size_t)(p - text) : 0);
	return d->state == DONE ? SMTP_DOT_DONE : SMTP_DOT_MORE;
}
