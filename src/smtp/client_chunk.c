/* SPDX-License-Identifier: Apache-2.0 */
/* The text in BDAT (RFC 3030): counted, exactly as it is in the store. */
#include <assert.h>

#include "smtp/client_internal.h"

/* With PIPELINING so many may be on their way: what a refusal of the first would have us waste. */
enum { UNHEARD_CHUNKS_MAX = 8 };

static bool
must_wait(const struct smtp_client *c)
{
	size_t max = client_offers(c, CLIENT_PIPELINING) ? UNHEARD_CHUNKS_MAX : 1;

	return c->mail.unheard_chunks >= max;
}

void
client_send_chunk(struct smtp_client *c, struct slice text, bool is_last, uint64_t now_ms)
{
	bool ok = true;

	if (text.len > 0 || is_last) {
		size_t before = c->out.len;

		ok = buf_addf(&c->out, "BDAT %zu%s\r\n", text.len, is_last ? " LAST" : "");
		client_show(c, before);
		ok = ok && buf_add_slice(&c->out, text);
		c->mail.unheard_chunks += !is_last;
	}
	assert(ok);
	if (is_last)
		client_enter(c, CLIENT_DOT, now_ms);
	else
		client_enter(c, must_wait(c) ? CLIENT_CHUNK : CLIENT_TEXT, now_ms);
}

/*
 * RFC 3030 §2: after a refusal no more may be sent. Where more is on its way already, its replies
 * are not worth to wait for.
 */
static void
take_refusal(struct smtp_client *c)
{
	struct smtp_verdict v = client_reply_verdict(c);

	if (c->state == CLIENT_DOT || c->mail.unheard_chunks > 0) {
		client_break(c, v);
		return;
	}
	client_settle_all(c, &v);
	smtp_verdict_done(&v);
	client_finish(c);
}

void
client_on_chunk(struct smtp_client *c, uint64_t now_ms)
{
	unsigned class = client_reply_class(c);

	if (c->mail.unheard_chunks == 0 || class == 3) {
		client_break_out_of_step(c);
		return;
	}
	c->mail.unheard_chunks--;
	if (class != 2)
		take_refusal(c);
	else if (c->state == CLIENT_CHUNK)
		client_enter(c, CLIENT_TEXT, now_ms);
	else if (c->state == CLIENT_DOT)
		client_enter(c, CLIENT_DOT, now_ms);
}
