/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - one simulated mail client.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/stream.h"
#include "bench/text.h"
#include "bench/worker.h"

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
	struct worker *worker;
	struct stream stream;
	enum client_state state;
	uint64_t awaited; /* replies of the envelope still to come */
	bool has_quit;    /* QUIT is out already, behind the text */
	bool has_message; /* counted in worker->in_flight */
	uint64_t begun_us, redial_at_us;
	char id[TEXT_ID_LEN + 1];
};

void client_init(struct client *c, struct worker *worker);
void client_done(struct client *c);
/* Connects when it is closed and its time has come; begins a message when it may. Call often. */
void client_advance(struct client *c);
/* Its socket has an event. */
void client_event(struct client *c);

#endif
