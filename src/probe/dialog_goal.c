/* SPDX-License-Identifier: Apache-2.0 */
/* What is done while the connection is free, until the goal is reached; and the message. */
#include "probe/dialog_private.h"
#include "smtp/utf8.h"
#include "util/clock.h"

/* Text that waits to be sent: enough to keep the socket busy. */
enum { PENDING_MAX = 2 * SMTP_CLIENT_TEXT_MAX };

bool
dialog_is_trusted(const struct probe_dialog *d)
{
	return d->facts.tls.trouble == PROBE_TLS_FINE && d->facts.tls.certificate.is_there &&
	       d->facts.tls.certificate.faults == 0;
}

static bool
wants_starttls(const struct probe_dialog *d)
{
	return d->options.goal >= PROBE_GOAL_TLS &&
	       (d->options.mode == PROBE_MODE_STARTTLS ||
		   d->options.mode == PROBE_MODE_STARTTLS_ANYWAY);
}

static void
note_missing_starttls(struct probe_dialog *d)
{
	if (wants_starttls(d) && !smtp_client_is_tls(d->client) &&
	    d->facts.stages[PROBE_STAGE_STARTTLS].end == PROBE_STAGE_NOT_REACHED)
		dialog_skip(d, PROBE_STAGE_STARTTLS, "STARTTLS is not offered");
}

/* False, with the reason where it belongs: the message must not go. */
static bool
may_send(struct probe_dialog *d)
{
	const enum probe_stage_end starttls = d->facts.stages[PROBE_STAGE_STARTTLS].end;

	if (d->options.auth_user.len > 0 && !d->facts.is_logged_in)
		return false;
	if (!d->options.requires_tls || dialog_is_trusted(d))
		return true;
	if (smtp_client_is_tls(d->client))
		dialog_fault(d, PROBE_STAGE_HANDSHAKE,
		    "the certificate does not prove the server's name, and TLS is required");
	else if (starttls == PROBE_STAGE_NOT_REACHED || starttls == PROBE_STAGE_SKIPPED)
		dialog_fault(
		    d, PROBE_STAGE_STARTTLS, "STARTTLS is not offered, and TLS is required");
	return false;
}

static void
begin_mail(struct probe_dialog *d)
{
	const struct probe_dialog_options *o = &d->options;
	const struct smtp_mail_params usual = {
		.body = smtp_is_ascii(o->message) ? SMTP_BODY_7BIT : SMTP_BODY_8BITMIME,
	};
	const struct smtp_client_mail m = {
		.sender = o->sender,
		.recipients = o->recipients,
		.recipient_count = o->recipient_count,
		.size = o->message.len,
		.params = o->mail_params == NULL ? &usual : o->mail_params,
		.recipient_params = o->recipient_params,
		.now_unix_s = clock_unix_ms() / 1000,
	};

	d->has_mailed = true;
	smtp_client_mail(d->client, &m, clock_monotonic_ms());
}

static bool
wants_bulk(const struct probe_dialog *d)
{
	return d->options.wants_bulk && d->options.goal >= PROBE_GOAL_EHLO && !d->has_tried_bulk;
}

static bool
wants_login(const struct probe_dialog *d)
{
	return d->options.goal >= PROBE_GOAL_AUTH && d->options.auth_user.len > 0 &&
	       !d->has_tried_auth;
}

static bool
wants_mail(const struct probe_dialog *d)
{
	return d->options.goal == PROBE_GOAL_MAIL && !d->has_mailed;
}

void
dialog_go_on(struct probe_dialog *d)
{
	if (d->bulk_until_ms != 0)
		dialog_read_socket(d);
	d->bulk_until_ms = 0;
	note_missing_starttls(d);
	if (wants_bulk(d) && dialog_send_bulk(d))
		return;
	if (wants_login(d) && dialog_log_in(d))
		return;
	if (d->is_open || (d->options.goal == PROBE_GOAL_OPEN && may_send(d)))
		dialog_open(d);
	else if (wants_mail(d) && may_send(d))
		begin_mail(d);
	else
		smtp_client_quit(d->client, clock_monotonic_ms());
}

void
dialog_feed_text(struct probe_dialog *d)
{
	while (smtp_client_want(d->client) == SMTP_CLIENT_WANT_TEXT &&
	       net_conn_pending(d->conn) < PENDING_MAX) {
		struct slice rest = slice_after(d->options.message, d->text_len);
		size_t len = rest.len < SMTP_CLIENT_TEXT_MAX ? rest.len : SMTP_CLIENT_TEXT_MAX;

		d->text_len += len;
		smtp_client_text(
		    d->client, slice_first(rest, len), len == rest.len, clock_monotonic_ms());
		dialog_flush(d);
	}
}

/* The engine has settled it without a word to the peer: the message cannot go there. */
static void
note_unsent(struct probe_dialog *d, const struct smtp_verdict *v)
{
	if (d->facts.stages[PROBE_STAGE_MAIL].end == PROBE_STAGE_NOT_REACHED &&
	    d->stage < PROBE_STAGE_MAIL && v->reason != NULL)
		dialog_fault(d, PROBE_STAGE_MAIL, v->reason);
}

static void
take_verdicts(struct probe_dialog *d)
{
	for (size_t i = 0; i < d->options.recipient_count; i++) {
		struct smtp_verdict v = smtp_client_verdict_take(d->client, i);

		note_unsent(d, &v);
		if (d->options.on_recipient != NULL)
			d->options.on_recipient(d->options.recipient_arg, i, &v);
		smtp_verdict_done(&v);
	}
}

void
dialog_take_result(struct probe_dialog *d)
{
	if (d->options.goal == PROBE_GOAL_OPEN)
		dialog_tell_answer(d);
	else
		take_verdicts(d);
	smtp_client_result_done(d->client, clock_monotonic_ms());
}
