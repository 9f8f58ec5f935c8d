/* SPDX-License-Identifier: Apache-2.0 */
/* session_envelope.c - what goes to queue with the end of a message. */
#include <assert.h>

#include "message/received.h"
#include "proc/wire.h"
#include "submission/session.h"
#include "util/clock.h"

static void
add_trace(const struct session *s, struct buf *prefix)
{
	const SSL *ssl = net_conn_ssl(s->conn);
	const struct smtp_mail_params *params = smtp_server_mail_params(s->engine);
	struct message_received r = {
		.helo = smtp_server_helo(s->engine),
		.hostname = slice_of(s->settings->config->hostname),
		.is_extended = smtp_server_is_extended(s->engine),
		.is_utf8 = params->is_utf8,
		.is_tls = smtp_server_is_tls(s->engine),
		.is_authenticated = smtp_server_account(s->engine).len != 0,
		.has_priority = params->has_priority,
		.priority = params->priority,
		.unix_s = clock_unix_ms() / 1000,
	};
	char peer[SESSION_PEER_SIZE], id[MESSAGE_ID_TEXT_LEN + 1];
	uint16_t port;

	net_conn_peer(s->conn, peer, sizeof peer, &port);
	message_id_print(s->message->id, id);
	r.peer = slice_of(peer);
	r.queue_id = slice_of(id);
	if (ssl != NULL) {
		r.tls_version = slice_of(SSL_get_version(ssl));
		r.tls_cipher = slice_of(SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl)));
	}
	if (s->settings->config->message.trace_client == CONFIG_TRACE_PSEUDONYM)
		r.pseudonym = slice_of(s->pseudonym[0] == '\0' ? "unknown" : s->pseudonym);
	if (smtp_server_recipient_count(s->engine) == 1)
		r.recipient = smtp_server_recipient(s->engine, 0);
	(void)message_received_add(&r, prefix);
}

/*
 * What the client has said, but by what is in the text: a next hop that lacks an extension shall
 * not be an obstacle to mail that does without, nor get 8-bit text unawares. SMTPUTF8 is kept for
 * the header's sake alone (RFC 6531 §3.4): addresses speak for themselves at delivery, so that one
 * in UTF-8 does not cost the other recipients their mail.
 */
static void
add_parameters(const struct session *s, struct buf *out)
{
	const struct message_filter *filter = s->message->filter;
	struct smtp_mail_params params = *smtp_server_mail_params(s->engine);

	params.is_utf8 = params.is_utf8 && message_filter_needs_utf8(filter);
	if (params.body == SMTP_BODY_7BIT && message_filter_is_8bit(filter))
		params.body = SMTP_BODY_8BITMIME;
	params.tls_optional = !params.requires_tls && message_filter_is_tls_optional(filter);
	smtp_mail_params_print(&params, out);
	assert(!out->overflow);
}

static void
add_recipients(const struct session *s, struct buf *packed, struct buf *packed_parameters)
{
	struct buf text;

	buf_init(&text, SMTP_RCPT_PARAMS_MAX);
	for (size_t i = 0; i < smtp_server_recipient_count(s->engine); i++) {
		const struct smtp_rcpt_params params = smtp_server_recipient_params(s->engine, i);

		buf_clear(&text);
		smtp_rcpt_params_print(&params, &text);
		wire_list_add(packed, smtp_server_recipient(s->engine, i));
		wire_list_add(packed_parameters, buf_slice(&text));
	}
	assert(!packed->overflow && !packed_parameters->overflow);
	buf_done(&text);
}

/* The lists of an envelope, until they are encoded. */
struct lists {
	struct buf prefix, parameters, recipients, recipient_parameters;
};

static void
make_lists(const struct session *s, struct lists *l)
{
	buf_init(&l->prefix, MESSAGE_RECEIVED_MAX);
	buf_init(&l->parameters, SMTP_MAIL_PARAMS_MAX);
	buf_init(&l->recipients, WIRE_RECIPIENTS_LEN_MAX);
	buf_init(&l->recipient_parameters, WIRE_RECIPIENTS_LEN_MAX);
	add_trace(s, &l->prefix);
	add_parameters(s, &l->parameters);
	add_recipients(s, &l->recipients, &l->recipient_parameters);
}

static void
free_lists(struct lists *l)
{
	buf_done(&l->prefix);
	buf_done(&l->parameters);
	buf_done(&l->recipients);
	buf_done(&l->recipient_parameters);
}

void
session_envelope_encode(struct session *s, struct buf *out)
{
	struct session_message *m = s->message;
	const uint32_t recipient_count = (uint32_t)smtp_server_recipient_count(s->engine);
	struct lists l;

	make_lists(s, &l);
	m->size += l.prefix.len + m->text.len;
	wire_message_encode(
	    &(const struct wire_message){
		.account = smtp_server_account(s->engine),
		.sender = smtp_server_sender(s->engine),
		.recipients = { recipient_count, buf_slice(&l.recipients) },
		.recipient_parameters = { recipient_count, buf_slice(&l.recipient_parameters) },
		.parameters = buf_slice(&l.parameters),
		.chunk_count = m->chunk_count,
		.size = m->size,
		.prefix = buf_slice(&l.prefix),
		.tail = buf_slice(&m->text),
	    },
	    out);
	assert(!out->overflow);
	free_lists(&l);
}
