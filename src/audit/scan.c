/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/scan.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event_struct.h>

#include "audit/talk.h"
#include "net/conn.h"
#include "smtp/client_reply.h"
#include "util/clock.h"
#include "util/rand.h"

enum {
	HELLO_MS = 8000,
	/* A server may still hold one that we have closed: that one counts, too. */
	PLACE_COUNT = AUDIT_PARALLEL_MAX - 1,
	/*
	 * Between two: Exim keeps a process for half a second after a handshake that came to
	 * nothing, and takes 20 of them.
	 */
	PACE_MS = 40,
};

enum step {
	STEP_IDLE,
	STEP_GREETING,
	STEP_EHLO,
	STEP_STARTTLS,
	STEP_HELLO,
};

struct probe {
	struct pool *pool;
	struct net_conn *conn;
	struct audit_scan *scan; /* NULL: the place is free */
	enum step step;
	struct smtp_reply_parser parser;
	struct buf answer;
};

struct pool {
	struct audit *a;
	const struct audit_door *door;
	struct audit_scan *scans;
	size_t count, next;
	struct probe probes[PLACE_COUNT];
	bool is_woken; /* a place has become free, or the next one is due */
	struct event pace;
};

static void
free_probe(struct probe *p)
{
	net_conn_free(&p->conn);
	smtp_reply_parser_done(&p->parser);
	buf_done(&p->answer);
	p->scan = NULL;
	p->step = STEP_IDLE;
}

static void
finish(struct probe *p, enum audit_scan_end end, const char *error)
{
	p->scan->end = end;
	(void)snprintf(p->scan->error, sizeof p->scan->error, "%s", error);
	free_probe(p);
	p->pool->is_woken = true;
}

static void
write_hello(struct probe *p)
{
	uint8_t random[AUDIT_HELLO_RANDOM_LEN];
	struct buf hello;

	buf_init(&hello, AUDIT_HELLO_MAX);
	rand_fill(random, sizeof random);
	audit_hello_write(&p->scan->hello, random, &hello);
	p->step = STEP_HELLO;
	net_conn_set_deadline(p->conn, clock_monotonic_ms() + HELLO_MS);
	net_conn_write(p->conn, buf_slice(&hello));
	buf_done(&hello);
}

static void
read_hello(struct probe *p)
{
	const struct slice in = net_conn_input(p->conn);
	struct audit_hello_answer answer;
	enum audit_hello_status status;

	(void)buf_add_slice(&p->answer, in);
	net_conn_consume(p->conn, in.len);
	status = audit_hello_read(buf_slice(&p->answer), p->scan->wants_key, &answer);
	if (status == AUDIT_HELLO_MORE && !p->answer.overflow)
		return;
	if (status == AUDIT_HELLO_ACCEPTED || status == AUDIT_HELLO_ALERT)
		p->scan->answer = answer;
	if (status == AUDIT_HELLO_ACCEPTED)
		finish(p, AUDIT_SCAN_ACCEPTED, "");
	else if (status == AUDIT_HELLO_ALERT)
		finish(p, AUDIT_SCAN_REFUSED, audit_alert_name(answer.alert));
	else
		finish(p, AUDIT_SCAN_UNKNOWN, "the answer is no TLS");
}

static void
say(struct probe *p, enum step step, const char *line)
{
	p->step = step;
	net_conn_set_deadline(p->conn, clock_monotonic_ms() + AUDIT_REPLY_MS);
	net_conn_write(p->conn, slice_of(line));
}

/* A reply to what was said last. */
static void
on_reply(struct probe *p)
{
	static const uint16_t expected[] = {
		[STEP_GREETING] = 220, [STEP_EHLO] = 250, [STEP_STARTTLS] = 220
	};
	char line[NET_RESOLVE_NAME_MAX + 16];

	if (p->parser.code == 421)
		audit_send_away(p->pool->a, "%s: 421 during the TLS tests", p->pool->door->name);
	if (p->parser.code != expected[p->step]) {
		finish(p, AUDIT_SCAN_UNKNOWN, "STARTTLS was refused");
	} else if (p->step == STEP_GREETING) {
		(void)snprintf(line, sizeof line, "EHLO %s\r\n", p->pool->a->options->hostname);
		say(p, STEP_EHLO, line);
	} else if (p->step == STEP_EHLO) {
		say(p, STEP_STARTTLS, "STARTTLS\r\n");
	} else {
		write_hello(p);
	}
}

