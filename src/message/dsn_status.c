/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn_status.h"

#include "message/date.h"
#include "message/dsn_address.h"
#include "message/dsn_shape.h"
#include "message/plain.h"
#include "smtp/address.h"
#include "smtp/rcpt_params.h"
#include "smtp/timestamp.h"
#include "smtp/xtext.h"

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

/* RFC 3461 §6.3 (a): without the xtext that it needed as a parameter. */
static void
add_envelope_id(struct buf *out, struct slice envid)
{
	struct buf decoded;

	if (envid.len == 0)
		return;
	buf_init(&decoded, SMTP_ENVID_MAX);
	if (smtp_xtext_is_valid(envid) && smtp_xtext_decode(envid, &decoded))
		envid = buf_slice(&decoded);
	add_field(out, "Original-Envelope-Id: ", envid, SMTP_ENVID_MAX);
	buf_done(&decoded);
}

/* RFC 4865 §5.1.2: as a time, which HOLDFOR became when the message was taken. */
static void
add_hold(struct buf *out, uint64_t hold_until_unix_s)
{
	if (hold_until_unix_s == 0)
		return;
	buf_add_text(out, "Future-Release-Request: until;");
	(void)smtp_timestamp_add(hold_until_unix_s, out);
	buf_add_text(out, "\r\n");
}

void
message_dsn_status_add(const struct message_dsn *d, struct buf *out)
{
	const struct smtp_mail_params *p = d->params;

	if (p != NULL)
		add_envelope_id(out, p->envid);
	add_field(out, "Reporting-MTA: dns; ", d->hostname, DSN_HOST_MAX);
	add_date_field(out, "Arrival-Date: ", d->arrived_unix_s);
	if (p != NULL && p->by != SMTP_BY_UNSAID) /* RFC 2852 §5 */
		add_date_field(
		    out, "Deliver-By-Date: ", p->by_unix_s < 0 ? 0 : (uint64_t)p->by_unix_s);
	if (p != NULL)
		add_hold(out, p->hold_until_unix_s);
	add_field(out, "X-Sallyport-Queue-ID: ", d->queue_id, DSN_HOST_MAX);
	buf_add_text(out, "\r\n");
}

static void
add_address_field(const char *name, const struct buf *value, bool is_utf8, struct buf *out)
{
	buf_add_text(out, name);
	if (is_utf8)
		message_plain_utf8_add(buf_slice(value), strlen(name), " ", out);
	else
		message_plain_add(buf_slice(value), strlen(name), " ", out);
	buf_add_text(out, "\r\n");
}

/* RFC 3461 §6.3 (d): only when ORCPT was given. */
static void
add_original_recipient(struct buf *out, struct slice orcpt, bool is_utf8)
{
	struct buf value;

	if (orcpt.len == 0)
		return;
	orcpt = message_dsn_cut(orcpt, SMTP_ORCPT_MAX);
	buf_init(&value, MESSAGE_DSN_ADDRESS_MAX(orcpt.len));
	message_dsn_orcpt_add(orcpt, is_utf8, &value);
	add_address_field("Original-Recipient: ", &value, is_utf8, out);
	buf_done(&value);
}

static void
add_final_recipient(struct buf *out, struct slice address, bool is_utf8)
{
	struct buf value;

	address = message_dsn_cut(address, DSN_ADDRESS_MAX);
	buf_init(&value, MESSAGE_DSN_ADDRESS_MAX(address.len));
	message_dsn_address_add(address, is_utf8, &value);
	add_address_field("Final-Recipient: ", &value, is_utf8, out);
	buf_done(&value);
}

/* RFC 3464 §2.3.3 */
static const char *
action_name(enum message_dsn_action action)
{
	switch (action) {
	case MESSAGE_DSN_FAILED:
		return "failed";
	case MESSAGE_DSN_DELAYED:
		return "delayed";
	case MESSAGE_DSN_RELAYED:
		return "relayed";
	case MESSAGE_DSN_DELIVERED:
		break;
	}
	return "delivered";
}

/* Without a code of the peer's: given up is 4.4.7, everything else says no more than its class. */
static const char *
default_status(const struct message_dsn *d, const struct smtp_verdict *v)
{
	switch (d->action) {
	case MESSAGE_DSN_FAILED:
		return message_dsn_is_given_up(v) ? "4.4.7" : "5.0.0";
	case MESSAGE_DSN_DELAYED:
		return "4.0.0";
	case MESSAGE_DSN_RELAYED:
	case MESSAGE_DSN_DELIVERED:
		break;
	}
	return "2.0.0";
}

/* RFC 3464 §2.3.4: 4 or 5 for what failed, 4 for what is delayed, 2 for what arrived. */
static bool
does_class_fit(enum message_dsn_action action, unsigned class)
{
	if (action == MESSAGE_DSN_FAILED)
		return class == 4 || class == 5;
	return class == (action == MESSAGE_DSN_DELAYED ? 4 : 2);
}

static void
add_status(struct buf *out, const struct message_dsn *d, const struct smtp_verdict *v)
{
	if (does_class_fit(d->action, v->enhanced[0]))
		buf_addf(
		    out, "Status: %u.%u.%u\r\n", v->enhanced[0], v->enhanced[1], v->enhanced[2]);
	else
		buf_addf(out, "Status: %s\r\n", default_status(d, v));
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
message_dsn_recipient_add(
    const struct message_dsn *d, const struct message_dsn_recipient *r, struct buf *out)
{
	bool is_utf8 = message_dsn_is_utf8(d);

	add_original_recipient(out, r->orcpt, is_utf8);
	add_final_recipient(out, r->address, is_utf8);
	buf_addf(out, "Action: %s\r\n", action_name(d->action));
	add_status(out, d, r->verdict);
	if (r->verdict->host != NULL)
		add_remote_mta(out, slice_of(r->verdict->host));
	add_diagnostic(out, r->verdict);
	if (r->last_attempt_unix_s != 0)
		add_date_field(out, "Last-Attempt-Date: ", r->last_attempt_unix_s);
	if (d->action == MESSAGE_DSN_DELAYED && d->retry_until_unix_s != 0)
		add_date_field(out, "Will-Retry-Until: ", d->retry_until_unix_s);
	buf_add_text(out, "\r\n");
}
