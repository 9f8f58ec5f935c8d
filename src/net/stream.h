/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - octets to and from a socket, in plain or through TLS: the lower half of net_conn.
 *
 * In place of libevent's bufferevents, which read a TLS record in two calls, sent each part of a
 * handshake by itself and changed what epoll watches at every step. Here a turn of the loop reads
 * what has come with one call and sends what there is to send with one.
 *
 * Every callback comes from the loop, never from inside a call of these functions, and may free
 * the stream.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/event_struct.h>
#include <openssl/ssl.h>

#include "util/slice.h"

struct evbuffer;

enum net_stream_end {
	NET_STREAM_CLOSED, /* by the peer; output may still go to it */
	NET_STREAM_FAILED, /* see error and tls_error of the stream; what had come has been told */
};

struct net_stream_handler {
	void (*on_connected)(void *owner); /* after net_stream_connect() */
	void (*on_secure)(void *owner);    /* the handshake is complete */
	void (*on_input)(void *owner);     /* there is input, not all of which need be new */
	/* All output has been handed to the kernel, a client's last flight of a handshake too. */
	void (*on_drained)(void *owner);
	void (*on_end)(void *owner, enum net_stream_end end);
};

struct net_stream {
	const struct net_stream_handler *handler;
	void *owner;
	int fd;   /* -1: closed */
	SSL *ssl; /* NULL: plain; the owner's, and lives until net_stream_done() */
	struct event readable, writable, later;
	struct evbuffer *in, *out; /* read and not consumed; ready for the kernel, ciphertext too */
	struct evbuffer *unwritten; /* what OpenSSL does not take yet; NULL: that never happened */
	size_t turn_len;            /* octets that OpenSSL has read without a pause */
	int error;                  /* errno of the failure, or 0 */
	unsigned long tls_error;    /* OpenSSL's, or 0 */
	int write_error;            /* why nothing can be sent any more, or 0 */
	bool *is_gone;              /* set by net_stream_done() while a callback runs */
	bool is_connecting;         /* until on_connected */
	bool is_handshaking;        /* until on_secure */
	bool is_reading;            /* input is wanted */
	bool is_over;               /* nothing more can be read */
	bool is_clogged;            /* the peer does not read what OpenSSL answers */
	bool has_come;              /* in the last turn of reading */
	bool tells_input;           /* on_input from the loop */
	bool tells_break;           /* write_error from the loop, behind what has come */
	bool tells_drained;         /* on_drained from the loop */
};

/* Takes over fd, non-blocking; reads from the next turn of the loop on. handler is a constant. */
void net_stream_init(struct net_stream *s, struct event_base *base, int fd,
    const struct net_stream_handler *handler, void *owner);
/* Closes the socket. What is unsent is lost. */
void net_stream_done(struct net_stream *s);

struct sockaddr;
/* on_connected or on_end follows. */
void net_stream_connect(struct net_stream *s, const struct sockaddr *address, size_t address_len);
/*
 * Throws away what is unread and goes on in TLS: on_secure or on_end follows. ssl has its role
 * (SSL_set_accept_state() or SSL_set_connect_state()); it is given its BIOs here.
 */
void net_stream_start_tls(struct net_stream *s, SSL *ssl);

/* Is input wanted? What is there already is told again when it becomes so. */
void net_stream_want_input(struct net_stream *s, bool wanted);
/* on_input from the loop if there is input by then. */
void net_stream_tell_input(struct net_stream *s);
/* One call gives one TLS record when it fits one. on_drained follows, soon or late. */
void net_stream_write(struct net_stream *s, struct slice out);
/* Octets not yet handed to the kernel. */
size_t net_stream_pending(const struct net_stream *s);
/* close_notify (RFC 8446 §6.1), if that does not block. */
void net_stream_notify_close(struct net_stream *s);

#endif
