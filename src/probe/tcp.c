/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/tcp.h"

#include <errno.h>
#include <stdlib.h>

#include <event2/event_struct.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "probe/error_queue.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/fd.h"

struct probe_tcp_attempt {
	struct event event;
	int fd; /* -1: not even a socket was to be had */
	int family;
	bool keep;
	uint64_t began_us, timeout_us;
	struct probe_tcp result;
	probe_tcp_fn *done;
	void *arg;
};

static void
set_number(int fd, int level, int name, int value)
{
	if (value != 0)
		(void)setsockopt(fd, level, name, &value, sizeof value);
}

static void
set_options(int fd, int family, const struct probe_tcp_options *o)
{
	probe_error_queue_open(fd, family);
	if (family == AF_INET6) {
		set_number(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, o->ttl);
		set_number(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, o->min_ttl);
	} else {
		set_number(fd, IPPROTO_IP, IP_TTL, o->ttl);
		set_number(fd, IPPROTO_IP, IP_MINTTL, o->min_ttl);
	}
	set_number(fd, IPPROTO_TCP, TCP_MAXSEG, o->max_segment);
}

/* Nobody waits for the rest of a connection that was made to look at it: no FIN, no TIME_WAIT. */
static void
close_with_reset(int *fd)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };

	if (*fd >= 0)
		(void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	fd_close(fd);
}

static struct timeval
time_left(const struct probe_tcp_attempt *a)
{
	const uint64_t waited_us = clock_monotonic_us() - a->began_us;
	const uint64_t left_us = waited_us < a->timeout_us ? a->timeout_us - waited_us : 0;

	return (struct timeval){ (time_t)(left_us / 1000000), (suseconds_t)(left_us % 1000000) };
}

static void
finish(struct probe_tcp_attempt *a)
{
	const struct probe_tcp result = a->result;
	probe_tcp_fn *done = a->done;
	void *arg = a->arg;
	int fd = -1;

	(void)event_del(&a->event);
	if (result.end == PROBE_TCP_OPEN && a->keep) {
		/* A connection outlives ICMP, as it does elsewhere. */
		probe_error_queue_close(a->fd, a->family);
		fd = a->fd;
	} else {
		close_with_reset(&a->fd);
	}
	free(a);
	done(arg, &result, fd);
}

/* error: SO_ERROR, 0 for none; the result knows about ICMP already. */
static enum probe_tcp_end
judge(const struct probe_tcp *result, int error, bool is_connected)
{
	if (is_connected)
		return PROBE_TCP_OPEN;
	if (result->has_icmp)
		return PROBE_TCP_REJECTED;
	switch (error) {
	case 0:
		return PROBE_TCP_NOT_TRIED; /* nothing has happened yet */
	case ECONNRESET: /* a reset after the handshake; of the SYN it is ECONNREFUSED */
	case EPIPE:
		return PROBE_TCP_OPEN;
	case ECONNREFUSED:
		return PROBE_TCP_RESET;
	case ETIMEDOUT:
		return PROBE_TCP_SILENT;
	default:
		return PROBE_TCP_UNREACHABLE;
	}
}

static void
read_icmp(struct probe_tcp_attempt *a)
{
	struct probe_tcp *r = &a->result;
	const int error = r->has_icmp ? 0 : probe_error_queue_read(a->fd, &r->icmp);

	if (error != 0) {
		r->has_icmp = true;
		r->error = error;
	}
}

