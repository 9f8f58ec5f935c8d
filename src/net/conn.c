/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <event2/buffer.h>

#include "net/conn_private.h"
#include "net/tls.h"
#include "util/alloc.h"
#include "util/clock.h"

static void
enter(struct net_conn *c, enum conn_state state)
{
	c->state = (uint8_t)state;
}

static void
end(struct net_conn *c, enum net_conn_end why)
{
	enter(c, why == NET_CONN_CLOSED ? CONN_CLOSED : CONN_FAILED);
	c->handler->on_end(c->owner, why);
}

static void
on_input(void *arg)
{
	struct net_conn *c = arg;

	if (c->held || !net_conn_is_readable(c))
		return;
	if (evbuffer_get_length(c->stream.in) >= NET_CONN_READ_MAX) {
		c->is_full = true;
		net_stream_want_input(&c->stream, false);
	}
	c->handler->on_input(c->owner);
}

/* The stream of octets becomes one of records; what is unread dies with it (RFC 3207 §4.2). */
static void
begin_tls(struct net_conn *c)
{
	if (c->is_server)
		SSL_set_accept_state(c->ssl);
	else
		SSL_set_connect_state(c->ssl);
	enter(c, CONN_HANDSHAKING);
	net_stream_want_input(&c->stream, true);
	net_stream_start_tls(&c->stream, c->ssl);
}

static void
on_drained(void *arg)
{
	struct net_conn *c = arg;

	if (c->state == CONN_UPGRADING)
		begin_tls(c);
	else if (c->handler->on_drained != NULL)
		c->handler->on_drained(c->owner);
}

static void
on_connected(void *arg)
{
	struct net_conn *c = arg;

	enter(c, CONN_PLAIN);
	c->handler->on_connected(c->owner);
}

static void
on_secure(void *arg)
{
	struct net_conn *c = arg;

	enter(c, CONN_TLS);
	c->handler->on_tls(c->owner);
}

static void
on_stream_end(void *arg, enum net_stream_end how)
{
	struct net_conn *c = arg;

	if (c->state == CONN_FAILED)
		return;
	end(c, how == NET_STREAM_CLOSED ? net_conn_explain_close(c) : net_conn_explain_failure(c));
}

static const struct net_stream_handler stream_handler = {
	.on_connected = on_connected,
	.on_secure = on_secure,
	.on_input = on_input,
	.on_drained = on_drained,
	.on_end = on_stream_end,
};

/* For what goes wrong where no callback may be made: on_end comes from the loop. */
static void
fail_later(struct net_conn *c, const char *words)
{
	net_conn_set_error(c, words);
	enter(c, CONN_FAILED);
	event_active(&c->timer, EV_TIMEOUT, 0);
}

static void
arm(struct net_conn *c, uint64_t wait_ms)
{
	struct timeval wait = { (time_t)(wait_ms / 1000), (suseconds_t)(wait_ms % 1000 * 1000) };

	(void)evtimer_add(&c->timer, &wait);
}

/* Is there something for the loop to do that it has not seen yet? */
static bool
has_news(const struct net_conn *c)
{
	const short writable = c->state == CONN_CONNECTING ? POLLOUT : 0;
	struct pollfd p = { .fd = net_conn_fd(c), .events = (short)(POLLIN | writable) };

	return poll(&p, 1, 0) == 1;
}

/*
 * Where this process was kept from running (stopped, throttled, on a busy machine) its timers may
 * come before what has arrived meanwhile. That is not the peer's lateness: it has one turn of the
 * loop to move the deadline.
 */
static bool
gives_a_turn(struct net_conn *c)
{
	if (c->has_given_turn || !has_news(c))
		return false;
	c->has_given_turn = true;
	c->armed_ms = c->deadline_ms;
	arm(c, 1);
	return true;
}

/* The deadline may have moved on since the timer was set: then it is set again, once. */
static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct net_conn *c = arg;
	uint64_t deadline_ms = c->deadline_ms;

	(void)fd;
	(void)what;
	c->armed_ms = UINT64_MAX;
	if (c->state == CONN_FAILED) {
		end(c, NET_CONN_FAILED);
	} else if (clock_monotonic_ms() < deadline_ms) {
		c->has_given_turn = false;
		net_conn_set_deadline(c, deadline_ms);
	} else if (!gives_a_turn(c)) {
		c->has_given_turn = false;
		c->deadline_ms = UINT64_MAX;
		c->handler->on_deadline(c->owner);
	}
}

static struct net_conn *
make(struct event_base *base, const struct net_conn_handler *handler, void *owner)
{
	struct net_conn *c = xcalloc(1, sizeof *c);

	c->base = base;
	c->handler = handler;
	c->owner = owner;
	c->deadline_ms = c->armed_ms = UINT64_MAX;
	(void)evtimer_assign(&c->timer, base, on_timer, c);
	return c;
}

static void
remember_peer(struct net_conn *c, const struct sockaddr *address)
{
	c->peer_family = (uint8_t)address->sa_family;
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof in);
		memcpy(c->peer_ip, &in.sin_addr, sizeof in.sin_addr);
		c->peer_port = ntohs(in.sin_port);
	} else if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof in6);
		memcpy(c->peer_ip, &in6.sin6_addr, sizeof in6.sin6_addr);
		c->peer_port = ntohs(in6.sin6_port);
	}
}

