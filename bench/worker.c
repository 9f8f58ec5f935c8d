/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "bench/client.h"
#include "util/alloc.h"
#include "util/fd.h"

#define EVENTS_MAX 64
#define TICK_MS 50
#define START_TICK_MS 1   /* while waiting for other workers' clients to have logged in */
#define STALL_US 60000000 /* without --patience: nothing acknowledged for so long is a failure */

static int
remember_session(SSL *ssl, SSL_SESSION *session)
{
	struct worker *w = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	SSL_SESSION_free(w->session);
	w->session = session;
	return 1; /* the reference is ours now */
}

static void
set_up_tls(struct worker *w)
{
	SSL_CTX *context;

	tls_init(&w->tls);
	context = w->tls.context;
	(void)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	(void)SSL_CTX_set_mode(context, STREAM_TLS_MODE);
	SSL_CTX_set_app_data(context, w);
	if (w->run->options->resume) {
		(void)SSL_CTX_set_session_cache_mode(
		    context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(context, remember_session);
	}
}

/* Connections that do not divide evenly go to the first workers. */
static uint64_t
share_of(uint64_t connections, uint64_t threads, unsigned index)
{
	return connections / threads + (index < connections % threads ? 1 : 0);
}

int
worker_init(struct worker *w, struct run *run, unsigned index)
{
	const struct options *o = run->options;
	int r, opened;

	*w = (struct worker){ .run = run, .index = index, .epoll = epoll_create1(EPOLL_CLOEXEC) };
	r = w->epoll < 0 ? -errno : 0;
	set_up_tls(w);
	w->client_count = share_of(o->connections, o->threads, index);
	w->clients = xcalloc(w->client_count, sizeof w->clients[0]);
	for (uint64_t i = 0; i < w->client_count; i++)
		client_init(&w->clients[i], w);
	opened = ledger_open(&w->ledger, o->ledger_path);
	return r < 0 ? r : opened;
}

bool
worker_done(struct worker *w)
{
	for (uint64_t i = 0; i < w->client_count; i++)
		client_done(&w->clients[i]);
	free(w->clients);
	SSL_SESSION_free(w->session);
	tls_done(&w->tls);
	measure_done(&w->latency);
	fd_close(&w->epoll);
	return ledger_close(&w->ledger);
}

/* The first worker that sees that messages may be begun says when for all. */
static void
begin_sending(struct worker *w)
{
	struct run *run = w->run;
	uint64_t none = 0;

	w->sending = true;
	if (!atomic_compare_exchange_strong(&run->start_us, &none, w->now_us))
		return;
	atomic_store(&run->last_ack_us, w->now_us);
	if (run->options->mode == OPTIONS_MODE_IDLE) {
		(void)printf(
		    "holding %llu connections\n", (unsigned long long)run->options->connections);
		(void)fflush(stdout);
	}
}

/*
 * Kept connections all log in before the first message is begun, so that the rate is that of
 * messages alone. With patience there may be no such moment.
 */
static void
update_sending(struct worker *w)
{
	const struct options *o = w->run->options;
	bool together =
	    o->mode == OPTIONS_MODE_IDLE || (o->mode == OPTIONS_MODE_KEPT && o->patience_s == 0);

	if (w->sending)
		return;
	if (!together || atomic_load(&w->run->start_us) != 0 ||
	    atomic_load(&w->run->logged_in) >= o->connections)
		begin_sending(w);
}

static bool
has_stalled(const struct worker *w, uint64_t begun_us)
{
	const struct options *o = w->run->options;
	uint64_t acknowledged_us = atomic_load(&w->run->last_ack_us);
	uint64_t since_us = acknowledged_us > begun_us ? acknowledged_us : begun_us;
	uint64_t most_us = o->patience_s == 0 ? STALL_US : o->patience_s * 1000000;

	if (o->mode == OPTIONS_MODE_IDLE && w->sending)
		return false;
	/* Another worker's clock may have been read later than this one's. */
	return w->now_us > since_us && w->now_us - since_us > most_us;
}

static bool
has_all(const struct worker *w)
{
	const struct run *run = w->run;
	const struct options *o = run->options;

	if (o->messages != 0 && atomic_load(&run->acknowledged) >= o->messages)
		return true;
	return w->sending && o->seconds != 0 &&
	       w->now_us >= atomic_load(&run->start_us) + o->seconds * 1000000;
}

/* Decides whether the run is over, and whether it goes on to be waited for. */
static bool
goes_on(struct worker *w, uint64_t begun_us)
{
	struct run *run = w->run;

	if (run->options->patience_s == 0 && atomic_load(&run->broken) > 0)
		return false;
	if (has_stalled(w, begun_us)) {
		if (w->error[0] == '\0')
			(void)snprintf(w->error, sizeof w->error, "no progress");
		(void)atomic_fetch_add(&run->broken, 1);
		return false;
	}
	if (atomic_load(&run->stop))
		return false;
	if (has_all(w))
		w->over = true;
	return !w->over || w->in_flight > 0;
}

static void
advance_clients(struct worker *w)
{
	for (uint64_t i = 0; i < w->client_count; i++)
		client_advance(&w->clients[i]);
}

static void *
drive(void *arg)
{
	struct worker *w = arg;
	struct epoll_event events[EVENTS_MAX];
	uint64_t begun_us = measure_now_us(), tick_us = 0;

	for (w->now_us = begun_us; goes_on(w, begun_us); w->now_us = measure_now_us()) {
		bool was_sending = w->sending;
		int n;

		update_sending(w);
		if (w->sending != was_sending || w->now_us - tick_us >= TICK_MS * 1000ULL ||
		    w->run->options->mode == OPTIONS_MODE_RECONNECT) {
			tick_us = w->now_us;
			advance_clients(w);
		}
		n = epoll_wait(w->epoll, events, EVENTS_MAX, w->sending ? TICK_MS : START_TICK_MS);
		w->now_us = measure_now_us();
		for (int i = 0; i < n; i++)
			client_event(events[i].data.ptr);
	}
	return NULL;
}

int
worker_start(struct worker *w)
{
	return -pthread_create(&w->thread, NULL, drive, w);
}

void
worker_join(struct worker *w)
{
	(void)pthread_join(w->thread, NULL);
}
