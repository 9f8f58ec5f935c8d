/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/session.h"

#include <stdlib.h>

#include "proc/wire.h"
#include "util/alloc.h"
#include "util/clock.h"

enum {
	REPLIES_MAX = 64 * 1024, /* octets that a client leaves unread before we read no more */
	LINGER_MS = 2000,        /* for the client to close after our last reply */
	CLOSE_MS = 30 * 1000,    /* for the client to read our last replies */
};

static void
send_replies(struct session *s)
{
	struct slice output = smtp_server_output(s->engine);

	if (output.len == 0 || s->conn == NULL)
		return;
	session_log_replies(s, output);
	net_conn_write(s->conn, output);
	smtp_server_output_taken(s->engine, output.len);
	if (s->wait == SESSION_WAIT_INPUT && net_conn_pending(s->conn) > REPLIES_MAX)
		s->wait = SESSION_WAIT_DRAIN;
}

/*
 * Always false: the handshake takes its time. It shows the newest certificate, also to a client
 * that came before a reload: auth keeps but one older key.
 */
static bool
start_tls(struct session *s)
{
	send_replies(s);
	s->wait = SESSION_WAIT_TLS;
	s->wait_until_ms = clock_monotonic_ms() + s->settings->config->timeouts.handshake_ms;
	net_conn_start_tls(s->conn, s->process->settings->tls, true, NULL);
	return false;
}

/* False when the answer has to be waited for. */
static bool
answer(struct session *s, enum smtp_server_want want)
{
	switch (want) {
	case SMTP_SERVER_WANT_TLS:
		return start_tls(s);
	case SMTP_SERVER_WANT_AUTH:
		return session_auth_ask(s);
	case SMTP_SERVER_WANT_SENDER:
		return session_sender_ask(s);
	case SMTP_SERVER_WANT_RECIPIENT:
		session_recipient_answer(s);
		return true;
	case SMTP_SERVER_WANT_STORE:
		return session_store_ask(s);
	case SMTP_SERVER_WANT_ABORT:
		session_store_abort(s);
		smtp_server_abort_done(s->engine, clock_monotonic_ms());
		return true;
	case SMTP_SERVER_WANT_CLOSE:
	case SMTP_SERVER_WANT_NONE:
		break;
	}
	return false;
}

/* Gives the engine some of what the client sent. False when there is nothing to give. */
static bool
feed(struct session *s)
{
	struct slice in = net_conn_input(s->conn);
	size_t room, used;

	if (in.len == 0)
		return false;
	room = session_store_room(s, in.len);
	if (room == 0) {
		session_hold(s);
		return false;
	}
	used = smtp_server_input(s->engine, slice_first(in, room), clock_monotonic_ms());
	session_store_text(s, smtp_server_text(s->engine));
	net_conn_consume(s->conn, used);
	if (used == 0 && smtp_server_output(s->engine).len == 0)
		return false; /* a reply is kept back for a while */
	if (used == 0)
		send_replies(s); /* it has more of them than it wants to keep */
	return true;
}

static uint64_t
find_deadline(const struct session *s)
{
	switch ((enum session_wait)s->wait) {
	case SESSION_WAIT_TLS:
	case SESSION_WAIT_CLOSE:
		return s->wait_until_ms;
	case SESSION_WAIT_CREDIT: /* not the client's fault */
		return UINT64_MAX;
	case SESSION_WAIT_INPUT:
	case SESSION_WAIT_AUTH:
	case SESSION_WAIT_SENDER:
	case SESSION_WAIT_STORED:
	case SESSION_WAIT_DRAIN:
		break;
	}
	return smtp_server_deadline(s->engine);
}

/* The engine is through with the client: nothing is left but to send the last replies. */
static void
close_session(struct session *s)
{
	const char *reason = s->last_code == 221 ? "quit" : "hung up";

	if (net_conn_pending(s->conn) != 0) {
		s->wait = SESSION_WAIT_CLOSE;
		s->wait_until_ms = clock_monotonic_ms() + CLOSE_MS;
		net_conn_set_deadline(s->conn, s->wait_until_ms);
		return;
	}
	net_conn_finish(&s->conn, LINGER_MS);
	session_end(s, reason);
}

/* Carries octets both ways until there is something to wait for. May end the session. */
static void
pump(struct session *s)
{
	enum smtp_server_want want = SMTP_SERVER_WANT_NONE;
	bool goes_on = true;

	while (goes_on && s->wait == SESSION_WAIT_INPUT) {
		want = smtp_server_want(s->engine);
		goes_on = want == SMTP_SERVER_WANT_NONE ? feed(s) : answer(s, want);
	}
	if (want == SMTP_SERVER_WANT_CLOSE && s->conn != NULL)
		net_conn_last_words(s->conn);
	send_replies(s);
	if (want == SMTP_SERVER_WANT_CLOSE)
		close_session(s);
	else if (s->peer_closed && s->wait == SESSION_WAIT_INPUT)
		session_end(s, net_conn_error(s->conn));
	else
		net_conn_set_deadline(s->conn, find_deadline(s));
}

