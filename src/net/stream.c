/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <openssl/err.h>

#include "net/conn.h"
#include "net/stream_private.h"
#include "util/fd.h"

enum {
	PLAIN_READ_SIZE = 4096 - 64, /* a connection that idles may keep as much */
	READ_SIZE = 8 * 1024,
};

void
net_stream_tell_later(struct net_stream *s)
{
	event_active(&s->later, EV_TIMEOUT, 0);
}

enum status {
	GOING,
	CLOSED,
	FAILED,
};

static enum status
fail(struct net_stream *s, int error, unsigned long tls_error)
{
	s->error = error;
	s->tls_error = tls_error;
	return FAILED;
}

static enum status
read_plain(struct net_stream *s)
{
	struct evbuffer_iovec room;
	ssize_t n;

	if (evbuffer_reserve_space(s->in, PLAIN_READ_SIZE, &room, 1) != 1)
		return fail(s, ENOMEM, 0);
	n = recv(s->fd, room.iov_base, room.iov_len, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? GOING : fail(s, errno, 0);
	room.iov_len = (size_t)n;
	(void)evbuffer_commit_space(s->in, &room, 1);
	return n == 0 ? CLOSED : GOING;
}

/* What an SSL_ function says that did not do what it was asked for. */
static enum status
explain(struct net_stream *s, int returned)
{
	int socket_error = errno;
	unsigned long tls_error;

	switch (SSL_get_error(s->ssl, returned)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return GOING;
	case SSL_ERROR_ZERO_RETURN:
		return CLOSED;
	case SSL_ERROR_SYSCALL:
		return fail(s, socket_error, 0);
	default:
		tls_error = ERR_peek_last_error();
		ERR_clear_error(); /* not to be taken for another connection's */
		return fail(s, 0, tls_error);
	}
}

/*
 * As long as OpenSSL has something left of what it read: it reads ahead, and of that the kernel
 * knows nothing. Through the stack, as how much there is shows only then.
 */
static enum status
read_records(struct net_stream *s)
{
	uint8_t octets[READ_SIZE];
	int n;

	s->turn_len = 0;
	do {
		ERR_clear_error();
		errno = 0;
		n = SSL_read(s->ssl, octets, sizeof octets);
		if (n <= 0)
			return explain(s, n);
		net_stream_keep(s->in, octets, (size_t)n);
	} while (SSL_has_pending(s->ssl) == 1 && evbuffer_get_length(s->in) < NET_CONN_READ_MAX);
	if (SSL_has_pending(s->ssl) == 1)
		event_active(&s->readable, EV_READ, 0);
	return GOING;
}

static enum status
read_some(struct net_stream *s)
{
	return s->ssl == NULL ? read_plain(s) : read_records(s);
}

static enum status
shake(struct net_stream *s)
{
	int r;

	s->turn_len = 0;
	ERR_clear_error();
	errno = 0;
	r = SSL_do_handshake(s->ssl);
	s->is_handshaking = r != 1;
	return r == 1 ? GOING : explain(s, r);
}

void
net_stream_watch_input(struct net_stream *s)
{
	bool is_watched = event_pending(&s->readable, EV_READ, NULL) != 0;
	bool wanted = (s->is_reading || s->is_handshaking) && !s->is_connecting && !s->is_over &&
		      !s->is_clogged;

	if (wanted && !is_watched)
		(void)event_add(&s->readable, NULL);
	else if (!wanted && is_watched)
		(void)event_del(&s->readable);
	if (wanted && !is_watched && s->ssl != NULL && SSL_has_pending(s->ssl) == 1)
		event_active(&s->readable, EV_READ, 0);
}

static void
end(struct net_stream *s, enum status status)
{
	s->is_over = true;
	s->is_connecting = false;
	net_stream_watch_input(s);
	if (status == FAILED)
		(void)event_del(&s->writable);
	s->handler->on_end(s->owner, status == CLOSED ? NET_STREAM_CLOSED : NET_STREAM_FAILED);
}

/* The next step of the handshake. False when it is not complete, or the owner has freed s. */
static bool
go_on_shaking(struct net_stream *s, const bool *is_gone, enum status *status)
{
	*status = shake(s);
	if (*status != GOING || s->is_handshaking)
		return false;
	net_stream_watch_input(s);
	s->handler->on_secure(s->owner);
	return !*is_gone;
}

/* The same of input. */
static bool
go_on_reading(struct net_stream *s, const bool *is_gone, enum status *status)
{
	size_t before_len = evbuffer_get_length(s->in);

	*status = read_some(s);
	s->has_come = evbuffer_get_length(s->in) > before_len;
	if (s->has_come)
		s->handler->on_input(s->owner);
	return !*is_gone;
}

/* A step of the handshake, input, or both. False when the owner has freed s. */
static bool
go_on(struct net_stream *s, enum status *status)
{
	bool is_gone = false;

	*status = GOING;
	s->has_come = false;
	s->is_gone = &is_gone;
	if ((!s->is_handshaking || go_on_shaking(s, &is_gone, status)) && s->is_reading &&
	    !s->is_over)
		(void)go_on_reading(s, &is_gone, status);
	if (is_gone)
		return false;
	s->is_gone = NULL;
	return true;
}

/* Nothing can be sent any more. A TLS alert that came says more than the socket's error. */
static void
end_broken(struct net_stream *s, enum status status)
{
	s->tells_break = status == GOING && s->has_come;
	if (s->tells_break)
		net_stream_tell_later(s);
	else if (status == FAILED && s->tls_error != 0)
		end(s, FAILED);
	else
		end(s, fail(s, s->write_error, 0));
}

/*
 * The last of a handshake is not sent before the owner has had its say: our ticket leaves with the
 * first reply, or the client's Finished with its first command.
 */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct net_stream *s = arg;
	enum status status;

	(void)fd;
	(void)what;
	if (!go_on(s, &status))
		return;
	if (s->ssl != NULL)
		net_stream_answer(s);
	if (s->write_error != 0)
		end_broken(s, status);
	else if (status != GOING)
		end(s, status);
}

