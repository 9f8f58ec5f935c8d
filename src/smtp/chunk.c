/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/chunk.h"

/* The header of a binary message ends with its first empty line. */
static void
look_for_body(struct smtp_chunk *c, const uint8_t *line, const uint8_t *end)
{
	for (const uint8_t *p = line; p < end && !c->has_line; p++)
		c->has_line = *p != '\r' && *p != '\n';
	if (c->crlf.state != SMTP_CRLF_START)
		return;
	c->is_past_header = !c->has_line;
	c->has_line = false;
}

/* Is the octet at p one that stays as it is? */
static bool
is_text(const struct smtp_chunk *c, const uint8_t *p)
{
	return !c->crlf.takes_lf || *p != '\n' || c->crlf.state == SMTP_CRLF_CR;
}

void
smtp_chunk_decode(struct smtp_chunk *c, struct slice *in, struct slice *ret_text)
{
	const uint8_t *text = in->ptr, *p = text, *end, *line;

	*ret_text = (struct slice){ p, 0 };
	if (in->len == 0)
		return;
	end = p + in->len;
	if (!c->is_past_header && smtp_crlf_repair(&c->crlf, &p, end, ret_text)) {
		c->repaired_count++;
		c->is_past_header = c->is_binary && !c->has_line;
		c->has_line = false;
		*in = slice_make(p, (size_t)(end - p));
		return;
	}
	while (p < end && !c->is_past_header && is_text(c, p)) {
		line = p;
		p = smtp_crlf_pass(&c->crlf, p, end);
		if (c->is_binary)
			look_for_body(c, line, p);
	}
	if (c->is_past_header)
		p = end;
	*in = slice_make(p, (size_t)(end - p));
	*ret_text = slice_make(text, c->crlf.flaws == 0 ? (size_t)(p - text) : 0);
}

void
smtp_chunk_end(struct smtp_chunk *c)
{
	if (c->crlf.state == SMTP_CRLF_CR && !c->is_past_header)
		smtp_crlf_note(&c->crlf, SMTP_TEXT_BARE_CR);
}
