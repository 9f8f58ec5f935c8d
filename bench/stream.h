/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - a non-blocking TCP connection on epoll, plain or TLS, for the bench programs.
 *
 * The generator shares its cores with the server it measures, so this is as thin as it can be: one
 * recv(2) for a flight of replies, one send(2) for a flight of commands or a small message, however
 * many TLS records they are. The end of a handshake waits for what is said first behind it.
 */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

#include "util/buf.h"
#include "util/slice.h"

#define STREAM_IN_MAX (256U << 10)
#define STREAM_HEAD_MAX (128U << 10)
/* Of every context that stream_start_tls() is given. */
#define STREAM_TLS_MODE                                                                            \
	(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |                     \
	    SSL_MODE_RELEASE_BUFFERS)

struct stream {
	int fd; /* -1: closed */
	int epoll;
	void *owner;              /* epoll_event.data.ptr */
	SSL *ssl;                 /* NULL: plain */
	BIO *from_peer, *to_peer; /* TLS records in memory; the SSL's */
	bool handshaking;
	bool writable_wanted; /* EPOLLOUT is asked for */
	struct buf in;        /* what was read and not dropped */
	struct buf head;      /* to send first, owned */
	size_t head_sent;
	struct slice tail; /* to send after head, borrowed until it is gone */
};

void stream_init(struct stream *s, int epoll, void *owner);
/* Also forgets all that was buffered; may be dialed or accepted again. */
void stream_close(struct stream *s);
/*
 * Start to connect; 0 or -errno. Who speaks first is told when he may: stream_run() says 0 for the
 * first time. Who does not hears of the connection together with the peer's first words.
 */
int stream_dial(
    struct stream *s, const struct sockaddr *address, socklen_t address_len, bool speaks_first);
/* Takes over fd. 0 or -errno, and then fd is closed. */
int stream_accept(struct stream *s, int fd);
/* Drops unread plaintext; the handshake goes on in stream_run(). session may be NULL. */
int stream_start_tls(struct stream *s, SSL_CTX *context, bool server, SSL_SESSION *session);
/* After an epoll event: 0 when data may flow, -EAGAIN in a handshake, other -errno: it is over. */
int stream_run(struct stream *s);
/* Send head and tail as far as the socket takes them; 0 or -errno. */
int stream_flush(struct stream *s);
/* Read once into s->in. Octets, 0 at end of file, -EAGAIN, or another -errno. */
ssize_t stream_read(struct stream *s);
/* Octets that were received already: epoll will not tell of them. */
bool stream_has_more(const struct stream *s);

#endif
