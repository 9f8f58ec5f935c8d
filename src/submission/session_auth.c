/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "proc/wire.h"
#include "submission/session.h"
#include "util/clock.h"

enum { SENDER_TRUSTED_MS = 10 * 1000 };

static void
fail_login(struct session *s, enum smtp_server_auth_failure why)
{
	s->in_login = false;
	s->login_failed = true;
	smtp_server_auth_failed(s->engine, why, clock_monotonic_ms());
}

static void
start_login(struct session *s, const struct smtp_server_auth_step *step)
{
	char peer[SESSION_PEER_SIZE];
	uint16_t port;
	struct wire_sasl_start start = {
		.mechanism = step->mechanism,
		.has_initial = step->has_octets,
		.initial = step->octets,
	};

	net_conn_peer(s->conn, peer, sizeof peer, &port);
	start.peer = slice_of(peer);
	wire_sasl_start_encode(&start, &s->process->payload);
	submission_auth_send(s->process, WIRE_SASL_START, s->number);
	s->in_login = true;
}

static void
respond(struct session *s, const struct smtp_server_auth_step *step)
{
	(void)buf_add_slice(&s->process->payload, step->octets);
	submission_auth_send(s->process, WIRE_SASL_RESPONSE, s->number);
}

bool
session_auth_ask(struct session *s)
{
	struct smtp_server_auth_step step = smtp_server_auth_step(s->engine);

	if (step.kind == SMTP_SERVER_AUTH_CANCEL) {
		session_auth_cancel(s);
		s->login_failed = true;
		smtp_server_auth_cancelled(s->engine, clock_monotonic_ms());
		return true;
	}
	if (!submission_auth_listens(s->process)) {
		session_auth_cancel(s);
		fail_login(s, SMTP_SERVER_AUTH_TEMPORARY);
		return true;
	}
	if (step.octets.len > WIRE_SASL_MAX) { /* the config may allow longer lines */
		session_auth_cancel(s);
		fail_login(s, SMTP_SERVER_AUTH_MALFORMED);
		return true;
	}
	if (step.kind == SMTP_SERVER_AUTH_START)
		start_login(s, &step);
	else
		respond(s, &step);
	s->wait = SESSION_WAIT_AUTH;
	return false;
}

void
session_auth_cancel(struct session *s)
{
	if (s->in_login)
		submission_auth_send(s->process, WIRE_SASL_CANCEL, s->number);
	s->in_login = false;
}

/* False for what is no failure. */
static bool
find_failure(enum wire_sasl_status status, enum smtp_server_auth_failure *ret_why)
{
	switch (status) {
	case WIRE_SASL_CONTINUE:
	case WIRE_SASL_OK:
		return false;
	case WIRE_SASL_BAD_CREDENTIALS:
		*ret_why = SMTP_SERVER_AUTH_BAD_CREDENTIALS;
		return true;
	case WIRE_SASL_BAD_MECHANISM:
		*ret_why = SMTP_SERVER_AUTH_BAD_MECHANISM;
		return true;
	case WIRE_SASL_MALFORMED:
		*ret_why = SMTP_SERVER_AUTH_MALFORMED;
		return true;
	case WIRE_SASL_TEMPORARY:
		*ret_why = SMTP_SERVER_AUTH_TEMPORARY;
		return true;
	case WIRE_SASL_THROTTLED:
		*ret_why = SMTP_SERVER_AUTH_THROTTLED;
		return true;
	}
	return false;
}

static void
remember_sender(struct session *s, struct slice address, uint64_t now_ms)
{
	buf_clear(&s->sender);
	(void)buf_add_slice(&s->sender, address);
	s->sender_until_ms = now_ms + SENDER_TRUSTED_MS;
}

