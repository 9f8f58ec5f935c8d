/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn_status.h"

#include "message/date.h"
#include "message/dsn_words.h"
#include "message/plain.h"
#include "smtp/address.h"

static void
add_field(struct buf *out, const char *name, struct slice value, size_t len_max)
{
	buf_add_text(out, name);
	message_plain_add(message_dsn_cut(value, len_max), strlen(name), " ", out);
	buf_add_text(out, "\r\n");
}

static void
add_date_field(struct buf *out, const char *name, uint64_t unix_s)
{
	buf_add_text(out, name);
	message_date_add(unix_s, out);
	buf_add_text(out, "\r\n");
}

void
message_dsn_status_add(const struct message_dsn *d, struct buf *out)
{
	add_field(out, "Reporting-MTA: dns; ", d->hostname, DSN_HOST_MAX);
	add_field(out, "X-Sallyport-Queue-ID: ", d->queue_id, DSN_HOST_MAX);
	add_date_field(out, "Arrival-Date: ", d->arrived_unix_s);
	buf_add_text(out, "\r\n");
}

/* RFC 3464 §2.3.4. Without a code of the peer's: given up is 4.4.7, refused says no more than 5. */
static void
add_status(struct buf *out, const struct smtp_verdict *v)
{
	if (v->enhanced[0] != 0)
		buf_addf(
		    out, "Status: %u.%u.%u\r\n", v->enhanced[0], v->enhanced[1], v->enhanced[2]);
	else
		buf_add_text(
		    out, message_dsn_is_given_up(v) ? "Status: 4.4.7\r\n" : "Status: 5.0.0\r\n");
}

/*
 * "mx.example.org[192.0.2.1]:25" has a name, "[192.0.2.1]:25" an address literal; anything else,
 * such as the path of a socket, is no MTA name (RFC 3464 §2.3.5).
 */
static void
add_remote_mta(struct buf *out, struct slice host)
{
	struct slice name = slice_first(host, slice_find(host, '['));
	struct slice literal = slice_after(host, name.len);

	literal = slice_first(literal, slice_find(literal, ']'));
	if (smtp_domain_is_valid(name))
		add_field(out, "Remote-MTA: dns; ", name, DSN_HOST_MAX);
	else if (name.len == 0 && literal.len > 1)
		add_field(
		    out, "Remote-MTA: dns; ", slice_first(host, literal.len + 1), DSN_HOST_MAX);
}

/* The peer's words as they came (RFC 3464 §2.3.6); ours have no registered type. */
static void
add_diagnostic(struct buf *out, const struct smtp_verdict *v)
{
	char code[8];
	int len = snprintf(code, sizeof code, "%u ", v->code % 1000u);

	if (v->code != 0 && v->peer_text != NULL) {
		buf_add_text(out, "Diagnostic-Code: smtp; ");
		buf_add(out, code, (size_t)len);
		message_plain_add(
		    message_dsn_cut(slice_of(v->peer_text), SMTP_VERDICT_TEXT_MAX), 27, " ", out);
		buf_add_text(out, "\r\n");
	} else if (v->reason != NULL) {
		add_field(out, "Diagnostic-Code: X-Sallyport; ", slice_of(v->reason),
		    SMTP_VERDICT_TEXT_MAX);
	}
}

void
message_dsn_recipient_add(const struct message_dsn_recipient *r, struct buf *out)
{
	add_field(out, "Final-Recipient: rfc822; ", r->address, DSN_ADDRESS_MAX);
	buf_add_text(out, "Action: failed\r\n");
	add_status(out, r->verdict);
	if (r->verdict->host != NULL)
		add_remote_mta(out, slice_of(r->verdict->host));
	add_diagnostic(out, r->verdict);
	if (r->last_attempt_unix_s != 0)
		add_date_field(out, "Last-Attempt-Date: ", r->last_attempt_unix_s);
	buf_add_text(out, "\r\n");
}
