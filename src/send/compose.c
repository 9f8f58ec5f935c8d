/* SPDX-License-Identifier: Apache-2.0 */
#include "send/compose.h"

#include "message/encoded_word.h"
#include "message/field_kind.h"
#include "message/filter.h"
#include "message/header.h"
#include "message/lines.h"
#include "message/quoted_printable.h"
#include "smtp/utf8.h"

enum {
	HEADER_SIZE = 1024 * 1024,
	LINE_LENGTH = 998, /* RFC 5322 §2.1.1 */
	RECEIVED_MAX = 100,
	FIELDS_SIZE = 1024 * 1024,
};

bool
send_has_header(struct slice text)
{
	struct message_field field;

	text = slice_after(text, message_header_mbox_line(text).len);
	return message_field_next(&text, &field) == MESSAGE_FIELD_OK;
}

static bool
has_field(struct slice header, enum message_field_kind kind)
{
	struct message_field field;

	while (message_field_next(&header, &field) == MESSAGE_FIELD_OK)
		if (message_field_kind_of(field.name) == kind)
			return true;
	return false;
}

static void
add_from(const struct send_letter *l, struct buf *out)
{
	if (l->from == NULL || l->from[0] == '\0')
		return;
	(void)buf_add_text(out, "From: ");
	if (l->full_name != NULL && l->full_name[0] != '\0') {
		(void)message_display_name_add(slice_of(l->full_name), out);
		(void)buf_addf(out, " <%s>\r\n", l->from);
	} else {
		(void)buf_addf(out, "%s\r\n", l->from);
	}
}

static void
add_to(const struct send_letter *l, struct buf *out)
{
	if (l->to_count == 0)
		return;
	(void)buf_add_text(out, "To: ");
	for (size_t i = 0; i < l->to_count; i++) {
		if (i > 0)
			(void)buf_add_text(out, ",\r\n ");
		(void)buf_add_slice(out, l->to[i]);
	}
	(void)buf_add_text(out, "\r\n");
}

/* The encoding is the one that every server takes: 7 bits and short lines. */
static void
add_text(struct slice body, struct buf *out)
{
	const bool is_7bit = message_is_7bit(body);
	const char *charset = smtp_is_ascii(body) ? "us-ascii"
			      : smtp_is_utf8(body)
				  ? "utf-8"
				  : "unknown-8bit"; /* the name that mail has for it */

	(void)buf_addf(out,
	    "Content-Type: text/plain; charset=%s\r\n"
	    "Content-Transfer-Encoding: %s\r\n\r\n",
	    charset, is_7bit ? "7bit" : "quoted-printable");
	if (is_7bit)
		(void)buf_add_slice(out, body);
	else
		(void)message_quoted_printable_add(body, out);
}

/* The text by itself, or as the first part of several (RFC 2046 §5.1.3). */
static void
add_body(const struct send_letter *l, struct buf *out)
{
	char boundary[SEND_BOUNDARY_SIZE];

	(void)buf_add_text(out, "MIME-Version: 1.0\r\n");
	if (l->attachment_count == 0) {
		add_text(l->text, out);
		return;
	}
	send_boundary(l->message_id, boundary);
	(void)buf_addf(out, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n",
	    boundary, boundary);
	add_text(l->text, out);
	(void)buf_add_text(out, "\r\n");
	for (size_t i = 0; i < l->attachment_count; i++)
		send_attachment_add(&l->attachments[i], boundary, out);
	(void)buf_addf(out, "--%s--\r\n", boundary);
}

/* Fields that were given win over those that we would add. */
static void
add_given(const struct send_letter *l, struct buf *out)
{
	for (size_t i = 0; i < l->field_count; i++)
		(void)buf_addf(out, "%s\r\n", l->fields[i]);
}

static void
add_missing(const struct send_letter *l, struct slice header, struct buf *out)
{
	const size_t before = out->len;
	struct slice given;

	add_given(l, out);
	given = slice_make(out->ptr + before, out->len - before);
	if (!has_field(header, MESSAGE_FIELD_FROM) && !has_field(given, MESSAGE_FIELD_FROM))
		add_from(l, out);
	given = slice_make(out->ptr + before, out->len - before);
	if (l->is_body && !has_field(given, MESSAGE_FIELD_TO))
		add_to(l, out);
	if (l->subject != NULL && !has_field(header, MESSAGE_FIELD_SUBJECT)) {
		(void)buf_add_text(out, "Subject: ");
		(void)message_encoded_word_add(slice_of(l->subject), out);
		(void)buf_add_text(out, "\r\n");
	}
}

static enum message_flaw
filter(const struct send_letter *l, struct slice text, struct buf *out, struct buf *detail)
{
	const struct message_filter_options options = {
		.hostname = l->hostname,
		.message_id = l->message_id,
		.unix_s = l->unix_s,
		.header_size = HEADER_SIZE,
		.line_length = LINE_LENGTH,
		.received_count = RECEIVED_MAX,
		.fold_lines = true,
		.complete_addresses = true,
		.takes_utf8_header = true,
	};
	struct message_filter *f = message_filter_new(&options);
	enum message_flaw flaw;

	message_filter_text(f, text, out);
	flaw = message_filter_end(f, out);
	(void)buf_add_slice(detail, message_filter_detail(f));
	message_filter_free(&f);
	return flaw;
}

static size_t
size_of_attachments(const struct send_letter *l)
{
	size_t size = 0;

	for (size_t i = 0; i < l->attachment_count; i++)
		size += send_attachment_size(&l->attachments[i]);
	return size;
}

enum message_flaw
send_compose(const struct send_letter *l, struct buf *out, struct buf *detail)
{
	struct slice text = l->text;
	enum message_flaw flaw;
	struct buf whole;

	buf_init(&whole, FIELDS_SIZE + text.len * 4 + size_of_attachments(l));
	text = slice_after(text, l->is_body ? 0 : message_header_mbox_line(text).len);
	add_missing(l, l->is_body ? slice_of("") : text, &whole);
	if (l->is_body)
		add_body(l, &whole);
	else
		(void)buf_add_slice(&whole, text);
	flaw = filter(l, buf_slice(&whole), out, detail);
	buf_done(&whole);
	return flaw;
}

/* flat */
const char *
send_flaw_words(enum message_flaw flaw)
{
	switch (flaw) {
	case MESSAGE_SOUND:
		return "is sound";
	case MESSAGE_HEADER_TOO_LARGE:
		return "has a header block that is too large, or no empty line behind it";
	case MESSAGE_HEADER_SYNTAX:
		return "has a line in its header block that is no field";
	case MESSAGE_HEADER_NUL:
		return "has a NUL octet in its header block";
	case MESSAGE_HEADER_8BIT:
	case MESSAGE_HEADER_NOT_UTF8:
		return "has octets in its header block that are not UTF-8";
	case MESSAGE_FROM_MISSING:
		return "has no From field, and no sender was given";
	case MESSAGE_FROM_TWICE:
		return "has two From fields";
	case MESSAGE_FIELD_TWICE:
		return "has a field twice that may come once";
	case MESSAGE_ADDRESS_SYNTAX:
		return "has an address that cannot be read";
	case MESSAGE_ADDRESS_UNQUALIFIED:
		return "has an address without a domain";
	case MESSAGE_LINE_TOO_LONG:
		return "has a line that is too long";
	case MESSAGE_LOOP:
		return "has been through too many servers: it goes in circles";
	}
	return "cannot be sent";
}
