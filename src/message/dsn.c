/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsn.c - the container and the fields for programs; the words for people are in dsn_words.c.
 */
#include "message/dsn.h"

#include "message/date.h"
#include "message/dsn_words.h"
#include "message/plain.h"

enum { ORIGINAL_LINE_MAX = 998 }; /* RFC 5322 §2.1.1 */

/* "name: value", folded. */
static bool
add_field(const char *name, const char *value_type, struct slice value, struct buf *out)
{
	return buf_addf(out, "%s: %s", name, value_type) &&
	       message_plain_add(value, strlen(name) + 2 + strlen(value_type), " ", out) &&
	       buf_add_text(out, "\r\n");
}

static bool
add_date(const char *name, uint64_t unix_s, struct buf *out)
{
	return buf_addf(out, "%s: ", name) && message_date_add(unix_s, out) &&
	       buf_add_text(out, "\r\n");
}

/* RFC 5322 header of the report; Auto-Submitted keeps robots from answering (RFC 3834 §5). */
static bool
add_header(const struct message_dsn *d, struct buf *out)
{
	return buf_add_text(out, "From: Mail delivery <mailer-daemon@") &&
	       message_plain_add(d->hostname, 36, " ", out) && buf_add_text(out, ">\r\n") &&
	       add_field("To", "", d->sender, out) &&
	       buf_add_text(out, "Subject: Your message could not be delivered\r\n") &&
	       add_date("Date", d->now_unix_s, out) && buf_add_text(out, "Message-ID: <") &&
	       message_plain_add(d->report_id, 13, " ", out) && buf_add_text(out, "@") &&
	       message_plain_add(d->hostname, 27, " ", out) &&
	       buf_add_text(out, ">\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
				 "Content-Type: multipart/report; report-type=delivery-status;\r\n "
				 "boundary=\"=_") &&
	       message_plain_add(d->report_id, 13, " ", out) && buf_add_text(out, "\"\r\n\r\n");
}

static bool
add_boundary(const struct message_dsn *d, const char *end, struct buf *out)
{
	return buf_add_text(out, "--=_") && message_plain_add(d->report_id, 4, " ", out) &&
	       buf_add_text(out, end) && buf_add_text(out, "\r\n");
}

static struct slice
text_slice(const char *text)
{
	return text == NULL ? slice_of("") : slice_of(text);
}

/* RFC 3464 §2.3.4: the status of a recipient we gave up on keeps the code of the last attempt. */
static bool
add_status(const struct smtp_verdict *v, struct buf *out)
{
	if (v->enhanced[0] == 0)
		return buf_addf(out, "Status: %u.0.0\r\n", v->code >= 400 ? v->code / 100u : 5u);
	return buf_addf(out, "Status: %u.%u.%u\r\n", (unsigned)v->enhanced[0],
	    (unsigned)v->enhanced[1], (unsigned)v->enhanced[2]);
}

/* RFC 3464 §2.3.6: the peer's own words, with its code, when there were any. */
static bool
add_diagnostic(const struct smtp_verdict *v, struct buf *out)
{
	char code[16];

	if (v->code == 0)
		return true;
	(void)snprintf(code, sizeof code, "smtp; %u ", (unsigned)v->code);
	return add_field("Diagnostic-Code", code, text_slice(v->peer_text), out);
}

static bool
add_recipient(const struct message_dsn_recipient *r, struct buf *out)
{
	const struct smtp_verdict *v = r->verdict;

	return buf_add_text(out, "\r\n") &&
	       add_field("Final-Recipient", "rfc822; ", r->address, out) &&
	       buf_add_text(out, "Action: failed\r\n") && add_status(v, out) &&
	       (v->host == NULL || add_field("Remote-MTA", "dns; ", slice_of(v->host), out)) &&
	       add_diagnostic(v, out) &&
	       (r->last_attempt_unix_s == 0 ||
		   add_date("Last-Attempt-Date", r->last_attempt_unix_s, out));
}

static bool
add_delivery_status(const struct message_dsn *d, struct buf *out)
{
	bool ok = buf_add_text(out, "Content-Type: message/delivery-status\r\n\r\n") &&
		  add_field("Reporting-MTA", "dns; ", d->hostname, out) &&
		  add_field("X-Queue-ID", "", d->queue_id, out) &&
		  add_date("Arrival-Date", d->arrived_unix_s, out);

	for (size_t i = 0; ok && i < d->recipient_count; i++)
		if (d->recipients[i].verdict->class != SMTP_VERDICT_DELIVERED)
			ok = add_recipient(&d->recipients[i], out);
	return ok && buf_add_text(out, "\r\n");
}

/* One line of the original; 8-bit octets become '?', an overlong line is cut. */
static bool
add_original_line(struct slice line, struct buf *out)
{
	if (line.len > ORIGINAL_LINE_MAX)
		line = slice_first(line, ORIGINAL_LINE_MAX);
	for (size_t i = 0; i < line.len; i++) {
		uint8_t c = line.ptr[i];

		if (!buf_add_octet(out, (c >= ' ' && c < 0x7f) || c == '\t' ? c : '?'))
			return false;
	}
	return buf_add_text(out, "\r\n");
}

/* RFC 6522 §4: whole lines of the header, up to the first empty one. */
static bool
add_original(const struct message_dsn *d, struct buf *out)
{
	struct slice rest = d->original;
	bool ok = buf_add_text(out, "Content-Type: text/rfc822-headers\r\n\r\n");

	if (rest.len > MESSAGE_DSN_HEADER_MAX)
		rest = slice_first(rest, MESSAGE_DSN_HEADER_MAX);
	while (ok) {
		size_t len = slice_find(rest, '\n');
		struct slice line = slice_first(rest, len);

		if (len == rest.len)
			break; /* not a whole line */
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0)
			break;
		ok = add_original_line(line, out);
		rest = slice_after(rest, len + 1);
	}
	return ok;
}

bool
message_dsn_add(const struct message_dsn *d, struct buf *out)
{
	return add_header(d, out) && add_boundary(d, "", out) &&
	       buf_add_text(out, "Content-Type: text/plain; charset=us-ascii\r\n\r\n") &&
	       message_dsn_words_add(d, out) && buf_add_text(out, "\r\n") &&
	       add_boundary(d, "", out) && add_delivery_status(d, out) &&
	       add_boundary(d, "", out) && add_original(d, out) && buf_add_text(out, "\r\n") &&
	       add_boundary(d, "--", out);
}
