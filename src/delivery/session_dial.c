/* SPDX-License-Identifier: Apache-2.0 */
/* From the next hop's host to a connection: look-up, addresses in order, names for verdicts. */
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "delivery/hop.h"
#include "delivery/session.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/clock.h"

static const char unix_prefix[] = "unix:";

enum { ADDRESS_TEXT_SIZE = 64 };

static const char *
unix_path(const struct config_next_hop *h)
{
	size_t len = sizeof unix_prefix - 1;

	return strncmp(h->host, unix_prefix, len) == 0 ? h->host + len : NULL;
}

static struct smtp_verdict
deferred(const struct delivery_session *s, uint16_t detail, const char *reason)
{
	return (struct smtp_verdict){
		.class = SMTP_VERDICT_DEFERRED,
		.enhanced = { 4, 4, detail }, /* RFC 3463 §3.5: network and routing */
		.host = xstrdup(s->host),
		.reason = xstrdup(reason),
	};
}

static struct net_conn *
dial_unix(struct delivery_session *s, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	union {
		const struct sockaddr *any;
		const struct sockaddr_un *un;
	} view = { .un = &address };
	size_t len = strlen(path);

	if (len >= sizeof address.sun_path)
		len = sizeof address.sun_path - 1;
	memcpy(address.sun_path, path, len);
	return net_conn_dial(
	    s->hop->context->base, view.any, sizeof address, &delivery_session_conn_handler, s);
}

/* "mx.example[192.0.2.1]:25", "[192.0.2.1]:25", "unix:/path" */
static char *
describe(const struct delivery_session *s)
{
	const struct config_next_hop *h = s->hop->config;
	struct net_address literal;
	char address[ADDRESS_TEXT_SIZE], *text;
	uint16_t port;
	struct buf out;

	if (s->conn == NULL || unix_path(h) != NULL)
		return xstrdup(h->host);
	net_conn_peer(s->conn, address, sizeof address, &port);
	buf_init(&out, SMTP_VERDICT_TEXT_MAX);
	if (!net_address_parse(h->host, port, &literal))
		(void)buf_add_text(&out, h->host);
	(void)buf_addf(&out, "[%s]:%u", address, (unsigned)port);
	text = slice_dup(buf_slice(&out));
	buf_done(&out);
	return text;
}

static void
connect_to(struct delivery_session *s, const char *path)
{
	const struct net_address *a = &s->addresses[s->address_next];

	if (path != NULL)
		s->conn = dial_unix(s, path);
	else
		s->conn = net_conn_dial(
		    s->hop->context->base, &a->any, a->len, &delivery_session_conn_handler, s);
	net_conn_set_deadline(s->conn, clock_monotonic_ms() + s->hop->config->connect_timeout_ms);
	free(s->host);
	s->host = describe(s);
}

void
delivery_session_dial_again(struct delivery_session *s)
{
	net_conn_free(&s->conn);
	smtp_client_free(&s->client);
	connect_to(s, unix_path(s->hop->config));
}

/* Each address has its turn (RFC 5321 §5.1). */
void
delivery_session_fail(struct delivery_session *s, struct smtp_verdict v)
{
	smtp_verdict_done(&s->failure);
	s->failure = v;
	s->is_without_tls = false;
	s->address_next++;
	if (s->address_next < s->address_count)
		delivery_session_dial_again(s);
	else
		delivery_session_end(s, &s->failure);
}

void
delivery_session_fail_connecting(struct delivery_session *s, const char *why)
{
	struct buf reason;
	char *text;

	buf_init(&reason, SMTP_VERDICT_TEXT_MAX);
	(void)buf_addf(&reason, "%s while connecting", why);
	text = slice_dup(buf_slice(&reason));
	buf_done(&reason);
	delivery_session_fail(s, deferred(s, 1, text));
	free(text);
}

/* The address that was good last comes first: a dead one costs the whole connect_timeout. */
static void
put_good_first(struct delivery_session *s)
{
	const struct net_address *good = &s->hop->good;

	for (size_t i = 1; i < s->address_count; i++) {
		struct net_address first = s->addresses[0];

		if (s->addresses[i].len != good->len ||
		    memcmp(&s->addresses[i].v6, &good->v6, good->len) != 0)
			continue;
		s->addresses[0] = *good;
		s->addresses[i] = first;
		return;
	}
}

static void
on_found(void *arg, const struct net_resolve_result *result)
{
	struct delivery_session *s = arg;

	s->lookup = NULL;
	if (result->status != NET_RESOLVE_OK) {
		delivery_session_fail(s, deferred(s, 4, result->error));
		return;
	}
	s->address_count = result->count;
	memcpy(s->addresses, result->addresses, result->count * sizeof s->addresses[0]);
	put_good_first(s);
	connect_to(s, NULL);
}

void
delivery_session_find(struct delivery_session *s)
{
	const struct config_next_hop *h = s->hop->config;
	const char *path = unix_path(h);

	s->host = xstrdup(h->host);
	if (path != NULL || net_address_parse(h->host, h->port, &s->addresses[0])) {
		s->address_count = 1;
		connect_to(s, path);
		return;
	}
	s->lookup = net_resolve_start(
	    s->hop->context->resolver, h->host, h->port, h->connect_timeout_ms, on_found, s);
}
