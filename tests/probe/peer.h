/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer.h - a server that does as it is told, in the loop of the test.
 *
 * Its script has one line for each thing to do:
 *   "S: "        says this, with CRLF
 *   "RAW: "      says this in one piece, with \r and \n as they are in C
 *   "ALERT "     says that TLS fails, with this number
 *   "C: "        waits for a line that begins so
 *   "TEXT"       waits for the end of a message
 *   "HANDSHAKE"  waits for the first octets of one, and goes no further
 *   "TLS"        makes it
 *   "CLOSE", "RESET"
 * Behind the last it is silent, and still reads. Another connection goes on where the one before it
 * has left the script, and is closed when it is at its end.
 */
#ifndef TESTS_PROBE_PEER_H
#define TESTS_PROBE_PEER_H

#include <stdbool.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>

#include "net/address.h"
#include "net/conn.h"
#include "util/buf.h"

struct peer {
	struct event_base *base;
	struct event event;
	int fd;
	struct net_address address; /* where it listens */
	SSL_CTX *tls;               /* borrowed; for "TLS" */
	struct net_conn *conn;
	struct buf in;  /* what came and was not waited for yet */
	const char *at; /* of the script */
	bool is_shaking_hands;
	unsigned accept_count;
	char said_wrong[256]; /* the line that was not in the script; empty: none */
};

void peer_init(struct peer *p, struct event_base *base, SSL_CTX *tls, const char *script);
/* The same on a listening socket, which is taken over, that is reached at address. */
void peer_init_on(struct peer *p, struct event_base *base, SSL_CTX *tls, const char *script, int fd,
    const struct net_address *address);
void peer_done(struct peer *p);
/* Did the client say all that the script waits for, and nothing else? Fails the test if not. */
void peer_check(const struct peer *p);

#endif
