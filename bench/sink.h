/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink.h - a receiver that answers as a mail server does and keeps nothing.
 *
 * It is the next hop that is never the bottleneck, and with TLS and AUTH the upper bound of what
 * any server could reach. It checks neither passwords nor addresses.
 */
#ifndef BENCH_SINK_H
#define BENCH_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/stream.h"

enum sink_tls {
	SINK_TLS_NONE,
	SINK_TLS_STARTTLS,
	SINK_TLS_IMPLICIT,
};

struct sink_options {
	const char *host, *unix_path; /* unix_path: a Unix socket in place of host and port */
	uint64_t port;                /* 0: the kernel's choice, printed */
	const char *certificate, *key;
	enum sink_tls tls;
	bool lmtp, auth;
	uint64_t count; /* end when so many messages have come; 0: never */
	const char *ledger_path;
};

/* False after saying on standard error what is wrong. */
bool sink_options_parse(int argc, char **argv, struct sink_options *o);

struct sink {
	const struct sink_options *options;
	int epoll, listener;
	SSL_CTX *tls;
	FILE *ledger; /* the id of every message taken, one a line */
	uint64_t messages, recipients, octets;
	uint64_t first_us, last_us; /* of the messages taken */
};

struct sink_session;
/* Takes over fd; frees itself when the peer goes. */
void sink_session_open(struct sink *sink, int fd);
void sink_session_event(struct sink_session *s);

#endif
