/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/session.h"

#include <stdlib.h>

#include "delivery/hop.h"
#include "delivery/job.h"
#include "net/tls.h"
#include "util/alloc.h"
#include "util/clock.h"

enum { QUIT_LINGER_MS = 5000 };

struct delivery_session *
delivery_session_new(struct delivery_hop *hop)
{
	struct delivery_session *s = xcalloc(1, sizeof *s);

	s->hop = hop;
	s->password = secret_copy(delivery_context_password(hop->context, hop->config->name));
	delivery_session_find(s);
	return s;
}

/* A job that is still here is dropped: without a verdict its transaction was not completed. */
void
delivery_session_end(struct delivery_session *s, const struct smtp_verdict *v)
{
	net_resolve_cancel(&s->lookup);
	net_conn_free(&s->conn);
	smtp_client_free(&s->client);
	if (s->job != NULL)
		delivery_job_drop(s->job);
	delivery_hop_session_gone(s->hop, s, v);
	smtp_verdict_done(&s->failure);
	secret_done(&s->password);
	free(s->host);
	free(s);
}

void
delivery_session_drop(struct delivery_session *s)
{
	delivery_session_end(s, NULL);
}

bool
delivery_session_is_idle(const struct delivery_session *s)
{
	return s->is_idle;
}

bool
delivery_session_has_job(const struct delivery_session *s)
{
	return s->job != NULL;
}

static void
set_idle(struct delivery_session *s, bool is_idle)
{
	if (s->is_idle == is_idle)
		return;
	s->is_idle = is_idle;
	delivery_hop_session_idle(s->hop, s, is_idle);
}

/* What we say last needs no ear of ours: the connection finishes by itself. */
void
delivery_session_quit(struct delivery_session *s)
{
	set_idle(s, false);
	smtp_client_quit(s->client, clock_monotonic_ms());
	delivery_session_flush(s);
	net_conn_finish(&s->conn, QUIT_LINGER_MS);
	delivery_session_end(s, NULL);
}

static void
start_tls(struct delivery_session *s)
{
	const struct config_next_hop *h = s->hop->config;
	SSL_CTX *context = delivery_context_tls(s->hop->context, h);

	if (context != NULL)
		net_conn_start_tls(s->conn, context, false, h->tls_name);
	else
		smtp_client_tls_failed(s->client, "the authorities could not be read");
}

static void
become_ready(struct delivery_session *s)
{
	if (s->is_ready)
		return;
	s->is_ready = true;
	s->hop->good = s->addresses[s->address_next];
	delivery_hop_session_ready(s->hop);
}

/* The next job that can be had whole. */
static struct delivery_job *
take_job(struct delivery_hop *hop)
{
	struct delivery_job *job;

	while ((job = delivery_hop_take_job(hop)) != NULL && job->is_body_lost)
		delivery_job_defer_rest(job, 0, "the queue could not read the message");
	return job;
}

/* By our own measure or by the next hop's (RFC 9422 §4.1). */
static bool
is_spent(const struct delivery_session *s)
{
	return s->transaction_count >= s->hop->config->messages || smtp_client_is_spent(s->client);
}

/* The next job whose next recipient may still go through this connection. */
static struct delivery_job *
find_job(struct delivery_session *s)
{
	struct delivery_job *job = take_job(s->hop);

	if (job == NULL || delivery_session_fit(s, job) > 0)
		return job;
	delivery_hop_give_back(s->hop, job);
	s->is_unfit = true;
	return NULL;
}

/* False when the session is gone. */
static bool
find_work(struct delivery_session *s)
{
	struct delivery_job *job;

	become_ready(s);
	job = is_spent(s) ? NULL : find_job(s);
	if (job != NULL) {
		set_idle(s, false);
		delivery_session_begin_mail(s, job);
		return true;
	}
	if (is_spent(s) || s->is_unfit || s->hop->is_retired) {
		delivery_session_quit(s);
		return false;
	}
	set_idle(s, true);
	return true;
}

/* The engine wants no more of this connection. */
static void
close_session(struct delivery_session *s)
{
	const struct smtp_verdict *failure = smtp_client_failure(s->client);

	if (!s->is_ready && failure != NULL)
		delivery_session_fail(s, smtp_verdict_copy(failure));
	else
		delivery_session_end(s, NULL);
}

/* One want; *again: there may be another. False when the session is gone. */
static bool
answer(struct delivery_session *s, bool *again)
{
	enum smtp_client_want want = smtp_client_want(s->client);

	*again = false;
	switch (want) {
	case SMTP_CLIENT_WANT_NONE:
	case SMTP_CLIENT_WANT_STEP: /* transactions here are known whole */
		return true;
	case SMTP_CLIENT_WANT_TLS:
		start_tls(s);
		break;
	case SMTP_CLIENT_WANT_MAIL:
		if (!find_work(s))
			return false;
		break;
	case SMTP_CLIENT_WANT_TEXT:
		delivery_session_feed_text(s);
		break;
	case SMTP_CLIENT_WANT_RESULT:
		delivery_session_take_result(s);
		break;
	case SMTP_CLIENT_WANT_CLOSE:
		close_session(s);
		return false;
	}
	*again = smtp_client_want(s->client) != want;
	return true;
}

