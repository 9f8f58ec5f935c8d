/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn_shape.h"

#include "message/lines.h"
#include "smtp/utf8.h"

#define LINE_LENGTH_MAX 998 /* RFC 5322 §2.1.1 */

bool
message_dsn_shows(const struct message_dsn *d, const struct message_dsn_recipient *r)
{
	enum smtp_verdict_class class = r->verdict->class;

	switch (d->action) {
	case MESSAGE_DSN_FAILED:
		return class != SMTP_VERDICT_DELIVERED;
	case MESSAGE_DSN_DELAYED:
		return class == SMTP_VERDICT_DEFERRED;
	case MESSAGE_DSN_RELAYED:
	case MESSAGE_DSN_DELIVERED:
		break;
	}
	return class == SMTP_VERDICT_DELIVERED;
}

bool
message_dsn_is_given_up(const struct smtp_verdict *v)
{
	return v->class == SMTP_VERDICT_DEFERRED || v->enhanced[0] == 4 || v->code / 100 == 4;
}

bool
message_dsn_is_utf8(const struct message_dsn *d)
{
	return !smtp_is_ascii(d->sender);
}

/* RFC 8689 §5: what went with REQUIRETLS does not go back whole. Binary needs more than MAIL. */
bool
message_dsn_may_return_whole(const struct message_dsn *d)
{
	const struct smtp_mail_params *p = d->params;

	return d->action == MESSAGE_DSN_FAILED && p != NULL && p->ret == SMTP_RET_FULL &&
	       !p->requires_tls && p->body != SMTP_BODY_BINARYMIME;
}

bool
message_dsn_has_clean_lines(struct slice text)
{
	struct message_lines l = { 0 };

	if (slice_find(text, '\0') != text.len || !message_lines_fit(&l, text, LINE_LENGTH_MAX))
		return false;
	while (text.len != 0) {
		size_t lf = slice_find(text, '\n'), cr = slice_find(slice_first(text, lf), '\r');

		if (lf == text.len || cr + 1 != lf)
			return lf == text.len && cr == lf;
		text = slice_after(text, lf + 1);
	}
	return true;
}

/*
 * Was it refused for what it is: too large (RFC 3463 §3.4: X.3.4), or 8 bits (§3.7: X.6.3)? A
 * report with it inside is likely to meet the same next hop, and the sender would hear nothing.
 */
static bool
is_content_refused(const struct message_dsn *d)
{
	for (size_t i = 0; i < d->recipient_count; i++) {
		const uint16_t *code = d->recipients[i].verdict->enhanced;

		if ((code[1] == 3 && code[2] == 4) || (code[1] == 6 && code[2] == 3))
			return true;
	}
	return false;
}

bool
message_dsn_returns_whole(const struct message_dsn *d)
{
	return message_dsn_may_return_whole(d) && d->is_whole &&
	       d->original.len <= MESSAGE_DSN_FULL_MAX &&
	       message_dsn_has_clean_lines(d->original) && !is_content_refused(d);
}

struct slice
message_dsn_original_header(const struct message_dsn *d)
{
	struct slice message = d->original;
	size_t max = message.len < MESSAGE_DSN_HEADER_MAX ? message.len : MESSAGE_DSN_HEADER_MAX;
	size_t start = 0;

	while (start < max) {
		struct slice rest = slice_after(message, start);
		size_t len = slice_find(rest, '\n') + 1;

		if (len > max - start || (rest.ptr[0] == '\r' && len == 2) || len == 1)
			break;
		start += len;
	}
	return slice_first(message, start);
}

size_t
message_dsn_original_max(const struct message_dsn *d, uint64_t size)
{
	if (message_dsn_may_return_whole(d) && size <= MESSAGE_DSN_FULL_MAX)
		return (size_t)size;
	return size < MESSAGE_DSN_HEADER_MAX ? (size_t)size : MESSAGE_DSN_HEADER_MAX;
}

/* A UTF-8 original that is encoded, as the report may be 7-bit, needs nothing (RFC 6533 §4.5). */
static bool
is_8bit(const struct message_dsn *d)
{
	return message_dsn_returns_whole(d) && !smtp_is_ascii(d->original) &&
	       smtp_is_ascii(message_dsn_original_header(d));
}

void
message_dsn_params(const struct message_dsn *d, struct smtp_mail_params *ret_params)
{
	bool is_utf8 = message_dsn_is_utf8(d);

	*ret_params = (struct smtp_mail_params){
		.body = is_utf8 || is_8bit(d) ? SMTP_BODY_8BITMIME : SMTP_BODY_7BIT,
		.is_utf8 = is_utf8,
		.requires_tls = d->params != NULL && d->params->requires_tls,
	};
}