/* True when someone has completed the handshake. */
static bool
read_info(struct probe_tcp_attempt *a)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t len = sizeof info;

	if (getsockopt(a->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return false;
	a->result.retransmits = info.tcpi_total_retrans;
	/* Past ESTABLISHED already: closed at once, or reset, but after an answer to the SYN. */
	if (info.tcpi_state == TCP_SYN_SENT || (info.tcpi_state == TCP_CLOSE && info.tcpi_rtt == 0))
		return false;
	/* An ICMP that came while the kernel was busy with the socket is no error of it (soft). */
	a->result.error = info.tcpi_state == TCP_CLOSE ? ECONNRESET : 0;
	a->result.rtt_us = info.tcpi_rtt;
	a->result.mss = (uint16_t)(info.tcpi_snd_mss < UINT16_MAX ? info.tcpi_snd_mss : UINT16_MAX);
	return true;
}

/* What the socket shows by now; NOT_TRIED: nothing. */
static void
read_result(struct probe_tcp_attempt *a)
{
	struct probe_tcp *r = &a->result;
	int error = 0;
	socklen_t len = sizeof error;
	bool is_connected;

	r->took_us = clock_monotonic_us() - a->began_us;
	read_icmp(a);
	is_connected = read_info(a);
	/* To ask for the error takes it away, and whoever keeps the connection has to find it. */
	if (!is_connected)
		(void)getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	r->end = judge(r, error, is_connected);
	if (error != 0)
		r->error = error;
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct probe_tcp_attempt *a = arg;
	struct timeval left;

	(void)fd;
	if (a->result.end == PROBE_TCP_NOT_TRIED)
		read_result(a);
	if (a->result.end != PROBE_TCP_NOT_TRIED) {
		finish(a);
	} else if ((what & EV_TIMEOUT) != 0) {
		a->result.end = PROBE_TCP_SILENT;
		a->result.error = ETIMEDOUT;
		finish(a);
	} else {
		left = time_left(a);
		(void)event_add(&a->event, &left);
	}
}

/* False when connect(2) has failed at once: this machine said so, unless ICMP of another did. */
static bool
begin(struct probe_tcp_attempt *a, const struct net_address *to, const struct probe_tcp_options *o)
{
	int error;

	a->fd = socket(a->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (a->fd < 0) {
		a->result = (struct probe_tcp){ .end = PROBE_TCP_LOCAL, .error = errno };
		return false;
	}
	set_options(a->fd, a->family, o);
	if (connect(a->fd, &to->any, (socklen_t)to->len) == 0 || errno == EINPROGRESS)
		return true;
	error = errno;
	read_icmp(a);
	a->result.end = a->result.has_icmp      ? PROBE_TCP_REJECTED
			: error == ECONNREFUSED ? PROBE_TCP_RESET
						: PROBE_TCP_LOCAL;
	a->result.error = error;
	a->result.took_us = clock_monotonic_us() - a->began_us;
	return false;
}

struct probe_tcp_attempt *
probe_tcp_start(struct event_base *base, const struct net_address *to,
    const struct probe_tcp_options *options, bool keep, probe_tcp_fn *done, void *arg)
{
	struct probe_tcp_attempt *a = xcalloc(1, sizeof *a);
	struct timeval left;

	a->family = to->any.sa_family;
	a->keep = keep;
	a->began_us = clock_monotonic_us();
	a->timeout_us = options->timeout_ms * 1000;
	a->done = done;
	a->arg = arg;
	if (begin(a, to, options)) {
		(void)event_assign(&a->event, base, a->fd, EV_WRITE, on_event, a);
		left = time_left(a);
		(void)event_add(&a->event, &left);
	} else {
		(void)event_assign(&a->event, base, -1, 0, on_event, a);
		event_active(&a->event, EV_WRITE, 0);
	}
	return a;
}

void
probe_tcp_cancel(struct probe_tcp_attempt **attempt)
{
	struct probe_tcp_attempt *a = *attempt;

	*attempt = NULL;
	if (a == NULL)
		return;
	(void)event_del(&a->event);
	close_with_reset(&a->fd);
	free(a);
}

void
probe_tcp_stop(struct probe_tcp_attempt **attempt)
{
	struct probe_tcp_attempt *a = *attempt;

	*attempt = NULL;
	on_event(-1, EV_TIMEOUT, a);
}

/* An answer may be there while this program has not had its turn to look at it. */
static bool
is_unanswered(const struct probe_tcp_attempt *a)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t len = sizeof info;

	return a->fd >= 0 && getsockopt(a->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	       info.tcpi_state == TCP_SYN_SENT;
}

uint64_t
probe_tcp_waiting_ms(const struct probe_tcp_attempt *attempt)
{
	const uint64_t ms = (clock_monotonic_us() - attempt->began_us) / 1000;

	if (!is_unanswered(attempt))
		return 0;
	return ms == 0 ? 1 : ms;
}

const char *
probe_tcp_end_name(enum probe_tcp_end end)
{
	switch (end) {
	case PROBE_TCP_NOT_TRIED:
		return "not_tried";
	case PROBE_TCP_OPEN:
		return "open";
	case PROBE_TCP_RESET:
		return "reset";
	case PROBE_TCP_REJECTED:
		return "rejected";
	case PROBE_TCP_SILENT:
		return "silent";
	case PROBE_TCP_LOCAL:
		return "local";
	case PROBE_TCP_UNREACHABLE:
		return "unreachable";
	}
	return "unknown";
}
