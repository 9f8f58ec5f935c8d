/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/ask.h"

#include <errno.h>
#include <stdlib.h>

#include <event2/event_struct.h>
#include <sys/socket.h>

#include "probe/error_queue.h"
#include "probe/tcp.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/rand.h"

enum {
	PREFIX_LEN = 2, /* of a message over TCP (RFC 1035 §4.2.2) */
	ANSWER_SIZE = 4096,
	AGAIN_SHARE = 3, /* of the time, after which a datagram is sent again */
};

struct probe_ask {
	struct event_base *base;
	probe_ask_fn *done;
	void *arg;
	enum net_record_type type;
	uint16_t id;
	uint64_t began_us;
	struct event timer;
	struct event again; /* UDP */
	struct event event; /* of fd, when that is there */
	bool is_over;       /* the time is: what has come is read, and no more */
	int fd;
	struct probe_tcp_attempt *attempt; /* TCP, until connected */
	struct probe_ask_result result;
	struct net_answer answer;
	size_t question_len;
	uint8_t question[PREFIX_LEN + NET_QUESTION_SIZE];
	size_t got_len;
	uint8_t got[ANSWER_SIZE];
};

static struct timeval
time_of(uint64_t ms)
{
	return (struct timeval){ (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };
}

static void
stop(struct probe_ask *a)
{
	probe_tcp_cancel(&a->attempt);
	(void)event_del(&a->timer);
	(void)event_del(&a->again);
	if (a->fd >= 0)
		(void)event_del(&a->event);
	fd_close(&a->fd);
}

static void
finish(struct probe_ask *a)
{
	stop(a);
	a->result.took_us = clock_monotonic_us() - a->began_us;
	if (a->result.is_answered)
		a->result.answer = &a->answer;
	a->done(a->arg, &a->result);
	if (a->result.is_answered)
		net_answer_done(&a->answer);
	free(a);
}

/* Where this process was kept from running, timers may come before what has arrived meanwhile. */
static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval one_turn = { 0, 1000 };
	struct probe_ask *a = arg;

	(void)fd;
	(void)what;
	if (a->is_over || (a->fd < 0 && a->attempt == NULL)) {
		finish(a);
		return;
	}
	a->is_over = true;
	(void)evtimer_add(&a->timer, &one_turn);
}

/* False when it is no answer to our question: wait on. */
static bool
take_answer(struct probe_ask *a, struct slice packet)
{
	if (!net_answer_read(packet, a->type, &a->answer))
		return false;
	a->result.is_answered = a->answer.id == a->id;
	if (!a->result.is_answered)
		net_answer_done(&a->answer);
	return a->result.is_answered;
}

static void
reject(struct probe_ask *a)
{
	a->result.is_rejected = true;
	finish(a);
}

/* True when somebody has said by ICMP that it does not come through. */
static bool
read_rejection(struct probe_ask *a)
{
	struct probe_icmp icmp;

	if (probe_error_queue_read(a->fd, &icmp) == 0)
		return false;
	a->result.has_rejecter = true;
	a->result.rejecter = icmp.offender;
	return true;
}

static void
on_datagram(evutil_socket_t fd, short what, void *arg)
{
	struct probe_ask *a = arg;
	ssize_t len;

	(void)what;
	if (read_rejection(a)) {
		reject(a);
		return;
	}
	len = recv(fd, a->got, sizeof a->got, MSG_DONTWAIT);
	if (len < 0 && errno == ECONNREFUSED)
		reject(a);
	else if (len > 0 && take_answer(a, slice_make(a->got, (size_t)len)))
		finish(a);
}

static void
send_datagram(struct probe_ask *a)
{
	if (send(a->fd, a->question + PREFIX_LEN, a->question_len, MSG_DONTWAIT) >= 0)
		return;
	/* The error of the last one may be told with this one; another is this machine's own. */
	a->result.is_rejected = errno == ECONNREFUSED;
	a->result.error = errno == ECONNREFUSED ? 0 : errno;
	if (read_rejection(a)) {
		a->result.is_rejected = true;
		a->result.error = 0;
	}
	event_active(&a->timer, EV_TIMEOUT, 0);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_datagram(arg);
}

