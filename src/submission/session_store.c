/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In the order in which it happens: text comes and passes the filter; each time that a chunk is
 * full and more follows, it goes to queue, when queue has given credit for it; at the end what is
 * left goes with the envelope, unless the filter has found a flaw; queue says that it is on disk.
 */
#include <assert.h>
#include <stdlib.h>

#include "proc/wire.h"
#include "submission/session.h"
#include "util/alloc.h"
#include "util/clock.h"

static struct message_filter *
new_filter(const struct session *s, uint64_t message_id)
{
	const struct config *config = s->settings->config;
	const struct smtp_mail_params *params = smtp_server_mail_params(s->engine);
	const struct message_filter_options options = {
		.hostname = slice_of(config->hostname),
		.sender = smtp_server_sender(s->engine),
		.message_id = message_id,
		.unix_s = clock_unix_ms() / 1000,
		.header_size = config->limits.header_size,
		.line_length = config->limits.line_length,
		.received_count = config->limits.received_count,
		.fold_lines = config->message.fold_lines,
		.complete_addresses = config->message.complete_addresses,
		.add_sender = config->message.add_sender,
		.is_utf8 = params->is_utf8,
		.takes_utf8_header = config->message.take_utf8_header ||
				     s->port->config->profile == CONFIG_LISTENER_LEGACY_DEVICE,
		.is_binary = params->body == SMTP_BODY_BINARYMIME,
	};

	return message_filter_new(&options);
}

static struct session_message *
need_message(struct session *s)
{
	struct submission *p = s->process;

	if (s->message != NULL)
		return s->message;
	s->message = xcalloc(1, sizeof *s->message);
	s->message->id = message_id_make(clock_unix_ms(), p->child->index, p->message_counter++);
	s->message->filter = new_filter(s, s->message->id);
	buf_init(&s->message->text, WIRE_CHUNK_MAX);
	return s->message;
}

static void
forget_message(struct session *s)
{
	if (s->message == NULL)
		return;
	s->repaired_count = smtp_server_repaired_count(s->engine);
	(void)map_remove(&s->process->by_message, s->message->id);
	message_filter_free(&s->message->filter);
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

/* What is beyond the chunk, of a long header, is copied to the next one. */
static void
send_chunk(struct session *s)
{
	struct session_message *m = s->message;
	struct submission *p = s->process;
	struct buf text = m->text;

	p->credit -= WIRE_CHUNK_MAX;
	m->size += WIRE_CHUNK_MAX;
	m->chunk_count++;
	buf_init(&m->text, text.max);
	/* The next one will be as long: growing step by step would copy it over and over. */
	(void)buf_reserve(&m->text, WIRE_CHUNK_MAX);
	(void)buf_add_slice(&m->text, slice_after(buf_slice(&text), WIRE_CHUNK_MAX));
	ipc_send_owned(p->queue, WIRE_CHUNK, m->id, text.ptr, WIRE_CHUNK_MAX);
}

/* No process to give it to: the text is read to its end, and then refused. */
static void
refuse_message(struct session *s)
{
	s->message->is_refused = true;
	buf_release(&s->message->text);
}

/*
 * Sends what is more than fits the frame with the envelope, and a full chunk when text is about to
 * follow it. False when queue takes no more for now.
 */
static bool
send_chunks(struct session *s)
{
	const struct session_message *m = s->message;

	while (m->text.len > WIRE_CHUNK_MAX || (m->text.len == WIRE_CHUNK_MAX && !m->is_ended)) {
		if (s->process->queue == NULL)
			refuse_message(s);
		else if (!may_send_chunk(s))
			return false;
		else
			send_chunk(s);
	}
	return true;
}

size_t
session_store_room(struct session *s, size_t len)
{
	const struct session_message *m = s->message;
	size_t room = WIRE_CHUNK_MAX;

	if (m != NULL && !m->is_refused && (m->is_ended || smtp_server_is_in_text(s->engine))) {
		if (!send_chunks(s))
			return 0;
		if (!m->is_ended)
			room -= m->text.len;
	}
	return len < room ? len : room;
}

/* The filter says how much it may give: the header at once, or text with the folds in it. */
static void
expect_text(struct session_message *m, size_t len)
{
	m->text.max = m->text.len + message_filter_room(m->filter, len);
	if (m->text.max < WIRE_CHUNK_MAX)
		m->text.max = WIRE_CHUNK_MAX;
}

void
session_store_text(struct session *s, struct slice text)
{
	struct session_message *m;

	if (text.len == 0)
		return;
	m = need_message(s);
	if (m->is_refused)
		return;
	expect_text(m, text.len);
	message_filter_text(m->filter, text, &m->text);
	assert(!m->text.overflow);
	if (message_filter_flaw(m->filter) != MESSAGE_SOUND)
		buf_release(&m->text);
}

static void
end_text(struct session_message *m)
{
	expect_text(m, 0);
	(void)message_filter_end(m->filter, &m->text);
	assert(!m->text.overflow);
	m->is_ended = true;
}

static void
refuse_text(struct session *s)
{
	const struct message_filter *filter = s->message->filter;

	smtp_server_store_refused(s->engine, message_filter_flaw(filter),
	    message_filter_detail(filter), clock_monotonic_ms());
	session_store_abort(s);
}

static void
put_off(struct session *s)
{
	session_store_abort(s);
	smtp_server_store_done(
	    s->engine, SMTP_SERVER_TRY_LATER, (struct slice){ NULL, 0 }, clock_monotonic_ms());
}

static void
send_message(struct session *s)
{
	struct session_message *m = s->message;
	struct submission *p = s->process;
	struct buf payload;

	buf_init(&payload, IPC_PAYLOAD_MAX);
	session_envelope_encode(s, &payload);
	buf_release(&m->text);
	map_put(&p->by_message, m->id, s);
	ipc_send_owned(p->queue, WIRE_MESSAGE, m->id, payload.ptr, payload.len);
	s->wait = SESSION_WAIT_STORED;
}

bool
session_store_ask(struct session *s)
{
	struct session_message *m = need_message(s);

	if (!m->is_refused && !m->is_ended)
		end_text(m);
	if (message_filter_flaw(m->filter) != MESSAGE_SOUND) {
		refuse_text(s);
		return true;
	}
	if (!m->is_refused && !send_chunks(s)) {
		session_hold(s);
		return false;
	}
	if (m->is_refused || s->process->queue == NULL) {
		put_off(s);
		return true;
	}
	send_message(s);
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
