/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - what the command line of bench/load says. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum options_tls {
	OPTIONS_TLS_NONE,
	OPTIONS_TLS_STARTTLS,
	OPTIONS_TLS_IMPLICIT,
};

enum options_mode {
	OPTIONS_MODE_KEPT,      /* connections stay open, message after message */
	OPTIONS_MODE_RECONNECT, /* a new connection for every message */
	OPTIONS_MODE_IDLE,      /* log in and hold, send nothing */
};

struct options {
	struct sockaddr_storage address;
	socklen_t address_len;
	enum options_tls tls;
	enum options_mode mode;
	bool resume; /* offer the last TLS session when connecting */
	bool json;
	const char *user; /* NULL: no AUTH */
	char *password;
	const char *sender, *recipient;
	const char *ledger_path; /* NULL: none */
	uint64_t threads;        /* that share the connections; never more than those */
	uint64_t connections, size, recipients;
	uint64_t messages; /* to send; 0: as many as `seconds` allow */
	uint64_t seconds;  /* 0: until the messages are sent */
	/*
	 * Broken connections and refusals are counted, and the message is sent again under a new
	 * id, as long as something is acknowledged every so many seconds. 0: the first failure
	 * ends the run.
	 */
	uint64_t patience_s;
};

/* False after saying on standard error what is wrong. Free with options_done(). */
bool options_parse(int argc, char **argv, struct options *o);
void options_done(struct options *o);

#endif
