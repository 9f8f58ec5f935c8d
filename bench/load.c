/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - sends messages to a submission server and tells how fast they were acknowledged.
 *
 * Exit status: 0 when every message was acknowledged (or, with --patience, as many as were asked
 * for); 1 when not; 2 for a wrong command line.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "bench/client.h"
#include "util/alloc.h"
#include "util/base64.h"
#include "util/fd.h"

#define EVENTS_MAX 64
#define TICK_MS 50
#define STALL_US 60000000 /* without --patience: nothing acknowledged for so long is a failure */
#define COMMANDS_MAX (1U << 20)

static volatile sig_atomic_t stop;

static void
on_stop(int number)
{
	(void)number;
	stop = 1;
}

static int
remember_session(SSL *ssl, SSL_SESSION *session)
{
	struct run *run = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	SSL_SESSION_free(run->session);
	run->session = session;
	return 1; /* the reference is ours now */
}

/*
 * The chain of a bench server's certificate leads nowhere. Saying so here spares the look for it,
 * which OpenSSL makes even when it does not mind the result.
 */
static int
accept_chain(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;
	return 1;
}

static SSL_CTX *
make_tls(struct run *run)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

	if (tls == NULL)
		abort();
	(void)SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
	(void)SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
					SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(tls, 1);
	SSL_CTX_set_cert_verify_callback(tls, accept_chain, NULL);
	SSL_CTX_set_app_data(tls, run);
	if (run->options->resume) {
		(void)SSL_CTX_set_session_cache_mode(
		    tls, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(tls, remember_session);
	}
	return tls;
}

/* AUTH PLAIN with its initial response (RFC 4616 §2). */
static void
make_auth_line(struct run *run)
{
	struct buf plain;

	buf_init(&run->auth_line, COMMANDS_MAX);
	if (run->options->user == NULL)
		return;
	buf_init(&plain, COMMANDS_MAX);
	(void)buf_add_octet(&plain, 0);
	(void)buf_add_text(&plain, run->options->user);
	(void)buf_add_octet(&plain, 0);
	(void)buf_add_text(&plain, run->options->password);
	(void)buf_add_text(&run->auth_line, "AUTH PLAIN ");
	(void)base64_encode(buf_slice(&plain), &run->auth_line);
	(void)buf_add_text(&run->auth_line, "\r\n");
	buf_done(&plain);
}

/* The first recipient is the one given; others get a number before it: "2.sink@example.net". */
static void
make_envelope(struct run *run)
{
	const struct options *o = run->options;

	buf_init(&run->envelope, COMMANDS_MAX);
	(void)buf_addf(
	    &run->envelope, "MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\n", o->sender, o->recipient);
	for (uint64_t i = 2; i <= o->recipients; i++)
		(void)buf_addf(
		    &run->envelope, "RCPT TO:<%llu.%s>\r\n", (unsigned long long)i, o->recipient);
	(void)buf_add_text(&run->envelope, "DATA\r\n");
}

static bool
run_init(struct run *run, const struct options *o)
{
	*run = (struct run){ .options = o, .epoll = epoll_create1(EPOLL_CLOEXEC) };
	if (o->ledger_path != NULL) {
		run->ledger = fopen(o->ledger_path, "we");
		if (run->ledger == NULL) {
			perror(o->ledger_path);
			return false;
		}
	}
	run->tls = make_tls(run);
	text_init(&run->text, o->size, o->sender, o->recipient);
	make_auth_line(run);
	make_envelope(run);
	return run->epoll >= 0;
}

/* False when the ledger could not be written. */
static bool
run_done(struct run *run)
{
	bool ok = run->ledger == NULL || fclose(run->ledger) == 0;

	SSL_SESSION_free(run->session);
	SSL_CTX_free(run->tls);
	text_done(&run->text);
	buf_done(&run->auth_line);
	buf_done(&run->envelope);
	measure_done(&run->latency);
	fd_close(&run->epoll);
	return ok;
}

/*
 * Kept connections all log in before the first message is begun, so that the rate is that of
 * messages alone. With patience there may be no such moment.
 */
static void
update_sending(struct run *run)
{
	const struct options *o = run->options;

	if (run->sending)
		return;
	if (o->mode == OPTIONS_MODE_KEPT && o->patience_s == 0 && run->logged_in < o->connections)
		return;
	if (o->mode == OPTIONS_MODE_IDLE) {
		if (run->logged_in < o->connections)
			return;
		(void)printf("holding %llu connections\n", (unsigned long long)run->logged_in);
		(void)fflush(stdout);
	}
	run->sending = true;
	run->start_us = run->last_ack_us = run->now_us;
}

