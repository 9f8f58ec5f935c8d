/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <openssl/err.h>

#include "util/fd.h"

#define READ_SIZE (64U << 10)
#define RECORDS_SIZE (16U << 10) /* no more: stack arrays are zeroed first */
#define TO_PEER_MAX (64U << 10)  /* octets of TLS records before they are sent */

void
stream_init(struct stream *s, int epoll, void *owner)
{
	*s = (struct stream){ .fd = -1, .epoll = epoll, .owner = owner };
	buf_init(&s->in, STREAM_IN_MAX);
	buf_init(&s->head, STREAM_HEAD_MAX);
}

void
stream_close(struct stream *s)
{
	SSL_free(s->ssl);
	s->ssl = NULL;
	s->from_peer = s->to_peer = NULL;
	fd_close(&s->fd);
	buf_release(&s->in);
	buf_release(&s->head);
	s->head_sent = 0;
	s->tail = slice_make(NULL, 0);
	s->handshaking = s->writable_wanted = false;
}

static int
watch(struct stream *s, int operation, bool writable)
{
	struct epoll_event event = {
		.events = EPOLLIN | (writable ? (uint32_t)EPOLLOUT : 0),
		.data.ptr = s->owner,
	};

	s->writable_wanted = writable;
	return epoll_ctl(s->epoll, operation, s->fd, &event) == 0 ? 0 : -errno;
}

static int
want_writable(struct stream *s, bool writable)
{
	return s->writable_wanted == writable ? 0 : watch(s, EPOLL_CTL_MOD, writable);
}

/* Take over fd and watch it. */
static int
adopt(struct stream *s, int fd, bool writable)
{
	const int on = 1;
	int r;

	s->fd = fd;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	r = watch(s, EPOLL_CTL_ADD, writable);
	if (r < 0)
		stream_close(s);
	return r;
}

int
stream_dial(
    struct stream *s, const struct sockaddr *address, socklen_t address_len, bool speaks_first)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	if (connect(fd, address, address_len) < 0 && errno != EINPROGRESS) {
		r = -errno;
		fd_close(&fd);
		return r;
	}
	return adopt(s, fd, speaks_first);
}

int
stream_accept(struct stream *s, int fd)
{
	return adopt(s, fd, false);
}

int
stream_start_tls(struct stream *s, SSL_CTX *context, bool server, SSL_SESSION *session)
{
	buf_clear(&s->in);
	s->ssl = SSL_new(context);
	s->from_peer = BIO_new(BIO_s_mem());
	s->to_peer = BIO_new(BIO_s_mem());
	if (s->ssl == NULL || s->from_peer == NULL || s->to_peer == NULL)
		abort();
	SSL_set_bio(s->ssl, s->from_peer, s->to_peer);
	if (session != NULL)
		(void)SSL_set_session(s->ssl, session);
	if (server)
		SSL_set_accept_state(s->ssl);
	else
		SSL_set_connect_state(s->ssl);
	s->handshaking = true;
	return 0;
}

/* Receive TLS records once: octets, 0 at end of file, or -errno. */
static ssize_t
pull(struct stream *s)
{
	uint8_t records[RECORDS_SIZE];
	ssize_t n = recv(s->fd, records, sizeof records, 0);

	if (n < 0)
		return -errno;
	if (n > 0 && BIO_write(s->from_peer, records, (int)n) != (int)n)
		return -ENOMEM;
	return n;
}

/* Drop what was sent; there is no other way to a part of it than reading it. */
static void
drop_sent(struct stream *s, size_t len)
{
	uint8_t sent[4096];

	while (len > 0) {
		int n = BIO_read(s->to_peer, sent, (int)(len < sizeof sent ? len : sizeof sent));

		if (n <= 0)
			abort();
		len -= (size_t)n;
	}
}

