/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h - a net_stream on one end of a TCP connection, and a peer that says any octets it likes.
 */
#ifndef TESTS_NET_WIRE_H
#define TESTS_NET_WIRE_H

#include <stdbool.h>

#include <event2/event.h>

#include "net/stream.h"
#include "pki.h"
#include "util/buf.h"

#define WIRE_TEST(test) cmocka_unit_test_setup_teardown(test, wire_set_up, wire_tear_down)

enum wire_call {
	WIRE_NONE,
	WIRE_CONNECTED,
	WIRE_SECURE,
	WIRE_INPUT,
	WIRE_DRAINED,
	WIRE_END,
	WIRE_CALL_COUNT,
};

struct wire {
	struct event_base *base;
	struct pki pki;
	SSL_CTX *server_tls, *client_tls;
	struct net_stream stream;
	SSL *ssl; /* the stream's, or NULL */
	bool is_done;
	int peer;      /* blocking; -1: closed */
	SSL *peer_ssl; /* between two memory BIOs, or NULL */
	struct buf got;
	unsigned calls[WIRE_CALL_COUNT];
	enum net_stream_end end;
	enum wire_call frees_in; /* done is called in the first of these */
	bool leaves_input;       /* on_input takes nothing */
	const char *reply;       /* written in each on_input; NULL: nothing */
};

int wire_set_up(void **state);
int wire_tear_down(void **state);
void wire_done(struct wire *w); /* of the stream, and its SSL after it, as net_conn does it */
/* A stream in place of the one that is there, that is connecting to nobody yet. */
void wire_renew(struct wire *w);
/* Lets the loop turn until nothing is ready. */
void wire_settle(struct wire *w);
/* Until the callback has come so many times in all. */
void wire_wait(struct wire *w, enum wire_call call, unsigned count);
void wire_wait_input(struct wire *w, size_t len);
/* Waits for as many octets as text has, and takes them: they are text. */
void wire_check_got(struct wire *w, const char *text);

/* Begins TLS on both sides, the stream as the server or the client; nothing is sent yet. */
void wire_begin_tls(struct wire *w, bool as_server);
/* The whole handshake, and what comes behind it. */
void wire_shake(struct wire *w, bool as_server);
/* Octets as they are. */
void wire_send(struct wire *w, const void *octets, size_t len);
/* Gives them to the peer's OpenSSL; they are not sent yet. */
void wire_say(struct wire *w, const void *octets, size_t len);
/* What the peer's OpenSSL has to send, in pieces; the loop settles behind each. */
void wire_send_tls(struct wire *w, size_t piece_len);
/* Takes at most so many octets of what its OpenSSL has to send, without sending them. */
size_t wire_take_tls(struct wire *w, uint8_t *out, size_t size);
/* Turns the loop until something has come to the peer: loopback takes its time, too. */
void wire_await(struct wire *w);
/* Octets that have come to the peer, as they are: at most size, 0 when there are none. */
size_t wire_receive(struct wire *w, uint8_t *out, size_t size);
/* All that has come, to its OpenSSL. */
void wire_receive_tls(struct wire *w);
/* Closes the peer's end; with a reset when asked for. */
void wire_hang_up(struct wire *w, bool with_reset);
/* Does the loop sleep when there is nothing to do? Fails the test when it does not. */
void wire_check_sleeps(struct wire *w);

#endif
