/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/tcp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "space.h"
#include "util/clock.h"
#include "util/fd.h"

enum { PORT = 587, CLOSED_PORT = 588, WAIT_MS = 250, LONG_MS = 5000 };
enum { WAIT_US = 250000 };

#define FORWARD(rule) "table inet t { chain c { type filter hook forward priority 0; " rule "; }; }"
#define OUTPUT(rule) "table inet t { chain c { type filter hook output priority 0; " rule "; }; }"
#define INPUT(rule) "table inet t { chain c { type filter hook input priority 0; " rule "; }; }"

struct fixture {
	struct space_stage stage;
	struct probe_tcp result;
	int fd;
	unsigned done_count;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	space_stage_begin(&f->stage, PORT);
	f->fd = -1;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	space_stage_end(&f->stage);
	fd_close(&f->fd);
	free(f);
	return 0;
}

static void
on_done(void *arg, const struct probe_tcp *result, int fd)
{
	struct fixture *f = arg;

	f->result = *result;
	f->fd = fd;
	f->done_count++;
}

static struct probe_tcp_attempt *
start(struct fixture *f, const char *to, uint16_t port, struct probe_tcp_options o, bool keep)
{
	struct net_address address;

	assert_true(net_address_parse(to, port, &address));
	f->done_count = 0;
	fd_close(&f->fd);
	return probe_tcp_start(f->stage.base, &address, &o, keep, on_done, f);
}

static void
probe(struct fixture *f, const char *to, uint16_t port, struct probe_tcp_options o)
{
	assert_non_null(start(f, to, port, o, false));
	assert_int_equal(f->done_count, 0); /* never from inside the call */
	while (f->done_count == 0)
		(void)event_base_loop(f->stage.base, EVLOOP_ONCE);
	assert_int_equal(f->fd, -1);
}

struct wall {
	const char *name;
	const char *rules; /* in where */
	const char *to;
	const char *offender; /* NULL: no ICMP */
	enum space where;
	enum probe_tcp_end end;
	int error;
	uint16_t port;
	uint8_t type, code;
};

/* What each way to fail is for connect(2), both families. */
static const struct wall walls[] = {
	{ "open", "", SPACE_SERVER_V4, NULL, SPACE_R1, PROBE_TCP_OPEN, 0, PORT, 0, 0 },
	{ "open, IPv6", "", SPACE_SERVER_V6, NULL, SPACE_R1, PROBE_TCP_OPEN, 0, PORT, 0, 0 },
	{ "closed", "", SPACE_SERVER_V4, NULL, SPACE_R1, PROBE_TCP_RESET, ECONNREFUSED, CLOSED_PORT,
	    0, 0 },
	{ "closed, IPv6", "", SPACE_SERVER_V6, NULL, SPACE_R1, PROBE_TCP_RESET, ECONNREFUSED,
	    CLOSED_PORT, 0, 0 },
	{ "rejected by a router", FORWARD("tcp dport 587 reject"), SPACE_SERVER_V4, SPACE_R1_V4,
	    SPACE_R1, PROBE_TCP_REJECTED, ECONNREFUSED, PORT, 3, 3 },
	{ "rejected by a router, IPv6", FORWARD("tcp dport 587 reject"), SPACE_SERVER_V6,
	    SPACE_R1_V6, SPACE_R1, PROBE_TCP_REJECTED, ECONNREFUSED, PORT, 1, 4 },
	{ "rejected by the next router", FORWARD("tcp dport 587 reject"), SPACE_SERVER_V4,
	    SPACE_R2_V4, SPACE_R2, PROBE_TCP_REJECTED, ECONNREFUSED, PORT, 3, 3 },
	{ "rejected by the server", INPUT("tcp dport 587 reject"), SPACE_SERVER_V4, SPACE_SERVER_V4,
	    SPACE_SERVER, PROBE_TCP_REJECTED, ECONNREFUSED, PORT, 3, 3 },
	{ "prohibited", FORWARD("tcp dport 587 reject with icmpx type admin-prohibited"),
	    SPACE_SERVER_V4, SPACE_R1_V4, SPACE_R1, PROBE_TCP_REJECTED, EHOSTUNREACH, PORT, 3, 13 },
	{ "prohibited, IPv6: EACCES, but not of this machine",
	    FORWARD("tcp dport 587 reject with icmpx type admin-prohibited"), SPACE_SERVER_V6,
	    SPACE_R1_V6, SPACE_R1, PROBE_TCP_REJECTED, EACCES, PORT, 1, 1 },
	{ "a reset that a router forges", FORWARD("tcp dport 587 reject with tcp reset"),
	    SPACE_SERVER_V4, NULL, SPACE_R1, PROBE_TCP_RESET, ECONNREFUSED, PORT, 0, 0 },
	{ "dropped by a router", FORWARD("tcp dport 587 drop"), SPACE_SERVER_V4, NULL, SPACE_R1,
	    PROBE_TCP_SILENT, ETIMEDOUT, PORT, 0, 0 },
	{ "dropped by this machine", OUTPUT("tcp dport 587 drop"), SPACE_SERVER_V6, NULL,
	    SPACE_CLIENT, PROBE_TCP_SILENT, ETIMEDOUT, PORT, 0, 0 },
	{ "rejected by this machine", OUTPUT("tcp dport 587 reject"), SPACE_SERVER_V4,
	    SPACE_CLIENT_V4, SPACE_CLIENT, PROBE_TCP_REJECTED, ECONNREFUSED, PORT, 3, 3 },
	{ "no route at a router", "", "10.9.0.1", SPACE_R1_V4, SPACE_R1, PROBE_TCP_REJECTED,
	    ENETUNREACH, PORT, 3, 0 },
	{ "no route at a router, IPv6", "", "fd09::1", SPACE_R1_V6, SPACE_R1, PROBE_TCP_REJECTED,
	    ENETUNREACH, PORT, 1, 0 },
};

