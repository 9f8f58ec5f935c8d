/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.c - how fast the store alone takes messages in and lets them go.
 *
 *   bench-store DIRECTORY COUNT SIZE BATCH [RATE]
 *
 * Puts COUNT messages of SIZE octets with one recipient each, BATCH messages a flush; above 64 KiB
 * eight messages at a time, chunk by chunk, a flush for each 2 MiB. With RATE, at most so many
 * messages a second, and what is 1,000 messages old is settled: the steady state. Prints messages
 * and octets a second, percentiles of the time from flush to callback, the largest WAL, and the
 * resident memory.
 */
#include <inttypes.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "util/alloc.h"
#include "util/rand.h"

enum {
	CHUNK_LEN = 64 * 1024,
	WRITERS = 8,
	FLUSH_LEN = 2 * 1024 * 1024,
	KEPT_COUNT = 1000,
	IN_FLIGHT = 2,
	PATH_SIZE = 512,
	ERROR_MAX = 4096,
	NS_PER_US = 1000,
};

struct bench {
	const char *directory;
	uint64_t count, size, batch_count, rate;
	struct event_base *base;
	struct store *store;
	struct event *timer;
	uint8_t *text;
	uint64_t put_count, settled_count, durable_count;
	uint32_t seq[WRITERS]; /* of the large messages under way */
	uint64_t id[WRITERS];
	unsigned flights;
	uint32_t *latencies_us;
	size_t latency_count, latency_size;
	uint64_t started_ns, idle_kib;
	off_t wal_max;
};

struct flight {
	struct bench *b;
	uint64_t started_ns;
	uint64_t message_count;
};

static uint64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The greatest resident memory until now. */
static uint64_t
resident_kib(void)
{
	struct rusage used;

	(void)getrusage(RUSAGE_SELF, &used);
	return (uint64_t)used.ru_maxrss;
}

static off_t
file_size(const struct bench *b, const char *name)
{
	char path[PATH_SIZE];
	struct stat st;

	(void)snprintf(path, sizeof path, "%s/%s", b->directory, name);
	return stat(path, &st) < 0 ? 0 : st.st_size;
}

static void
put_row(struct bench *b, uint64_t id, uint32_t chunk_count, size_t tail_len)
{
	static const char prefix[] = "Received: from client by server with ESMTPSA; today\r\n";
	const struct store_recipient to = { .address = slice_of("someone@example.org"),
		.route = slice_of("smarthost"),
		.due_unix_ms = id };

	store_put_message(
	    b->store, &(struct store_message){ .id = id,
			  .created_unix_ms = id,
			  .account = slice_of("alice"),
			  .sender = slice_of("alice@example.com"),
			  .chunk_count = chunk_count,
			  .size = sizeof prefix - 1 + (uint64_t)chunk_count * CHUNK_LEN + tail_len,
			  .prefix = slice_make(prefix, sizeof prefix - 1),
			  .tail = slice_make(b->text, tail_len),
			  .recipients = &to,
			  .recipient_count = 1 });
	b->put_count++;
}

static void
settle_old(struct bench *b)
{
	struct smtp_verdict v = { .code = 250,
		.enhanced = { 2, 0, 0 },
		.host = (char[]){ "mx.example.org[192.0.2.1]:25" },
		.peer_text = (char[]){ "OK queued" } };

	if (b->rate == 0 || b->durable_count < b->settled_count + KEPT_COUNT)
		return;
	b->settled_count++;
	store_put_outcome(b->store, b->settled_count, 0, STORE_RECIPIENT_DELIVERED, 0, &v);
	store_settle(b->store, b->settled_count, b->settled_count);
}

static uint64_t
add_small(struct bench *b)
{
	uint64_t n = 0;

	for (; n < b->batch_count && b->put_count < b->count; n++) {
		put_row(b, b->put_count + 1, 0, b->size);
		settle_old(b);
	}
	return n;
}

/* One chunk of each message under way; a new message takes the place of one that is done. */
static uint64_t
add_chunks(struct bench *b, size_t i)
{
	uint32_t chunk_count = (uint32_t)(b->size / CHUNK_LEN);
	uint8_t *data;

	if (b->id[i] == 0)
		b->id[i] = 1 + rand_below(INT64_MAX);
	if (b->seq[i] == chunk_count) {
		put_row(b, b->id[i], chunk_count, b->size % CHUNK_LEN);
		b->seq[i] = 0;
		b->id[i] = 0;
		return 1;
	}
	data = xmalloc(CHUNK_LEN);
	memcpy(data, b->text, CHUNK_LEN);
	store_put_chunk(b->store, b->id[i], b->seq[i]++, data, CHUNK_LEN);
	return 0;
}

static uint64_t
add_large(struct bench *b)
{
	uint64_t n = 0;
	size_t before = store_batch_len(b->store);

	while (b->put_count < b->count && store_batch_len(b->store) - before < FLUSH_LEN)
		for (size_t i = 0; i < WRITERS && b->put_count < b->count; i++)
			n += add_chunks(b, i);
	return n;
}