static void
start_udp(struct probe_ask *a, const struct probe_ask_options *o)
{
	const struct timeval again = time_of(o->timeout_ms / AGAIN_SHARE);
	const int family = o->server->any.sa_family;

	a->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (a->fd < 0) {
		a->result.error = errno;
		event_active(&a->timer, EV_TIMEOUT, 0);
		return;
	}
	(void)event_assign(&a->event, a->base, a->fd, EV_READ | EV_PERSIST, on_datagram, a);
	probe_error_queue_open(a->fd, family);
	if (connect(a->fd, &o->server->any, (socklen_t)o->server->len) != 0) {
		a->result.error = errno;
		event_active(&a->timer, EV_TIMEOUT, 0);
		return;
	}
	(void)event_add(&a->event, NULL);
	(void)evtimer_add(&a->again, &again);
	send_datagram(a);
}

static void
on_stream(evutil_socket_t fd, short what, void *arg)
{
	struct probe_ask *a = arg;
	const ssize_t len = recv(fd, a->got + a->got_len, sizeof a->got - a->got_len, MSG_DONTWAIT);
	size_t wanted;

	(void)what;
	if (len < 0 && errno == EAGAIN)
		return;
	if (len <= 0) {
		finish(a);
		return;
	}
	a->got_len += (size_t)len;
	if (a->got_len < PREFIX_LEN)
		return;
	wanted = PREFIX_LEN + (size_t)(a->got[0] << 8 | a->got[1]);
	if (a->got_len >= wanted)
		(void)take_answer(a, slice_make(a->got + PREFIX_LEN, wanted - PREFIX_LEN));
	if (a->got_len >= wanted || a->got_len == sizeof a->got)
		finish(a);
}

static void
on_connected(void *arg, const struct probe_tcp *result, int fd)
{
	struct probe_ask *a = arg;
	const size_t len = PREFIX_LEN + a->question_len;

	a->attempt = NULL;
	a->result.is_rejected = result->end == PROBE_TCP_RESET || result->end == PROBE_TCP_REJECTED;
	if (result->end != PROBE_TCP_OPEN) {
		finish(a);
		return;
	}
	a->fd = fd;
	(void)event_assign(&a->event, a->base, fd, EV_READ | EV_PERSIST, on_stream, a);
	(void)event_add(&a->event, NULL);
	/* Into the empty buffer of a new connection the few octets go at once. */
	if (send(fd, a->question, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
		finish(a);
}

static void
start_tcp(struct probe_ask *a, const struct probe_ask_options *o)
{
	const struct probe_tcp_options tcp = { .timeout_ms = o->timeout_ms };

	a->question[0] = (uint8_t)(a->question_len >> 8);
	a->question[1] = (uint8_t)a->question_len;
	a->attempt = probe_tcp_start(a->base, o->server, &tcp, true, on_connected, a);
}

struct probe_ask *
probe_ask_start(
    struct event_base *base, const struct probe_ask_options *options, probe_ask_fn *done, void *arg)
{
	const struct net_question_options question = { .is_unchecked = options->is_unchecked };
	const struct timeval wait = time_of(options->timeout_ms);
	struct probe_ask *a = xcalloc(1, sizeof *a);

	a->base = base;
	a->done = done;
	a->arg = arg;
	a->type = options->type;
	a->fd = -1;
	a->id = (uint16_t)rand_below(UINT16_MAX + 1);
	a->began_us = clock_monotonic_us();
	(void)evtimer_assign(&a->timer, base, on_timer, a);
	(void)evtimer_assign(&a->again, base, on_again, a);
	(void)evtimer_add(&a->timer, &wait);
	a->question_len = net_question_write(
	    options->name, options->type, a->id, &question, a->question + PREFIX_LEN);
	if (a->question_len == 0)
		event_active(&a->timer, EV_TIMEOUT, 0);
	else if (options->is_tcp)
		start_tcp(a, options);
	else
		start_udp(a, options);
	return a;
}

void
probe_ask_cancel(struct probe_ask **ask)
{
	if (*ask == NULL)
		return;
	stop(*ask);
	free(*ask);
	*ask = NULL;
}
