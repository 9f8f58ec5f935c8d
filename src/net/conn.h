/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.h - one TCP or Unix stream with or without TLS, on a libevent loop.
 *
 * Over net/stream.h, it gives both sides (submission's accepted sockets, delivery's outgoing
 * ones) the same few verbs, the upgrade to TLS, and read back-pressure. One timer per
 * connection: the owner sets the next deadline and gets on_deadline.
 *
 * Callbacks may free the connection (net_conn_free); nothing here touches it after a callback.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include "util/slice.h"

/* Octets that wait unread before the socket is left alone. */
#define NET_CONN_READ_MAX ((size_t)64 * 1024)

struct net_conn;

enum net_conn_end {
	NET_CONN_CLOSED,     /* the peer closed; what was read has been given to on_input */
	NET_CONN_FAILED,     /* see net_conn_error() */
	NET_CONN_TLS_FAILED, /* handshake or record error; see net_conn_error() */
};

struct net_conn_handler {
	/* Connected (outgoing only), before any TLS. */
	void (*on_connected)(void *owner);
	/* Octets may be waiting: use net_conn_input() and net_conn_consume(). */
	void (*on_input)(void *owner);
	/* A handshake asked for with net_conn_start_tls() is complete. */
	void (*on_tls)(void *owner);
	/* All output has been handed to the kernel. */
	void (*on_drained)(void *owner);
	void (*on_deadline)(void *owner);
	/*
	 * The stream is over; the owner must net_conn_free(), or after NET_CONN_CLOSED may write
	 * what it still owes and net_conn_finish(): the peer may have closed its sending side only.
	 * Then NET_CONN_FAILED may still follow.
	 */
	void (*on_end)(void *owner, enum net_conn_end end);
};

/* Takes over fd (connected, non-blocking); TCP_NODELAY is set. handler is borrowed (a constant). */
struct net_conn *net_conn_accept(
    struct event_base *base, int fd, const struct net_conn_handler *handler, void *owner);

struct sockaddr;
/* Starts connecting; on_connected or on_end follows, never from inside this call. */
struct net_conn *net_conn_dial(struct event_base *base, const struct sockaddr *address,
    size_t address_len, const struct net_conn_handler *handler, void *owner);

/* Closes at once; close_notify is sent if that does not block. Nulls the pointer; NULL is fine. */
void net_conn_free(struct net_conn **c);
/* Sends what is left, closes and frees itself, at most linger_ms later. No more callbacks. */
void net_conn_finish(struct net_conn **c, uint64_t linger_ms);

/*
 * Begin the handshake after the output that is queued has gone out. Everything unread is thrown
 * away first (RFC 3207 §4.2). As server (server == true) or as client with name for SNI and, when
 * the context verifies, for the check (NULL: neither). Reading is held until on_tls.
 */
void net_conn_start_tls(struct net_conn *c, SSL_CTX *context, bool server, const char *name);
/* Right behind net_conn_start_tls(): a session for a client's handshake to take up again. */
void net_conn_offer_session(struct net_conn *c, SSL_SESSION *session);
bool net_conn_is_tls(const struct net_conn *c);
/* NULL without TLS. Borrowed. */
SSL *net_conn_ssl(const struct net_conn *c);

/* Have octets come that nobody has read from the socket yet? */
bool net_conn_has_arrived(const struct net_conn *c);
/* A contiguous view of what is unread; may be shorter than all of it. Valid until the next call. */
struct slice net_conn_input(struct net_conn *c);
void net_conn_consume(struct net_conn *c, size_t len);
/* Hold reading (nothing new is taken from the socket, no on_input) and go on. */
void net_conn_hold(struct net_conn *c);
void net_conn_resume(struct net_conn *c); /* on_input follows from the loop when octets wait */

/*
 * What is written from now on is the last: it leaves together with the end of the stream, so
 * net_conn_finish() must follow when it has been taken.
 */
void net_conn_last_words(struct net_conn *c);
/* Copies out to the output. One call gives one TLS record when it fits one. */
void net_conn_write(struct net_conn *c, struct slice out);
/* Octets not yet handed to the kernel. */
size_t net_conn_pending(const struct net_conn *c);
/*
 * on_deadline at at_ms (monotonic), behind what has arrived by then; UINT64_MAX: never. Cheap to
 * call with the same value again.
 */
void net_conn_set_deadline(struct net_conn *c, uint64_t at_ms);
/* Why it ended, in words for a log, e.g. "connection refused", "certificate has expired". */
const char *net_conn_error(const struct net_conn *c);
/* The same for a program; both 0: closed by the peer, or by a fault of ours. */
struct net_conn_fault {
	int error;         /* errno: ECONNRESET, ... */
	unsigned long tls; /* OpenSSL's, for ERR_GET_REASON() */
};
struct net_conn_fault net_conn_fault(const struct net_conn *c);
/* For getsockopt(2) and the like; not to be read, written or closed. -1: there is none. */
int net_conn_fd(const struct net_conn *c);
/* "192.0.2.1", "2001:db8::1" or "local" for a Unix socket; port 0 there. */
void net_conn_peer(const struct net_conn *c, char *address, size_t size, uint16_t *port);

#endif