static void
accept_login(struct session *s, const struct wire_sasl_reply *reply)
{
	uint64_t now_ms = clock_monotonic_ms();

	s->in_login = false;
	memcpy(s->pseudonym, reply->pseudonym.ptr, reply->pseudonym.len);
	s->pseudonym[reply->pseudonym.len] = '\0';
	if (reply->owns_name)
		remember_sender(s, reply->octets, now_ms);
	smtp_server_auth_ok(s->engine, reply->octets, now_ms);
	session_log_login(s);
}

bool
session_auth_reply(struct session *s, struct slice payload)
{
	struct wire_sasl_reply reply;
	enum smtp_server_auth_failure why;

	if (!wire_sasl_reply_decode(payload, &reply))
		return false;
	if (reply.status == WIRE_SASL_OK &&
	    (reply.octets.len == 0 || reply.octets.len > WIRE_ADDRESS_MAX))
		return false;
	if (s->wait != SESSION_WAIT_AUTH)
		return true;
	s->wait = SESSION_WAIT_INPUT;
	if (find_failure(reply.status, &why))
		fail_login(s, why);
	else if (reply.status == WIRE_SASL_OK)
		accept_login(s, &reply);
	else
		smtp_server_auth_continue(s->engine, reply.octets, clock_monotonic_ms());
	session_go_on(s);
	return true;
}

/* What auth said of this sender a moment ago still holds. */
static bool
is_remembered(const struct session *s, uint64_t now_ms)
{
	return now_ms < s->sender_until_ms &&
	       slice_equal(buf_slice(&s->sender), smtp_server_sender(s->engine));
}

/*
 * Asked whatever the config says about senders, and again when some seconds have passed: an account
 * that was disabled may have sessions that are still open, and only auth knows.
 */
bool
session_sender_ask(struct session *s)
{
	const struct wire_sender sender = {
		.account = smtp_server_account(s->engine),
		.address = smtp_server_sender(s->engine),
	};
	uint64_t now_ms = clock_monotonic_ms();

	s->recipients_len = 0;
	if (is_remembered(s, now_ms) || !submission_auth_listens(s->process)) {
		smtp_server_sender_done(s->engine,
		    is_remembered(s, now_ms) ? SMTP_SERVER_OK : SMTP_SERVER_TRY_LATER, now_ms);
		return true;
	}
	wire_sender_encode(&sender, &s->process->payload);
	submission_auth_send(s->process, WIRE_SENDER, s->number);
	s->wait = SESSION_WAIT_SENDER;
	return false;
}

static void
answer_sender(struct session *s, enum smtp_server_answer answer)
{
	uint64_t now_ms = clock_monotonic_ms();

	s->wait = SESSION_WAIT_INPUT;
	if (answer == SMTP_SERVER_OK)
		remember_sender(s, smtp_server_sender(s->engine), now_ms);
	else
		session_log_sender(s);
	smtp_server_sender_done(s->engine, answer, now_ms);
	session_go_on(s);
}

bool
session_sender_reply(struct session *s, struct slice payload)
{
	static const enum smtp_server_answer answers[] = {
		[WIRE_SENDER_OK] = SMTP_SERVER_OK,
		[WIRE_SENDER_NOT_ALLOWED] = SMTP_SERVER_NOT_ALLOWED,
		[WIRE_SENDER_TEMPORARY] = SMTP_SERVER_TRY_LATER,
	};
	enum wire_sender_status status;

	if (!wire_sender_reply_decode(payload, &status))
		return false;
	if (s->wait == SESSION_WAIT_SENDER)
		answer_sender(s, answers[status]);
	return true;
}

void
session_auth_lost(struct session *s)
{
	s->in_login = false;
	if (s->wait == SESSION_WAIT_SENDER) {
		answer_sender(s, SMTP_SERVER_TRY_LATER);
	} else if (s->wait == SESSION_WAIT_AUTH) {
		s->wait = SESSION_WAIT_INPUT;
		fail_login(s, SMTP_SERVER_AUTH_TEMPORARY);
		session_go_on(s);
	}
}
