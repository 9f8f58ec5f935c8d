/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In the order in which it happens: text comes; each time that a chunk is full and more follows, it
 * goes to queue, when queue has given credit for it; at the end what is left goes with the
 * envelope; queue says that it is on disk.
 */
#include <assert.h>
#include <stdlib.h>

#include "message/received.h"
#include "proc/wire.h"
#include "submission/session.h"
#include "util/alloc.h"
#include "util/clock.h"

static struct session_message *
need_message(struct session *s)
{
	struct submission *p = s->process;

	if (s->message != NULL)
		return s->message;
	s->message = xcalloc(1, sizeof *s->message);
	s->message->id = message_id_make(clock_unix_ms(), p->child->index, p->message_counter++);
	buf_init(&s->message->text, WIRE_CHUNK_MAX);
	return s->message;
}

static void
forget_message(struct session *s)
{
	if (s->message == NULL)
		return;
	(void)map_remove(&s->process->by_message, s->message->id);
	buf_done(&s->message->text);
	free(s->message);
	s->message = NULL;
}

/* Whoever is held goes first. */
static bool
may_send_chunk(const struct session *s)
{
	const struct submission *p = s->process;

	return p->credit >= WIRE_CHUNK_MAX && !ipc_is_full(p->queue) &&
	       (p->held.first == NULL || p->held.first == s);
}

static void
send_chunk(struct session *s)
{
	struct session_message *m = s->message;
	struct submission *p = s->process;

	p->credit -= m->text.len;
	m->size += m->text.len;
	m->chunk_count++;
	ipc_send_owned(p->queue, WIRE_CHUNK, m->id, m->text.ptr, m->text.len);
	buf_init(&m->text, WIRE_CHUNK_MAX);
	/* The next one will be as long: growing step by step would copy it over and over. */
	(void)buf_reserve(&m->text, WIRE_CHUNK_MAX);
}

/* No process to give it to: the text is read to its end, and then refused. */
static void
refuse_message(struct session *s)
{
	s->message->is_refused = true;
	buf_release(&s->message->text);
}

size_t
session_store_room(struct session *s, size_t len)
{
	const struct session_message *m = s->message;
	size_t room;

	if (m == NULL || m->is_refused || !smtp_server_is_in_text(s->engine))
		return len < WIRE_CHUNK_MAX ? len : WIRE_CHUNK_MAX;
	if (m->text.len == WIRE_CHUNK_MAX) {
		if (s->process->queue == NULL)
			refuse_message(s);
		else if (!may_send_chunk(s))
			return 0;
		else
			send_chunk(s);
	}
	room = WIRE_CHUNK_MAX - m->text.len;
	return len < room ? len : room;
}

void
session_store_text(struct session *s, struct slice text)
{
	if (text.len == 0)
		return;
	if (need_message(s)->is_refused)
		return;
	(void)buf_add_slice(&s->message->text, text);
	assert(!s->message->text.overflow);
}

static void
add_trace(const struct session *s, struct buf *prefix)
{
	const SSL *ssl = net_conn_ssl(s->conn);
	struct message_received r = {
		.helo = smtp_server_helo(s->engine),
		.hostname = slice_of(s->settings->config->hostname),
		.is_extended = smtp_server_is_extended(s->engine),
		.is_tls = smtp_server_is_tls(s->engine),
		.is_authenticated = smtp_server_account(s->engine).len != 0,
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
		r.tls_cipher = slice_of(SSL_get_cipher_name(ssl));
	}
	if (smtp_server_recipient_count(s->engine) == 1)
		r.recipient = smtp_server_recipient(s->engine, 0);
	(void)message_received_add(&r, prefix);
}

static void
add_recipients(const struct session *s, struct buf *packed, struct buf *packed_parameters)
{
	for (size_t i = 0; i < smtp_server_recipient_count(s->engine); i++) {
		wire_list_add(packed, smtp_server_recipient(s->engine, i));
		wire_list_add(packed_parameters, slice_of(""));
	}
	assert(!packed->overflow && !packed_parameters->overflow);
}

static void
encode_message(struct session *s, struct buf *out)
{
	struct session_message *m = s->message;
	const uint32_t recipient_count = (uint32_t)smtp_server_recipient_count(s->engine);
	struct buf prefix, recipients, recipient_parameters;
	struct wire_message frame = {
		.account = smtp_server_account(s->engine),
		.sender = smtp_server_sender(s->engine),
		.parameters = slice_of(smtp_server_is_8bitmime(s->engine) ? "BODY=8BITMIME" : ""),
		.chunk_count = m->chunk_count,
		.tail = buf_slice(&m->text),
	};

	buf_init(&prefix, MESSAGE_RECEIVED_MAX);
	buf_init(&recipients, WIRE_RECIPIENTS_LEN_MAX);
	buf_init(&recipient_parameters, WIRE_RECIPIENTS_LEN_MAX);
	add_trace(s, &prefix);
	add_recipients(s, &recipients, &recipient_parameters);
	m->size += prefix.len + m->text.len;
	frame.size = m->size;
	frame.prefix = buf_slice(&prefix);
	frame.recipients = (struct wire_list){ recipient_count, buf_slice(&recipients) };
	frame.recipient_parameters =
	    (struct wire_list){ recipient_count, buf_slice(&recipient_parameters) };
	wire_message_encode(&frame, out);
	assert(!out->overflow);
	buf_done(&prefix);
	buf_done(&recipients);
	buf_done(&recipient_parameters);
}

bool
session_store_ask(struct session *s)
{
	struct session_message *m = need_message(s);
	struct submission *p = s->process;
	struct buf payload;

	if (m->is_refused || p->queue == NULL) {
		session_store_abort(s);
		smtp_server_store_done(s->engine, SMTP_SERVER_TRY_LATER, (struct slice){ NULL, 0 },
		    clock_monotonic_ms());
		return true;
	}
	buf_init(&payload, IPC_PAYLOAD_MAX);
	encode_message(s, &payload);
	buf_release(&m->text);
	map_put(&p->by_message, m->id, s);
	ipc_send_owned(p->queue, WIRE_MESSAGE, m->id, payload.ptr, payload.len);
	s->wait = SESSION_WAIT_STORED;
	return false;
}

void
session_store_reply(struct session *s, enum smtp_server_answer answer)
{
	char id[MESSAGE_ID_TEXT_LEN + 1];

	message_id_print(s->message->id, id);
	if (answer == SMTP_SERVER_OK) {
		s->message_count++;
		session_log_queued(s);
	}
	forget_message(s);
	s->wait = SESSION_WAIT_INPUT;
	smtp_server_store_done(s->engine, answer, slice_of(id), clock_monotonic_ms());
	session_go_on(s);
}

/* After WIRE_MESSAGE it is too late: queue keeps the message, and the client may send it again. */
void
session_store_abort(struct session *s)
{
	const struct session_message *m = s->message;

	if (m == NULL)
		return;
	if (m->chunk_count != 0 && !m->is_refused && s->wait != SESSION_WAIT_STORED &&
	    s->process->queue != NULL)
		ipc_send(s->process->queue, WIRE_ABORT, m->id, (struct slice){ NULL, 0 });
	forget_message(s);
}

void
session_queue_lost(struct session *s)
{
	if (s->wait == SESSION_WAIT_STORED) {
		session_store_reply(s, SMTP_SERVER_TRY_LATER);
		return;
	}
	if (s->message != NULL && s->message->chunk_count != 0)
		refuse_message(s);
	if (s->wait == SESSION_WAIT_CREDIT) {
		session_unhold(s);
		net_conn_resume(s->conn);
		session_go_on(s);
	}
}