static void
on_input(void *owner)
{
	struct probe *p = owner;
	const struct slice in = net_conn_input(p->conn);
	enum smtp_reply_status status;
	size_t used;

	if (p->step == STEP_HELLO) {
		read_hello(p);
		return;
	}
	status = smtp_reply_parse(&p->parser, in, &used);
	net_conn_consume(p->conn, used);
	if (status == SMTP_REPLY_DONE)
		on_reply(p);
	else if (status == SMTP_REPLY_BAD)
		finish(p, AUDIT_SCAN_UNKNOWN, "the answer is no SMTP");
}

static void
on_connected(void *owner)
{
	struct probe *p = owner;

	if (p->pool->door->is_implicit) {
		write_hello(p);
		return;
	}
	p->step = STEP_GREETING;
	net_conn_set_deadline(p->conn, clock_monotonic_ms() + AUDIT_GREETING_MS);
}

static void
on_deadline(void *owner)
{
	struct probe *p = owner;

	finish(p, AUDIT_SCAN_UNKNOWN, "no answer in time");
}

/* Many servers hang up on what they do not like, without an alert. */
static void
on_end(void *owner, enum net_conn_end why)
{
	struct probe *p = owner;

	(void)why;
	finish(p, p->step == STEP_HELLO ? AUDIT_SCAN_REFUSED : AUDIT_SCAN_UNKNOWN,
	    net_conn_error(p->conn));
}

static const struct net_conn_handler handler = {
	.on_connected = on_connected,
	.on_input = on_input,
	.on_tls = NULL,
	.on_drained = NULL,
	.on_deadline = on_deadline,
	.on_end = on_end,
};

static void
begin(struct probe *p, struct audit_scan *scan)
{
	const struct net_address *to = &p->pool->door->address;

	p->scan = scan;
	smtp_reply_parser_init(&p->parser);
	buf_init(&p->answer, AUDIT_HELLO_ANSWER_MAX);
	p->conn = net_conn_dial(p->pool->a->base, &to->any, to->len, &handler, p);
	net_conn_set_deadline(p->conn, clock_monotonic_ms() + AUDIT_CONNECT_MS);
}

static void
on_pace(evutil_socket_t fd, short what, void *arg)
{
	struct pool *pool = arg;

	(void)fd;
	(void)what;
	pool->is_woken = true;
}

/* False: it is too early for another one; then the timer runs. */
static bool
is_due(struct pool *pool)
{
	const uint64_t now_ms = clock_monotonic_ms();
	struct timeval wait = { 0, 0 };

	if (now_ms >= pool->a->scan_after_ms) {
		pool->a->scan_after_ms = now_ms + PACE_MS;
		return true;
	}
	wait.tv_usec = (suseconds_t)(pool->a->scan_after_ms - now_ms) * 1000;
	(void)evtimer_add(&pool->pace, &wait);
	return false;
}

/* Gives each free place to the next. False when none is left and all places are free. */
static bool
fill(struct pool *pool)
{
	bool is_busy = false;

	for (size_t i = 0; i < PLACE_COUNT; i++) {
		struct probe *p = &pool->probes[i];

		if (p->scan == NULL && pool->next < pool->count && !audit_is_over(pool->a) &&
		    is_due(pool) && audit_may_connect(pool->a))
			begin(p, &pool->scans[pool->next++]);
		is_busy = is_busy || p->scan != NULL;
	}
	return is_busy || (pool->next < pool->count && !audit_is_over(pool->a));
}

static void
tell(struct audit *a, const struct audit_door *door, const struct audit_scan *scan)
{
	audit_tell(a, "connect to %s %s%s, ClientHello: %s", a->options->host, door->name,
	    door->is_implicit ? "" : ", EHLO, STARTTLS", scan->words);
}

void
audit_scan(struct audit *a, const struct audit_door *door, struct audit_scan *scans, size_t count)
{
	struct pool pool = { .a = a, .door = door, .scans = scans, .count = count };

	for (size_t i = 0; i < count; i++) {
		if (!a->is_literal)
			scans[i].hello.name = a->options->host;
		tell(a, door, &scans[i]);
	}
	if (a->options->is_dry)
		return;
	for (size_t i = 0; i < PLACE_COUNT; i++)
		pool.probes[i].pool = &pool;
	(void)evtimer_assign(&pool.pace, a->base, on_pace, &pool);
	while (fill(&pool)) {
		pool.is_woken = false;
		audit_wait(a, &pool.is_woken);
	}
	(void)event_del(&pool.pace);
}
