/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/session.h"

#include "audit/talk.h"

enum { RENEGOTIATION_TURNS = 30, TURN_MS = 100 };

/* One way to make a handshake. */
struct manner {
	int version_max;
	bool with_tickets;
};

/* NULL: this OpenSSL cannot. */
static SSL_CTX *
make_context(const struct manner *m)
{
	SSL_CTX *context = audit_tls_new();

	if (context == NULL)
		return NULL;
	(void)SSL_CTX_set_max_proto_version(context, m->version_max);
	if (m->version_max == TLS1_3_VERSION)
		(void)SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
	if (!m->with_tickets)
		(void)SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
	return context;
}

/* NULL when it came to nothing. session: to be resumed; NULL: none. */
static struct audit_talk *
shake_hands(struct audit *a, const struct audit_door *door, SSL_CTX *context, SSL_SESSION *session)
{
	SSL_CTX *usual = a->tls;
	struct audit_talk *t;

	a->tls = context;
	a->session = session;
	t = audit_talk_open_tls(a, door);
	a->tls = usual;
	a->session = NULL;
	if (t != NULL && audit_talk_code(t) == 250 && audit_talk_ssl(t) != NULL)
		return t;
	audit_talk_close(&t);
	return NULL;
}

static enum audit_truth
answer_of(bool is_yes)
{
	return is_yes ? AUDIT_YES : AUDIT_NO;
}

static void
note_stapling(struct audit_inventory *v, SSL *ssl)
{
	const unsigned char *response;

	v->stapling = answer_of(SSL_get_tlsext_status_ocsp_resp(ssl, &response) > 0);
}

/*
 * The answer to a command tells that a second handshake was made, an end that it was not: in the
 * midst of it nothing can be written, and the stream keeps the command until then.
 */
static void
renegotiate(struct audit_inventory *v, struct audit_talk *t)
{
	SSL *ssl = audit_talk_ssl(t);

	if (SSL_version(ssl) == TLS1_3_VERSION || SSL_renegotiate(ssl) != 1)
		return;
	(void)SSL_do_handshake(ssl);
	audit_talk_forgive(t);
	audit_talk_send_quietly(t, slice_of("NOOP\r\n"));
	for (int i = 0; i < RENEGOTIATION_TURNS && audit_talk_is_open(t); i++) {
		if (!audit_talk_reply(t, TURN_MS))
			continue;
		v->client_renegotiation =
		    answer_of(audit_talk_code(t) == 250 && !SSL_renegotiate_pending(ssl) &&
			      SSL_is_init_finished(ssl));
		return;
	}
	if (!audit_talk_is_open(t))
		v->client_renegotiation = AUDIT_NO;
}

/* Is a session that was made before taken up again? */
static enum audit_truth
resume(struct audit *a, const struct audit_door *door, SSL_CTX *context, SSL_SESSION *session)
{
	struct audit_talk *t = shake_hands(a, door, context, session);
	enum audit_truth answer = AUDIT_UNKNOWN;

	if (t != NULL)
		answer = answer_of(SSL_session_reused(audit_talk_ssl(t)) == 1);
	audit_talk_close(&t);
	return answer;
}

/* A session as it is after the first reply: with TLS 1.3 tickets come behind the handshake. */
static SSL_SESSION *
make_session(struct audit *a, const struct audit_door *door, SSL_CTX *context,
    struct audit_inventory *v, bool is_to_renegotiate)
{
	struct audit_talk *t = shake_hands(a, door, context, NULL);
	SSL_SESSION *session = NULL;

	if (t == NULL)
		return NULL;
	/* A copy: the session of a connection that is cut off is not taken up again by OpenSSL. */
	session = SSL_SESSION_dup(SSL_get0_session(audit_talk_ssl(t)));
	note_stapling(v, audit_talk_ssl(t));
	if (is_to_renegotiate)
		renegotiate(v, t);
	if (is_to_renegotiate)
		audit_talk_drop(&t);
	else
		audit_talk_close(&t);
	return session;
}

static void
look_at_tickets(struct audit *a, const struct audit_door *door, struct audit_inventory *v)
{
	const struct manner m = { TLS1_2_VERSION, true };
	SSL_CTX *context = make_context(&m);
	SSL_SESSION *session = context == NULL ? NULL : make_session(a, door, context, v, true);

	if (session != NULL) {
		v->old_sessions.tickets = answer_of(SSL_SESSION_has_ticket(session) == 1);
		if (v->old_sessions.tickets == AUDIT_YES)
			v->old_sessions.by_ticket = resume(a, door, context, session);
	}
	SSL_SESSION_free(session);
	SSL_CTX_free(context);
}

static void
look_at_ids(struct audit *a, const struct audit_door *door, struct audit_inventory *v)
{
	const struct manner m = { TLS1_2_VERSION, false };
	SSL_CTX *context = make_context(&m);
	SSL_SESSION *session = context == NULL ? NULL : make_session(a, door, context, v, false);
	unsigned len = 0;

	if (session != NULL) {
		(void)SSL_SESSION_get_id(session, &len);
		v->old_sessions.by_id = len == 0 ? AUDIT_NO : resume(a, door, context, session);
	}
	SSL_SESSION_free(session);
	SSL_CTX_free(context);
}

static void
look_at_tls13(struct audit *a, const struct audit_door *door, struct audit_inventory *v)
{
	const struct manner m = { TLS1_3_VERSION, true };
	SSL_CTX *context = make_context(&m);
	SSL_SESSION *session = context == NULL ? NULL : make_session(a, door, context, v, false);

	if (session != NULL) {
		const bool has_ticket = SSL_SESSION_has_ticket(session) == 1;

		v->tls13_sessions.tickets = answer_of(has_ticket);
		v->early_data =
		    answer_of(has_ticket && SSL_SESSION_get_max_early_data(session) > 0);
		if (has_ticket)
			v->tls13_sessions.by_ticket = resume(a, door, context, session);
	}
	SSL_SESSION_free(session);
	SSL_CTX_free(context);
}

void
audit_session_look(
    struct audit *a, const struct audit_door *door, struct audit_inventory *inventory)
{
	size_t lowest, highest;

	if (audit_inventory_range(inventory, &lowest, &highest)) {
		look_at_tickets(a, door, inventory);
		look_at_ids(a, door, inventory);
	}
	if (inventory->versions[AUDIT_VERSION_COUNT - 1].is_spoken == AUDIT_YES)
		look_at_tls13(a, door, inventory);
}