static void
check_wall(struct fixture *f, const struct wall *w)
{
	char offender[IP_TEXT_SIZE] = "";
	bool is_same;

	space_filter(w->where, w->rules);
	probe(f, w->to, w->port,
	    (struct probe_tcp_options){
		.timeout_ms = w->end == PROBE_TCP_SILENT ? WAIT_MS : LONG_MS });
	space_filter(w->where, "");
	if (f->result.has_icmp)
		ip_print(&f->result.icmp.offender, offender);
	is_same = f->result.end == w->end && f->result.error == w->error &&
		  strcmp(offender, w->offender == NULL ? "" : w->offender) == 0 &&
		  f->result.icmp.type == w->type && f->result.icmp.code == w->code;
	if (!is_same)
		fail_msg("%s: %s, %s, ICMP %u/%u of '%s'", w->name,
		    probe_tcp_end_name(f->result.end), strerrordesc_np(f->result.error),
		    f->result.icmp.type, f->result.icmp.code, offender);
}

static void
test_each_wall_on_the_way_is_told_by_who_answers(void **state)
{
	for (size_t i = 0; i < sizeof walls / sizeof walls[0]; i++)
		check_wall(*state, &walls[i]);
}

static void
test_a_route_that_refuses_is_this_machine(void **state)
{
	static const struct {
		const char *kind, *to;
		int error;
	} cases[] = {
		{ "prohibit", "10.8.0.1", EACCES },
		{ "unreachable", "10.8.0.1", EHOSTUNREACH },
		{ "blackhole", "10.8.0.1", EINVAL },
		{ "throw", "10.8.0.1", ENETUNREACH },
		{ "prohibit", "fd08::1", EACCES },
		{ "unreachable", "fd08::1", EHOSTUNREACH },
		{ "blackhole", "fd08::1", EINVAL },
		{ "throw", "fd08::1", ENETUNREACH },
	};
	struct fixture *f = *state;

	space_run(SPACE_CLIENT, "ip route del default && ip -6 route del default");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		space_run(SPACE_CLIENT, "ip route add %s %s", cases[i].kind, cases[i].to);
		probe(f, cases[i].to, PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS });
		assert_int_equal(f->result.end, PROBE_TCP_LOCAL);
		assert_int_equal(f->result.error, cases[i].error);
		assert_false(f->result.has_icmp);
		space_run(SPACE_CLIENT, "ip route del %s %s", cases[i].kind, cases[i].to);
	}
	probe(f, "10.8.0.1", PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS });
	assert_int_equal(f->result.end, PROBE_TCP_LOCAL);
	assert_int_equal(f->result.error, ENETUNREACH);
	space_run(SPACE_CLIENT,
	    "ip route add default via " SPACE_R1_V4 " && ip route add default via " SPACE_R1_V6);
}

