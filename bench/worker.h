/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.h - one thread of the load generator: a loop of its own with a part of the clients.
 *
 * Workers share what never changes (options, texts) and a few counters, which are atomic. All that
 * is written often is a worker's own: its epoll, its TLS, its latencies, its part of the ledger.
 * What they found is put together when they have ended.
 */
#ifndef BENCH_WORKER_H
#define BENCH_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench/ledger.h"
#include "bench/measure.h"
#include "bench/options.h"
#include "bench/text.h"
#include "bench/tls.h"
#include "util/buf.h"

#define WORKER_ERROR_SIZE 512

/* What all workers of a run share. */
struct run {
	const struct options *options;
	struct text text;
	struct buf auth_line, envelope; /* commands that are the same every time */

	atomic_uint_fast64_t claimed; /* messages begun, less those that broke off */
	atomic_uint_fast64_t acknowledged, broken;
	atomic_uint_fast64_t logged_in;   /* clients that may send */
	atomic_uint_fast64_t start_us;    /* when messages might be begun; 0: not yet */
	atomic_uint_fast64_t last_ack_us; /* the newest of all workers, to some microseconds */
	atomic_bool stop;                 /* end at once */
};

struct client;

struct worker {
	struct run *run;
	unsigned index;
	pthread_t thread;
	int epoll;
	struct tls tls;
	SSL_SESSION *session; /* the newest that a server gave, for --resume */
	struct ledger ledger;
	struct measure_samples latency;
	struct client *clients;
	uint64_t client_count;

	uint64_t now_us;
	uint64_t in_flight, connects, ids; /* ids: how many were given out */
	bool sending;                      /* messages may be begun */
	bool over;                         /* no more messages */
	char error[WORKER_ERROR_SIZE]; /* the first failure in words, empty when there was none */
};

/* The index-th of run->options->threads, with its part of the connections. 0 or -errno. */
int worker_init(struct worker *w, struct run *run, unsigned index);
/* Begins to connect and send, in a thread of its own. 0 or -errno. */
int worker_start(struct worker *w);
/* Waits for its end: --messages, --seconds, a failure or run->stop. */
void worker_join(struct worker *w);
/* False when its part of the ledger could not be written. */
bool worker_done(struct worker *w);

#endif
