/* SPDX-License-Identifier: Apache-2.0 */
/* NOOP (RFC 5321 §4.1.1.9), one or many, as short or long as a line may be. */
#include <assert.h>

#include "smtp/client_internal.h"

static const char noop[] = "NOOP", crlf[] = "\r\n";

static void
send_noop(struct smtp_client *c, unsigned line_len)
{
	size_t before = c->out.len;
	bool ok = buf_add_text(&c->out, noop);

	if (line_len > sizeof noop - 1 + sizeof crlf - 1)
		ok = ok && buf_add_octet(&c->out, ' ');
	while (ok && c->out.len - before + sizeof crlf - 1 < line_len)
		ok = buf_add_octet(&c->out, 'x');
	ok = ok && buf_add_text(&c->out, crlf);
	assert(ok);
	client_show(c, before);
}

bool
smtp_client_noops(struct smtp_client *c, unsigned count, unsigned line_len, uint64_t now_ms)
{
	assert(c->state == CLIENT_IDLE);
	assert(count > 0 && count <= SMTP_CLIENT_NOOPS_MAX && line_len <= SMTP_CLIENT_NOOP_MAX);
	if (count > 1 && !client_offers(c, CLIENT_PIPELINING))
		return false;
	for (unsigned i = 0; i < count; i++)
		send_noop(c, line_len);
	c->noop_count = count;
	client_enter(c, CLIENT_NOOP, now_ms);
	return true;
}

/* What it says is of no matter, but 421, which does not come here. */
void
client_on_noop(struct smtp_client *c, uint64_t now_ms)
{
	if (client_reply_class(c) == 3) {
		client_break_out_of_step(c);
		return;
	}
	c->noop_count--;
	client_enter(c, c->noop_count == 0 ? CLIENT_IDLE : CLIENT_NOOP, now_ms);
}