static void
test_a_small_ttl_names_the_router(void **state)
{
	static const struct {
		const char *to;
		uint8_t ttl;
		const char *router; /* NULL: it is enough */
	} cases[] = {
		{ SPACE_SERVER_V4, 1, SPACE_R1_V4 },
		{ SPACE_SERVER_V4, 2, SPACE_R2_V4 },
		{ SPACE_SERVER_V4, 3, NULL },
		{ SPACE_SERVER_V6, 1, SPACE_R1_V6 },
		{ SPACE_SERVER_V6, 2, SPACE_R2_V6 },
		{ SPACE_SERVER_V6, 3, NULL },
	};
	struct fixture *f = *state;
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		probe(f, cases[i].to, PORT,
		    (struct probe_tcp_options){ .timeout_ms = LONG_MS, .ttl = cases[i].ttl });
		if (cases[i].router == NULL) {
			assert_int_equal(f->result.end, PROBE_TCP_OPEN);
			continue;
		}
		assert_int_equal(f->result.end, PROBE_TCP_REJECTED);
		assert_int_equal(f->result.icmp.type, f->result.icmp.is_v6 ? 3 : 11);
		ip_print(&f->result.icmp.offender, text);
		assert_string_equal(text, cases[i].router);
	}
}

static void
test_answers_from_too_far_away_are_not_seen(void **state)
{
	static const char *const servers[] = { SPACE_SERVER_V4, SPACE_SERVER_V6 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
		probe(f, servers[i], PORT,
		    (struct probe_tcp_options){ .timeout_ms = LONG_MS, .min_ttl = 62 });
		assert_int_equal(f->result.end, PROBE_TCP_OPEN);
		probe(f, servers[i], PORT,
		    (struct probe_tcp_options){ .timeout_ms = WAIT_MS, .min_ttl = 63 });
		assert_int_equal(f->result.end, PROBE_TCP_SILENT);
		probe(f, servers[i], CLOSED_PORT,
		    (struct probe_tcp_options){ .timeout_ms = WAIT_MS, .min_ttl = 63 });
		assert_int_equal(f->result.end, PROBE_TCP_SILENT);
	}
}

/* Waits for what the server sees of the connection: octets, 0 for its end, or -errno. */
static ssize_t
read_at_server(struct fixture *f)
{
	char octet;
	ssize_t r;
	int fd = accept(f->stage.listener, NULL, NULL);

	assert_true(fd >= 0);
	r = read(fd, &octet, 1);
	r = r < 0 ? -errno : r;
	fd_close(&fd);
	return r;
}

static void
test_a_connection_that_is_not_kept_ends_with_a_reset(void **state)
{
	struct fixture *f = *state;

	probe(f, SPACE_SERVER_V4, PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS });
	assert_int_equal(read_at_server(f), -ECONNRESET);
	assert_in_range(f->result.mss, 1000, 1460);
	assert_in_range(f->result.rtt_us, 1, LONG_MS * 1000);
	assert_in_range(f->result.took_us, 1, LONG_MS * 1000);
}

static void
test_a_connection_that_is_kept_is_the_callers(void **state)
{
	struct fixture *f = *state;
	struct probe_tcp_attempt *a = start(f, SPACE_SERVER_V6, PORT,
	    (struct probe_tcp_options){ .timeout_ms = LONG_MS, .max_segment = 600 }, true);

	assert_in_range(probe_tcp_waiting_ms(a), 0, LONG_MS);
	while (f->done_count == 0)
		(void)event_base_loop(f->stage.base, EVLOOP_ONCE);
	assert_int_equal(f->result.end, PROBE_TCP_OPEN);
	assert_in_range(f->result.mss, 500, 600);
	assert_int_equal(write(f->fd, "x", 1), 1);
	assert_int_equal(read_at_server(f), 1);
}

static void
test_an_answer_that_is_there_ends_the_waiting_before_it_is_looked_at(void **state)
{
	struct fixture *f = *state;
	struct probe_tcp_attempt *a = start(
	    f, SPACE_SERVER_V4, PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS }, false);

	while (probe_tcp_waiting_ms(a) != 0)
		assert_in_range(probe_tcp_waiting_ms(a), 0, LONG_MS);
	assert_int_equal(f->done_count, 0);
	probe_tcp_cancel(&a);
	space_filter(SPACE_R1, FORWARD("tcp dport 587 drop"));
	a = start(
	    f, SPACE_SERVER_V4, PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS }, false);
	assert_in_range(probe_tcp_waiting_ms(a), 1, LONG_MS);
	probe_tcp_cancel(&a);
}

