/* SPDX-License-Identifier: Apache-2.0 */
/* conn_private.h - what conn.c, conn_fault.c and conn_end.c share. */
#ifndef NET_CONN_PRIVATE_H
#define NET_CONN_PRIVATE_H

#include <event2/event_struct.h>

#include "net/conn.h"
#include "net/stream.h"

enum conn_state {
	CONN_CONNECTING,
	CONN_PLAIN,
	CONN_UPGRADING, /* plain output goes out, then the handshake begins */
	CONN_HANDSHAKING,
	CONN_TLS,
	CONN_CLOSED, /* by the peer; output may still go to it */
	CONN_FAILED,
};

struct net_conn {
	struct event_base *base;
	struct net_stream stream; /* its buffers are NULL when no socket could be had */
	SSL *ssl;                 /* NULL without TLS */
	const struct net_conn_handler *handler;
	void *owner;
	struct event timer;
	uint64_t deadline_ms;
	uint64_t armed_ms; /* what the timer waits for: never later than deadline_ms */
	char *error;       /* owned; NULL: none */
	struct net_conn_fault fault;
	uint8_t peer_ip[16];
	uint16_t peer_port;
	uint8_t peer_family; /* AF_* */
	uint8_t state;       /* enum conn_state; changed by enter() only */
	bool is_server;
	bool held;           /* by the owner */
	bool has_given_turn; /* of the loop to what has come, though the deadline is over */
	bool is_full;        /* NET_CONN_READ_MAX octets are unread */
	bool is_shut;        /* nothing more is sent, not even close_notify */
};

/* Octets can come and go. */
static inline bool
net_conn_is_open(const struct net_conn *c)
{
	return c->state == CONN_PLAIN || c->state == CONN_TLS;
}

/* There may be input that was not consumed yet, and output can be tried. */
static inline bool
net_conn_is_readable(const struct net_conn *c)
{
	return net_conn_is_open(c) || c->state == CONN_CLOSED;
}

/* conn_fault.c: each notes what net_conn_error() and net_conn_fault() say. */
void net_conn_set_error(struct net_conn *c, const char *words); /* copied; NULL: nobody knows */
enum net_conn_end net_conn_explain_failure(struct net_conn *c); /* by what the stream says */
enum net_conn_end net_conn_explain_close(struct net_conn *c);   /* the peer closed */

#endif