static void
set_deadline(struct delivery_session *s)
{
	uint64_t deadline_ms = smtp_client_deadline(s->client);

	if (s->is_idle)
		deadline_ms = clock_monotonic_ms() + s->hop->config->idle_ms;
	net_conn_set_deadline(s->conn, deadline_ms);
}

/* Sends what the engine says and does what it wants. False when the session is gone. */
static bool
pump(struct delivery_session *s)
{
	bool again = true;

	while (again) {
		delivery_session_flush(s);
		if (!answer(s, &again))
			return false;
	}
	delivery_session_flush(s);
	set_deadline(s);
	return true;
}

void
delivery_session_work(struct delivery_session *s)
{
	(void)pump(s);
}

void
delivery_session_body(struct delivery_session *s)
{
	if (smtp_client_want(s->client) == SMTP_CLIENT_WANT_TEXT)
		(void)pump(s);
}

void
delivery_session_body_lost(struct delivery_session *s)
{
	smtp_client_abort(s->client, "the queue could not read the message");
	(void)pump(s);
}

static enum smtp_client_tls
tls_policy(const struct delivery_session *s)
{
	switch (s->hop->config->tls) {
	case CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC:
		return s->is_without_tls ? SMTP_CLIENT_TLS_NONE : SMTP_CLIENT_TLS_OPPORTUNISTIC;
	case CONFIG_NEXT_HOP_TLS_REQUIRED:
		return SMTP_CLIENT_TLS_REQUIRED;
	case CONFIG_NEXT_HOP_TLS_IMPLICIT:
		return SMTP_CLIENT_TLS_IMPLICIT;
	case CONFIG_NEXT_HOP_TLS_NONE:
		break;
	}
	return SMTP_CLIENT_TLS_NONE;
}

static void
on_connected(void *owner)
{
	struct delivery_session *s = owner;
	const struct config_next_hop *h = s->hop->config;
	const struct smtp_client_options options = {
		.hostname = s->hop->context->hostname,
		.host = s->host,
		.protocol =
		    h->protocol == CONFIG_PROTOCOL_LMTP ? SMTP_CLIENT_LMTP : SMTP_CLIENT_SMTP,
		.tls = tls_policy(s),
		.is_local = h->tls_name == NULL, /* config has one for all that is not */
		.auth_user = h->auth_user == NULL ? slice_make(NULL, 0) : slice_of(h->auth_user),
		.auth_secret = secret_slice(&s->password),
		.timeouts = { .greeting_ms = h->reply_timeout_ms,
		    .command_ms = h->reply_timeout_ms,
		    .data_ms = h->reply_timeout_ms,
		    .text_ms = h->data_timeout_ms,
		    .end_ms = h->data_timeout_ms,
		    .quit_ms = QUIT_LINGER_MS },
	};

	s->client = smtp_client_new(&options, clock_monotonic_ms());
	(void)pump(s);
}

static void
on_input(void *owner)
{
	struct delivery_session *s = owner;
	struct slice in;
	size_t used = 1;

	while (used != 0 && (in = net_conn_input(s->conn)).len != 0) {
		used = smtp_client_input(s->client, in, clock_monotonic_ms());
		net_conn_consume(s->conn, used);
		if (!pump(s))
			return;
	}
}

static void
on_tls(void *owner)
{
	struct delivery_session *s = owner;

	bool is_verified =
	    s->hop->config->tls_name != NULL && net_tls_is_verified(net_conn_ssl(s->conn));

	smtp_client_tls_done(s->client, is_verified, clock_monotonic_ms());
	(void)pump(s);
}

static void
on_drained(void *owner)
{
	struct delivery_session *s = owner;

	if (s->client != NULL && smtp_client_want(s->client) == SMTP_CLIENT_WANT_TEXT)
		(void)pump(s);
}

static void
on_deadline(void *owner)
{
	struct delivery_session *s = owner;

	if (s->client == NULL) {
		delivery_session_fail_connecting(s, "timed out");
	} else if (s->is_idle) {
		delivery_session_quit(s);
	} else {
		smtp_client_timeout(s->client, clock_monotonic_ms());
		(void)pump(s);
	}
}

/* RFC 7435: rather without TLS than not at all; but a password never goes that way. */
static bool
may_go_without_tls(const struct delivery_session *s)
{
	const struct config_next_hop *h = s->hop->config;

	return h->tls == CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC && h->auth_user == NULL &&
	       !s->is_without_tls;
}

static void
on_tls_failed(struct delivery_session *s)
{
	if (may_go_without_tls(s)) {
		s->is_without_tls = true;
		delivery_session_dial_again(s);
		return;
	}
	smtp_client_tls_failed(s->client, net_conn_error(s->conn));
	(void)pump(s);
}

static void
on_end(void *owner, enum net_conn_end end)
{
	struct delivery_session *s = owner;

	if (s->client == NULL) {
		delivery_session_fail_connecting(s, net_conn_error(s->conn));
	} else if (end == NET_CONN_TLS_FAILED &&
		   smtp_client_want(s->client) == SMTP_CLIENT_WANT_TLS) {
		on_tls_failed(s);
	} else {
		smtp_client_end(s->client, net_conn_error(s->conn));
		(void)pump(s);
	}
}

const struct net_conn_handler delivery_session_conn_handler = {
	.on_connected = on_connected,
	.on_input = on_input,
	.on_tls = on_tls,
	.on_drained = on_drained,
	.on_deadline = on_deadline,
	.on_end = on_end,
};