static void
test_a_router_that_rejects_later_does_not_end_a_connection_that_was_kept(void **state)
{
	struct fixture *f = *state;
	struct probe_tcp_attempt *a = start(
	    f, SPACE_SERVER_V4, PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS }, true);
	char octet;

	assert_non_null(a);
	while (f->done_count == 0)
		(void)event_base_loop(f->stage.base, EVLOOP_ONCE);
	space_filter(SPACE_R1, FORWARD("tcp dport 587 reject"));
	assert_int_equal(write(f->fd, "x", 1), 1);
	(void)event_base_loopexit(f->stage.base, &(struct timeval){ .tv_usec = WAIT_US });
	(void)event_base_dispatch(f->stage.base);
	assert_int_equal(read(f->fd, &octet, 1), -1);
	assert_int_equal(errno, EAGAIN);
}

static void
test_a_connection_that_is_reset_at_once_was_open(void **state)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };
	struct fixture *f = *state;
	struct probe_tcp_attempt *a = start(
	    f, SPACE_SERVER_V4, PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS }, true);
	int fd = accept(f->stage.listener, NULL, NULL);

	assert_non_null(a);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none), 0);
	fd_close(&fd);
	while (f->done_count == 0)
		(void)event_base_loop(f->stage.base, EVLOOP_ONCE);
	assert_int_equal(f->result.end, PROBE_TCP_OPEN);
	assert_int_equal(f->result.error, ECONNRESET);
	assert_true(f->fd >= 0);
}

static void
test_what_is_cancelled_says_nothing(void **state)
{
	struct fixture *f = *state;
	struct probe_tcp_attempt *a = start(
	    f, SPACE_SERVER_V4, PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS }, true);
	struct probe_tcp_attempt *at_once = start(
	    f, "255.255.255.255", PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS }, true);

	probe_tcp_cancel(&a);
	probe_tcp_cancel(&at_once);
	probe_tcp_cancel(&at_once);
	assert_null(a);
	(void)event_base_dispatch(f->stage.base);
	assert_int_equal(f->done_count, 0);
}

static void
test_what_is_stopped_was_silent(void **state)
{
	struct fixture *f = *state;
	struct probe_tcp_attempt *a;

	space_filter(SPACE_R1, FORWARD("tcp dport 587 drop"));
	a = start(
	    f, SPACE_SERVER_V4, PORT, (struct probe_tcp_options){ .timeout_ms = LONG_MS }, true);
	probe_tcp_stop(&a);
	assert_null(a);
	assert_int_equal(f->done_count, 1);
	assert_int_equal(f->result.end, PROBE_TCP_SILENT);
	assert_int_equal(f->result.error, ETIMEDOUT);
	assert_int_equal(f->fd, -1);
}

static void
test_time_is_over_when_it_is_over(void **state)
{
	struct fixture *f = *state;
	const uint64_t began_ms = clock_monotonic_ms();

	space_filter(SPACE_R1, FORWARD("tcp dport 587 drop"));
	probe(f, SPACE_SERVER_V4, PORT, (struct probe_tcp_options){ .timeout_ms = 1200 });
	assert_in_range(clock_monotonic_ms() - began_ms, 1199, 4000);
	assert_int_equal(f->result.retransmits, 1);
}

#define TCP_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TCP_TEST(test_each_wall_on_the_way_is_told_by_who_answers),
		TCP_TEST(test_a_route_that_refuses_is_this_machine),
		TCP_TEST(test_a_small_ttl_names_the_router),
		TCP_TEST(test_answers_from_too_far_away_are_not_seen),
		TCP_TEST(test_a_connection_that_is_not_kept_ends_with_a_reset),
		TCP_TEST(test_a_connection_that_is_kept_is_the_callers),
		TCP_TEST(test_an_answer_that_is_there_ends_the_waiting_before_it_is_looked_at),
		TCP_TEST(test_a_router_that_rejects_later_does_not_end_a_connection_that_was_kept),
		TCP_TEST(test_a_connection_that_is_reset_at_once_was_open),
		TCP_TEST(test_what_is_cancelled_says_nothing),
		TCP_TEST(test_what_is_stopped_was_silent),
		TCP_TEST(test_time_is_over_when_it_is_over),
	};

	return cmocka_run_group_tests(tests, space_set_up, NULL);
}