static bool
has_stalled(const struct run *run, uint64_t begun_us)
{
	const struct options *o = run->options;
	uint64_t since = run->last_ack_us > begun_us ? run->last_ack_us : begun_us;
	uint64_t most = o->patience_s == 0 ? STALL_US : o->patience_s * 1000000;

	if (o->mode == OPTIONS_MODE_IDLE && run->sending)
		return false;
	return run->now_us - since > most;
}

/* Decides whether the run is over, and whether it goes on to be waited for. */
static bool
goes_on(struct run *run, uint64_t begun_us)
{
	const struct options *o = run->options;

	if (o->patience_s == 0 && run->broken > 0)
		return false;
	if (has_stalled(run, begun_us)) {
		if (run->error[0] == '\0')
			(void)snprintf(run->error, sizeof run->error, "no progress");
		run->broken++;
		return false;
	}
	if (stop || (o->messages != 0 && run->acknowledged >= o->messages) ||
	    (run->sending && o->seconds != 0 &&
		run->now_us - run->start_us >= o->seconds * 1000000))
		run->over = true;
	return !run->over || (run->in_flight > 0 && !stop);
}

static void
drive(struct run *run, struct client *clients)
{
	struct epoll_event events[EVENTS_MAX];
	uint64_t begun_us = measure_now_us(), tick_us = 0;

	for (run->now_us = begun_us; goes_on(run, begun_us); run->now_us = measure_now_us()) {
		bool was_sending = run->sending;
		int n;

		update_sending(run);
		if (run->sending != was_sending || run->now_us - tick_us >= TICK_MS * 1000ULL ||
		    run->options->mode == OPTIONS_MODE_RECONNECT) {
			tick_us = run->now_us;
			for (uint64_t i = 0; i < run->options->connections; i++)
				client_advance(&clients[i]);
		}
		n = epoll_wait(run->epoll, events, EVENTS_MAX, TICK_MS);
		run->now_us = measure_now_us();
		for (int i = 0; i < n; i++)
			client_event(events[i].data.ptr);
	}
}

static bool
succeeded(const struct run *run)
{
	const struct options *o = run->options;

	if (o->patience_s == 0 && run->broken > 0)
		return false;
	if (o->mode == OPTIONS_MODE_IDLE)
		return run->sending;
	return run->acknowledged >= (o->messages != 0 && o->seconds == 0 ? o->messages : 1);
}

static double
ms(uint64_t us)
{
	return (double)us / 1000;
}

static void
report(struct run *run)
{
	double seconds = (double)(run->last_ack_us - run->start_us) / 1e6;
	double count = (double)run->acknowledged;

	(void)printf(
	    run->options->json
		? "{\"messages\": %llu, \"seconds\": %.3f, \"per_second\": %.1f, "
		  "\"p50_ms\": %.3f, \"p90_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, "
		  "\"cpu_us_per_message\": %.1f, \"connections\": %llu, \"broken\": %llu}\n"
		: "%llu messages in %.3f s: %.1f/s; ms p50 %.3f p90 %.3f p99 %.3f max %.3f; "
		  "own CPU %.1f us a message; %llu connections, %llu broken\n",
	    (unsigned long long)run->acknowledged, seconds, seconds > 0 ? count / seconds : 0.0,
	    ms(measure_percentile_us(&run->latency, 50)),
	    ms(measure_percentile_us(&run->latency, 90)),
	    ms(measure_percentile_us(&run->latency, 99)),
	    ms(measure_percentile_us(&run->latency, 100)),
	    count > 0 ? (double)measure_cpu_us() / count : 0.0, (unsigned long long)run->connects,
	    (unsigned long long)run->broken);
	if (run->error[0] != '\0')
		(void)fprintf(stderr, "load: first failure %s\n", run->error);
}

static void
allow_descriptors(uint64_t count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count + 64)
		return;
	limit.rlim_cur = count + 64;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int
main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = on_stop };
	struct options o;
	struct run run;
	struct client *clients;
	bool ok;

	if (!options_parse(argc, argv, &o)) {
		options_done(&o);
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN); /* SSL_write() has no MSG_NOSIGNAL */
	(void)sigaction(SIGINT, &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN); /* a peer that is gone is an error like others */
	(void)sigaction(SIGTERM, &action, NULL);
	allow_descriptors(o.connections);
	if (!run_init(&run, &o))
		return 1;
	clients = xcalloc(o.connections, sizeof clients[0]);
	for (uint64_t i = 0; i < o.connections; i++)
		client_init(&clients[i], &run);
	drive(&run, clients);
	ok = succeeded(&run);
	report(&run);
	for (uint64_t i = 0; i < o.connections; i++)
		client_done(&clients[i]);
	free(clients);
	ok = run_done(&run) && ok;
	options_done(&o);
	return ok ? 0 : 1;
}