/* A reply must not wait for the acknowledgement of the one before it: that costs 40 ms. */
static void
set_no_delay(const struct net_conn *c, int fd)
{
	int on = 1;

	if (c->peer_family == AF_INET || c->peer_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void
open_stream(struct net_conn *c, int fd)
{
	set_no_delay(c, fd);
	net_stream_init(&c->stream, c->base, fd, &stream_handler, c);
}

struct net_conn *
net_conn_accept(
    struct event_base *base, int fd, const struct net_conn_handler *handler, void *owner)
{
	struct net_conn *c = make(base, handler, owner);
	union {
		struct sockaddr any;
		struct sockaddr_storage storage;
	} peer = { .any = { 0 } };
	socklen_t len = sizeof peer;

	/* Fails when the peer is gone already: reading will say so. */
	if (getpeername(fd, &peer.any, &len) == 0)
		remember_peer(c, &peer.any);
	enter(c, CONN_PLAIN);
	open_stream(c, fd);
	net_stream_want_input(&c->stream, true);
	return c;
}

struct net_conn *
net_conn_dial(struct event_base *base, const struct sockaddr *address, size_t address_len,
    const struct net_conn_handler *handler, void *owner)
{
	struct net_conn *c = make(base, handler, owner);
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	enter(c, CONN_CONNECTING);
	remember_peer(c, address);
	if (fd < 0) {
		fail_later(c, strerrordesc_np(errno));
		return c;
	}
	open_stream(c, fd);
	net_stream_connect(&c->stream, address, address_len);
	net_stream_want_input(&c->stream, true);
	return c;
}

void
net_conn_start_tls(struct net_conn *c, SSL_CTX *context, bool server, const char *name)
{
	if (c->state == CONN_CLOSED) {
		fail_later(c, "closed by the peer before the TLS handshake");
		return;
	}
	assert(c->state == CONN_PLAIN);
	c->ssl = SSL_new(context);
	assert(c->ssl != NULL);
	c->is_server = server;
	c->held = c->is_full = false;
	net_stream_want_input(&c->stream, false); /* a peer that reads no reply is not read */
	enter(c, CONN_UPGRADING);
	if (!server && name != NULL && !net_tls_set_name(c->ssl, name))
		fail_later(c, "not a name that a certificate can show");
	else if (net_conn_pending(c) == 0)
		begin_tls(c);
}

void
net_conn_offer_session(struct net_conn *c, SSL_SESSION *session)
{
	if (c->ssl != NULL)
		(void)SSL_set_session(c->ssl, session);
}

bool
net_conn_is_tls(const struct net_conn *c)
{
	return net_conn_ssl(c) != NULL;
}

SSL *
net_conn_ssl(const struct net_conn *c)
{
	return c->state == CONN_TLS || c->state == CONN_CLOSED ? c->ssl : NULL;
}

bool
net_conn_has_arrived(const struct net_conn *c)
{
	int len = 0;

	return ioctl(c->stream.fd, FIONREAD, &len) == 0 && len > 0;
}

struct slice
net_conn_input(struct net_conn *c)
{
	struct evbuffer_iovec first = { NULL, 0 };

	if (!net_conn_is_readable(c))
		return (struct slice){ NULL, 0 };
	(void)evbuffer_peek(c->stream.in, -1, NULL, &first, 1);
	return slice_make(first.iov_base, first.iov_len);
}

void
net_conn_consume(struct net_conn *c, size_t len)
{
	if (len == 0)
		return;
	(void)evbuffer_drain(c->stream.in, len);
	if (!c->is_full || evbuffer_get_length(c->stream.in) >= NET_CONN_READ_MAX)
		return;
	c->is_full = false;
	if (!c->held && net_conn_is_open(c))
		net_stream_want_input(&c->stream, true);
}

void
net_conn_hold(struct net_conn *c)
{
	c->held = true;
	if (net_conn_is_open(c))
		net_stream_want_input(&c->stream, false);
}

void
net_conn_resume(struct net_conn *c)
{
	c->held = false;
	if (net_conn_is_open(c) && !c->is_full)
		net_stream_want_input(&c->stream, true);
	if (net_conn_is_readable(c) && evbuffer_get_length(c->stream.in) != 0)
		net_stream_tell_input(&c->stream);
}

void
net_conn_write(struct net_conn *c, struct slice out)
{
	if (net_conn_is_readable(c))
		net_stream_write(&c->stream, out);
}

size_t
net_conn_pending(const struct net_conn *c)
{
	return c->stream.out == NULL ? 0 : net_stream_pending(&c->stream);
}

/* A timer that fires early is cheaper than one that is moved at each command. */
void
net_conn_set_deadline(struct net_conn *c, uint64_t at_ms)
{
	uint64_t now_ms;

	c->deadline_ms = at_ms;
	if (at_ms >= c->armed_ms)
		return;
	now_ms = clock_monotonic_ms();
	c->armed_ms = at_ms;
	arm(c, at_ms > now_ms ? at_ms - now_ms : 0);
}

int
net_conn_fd(const struct net_conn *c)
{
	return c->stream.out == NULL ? -1 : c->stream.fd;
}

void
net_conn_peer(const struct net_conn *c, char *address, size_t size, uint16_t *port)
{
	*port = c->peer_port;
	if ((c->peer_family != AF_INET && c->peer_family != AF_INET6) ||
	    inet_ntop(c->peer_family, c->peer_ip, address, (socklen_t)size) == NULL)
		(void)snprintf(address, size, "local");
}