void
session_go_on(struct session *s)
{
	if (s->conn == NULL)
		session_end(s, "connection lost before the reply");
	else
		pump(s);
}

static void
on_input(void *owner)
{
	struct session *s = owner;

	if (s->wait == SESSION_WAIT_INPUT)
		pump(s);
}

static void
on_tls(void *owner)
{
	struct session *s = owner;

	session_log_tls(s);
	trim_later(s->process->trim);
	s->wait = SESSION_WAIT_INPUT;
	smtp_server_tls_done(s->engine, clock_monotonic_ms());
	pump(s);
}

static void
on_drained(void *owner)
{
	struct session *s = owner;

	if (s->wait == SESSION_WAIT_CLOSE) {
		close_session(s);
	} else if (s->wait == SESSION_WAIT_DRAIN) {
		s->wait = SESSION_WAIT_INPUT;
		pump(s);
	}
}

static void
on_deadline(void *owner)
{
	struct session *s = owner;

	if (s->wait == SESSION_WAIT_TLS) {
		session_end(s, "no TLS handshake in time");
		return;
	}
	if (s->wait == SESSION_WAIT_CLOSE) {
		session_end(s, "the last replies were not read");
		return;
	}
	smtp_server_timeout(s->engine, clock_monotonic_ms());
	if (smtp_server_want(s->engine) == SMTP_SERVER_WANT_CLOSE)
		s->wait = SESSION_WAIT_INPUT;
	pump(s);
}

/* The client may have closed its sending side only: what it has sent is still answered. */
static void
on_end(void *owner, enum net_conn_end end)
{
	struct session *s = owner;

	if (end == NET_CONN_CLOSED) {
		s->peer_closed = true;
		if (s->wait == SESSION_WAIT_INPUT)
			pump(s);
	} else if (s->wait == SESSION_WAIT_STORED) {
		net_conn_free(&s->conn);
	} else {
		session_end(s, net_conn_error(s->conn));
	}
}

static const struct net_conn_handler handler = {
	.on_input = on_input,
	.on_tls = on_tls,
	.on_drained = on_drained,
	.on_deadline = on_deadline,
	.on_end = on_end,
};

/*
 * Without TLS the server talks first (RFC 5321 §3.1). Octets that are there before the banner are
 * read before it is sent, so that the engine can tell.
 */
static bool
is_hasty(const struct session *s)
{
	return smtp_server_want(s->engine) == SMTP_SERVER_WANT_NONE &&
	       net_conn_has_arrived(s->conn);
}

void
session_begin(const struct submission_port *port, int fd, uint64_t group)
{
	struct submission *p = port->process;
	struct session *s = xcalloc(1, sizeof *s);

	s->process = p;
	s->port = port;
	s->peer_group = group;
	s->settings = settings_ref(p->settings);
	s->number = message_id_make(clock_unix_ms(), p->child->index, p->session_counter++);
	s->began_ms = clock_monotonic_ms();
	buf_init(&s->sender, WIRE_ADDRESS_MAX);
	s->conn = net_conn_accept(p->child->base, fd, &handler, s);
	s->options = settings_options(s->settings, port->config);
	s->engine = smtp_server_new(&s->options, s->began_ms);
	session_list_add(p, s);
	session_log_connect(s);
	if (is_hasty(s))
		net_conn_set_deadline(s->conn, find_deadline(s));
	else
		pump(s);
}

void
session_end(struct session *s, const char *reason)
{
	struct submission *p = s->process;

	session_log_end(s, reason);
	session_auth_cancel(s);
	session_store_abort(s);
	if (s->wait == SESSION_WAIT_CREDIT)
		session_unhold(s);
	session_list_remove(p, s);
	crowd_leave(&p->crowd, s->peer_group);
	net_conn_free(&s->conn);
	smtp_server_free(&s->engine);
	settings_unref(&s->settings);
	buf_done(&s->sender);
	free(s);
	trim_later(p->trim);
	submission_settle(p);
}

void
session_stop(struct session *s)
{
	if (s->wait == SESSION_WAIT_TLS) {
		session_end(s, "stopping");
		return;
	}
	smtp_server_shutdown(s->engine, clock_monotonic_ms());
	if (s->wait == SESSION_WAIT_INPUT || s->wait == SESSION_WAIT_DRAIN) {
		s->wait = SESSION_WAIT_INPUT;
		pump(s);
	}
}