static void fill(struct bench *b);

static void
on_durable(void *arg, int result)
{
	struct flight *f = arg;
	struct bench *b = f->b;
	off_t wal = file_size(b, "queue.db-wal");

	if (result < 0) {
		(void)fprintf(stderr, "flush: %s\n", strerrordesc_np(-result));
		_Exit(1);
	}
	if (b->latency_count < b->latency_size)
		b->latencies_us[b->latency_count++] =
		    (uint32_t)((now_ns() - f->started_ns) / NS_PER_US);
	b->durable_count += f->message_count;
	b->wal_max = wal > b->wal_max ? wal : b->wal_max;
	free(f);
	b->flights--;
	if (b->durable_count == b->count)
		(void)event_base_loopbreak(b->base);
	else if (b->rate == 0)
		fill(b);
}

static void
fill(struct bench *b)
{
	while (b->flights < IN_FLIGHT && b->put_count < b->count) {
		struct flight *f = xmalloc(sizeof *f);

		*f = (struct flight){ .b = b, .started_ns = now_ns() };
		f->message_count = b->size > CHUNK_LEN ? add_large(b) : add_small(b);
		b->flights++;
		store_flush(b->store, on_durable, f);
	}
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct bench *b = arg;
	uint64_t due = (now_ns() - b->started_ns) * b->rate / 1000000000;

	(void)fd;
	(void)what;
	while (b->put_count + b->batch_count <= due && b->put_count < b->count) {
		struct flight *f = xmalloc(sizeof *f);

		*f = (struct flight){ .b = b, .started_ns = now_ns() };
		f->message_count = add_small(b);
		b->flights++;
		store_flush(b->store, on_durable, f);
	}
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double
percentile_ms(const struct bench *b, double part)
{
	return b->latencies_us[(size_t)((double)(b->latency_count - 1) * part)] / 1000.0;
}

static void
print(struct bench *b)
{
	double seconds = (double)(now_ns() - b->started_ns) / 1e9;
	struct rusage used;

	(void)getrusage(RUSAGE_SELF, &used);
	qsort(b->latencies_us, b->latency_count, sizeof *b->latencies_us, compare);
	printf("%" PRIu64 " messages of %" PRIu64 ": %.0f msg/s, %.1f MB/s in %.2f s\n", b->count,
	    b->size, (double)b->count / seconds, (double)(b->count * b->size) / seconds / 1e6,
	    seconds);
	printf("flush to callback ms: p50 %.2f p90 %.2f p99 %.2f p99.9 %.2f max %.2f (%zu)\n",
	    percentile_ms(b, 0.5), percentile_ms(b, 0.9), percentile_ms(b, 0.99),
	    percentile_ms(b, 0.999), percentile_ms(b, 1), b->latency_count);
	printf("WAL max %.1f MiB, database %.1f MiB, CPU %.2f s, resident: idle %.1f MiB, "
	       "max +%.1f MiB\n",
	    (double)b->wal_max / 1048576, (double)file_size(b, "queue.db") / 1048576,
	    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
	    (double)b->idle_kib / 1024, (double)(resident_kib() - b->idle_kib) / 1024);
}

static uint64_t
number(const char *text)
{
	uint64_t n;

	if (!slice_to_u64(slice_of(text), INT64_MAX, &n)) {
		(void)fprintf(stderr, "not a number: %s\n", text);
		_Exit(2);
	}
	return n;
}

static void
run(struct bench *b)
{
	const struct timeval tick = { 0, 200 };

	b->started_ns = now_ns();
	if (b->rate == 0) {
		fill(b);
	} else {
		b->timer = event_new(b->base, -1, EV_PERSIST, on_timer, b);
		(void)event_add(b->timer, &tick);
	}
	(void)event_base_dispatch(b->base);
}

int
main(int argc, char **argv)
{
	struct bench b = { .latency_size = 1 << 20 };
	struct store_options options = { 0 };
	struct buf error;

	if (argc < 5) {
		(void)fprintf(stderr, "usage: bench-store DIRECTORY COUNT SIZE BATCH [RATE]\n");
		return 2;
	}
	b.directory = options.directory = argv[1];
	b.count = number(argv[2]);
	b.size = number(argv[3]);
	b.batch_count = number(argv[4]);
	b.rate = argc > 5 ? number(argv[5]) : 0;
	b.base = event_base_new();
	b.text = xmalloc(CHUNK_LEN);
	rand_fill(b.text, CHUNK_LEN);
	b.latencies_us = xcalloc(b.latency_size, sizeof *b.latencies_us);
	buf_init(&error, ERROR_MAX);
	if (store_open(b.base, &options, &b.store, &error) < 0) {
		(void)fprintf(stderr, "%.*s\n", (int)error.len, (const char *)error.ptr);
		return 1;
	}
	b.idle_kib = resident_kib();
	run(&b);
	print(&b);
	store_close(&b.store);
	return 0;
}
