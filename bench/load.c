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
#include <sys/resource.h>

#include "bench/client.h"
#include "bench/worker.h"
#include "util/alloc.h"
#include "util/base64.h"

#define COMMANDS_MAX (1U << 20)

static atomic_bool *stop; /* of the one run, for the handler */

static void
on_stop(int number)
{
	(void)number;
	atomic_store(stop, true);
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

static void
run_init(struct run *run, const struct options *o)
{
	*run = (struct run){ .options = o };
	text_init(&run->text, o->size, o->sender, o->recipient);
	make_auth_line(run);
	make_envelope(run);
}

static void
run_done(struct run *run)
{
	text_done(&run->text);
	buf_done(&run->auth_line);
	buf_done(&run->envelope);
}

static bool
succeeded(const struct run *run)
{
	const struct options *o = run->options;

	if (o->patience_s == 0 && atomic_load(&run->broken) > 0)
		return false;
	if (o->mode == OPTIONS_MODE_IDLE)
		return atomic_load(&run->start_us) != 0;
	return atomic_load(&run->acknowledged) >=
	       (o->messages != 0 && o->seconds == 0 ? o->messages : 1);
}

/* What the workers found, put together. */
struct sum {
	struct measure_samples latency;
	uint64_t connects;
	const char *error; /* NULL: none */
};

static void
add_up(struct sum *sum, const struct worker *workers, uint64_t count)
{
	*sum = (struct sum){ 0 };
	for (uint64_t i = 0; i < count; i++) {
		measure_merge(&sum->latency, &workers[i].latency);
		sum->connects += workers[i].connects;
		if (sum->error == NULL && workers[i].error[0] != '\0')
			sum->error = workers[i].error;
	}
}

static double
ms(uint64_t us)
{
	return (double)us / 1000;
}

static void
report(const struct run *run, struct sum *sum)
{
	uint64_t acknowledged = atomic_load(&run->acknowledged);
	uint64_t took_us = atomic_load(&run->last_ack_us) - atomic_load(&run->start_us);
	double seconds = (double)took_us / 1e6, count = (double)acknowledged;

	(void)printf(
	    run->options->json
		? "{\"messages\": %llu, \"seconds\": %.3f, \"per_second\": %.1f, "
		  "\"p50_ms\": %.3f, \"p90_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, "
		  "\"cpu_us_per_message\": %.1f, \"connections\": %llu, \"broken\": %llu, "
		  "\"tls\": \"%s\"}\n"
		: "%llu messages in %.3f s: %.1f/s; ms p50 %.3f p90 %.3f p99 %.3f max %.3f; "
		  "own CPU %.1f us a message; %llu connections, %llu broken; %s\n",
	    (unsigned long long)acknowledged, seconds, seconds > 0 ? count / seconds : 0.0,
	    ms(measure_percentile_us(&sum->latency, 50)),
	    ms(measure_percentile_us(&sum->latency, 90)),
	    ms(measure_percentile_us(&sum->latency, 99)),
	    ms(measure_percentile_us(&sum->latency, 100)),
	    count > 0 ? (double)measure_cpu_us() / count : 0.0, (unsigned long long)sum->connects,
	    (unsigned long long)atomic_load(&run->broken), tls_library);
	if (sum->error != NULL)
		(void)fprintf(stderr, "load: first failure %s\n", sum->error);
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

static bool
complain(const char *what, int r)
{
	(void)fprintf(stderr, "load: %s: %s\n", what, strerrordesc_np(-r));
	return false;
}

/* All the threads from their start to their end; false when one could not be started. */
static bool
run_workers(struct worker *workers, uint64_t count)
{
	uint64_t started = 0;
	int r = 0;

	while (started < count && (r = worker_start(&workers[started])) == 0)
		started++;
	if (r < 0)
		atomic_store(stop, true);
	for (uint64_t i = 0; i < started; i++)
		worker_join(&workers[i]);
	return r == 0 || complain("cannot start a thread", r);
}

static bool
run_load(struct run *run, struct worker *workers)
{
	const struct options *o = run->options;
	struct sum sum;
	bool ok = true;
	int r = o->ledger_path != NULL ? ledger_create(o->ledger_path) : 0;

	if (r < 0)
		return complain(o->ledger_path, r);
	for (uint64_t i = 0; i < o->threads; i++) {
		r = worker_init(&workers[i], run, (unsigned)i);
		if (r < 0)
			ok = complain("cannot set up a thread", r);
	}
	ok = ok && run_workers(workers, o->threads) && succeeded(run);
	add_up(&sum, workers, o->threads);
	report(run, &sum);
	measure_done(&sum.latency);
	for (uint64_t i = 0; i < o->threads; i++)
		ok = worker_done(&workers[i]) && ok;
	return ok;
}

int
main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = on_stop };
	struct options o;
	struct run run;
	struct worker *workers;
	bool ok;

	if (!options_parse(argc, argv, &o)) {
		options_done(&o);
		return 2;
	}
	run_init(&run, &o);
	stop = &run.stop;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	allow_descriptors(o.connections);
	workers = xcalloc(o.threads, sizeof workers[0]);
	ok = run_load(&run, workers);
	free(workers);
	run_done(&run);
	options_done(&o);
	return ok ? 0 : 1;
}