/* Send the TLS records that wait: 0 when none is left, or -errno. */
static int
push(struct stream *s)
{
	char *records = NULL;
	long len = BIO_get_mem_data(s->to_peer, &records);
	ssize_t n;

	if (len <= 0)
		return 0;
	n = send(s->fd, records, (size_t)len, MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	if (n == len)
		(void)BIO_reset(s->to_peer);
	else
		drop_sent(s, (size_t)n);
	return n == len ? 0 : -EAGAIN;
}

/* The errno-like meaning of what an SSL_ function returned. */
static int
tls_status(struct stream *s, int returned)
{
	switch (SSL_get_error(s->ssl, returned)) {
	case SSL_ERROR_WANT_READ:
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		return -EPROTO;
	}
}

/* As far as it goes: 0 at its end, whose last flight is still to be sent. */
static int
handshake(struct stream *s)
{
	for (;;) {
		ssize_t n;
		int r;

		ERR_clear_error();
		r = SSL_do_handshake(s->ssl);
		if (r == 1)
			break;
		if (tls_status(s, r) != -EAGAIN) {
			(void)push(s); /* the alert */
			return -EPROTO;
		}
		r = push(s);
		if (r < 0 && r != -EAGAIN)
			return r;
		if (r == 0 && want_writable(s, false) < 0)
			return -EIO;
		if (r == -EAGAIN && want_writable(s, true) < 0)
			return -EIO;
		n = pull(s);
		if (n <= 0)
			return n == 0 ? -ECONNRESET : (int)n;
	}
	s->handshaking = false;
	return 0;
}

int
stream_run(struct stream *s)
{
	int error = 0;
	socklen_t len = sizeof error;

	if (s->writable_wanted && getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 &&
	    error != 0)
		return -error;
	return s->handshaking ? handshake(s) : stream_flush(s);
}

static ssize_t
write_tls(struct stream *s, struct slice octets)
{
	int n;

	if ((size_t)BIO_pending(s->to_peer) >= TO_PEER_MAX) {
		n = push(s);
		if (n < 0)
			return n;
	}
	ERR_clear_error();
	n = SSL_write(s->ssl, octets.ptr, (int)octets.len);
	return n > 0 ? n : -EPROTO;
}

static ssize_t
write_some(struct stream *s, struct slice octets)
{
	ssize_t n;

	if (s->ssl != NULL)
		return write_tls(s, octets);
	n = send(s->fd, octets.ptr, octets.len, MSG_NOSIGNAL);
	return n < 0 ? -errno : n;
}

/* The next octets to send: what is left of head, then of tail. */
static struct slice
next_out(const struct stream *s)
{
	if (s->head_sent < s->head.len)
		return slice_after(buf_slice(&s->head), s->head_sent);
	return s->tail;
}

static void
mark_sent(struct stream *s, size_t len)
{
	if (s->head_sent < s->head.len) {
		s->head_sent += len;
		return;
	}
	s->tail = slice_after(s->tail, len);
}

int
stream_flush(struct stream *s)
{
	struct slice out;
	int r;

	while ((out = next_out(s)).len > 0) {
		ssize_t n = write_some(s, out);

		if (n == -EAGAIN)
			return want_writable(s, true);
		if (n < 0)
			return (int)n;
		mark_sent(s, (size_t)n);
	}
	buf_clear(&s->head);
	s->head_sent = 0;
	r = s->ssl != NULL ? push(s) : 0;
	return r < 0 && r != -EAGAIN ? r : want_writable(s, r == -EAGAIN);
}

static ssize_t
read_tls(struct stream *s, uint8_t *room)
{
	for (;;) {
		ssize_t n;

		ERR_clear_error();
		n = SSL_read(s->ssl, room, READ_SIZE);
		if (n > 0)
			return n;
		n = tls_status(s, (int)n);
		if (n == -EAGAIN)
			n = pull(s);
		if (n <= 0)
			return n;
	}
}

ssize_t
stream_read(struct stream *s)
{
	uint8_t *room = buf_reserve(&s->in, READ_SIZE);
	ssize_t n;

	if (room == NULL)
		return -ENOBUFS;
	if (s->ssl != NULL) {
		n = read_tls(s, room);
	} else {
		n = recv(s->fd, room, READ_SIZE, 0);
		n = n < 0 ? -errno : n;
	}
	if (n > 0)
		s->in.len += (size_t)n;
	return n;
}

bool
stream_has_more(const struct stream *s)
{
	return s->ssl != NULL && !s->handshaking &&
	       (SSL_pending(s->ssl) > 0 || BIO_pending(s->from_peer) > 0);
}
