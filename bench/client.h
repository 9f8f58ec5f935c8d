/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - one simulated mail client, and what all clients of a run share.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <openssl/ssl.h>

#include "bench/measure.h"
#include "bench/options.h"
#include "bench/stream.h"
#include "bench/text.h"

#define RUN_ERROR_SIZE 512

struct run {
	const struct options *options;
	int epoll;
	SSL_CTX *tls;
	SSL_SESSION *session; /* the newest that a server gave, for --resume */
	FILE *ledger;         /* one acknowledged id per line, or NULL */
	struct text text;
	struct buf auth_line, envelope; /* commands that are the same every time */
	struct measure_samples latency;

	uint64_t now_us, start_us, last_ack_us;
	uint64_t in_flight, acknowledged, broken, connects, ids;
	uint64_t logged_in;         /* clients that may send */
	bool sending;               /* messages may be begun */
	bool over;                  /* no more messages */
	char error[RUN_ERROR_SIZE]; /* the first failure in words, empty when there was none */
};

enum client_state {
	CLIENT_CLOSED,
	CLIENT_DIALING,
	CLIENT_BANNER,
	CLIENT_EHLO,
	CLIENT_STARTTLS,
	CLIENT_HANDSHAKE,
	CLIENT_AUTH,
	CLIENT_READY,    /* logged in, nothing to do */
	CLIENT_ENVELOPE, /* MAIL, RCPT and DATA are out, in one flight (RFC 2920 §3.1) */
	CLIENT_TEXT,
	CLIENT_QUIT,
};

struct client {
	struct run *run;
	struct stream stream;
	enum client_state state;
	uint64_t awaited; /* replies of the envelope still to come */
	bool has_message; /* counted in run->in_flight */
	uint64_t begun_us, redial_at_us;
	char id[TEXT_ID_LEN + 1];
};

void client_init(struct client *c, struct run *run);
void client_done(struct client *c);
/* Connects when it is closed and its time has come; begins a message when it may. Call often. */
void client_advance(struct client *c);
/* Its socket has an event. */
void client_event(struct client *c);

#endif
