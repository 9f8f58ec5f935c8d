/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/talk.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "audit/talk_private.h"
#include "util/alloc.h"
#include "util/clock.h"

enum { QUIT_MS = 1000 };

void
audit_talk_fail(struct audit_talk *t, enum audit_talk_end how, const char *words)
{
	t->end = how;
	t->is_woken = true;
	(void)snprintf(t->error, sizeof t->error, "%s", words);
}

static void
on_woken(void *owner)
{
	struct audit_talk *t = owner;

	t->is_woken = true;
}

static void
on_connected(void *owner)
{
	struct audit_talk *t = owner;

	t->is_connected = true;
	t->is_woken = true;
}

static void
on_tls(void *owner)
{
	struct audit_talk *t = owner;

	t->has_tls = true;
	t->is_woken = true;
}

static void
on_deadline(void *owner)
{
	audit_talk_fail(owner, AUDIT_TALK_TIMEOUT, "no answer in time");
}

static void
on_end(void *owner, enum net_conn_end why)
{
	struct audit_talk *t = owner;

	audit_talk_fail(t, why == NET_CONN_CLOSED ? AUDIT_TALK_CLOSED : AUDIT_TALK_FAILED,
	    net_conn_error(t->conn));
}

static const struct net_conn_handler handler = {
	.on_connected = on_connected,
	.on_input = on_woken,
	.on_tls = on_tls,
	.on_drained = NULL,
	.on_deadline = on_deadline,
	.on_end = on_end,
};

void
audit_talk_wait(struct audit_talk *t, uint64_t deadline_ms)
{
	net_conn_set_deadline(t->conn, deadline_ms);
	t->is_woken = false;
	audit_wait(t->a, &t->is_woken);
}

static struct audit_talk *
make(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = xcalloc(1, sizeof *t);

	t->a = a;
	t->door = door;
	smtp_reply_parser_init(&t->parser);
	return t;
}

static void
tell_connect(const struct audit_talk *t)
{
	audit_tell(t->a, "connect to %s %s%s", t->a->options->host, t->door->name,
	    t->door->is_implicit ? ", TLS handshake" : "");
}

/* A server that answered before and does not any more has had enough of us. */
static void
note_closed_port(struct audit_talk *t)
{
	if (t->door->is_open)
		audit_send_away(
		    t->a, "%s answered before and now does not: %s", t->door->name, t->error);
}

static void
connect_it(struct audit_talk *t)
{
	const struct net_address *to = &t->door->address;
	const uint64_t deadline_ms = clock_monotonic_ms() + AUDIT_CONNECT_MS;

	t->conn = net_conn_dial(t->a->base, &to->any, to->len, &handler, t);
	while (!t->is_connected && t->end == AUDIT_TALK_OPEN)
		audit_talk_wait(t, deadline_ms);
	if (!t->is_connected)
		note_closed_port(t);
}

struct audit_talk *
audit_talk_open_raw(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t;

	if (!audit_may_connect(a))
		return NULL;
	t = make(a, door);
	tell_connect(t);
	if (a->options->is_dry) {
		audit_dry_init(&t->dry);
		t->is_connected = true;
	} else {
		connect_it(t);
	}
	if (t->end == AUDIT_TALK_OPEN && door->is_implicit)
		(void)audit_talk_handshake(t);
	return t;
}

struct audit_talk *
audit_talk_adopt(struct audit *a, const struct audit_door *door, int fd)
{
	struct audit_talk *t = make(a, door);

	t->is_connected = true;
	t->conn = net_conn_accept(a->base, fd, &handler, t);
	if (door->is_implicit)
		(void)audit_talk_handshake(t);
	return t;
}

struct audit_talk *
audit_talk_open(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = audit_talk_open_raw(a, door);

	if (t != NULL && t->end == AUDIT_TALK_OPEN)
		(void)audit_talk_reply(t, AUDIT_GREETING_MS);
	return t;
}

struct audit_talk *
audit_talk_open_tls(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = audit_talk_open(a, door);

	if (t == NULL || t->code != 220)
		return t;
	if (!door->is_implicit && (!audit_talk_ehlo(t) || audit_talk_say(t, "STARTTLS") != 220 ||
				      !audit_talk_handshake(t)))
		return t;
	(void)audit_talk_ehlo(t);
	return t;
}

void
audit_talk_drop(struct audit_talk **t)
{
	if (*t == NULL)
		return;
	net_conn_free(&(*t)->conn);
	smtp_reply_parser_done(&(*t)->parser);
	free(*t);
	*t = NULL;
}

void
audit_talk_close(struct audit_talk **t)
{
	/* Its answer is waited for, so that the next connection is not one too many. */
	if (*t != NULL && audit_talk_is_open(*t)) {
		audit_talk_send(*t, slice_of("QUIT\r\n"));
		(void)audit_talk_reply(*t, QUIT_MS);
	}
	audit_talk_drop(t);
}

bool
audit_talk_handshake(struct audit_talk *t)
{
	const uint64_t deadline_ms = clock_monotonic_ms() + AUDIT_HANDSHAKE_MS;
	const char *name = t->a->is_literal ? NULL : t->a->options->host;

	smtp_reply_parser_clear(&t->parser);
	if (t->a->options->is_dry) {
		t->has_tls = true;
		if (!t->door->is_implicit)
			audit_tell(t->a, "TLS handshake");
		return true;
	}
	if (t->end == AUDIT_TALK_TIMEOUT)
		t->end = AUDIT_TALK_OPEN;
	if (t->end != AUDIT_TALK_OPEN)
		return false;
	net_conn_start_tls(t->conn, t->a->tls, false, name);
	if (t->a->session != NULL)
		net_conn_offer_session(t->conn, t->a->session);
	while (!t->has_tls && t->end == AUDIT_TALK_OPEN)
		audit_talk_wait(t, deadline_ms);
	return t->has_tls;
}

bool
audit_talk_is_open(const struct audit_talk *t)
{
	return t->end == AUDIT_TALK_OPEN || t->end == AUDIT_TALK_TIMEOUT;
}

bool
audit_talk_is_clear(const struct audit_talk *t)
{
	const unsigned long error = t->conn == NULL ? 0 : net_conn_fault(t->conn).tls;

	return ERR_GET_LIB(error) == ERR_LIB_SSL &&
	       (ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER ||
		   ERR_GET_REASON(error) == SSL_R_PACKET_LENGTH_TOO_LONG);
}

bool
audit_talk_is_connected(const struct audit_talk *t)
{
	return t->is_connected;
}

enum audit_talk_end
audit_talk_end(const struct audit_talk *t)
{
	return t->end;
}

const char *
audit_talk_error(const struct audit_talk *t)
{
	return t->error;
}

SSL *
audit_talk_ssl(const struct audit_talk *t)
{
	return t->conn != NULL && t->has_tls ? net_conn_ssl(t->conn) : NULL;
}
