/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/crlf.h"

#include <string.h>

void
smtp_crlf_note(struct smtp_crlf *c, enum smtp_text_flaw flaw)
{
	c->flaws |= (uint8_t)(1u << flaw);
}

/* Three passes of memchr, which are faster than one loop over octets. */
const uint8_t *
smtp_crlf_pass(struct smtp_crlf *c, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *cr, *lf;
	size_t len;

	if (c->state == SMTP_CRLF_CR && *p == '\n') {
		c->state = SMTP_CRLF_START;
		return p + 1;
	}
	if (c->state == SMTP_CRLF_CR) /* RFC 5321 §2.3.8: neither half of a CRLF may come alone */
		smtp_crlf_note(c, SMTP_TEXT_BARE_CR);
	cr = memchr(p, '\r', (size_t)(end - p));
	len = (size_t)((cr == NULL ? end : cr) - p);
	lf = memchr(p, '\n', len);
	if (lf != NULL && c->takes_lf) {
		len = (size_t)(lf - p);
		cr = NULL;
	} else if (lf != NULL) {
		smtp_crlf_note(c, SMTP_TEXT_BARE_LF);
	}
	if (memchr(p, '\0', len) != NULL)
		smtp_crlf_note(c, SMTP_TEXT_NUL);
	c->state = cr == NULL ? SMTP_CRLF_INSIDE : SMTP_CRLF_CR;
	return p + len + (cr != NULL);
}

bool
smtp_crlf_repair(struct smtp_crlf *c, const uint8_t **p, const uint8_t *end, struct slice *ret_text)
{
	if (!c->takes_lf || *p == end || **p != '\n' || c->state == SMTP_CRLF_CR)
		return false;
	c->state = SMTP_CRLF_INSIDE;
	(*p)++;
	*ret_text = slice_make("\r\n", c->flaws == 0 ? 2 : 0);
	return true;
}

enum smtp_text_flaw
smtp_crlf_flaw(const struct smtp_crlf *c)
{
	if (c->flaws & 1u << SMTP_TEXT_BARE_LF)
		return SMTP_TEXT_BARE_LF;
	if (c->flaws & 1u << SMTP_TEXT_BARE_CR)
		return SMTP_TEXT_BARE_CR;
	return c->flaws & 1u << SMTP_TEXT_NUL ? SMTP_TEXT_NUL : SMTP_TEXT_SOUND;
}
