/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn.h"

#include "message/date.h"
#include "message/dsn_status.h"
#include "message/dsn_words.h"
#include "message/plain.h"
#include "message/quoted_printable.h"

#define REPORT_ID_MAX 60   /* of a boundary's 70 octets (RFC 2046 §5.1.1) */
#define MESSAGE_ID_MAX 250 /* octets of the original's Message-ID that we answer to */

/* The header of the original: its whole lines before the first empty one, as many as may be. */
static struct slice
header_of(struct slice message)
{
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

/* The line of the first Message-ID field, or empty. */
static struct slice
find_message_id(struct slice header)
{
	struct slice rest = header;

	while (rest.len != 0 && !slice_starts_nocase(rest, "Message-ID:")) {
		size_t end = slice_find(rest, '\n');

		rest = slice_after(rest, end == rest.len ? end : end + 1);
	}
	return slice_first(rest, slice_find(rest, '\n'));
}

/* Its "<...>", or empty when there is none that can be put into a header. */
static struct slice
message_id_of(struct slice header)
{
	const struct slice none = { NULL, 0 };
	struct slice line = find_message_id(header);
	struct slice id = slice_after(line, slice_find(line, '<'));
	size_t close = slice_find(id, '>');

	if (close == id.len || close > MESSAGE_ID_MAX)
		return none;
	for (size_t i = 0; i < close; i++)
		if (id.ptr[i] <= ' ' || id.ptr[i] > '~')
			return none;
	return slice_first(id, close + 1);
}

static void
add_text(struct buf *out, struct slice text, size_t len_max)
{
	message_plain_add(message_dsn_cut(text, len_max), 0, " ", out);
}

static void
add_boundary(struct buf *out, const struct message_dsn *d, const char *before, const char *after)
{
	buf_add_text(out, before);
	buf_add_text(out, "=_");
	add_text(out, d->report_id, REPORT_ID_MAX);
	buf_add_text(out, after);
}

static void
add_message_id(struct buf *out, const struct message_dsn *d)
{
	buf_add_text(out, "Message-ID: <");
	add_text(out, d->report_id, REPORT_ID_MAX);
	buf_add_text(out, "@");
	add_text(out, d->hostname, DSN_HOST_MAX);
	buf_add_text(out, ">\r\n");
}

static void
add_header(struct buf *out, const struct message_dsn *d)
{
	struct slice original_id = message_id_of(header_of(d->original));

	buf_add_text(out, "From: Mail delivery <mailer-daemon@");
	add_text(out, d->hostname, DSN_HOST_MAX);
	buf_add_text(out, ">\r\nTo: <");
	add_text(out, d->sender, DSN_ADDRESS_MAX);
	buf_add_text(out, ">\r\nSubject: Your message could not be delivered\r\nDate: ");
	message_date_add(d->now_unix_s, out);
	buf_add_text(out, "\r\n");
	add_message_id(out, d);
	if (original_id.len != 0) {
		buf_add_text(out, "In-Reply-To: ");
		buf_add_slice(out, original_id);
		buf_add_text(out, "\r\n");
	}
	/* RFC 3834 §5: answered to a message, by a program. */
	buf_add_text(out, "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n");
	add_boundary(out, d,
	    "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"",
	    "\"\r\n\r\n");
}

static void
add_words(struct buf *out, const struct message_dsn *d)
{
	add_boundary(out, d, "--", "\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n");
	buf_add_text(out, "This is the mail server ");
	add_text(out, d->hostname, DSN_HOST_MAX);
	buf_add_text(out, ".\r\n\r\nThe message that you sent on ");
	message_date_add(d->arrived_unix_s, out);
	buf_add_text(out, "\r\ncould not be delivered to:\r\n\r\n");
	for (size_t i = 0; i < d->recipient_count; i++)
		if (d->recipients[i].verdict->class != SMTP_VERDICT_DELIVERED)
			message_dsn_words_add(&d->recipients[i], out);
	buf_add_text(out, "Other recipients of the message, if it had any, are not affected.\r\n"
			  "Its header is attached, so that you can tell which message it was.\r\n"
			  "If you ask your administrator, name the queue id ");
	add_text(out, d->queue_id, DSN_HOST_MAX);
	buf_add_text(out, ".\r\n\r\n");
}

static void
add_status(struct buf *out, const struct message_dsn *d)
{
	add_boundary(out, d, "--", "\r\nContent-Type: message/delivery-status\r\n\r\n");
	message_dsn_status_add(d, out);
	for (size_t i = 0; i < d->recipient_count; i++)
		if (d->recipients[i].verdict->class != SMTP_VERDICT_DELIVERED)
			message_dsn_recipient_add(&d->recipients[i], out);
}

/* RFC 6522 §4: the header is enough, and does not send a large message back and forth. */
static void
add_original(struct buf *out, const struct message_dsn *d)
{
	struct slice header = header_of(d->original);

	add_boundary(out, d, "--", "\r\nContent-Type: text/rfc822-headers\r\n");
	if (message_is_7bit(header)) {
		buf_add_text(out, "\r\n");
		buf_add_slice(out, header);
	} else {
		buf_add_text(out, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
		message_quoted_printable_add(header, out);
	}
	add_boundary(out, d, "\r\n--", "--\r\n");
}

bool
message_dsn_add(const struct message_dsn *d, struct buf *out)
{
	add_header(out, d);
	add_words(out, d);
	add_status(out, d);
	add_original(out, d);
	return !out->overflow;
}

size_t
message_dsn_original_max(const struct message_dsn *d, uint64_t size)
{
	(void)d;
	return size < MESSAGE_DSN_HEADER_MAX ? (size_t)size : MESSAGE_DSN_HEADER_MAX;
}

void
message_dsn_params(const struct message_dsn *d, struct smtp_mail_params *ret_params)
{
	*ret_params = (struct smtp_mail_params){
		.requires_tls = d->params != NULL && d->params->requires_tls,
	};
}
