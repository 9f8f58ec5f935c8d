/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn.h"

#include "message/date.h"
#include "message/dsn_original.h"
#include "message/dsn_shape.h"
#include "message/dsn_status.h"
#include "message/dsn_words.h"
#include "message/plain.h"
#include "message/quoted_printable.h"
#include "smtp/utf8.h"

#define REPORT_ID_MAX 60 /* of a boundary's 70 octets (RFC 2046 §5.1.1) */
/* Octets of the part for people, at most. */
#define WORDS_MAX(recipient_count) ((size_t)4096 + (recipient_count) * ((size_t)6 * 1024))

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

static const char *
subject(enum message_dsn_action action)
{
	switch (action) {
	case MESSAGE_DSN_FAILED:
		return "Your message could not be delivered";
	case MESSAGE_DSN_DELAYED:
		return "Your message is delayed";
	case MESSAGE_DSN_RELAYED:
		return "Your message was passed on";
	case MESSAGE_DSN_DELIVERED:
		break;
	}
	return "Your message was delivered";
}

static void
add_header(struct buf *out, const struct message_dsn *d)
{
	struct slice original_id = message_dsn_original_id(d);

	buf_add_text(out, "From: Mail delivery <mailer-daemon@");
	add_text(out, d->hostname, DSN_HOST_MAX);
	buf_add_text(out, ">\r\nTo: <");
	message_plain_utf8_add(message_dsn_cut(d->sender, DSN_ADDRESS_MAX), 0, " ", out);
	buf_addf(out, ">\r\nSubject: %s\r\nDate: ", subject(d->action));
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

/* In UTF-8 only when an address makes it so; encoded where the report must be 7-bit. */
static void
add_words(struct buf *out, const struct message_dsn *d)
{
	struct buf words;
	struct slice text;

	buf_init(&words, WORDS_MAX(d->recipient_count));
	message_dsn_words_add(d, &words);
	text = buf_slice(&words);
	add_boundary(out, d, "--", "\r\nContent-Type: text/plain; charset=");
	if (smtp_is_ascii(text)) {
		buf_add_text(out, "us-ascii\r\n\r\n");
		buf_add_slice(out, text);
	} else if (message_dsn_is_utf8(d)) {
		buf_add_text(out, "utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
		buf_add_slice(out, text);
	} else {
		buf_add_text(out, "utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
		message_quoted_printable_add(text, out);
	}
	buf_add_text(out, "\r\n");
	buf_done(&words);
}

static void
add_status(struct buf *out, const struct message_dsn *d)
{
	add_boundary(out, d, "--",
	    message_dsn_is_utf8(d) ? "\r\nContent-Type: message/global-delivery-status\r\n"
				     "Content-Transfer-Encoding: 8bit\r\n\r\n"
				   : "\r\nContent-Type: message/delivery-status\r\n\r\n");
	message_dsn_status_add(d, out);
	for (size_t i = 0; i < d->recipient_count; i++)
		if (message_dsn_shows(d, &d->recipients[i]))
			message_dsn_recipient_add(d, &d->recipients[i], out);
}

bool
message_dsn_add(const struct message_dsn *d, struct buf *out)
{
	add_header(out, d);
	add_words(out, d);
	add_status(out, d);
	add_boundary(out, d, "--", "\r\n");
	message_dsn_original_add(d, out);
	add_boundary(out, d, "\r\n--", "--\r\n");
	return !out->overflow;
}