static void
finish_connecting(struct net_stream *s)
{
	int error = 0;
	socklen_t len = sizeof error;

	(void)event_del(&s->writable);
	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error != 0) {
		end(s, fail(s, error, 0));
		return;
	}
	s->is_connecting = false;
	net_stream_watch_input(s);
	s->handler->on_connected(s->owner);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct net_stream *s = arg;

	(void)fd;
	(void)what;
	if (s->is_connecting) {
		finish_connecting(s);
		return;
	}
	net_stream_flush(s);
}

/* What a call of the owner has brought about, and must not be told inside of it. */
static void
on_later(evutil_socket_t fd, short what, void *arg)
{
	struct net_stream *s = arg;
	bool is_gone = false, tells_input = s->tells_input, tells_drained = s->tells_drained;

	s->tells_input = s->tells_drained = false;
	if (s->is_connecting) {
		end(s, FAILED); /* at once: s->error says why */
		return;
	}
	s->is_gone = &is_gone;
	if (tells_input && evbuffer_get_length(s->in) != 0)
		s->handler->on_input(s->owner);
	if (is_gone)
		return;
	s->is_gone = NULL;
	if (s->tells_break)
		on_readable(fd, what, s);
	else if (tells_drained && net_stream_pending(s) == 0 && s->handler->on_drained != NULL)
		s->handler->on_drained(s->owner);
}

void
net_stream_init(struct net_stream *s, struct event_base *base, int fd,
    const struct net_stream_handler *handler, void *owner)
{
	*s = (struct net_stream){ .handler = handler, .owner = owner, .fd = fd };
	s->in = evbuffer_new();
	s->out = evbuffer_new();
	assert(s->in != NULL && s->out != NULL);
	(void)event_assign(&s->readable, base, fd, EV_READ | EV_PERSIST, on_readable, s);
	(void)event_assign(&s->writable, base, fd, EV_WRITE | EV_PERSIST, on_writable, s);
	(void)event_assign(&s->later, base, -1, 0, on_later, s);
}

void
net_stream_done(struct net_stream *s)
{
	if (s->is_gone != NULL)
		*s->is_gone = true;
	(void)event_del(&s->readable);
	(void)event_del(&s->writable);
	(void)event_del(&s->later);
	evbuffer_free(s->in);
	evbuffer_free(s->out);
	if (s->unwritten != NULL)
		evbuffer_free(s->unwritten);
	fd_close(&s->fd);
}

void
net_stream_connect(struct net_stream *s, const struct sockaddr *address, size_t address_len)
{
	s->is_connecting = true;
	if (connect(s->fd, address, (socklen_t)address_len) == 0 || errno == EINPROGRESS) {
		(void)event_add(&s->writable, NULL);
		return;
	}
	s->error = errno;
	net_stream_tell_later(s);
}

void
net_stream_start_tls(struct net_stream *s, SSL *ssl)
{
	BIO *in = BIO_new_socket(s->fd, BIO_NOCLOSE), *out = BIO_new(BIO_s_mem());

	assert(in != NULL && out != NULL);
	(void)evbuffer_drain(s->in, evbuffer_get_length(s->in));
	SSL_set0_rbio(ssl, in);
	SSL_set0_wbio(ssl, out);
	s->ssl = ssl;
	s->is_handshaking = true;
	net_stream_pace(s);
	net_stream_watch_input(s);
	if (SSL_is_server(ssl) == 0)
		event_active(&s->readable, EV_READ, 0); /* it begins */
}

void
net_stream_want_input(struct net_stream *s, bool wanted)
{
	s->is_reading = wanted;
	net_stream_watch_input(s);
}

void
net_stream_tell_input(struct net_stream *s)
{
	s->tells_input = true;
	net_stream_tell_later(s);
}
