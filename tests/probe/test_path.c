/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "probe/answer_ttl.h"
#include "space.h"
#include "util/clock.h"
#include "util/fd.h"

enum { PORT = 587, WAIT_MS = 600, LONG_MS = 10000 };

#define CHAIN(hook, rule)                                                                          \
	"table inet t { chain c { type filter hook " hook " priority 0; " rule "; }; }"

struct fixture {
	struct space_stage stage;
	struct probe_path path;
	uint8_t ttl;
	bool (*may_send)(void *arg); /* of answers */
	unsigned done_count;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	space_stage_begin(&f->stage, PORT);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	space_stage_end(&f->stage);
	free(f);
	return 0;
}

static void
on_path(void *arg, const struct probe_path *path)
{
	struct fixture *f = arg;

	f->path = *path;
	f->done_count++;
}

static void
on_ttl(void *arg, uint8_t ttl)
{
	struct fixture *f = arg;

	f->ttl = ttl;
	f->done_count++;
}

static void
climb(struct fixture *f, const char *to, struct probe_path_options o)
{
	struct net_address address;

	assert_true(net_address_parse(to, PORT, &address));
	assert_non_null(probe_path_start(f->stage.base, &address, &o, on_path, f));
	space_stage_wait(&f->stage, &f->done_count);
	assert_int_equal(f->path.port, PORT);
}

/* "10.1.0.1 10.2.0.2 open", "10.1.0.1 silent silent": the rungs in words. */
static void
print_path(const struct probe_path *path, char *text, size_t size)
{
	char who[IP_TEXT_SIZE];
	size_t len = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < path->count; i++) {
		const struct probe_hop *hop = &path->hops[i];

		ip_print(&hop->who, who);
		len += (size_t)snprintf(text + len, size - len, "%s%s%s", i == 0 ? "" : " ",
		    hop->kind == PROBE_HOP_ROUTER ? "" : probe_hop_kind_name(hop->kind),
		    hop->kind == PROBE_HOP_ROUTER     ? who
		    : hop->kind == PROBE_HOP_REJECTED ? " by "
						      : "");
		if (hop->kind == PROBE_HOP_REJECTED)
			len += (size_t)snprintf(text + len, size - len, "%s", who);
		assert_true(len < size);
	}
}

struct way {
	const char *name;
	enum space where;
	const char *rules;
	const char *to;
	const char *path;
	unsigned end_ttl, last_router_ttl;
};

#define DROP(hook) CHAIN(hook, "tcp dport 587 drop")
#define REDIRECT                                                                                   \
	"table inet t { chain c { type nat hook prerouting priority dstnat; tcp dport 587 "        \
	"redirect to :587; }; }"

static const struct way ways[] = {
	{ "free", SPACE_R1, "", SPACE_SERVER_V4, "10.1.0.1 10.2.0.2 open", 3, 2 },
	{ "free, IPv6", SPACE_R1, "", SPACE_SERVER_V6, "fd01::1 fd02::2 open", 3, 2 },
	{ "dropped by this machine", SPACE_CLIENT, DROP("output"), SPACE_SERVER_V4,
	    "silent silent silent silent", 0, 0 },
	{ "dropped by r1", SPACE_R1, DROP("forward"), SPACE_SERVER_V4,
	    "10.1.0.1 silent silent silent", 0, 1 },
	{ "dropped by r1, IPv6", SPACE_R1, DROP("forward"), SPACE_SERVER_V6,
	    "fd01::1 silent silent silent", 0, 1 },
	{ "dropped by r2", SPACE_R2, DROP("forward"), SPACE_SERVER_V4,
	    "10.1.0.1 10.2.0.2 silent silent", 0, 2 },
	{ "dropped by the server", SPACE_SERVER, DROP("input"), SPACE_SERVER_V6,
	    "fd01::1 fd02::2 silent silent", 0, 2 },
	{ "a reset forged by r1", SPACE_R1, CHAIN("forward", "tcp dport 587 reject with tcp reset"),
	    SPACE_SERVER_V4, "10.1.0.1 reset", 2, 1 },
	{ "rejected by r2", SPACE_R2, CHAIN("forward", "tcp dport 587 reject"), SPACE_SERVER_V4,
	    "10.1.0.1 10.2.0.2 rejected by 10.2.0.2", 3, 2 },
	{ "intercepted by r1", SPACE_R1, REDIRECT, SPACE_SERVER_V4, "open", 1, 0 },
};

static void
check_way(struct fixture *f, const struct way *w)
{
	const struct probe_path_options o = {
		.timeout_ms = w->end_ttl == 0 ? WAIT_MS : LONG_MS,
		.hop_max = 4,
	};
	char path[1024];

	space_filter(w->where, w->rules);
	climb(f, w->to, o);
	space_filter(w->where, "");
	print_path(&f->path, path, sizeof path);
	if (strcmp(path, w->path) != 0 || f->path.end_ttl != w->end_ttl ||
	    f->path.last_router_ttl != w->last_router_ttl)
		fail_msg("%s: '%s', end %u, last router %u", w->name, path, f->path.end_ttl,
		    f->path.last_router_ttl);
}

static void
test_each_wall_shows_in_the_ladder(void **state)
{
	struct fixture *f = *state;
	int interceptor = space_listen(SPACE_R1, PORT);

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		check_way(f, &ways[i]);
	fd_close(&interceptor);
}

static void
test_a_local_refusal_is_no_hop(void **state)
{
	struct fixture *f = *state;

	climb(f, "255.255.255.255",
	    (struct probe_path_options){ .timeout_ms = LONG_MS, .hop_max = 3, .parallel = 0 });
	assert_int_equal(f->path.hops[0].kind, PROBE_HOP_LOCAL);
	assert_int_equal(f->path.end_ttl, 1);
}

/* Connections that the server got. */
static unsigned
count_connections(struct fixture *f)
{
	unsigned count = 0;
	int fd;

	while ((fd = accept(f->stage.listener, NULL, NULL)) >= 0) {
		fd_close(&fd);
		count++;
	}
	return count;
}

static void
test_few_rungs_side_by_side_spare_the_server(void **state)
{
	struct fixture *f = *state;

	climb(f, SPACE_SERVER_V4,
	    (struct probe_path_options){
		.timeout_ms = LONG_MS, .hop_max = PROBE_HOPS_MAX, .parallel = 2 });
	assert_int_equal(f->path.end_ttl, 3);
	assert_int_equal(f->path.count, 3);
	assert_in_range(count_connections(f), 1, 2);
}

static void
test_no_rung_is_tried_far_beyond_a_host_whose_distance_is_known(void **state)
{
	struct fixture *f = *state;

	space_filter(SPACE_R1, DROP("forward"));
	climb(f, SPACE_SERVER_V4,
	    (struct probe_path_options){ .timeout_ms = LONG_MS / 10, .hop_max = 8, .reach = 3 });
	assert_int_equal(f->path.last_router_ttl, 1);
	assert_int_equal(f->path.count, 4);
	space_filter(SPACE_R1, "");
}

static void
test_a_distance_that_is_too_short_does_not_stop_it(void **state)
{
	struct fixture *f = *state;

	climb(f, SPACE_SERVER_V4,
	    (struct probe_path_options){ .timeout_ms = LONG_MS, .hop_max = 8, .reach = 1 });
	assert_int_equal(f->path.end_ttl, 3);
}

static bool
refuse(void *arg)
{
	(*(unsigned *)arg)++;
	return false;
}

static void
test_rungs_that_may_reach_the_host_ask_before_they_go_beside_another(void **state)
{
	struct fixture *f = *state;
	unsigned asked_count = 0;

	/* What can be answered by routers alone goes unasked, then one rung after the other. */
	space_filter(SPACE_SERVER, DROP("input"));
	climb(f, SPACE_SERVER_V4,
	    (struct probe_path_options){ .timeout_ms = PROBE_PATH_PLACE_MS / 2,
		.hop_max = 8,
		.reach = 3,
		.may_send = refuse,
		.send_arg = &asked_count });
	space_filter(SPACE_SERVER, "");
	assert_int_equal(f->path.last_router_ttl, 2);
	assert_in_range(f->path.count, 3, 4); /* the fourth when the third is over */
	assert_true(asked_count > 0);
}

static void
test_a_silent_rung_gives_its_place_up(void **state)
{
	struct fixture *f = *state;

	/* Nothing of r1 comes back, neither does the first answer of r2. */
	space_filter(SPACE_R1, CHAIN("output", "icmp type time-exceeded drop"));
	climb(f, SPACE_SERVER_V4,
	    (struct probe_path_options){
		.timeout_ms = LONG_MS, .hop_max = PROBE_HOPS_MAX, .parallel = 1 });
	assert_int_equal(f->path.hops[0].kind, PROBE_HOP_SILENT);
	assert_int_equal(f->path.hops[1].kind, PROBE_HOP_ROUTER);
	assert_int_equal(f->path.end_ttl, 3);
}

static void
test_a_ladder_ends_soon_after_the_answer(void **state)
{
	struct fixture *f = *state;
	const uint64_t began_ms = clock_monotonic_ms();

	space_filter(SPACE_R1, CHAIN("output", "icmp type time-exceeded drop"));
	climb(f, SPACE_SERVER_V4,
	    (struct probe_path_options){ .timeout_ms = LONG_MS, .hop_max = 8, .parallel = 0 });
	assert_int_equal(f->path.end_ttl, 3);
	assert_in_range(clock_monotonic_ms() - began_ms, PROBE_PATH_GRACE_MS - 1, LONG_MS / 2);
}

static void
test_with_a_known_round_trip_silence_is_short(void **state)
{
	struct fixture *f = *state;
	const struct probe_path_options o = {
		.timeout_ms = LONG_MS, .hop_max = PROBE_HOPS_MAX, .rtt_us = 1000
	};
	const uint64_t began_ms = clock_monotonic_ms();

	space_filter(SPACE_R1, DROP("forward"));
	climb(f, SPACE_SERVER_V4, o);
	assert_int_equal(f->path.end_ttl, 0);
	assert_int_equal(f->path.last_router_ttl, 1);
	/* One wait for those far away, two for those behind the router that was seen. */
	assert_in_range(clock_monotonic_ms() - began_ms, 2 * PROBE_PATH_WAIT_MS, LONG_MS / 2);
}

static void
test_a_long_round_trip_lengthens_the_wait(void **state)
{
	struct fixture *f = *state;
	const struct probe_path_options o = {
		.timeout_ms = LONG_MS, .hop_max = 1, .rtt_us = 50000
	};
	const uint64_t began_ms = clock_monotonic_ms();

	space_filter(SPACE_R1, CHAIN("output", "icmp type time-exceeded drop"));
	climb(f, SPACE_SERVER_V4, o);
	assert_int_equal(f->path.hops[0].kind, PROBE_HOP_SILENT);
	assert_in_range(clock_monotonic_ms() - began_ms, 2 * (PROBE_PATH_WAIT_MS + 200), LONG_MS);
}

static void
test_one_lost_packet_is_no_silent_rung(void **state)
{
	struct fixture *f = *state;
	const struct probe_path_options o = {
		.timeout_ms = LONG_MS, .hop_max = 8, .parallel = 1, .rtt_us = 1000
	};

	space_filter(
	    SPACE_R1, CHAIN("output", "icmp type time-exceeded numgen inc mod 2 == 0 drop"));
	climb(f, SPACE_SERVER_V4, o);
	assert_int_equal(f->path.hops[0].kind, PROBE_HOP_ROUTER);
	assert_int_equal(f->path.last_router_ttl, 2);
	assert_int_equal(f->path.end_ttl, 3);
}

/* Stopped behind its start for longer than it may take in all. */
static void
test_the_time_in_which_the_process_does_not_run_is_not_the_ladders(void **state)
{
	const struct timespec stop = { .tv_nsec = 80 * 1000000L };
	const struct probe_path_options o = { .timeout_ms = 60, .hop_max = 8 };
	struct fixture *f = *state;
	struct net_address address;

	assert_true(net_address_parse(SPACE_SERVER_V4, PORT, &address));
	assert_non_null(probe_path_start(f->stage.base, &address, &o, on_path, f));
	(void)nanosleep(&stop, NULL);
	space_stage_wait(&f->stage, &f->done_count);
	assert_int_equal(f->path.last_router_ttl, 2);
	assert_int_equal(f->path.end_ttl, 3);
}

static void
test_a_ladder_that_is_cancelled_says_nothing(void **state)
{
	struct fixture *f = *state;
	const struct probe_path_options o = { .timeout_ms = LONG_MS, .hop_max = PROBE_HOPS_MAX };
	const struct probe_answer_options ao = { .timeout_ms = LONG_MS };
	struct net_address to;
	struct probe_ladder *l;
	struct probe_answer *a;

	assert_true(net_address_parse(SPACE_SERVER_V4, PORT, &to));
	l = probe_path_start(f->stage.base, &to, &o, on_path, f);
	a = probe_answer_ttl_start(f->stage.base, &to, &ao, on_ttl, f);
	(void)event_base_loop(f->stage.base, EVLOOP_ONCE);
	probe_path_cancel(&l);
	probe_answer_ttl_cancel(&a);
	assert_null(l);
	assert_null(a);
	(void)event_base_dispatch(f->stage.base);
	assert_int_equal(f->done_count, 0);
}

static uint8_t
find_ttl_behind(struct fixture *f, const char *to, uint16_t port, unsigned routers)
{
	const struct probe_answer_options o = {
		.timeout_ms = LONG_MS,
		.routers = routers,
		.may_send = f->may_send,
		.send_arg = f,
	};
	struct net_address address;

	assert_true(net_address_parse(to, port, &address));
	assert_non_null(probe_answer_ttl_start(f->stage.base, &address, &o, on_ttl, f));
	space_stage_wait(&f->stage, &f->done_count);
	return f->ttl;
}

static uint8_t
find_ttl(struct fixture *f, const char *to, uint16_t port)
{
	return find_ttl_behind(f, to, port, 0);
}

static void
test_the_ttl_of_answers_tells_how_far_away_they_were_made(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(find_ttl(f, SPACE_SERVER_V4, PORT), 62);
	assert_in_range(count_connections(f), 1, 11);
	assert_int_equal(find_ttl(f, SPACE_SERVER_V6, PORT), 62);
	assert_int_equal(find_ttl(f, SPACE_SERVER_V4, PORT + 1), 62); /* a reset by the server */
	assert_int_equal(find_ttl(f, SPACE_R1_V4, PORT), 64);
	space_filter(SPACE_R1, CHAIN("forward", "tcp dport 587 reject with tcp reset"));
	assert_int_equal(find_ttl(f, SPACE_SERVER_V4, PORT), 64);
}

static void
test_the_ttl_of_any_system_is_found(void **state)
{
	static const uint8_t ttls[] = { 255, 128, 100, 34, 3 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof ttls; i++) {
		space_run(SPACE_SERVER, "sysctl -qw net.ipv4.ip_default_ttl=%u", ttls[i]);
		(void)count_connections(f); /* who is not accepted takes a place in the backlog */
		assert_int_equal(find_ttl(f, SPACE_SERVER_V4, PORT), ttls[i] - 2);
		/* Told how many routers are between, rightly or wrongly. */
		assert_int_equal(find_ttl_behind(f, SPACE_SERVER_V4, PORT, 2), ttls[i] - 2);
		assert_int_equal(find_ttl_behind(f, SPACE_SERVER_V4, PORT, 7), ttls[i] - 2);
	}
	space_run(SPACE_SERVER, "sysctl -qw net.ipv4.ip_default_ttl=64");
}

static bool
may_send(void *arg)
{
	(void)arg;
	return true;
}

/* The one beside it is answered, so that nothing waits for a time to be over. */
static void
test_two_side_by_side_find_the_ttl_at_once(void **state)
{
	struct fixture *f = *state;

	f->may_send = may_send;
	(void)count_connections(f);
	assert_int_equal(find_ttl_behind(f, SPACE_SERVER_V4, PORT, 2), 62);
	assert_in_range(count_connections(f), 1, 7);
	assert_int_equal(find_ttl_behind(f, SPACE_SERVER_V6, PORT, 2), 62);
	assert_int_equal(find_ttl_behind(f, SPACE_SERVER_V4, PORT + 1, 2), 62);
	assert_int_equal(find_ttl(f, SPACE_R1_V4, PORT), 64);
	space_filter(SPACE_R1, CHAIN("forward", "tcp dport 587 reject with tcp reset"));
	assert_int_equal(find_ttl_behind(f, SPACE_SERVER_V4, PORT, 2), 64);
}

static void
test_without_an_answer_there_is_no_ttl(void **state)
{
	struct fixture *f = *state;
	const struct probe_answer_options o = { .timeout_ms = WAIT_MS };
	struct net_address to;

	space_filter(SPACE_R1, DROP("forward"));
	f->ttl = 1;
	assert_true(net_address_parse(SPACE_SERVER_V4, PORT, &to));
	assert_non_null(probe_answer_ttl_start(f->stage.base, &to, &o, on_ttl, f));
	space_stage_wait(&f->stage, &f->done_count);
	assert_int_equal(f->ttl, 0);
}

#define PATH_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PATH_TEST(test_each_wall_shows_in_the_ladder),
		PATH_TEST(test_a_local_refusal_is_no_hop),
		PATH_TEST(test_few_rungs_side_by_side_spare_the_server),
		PATH_TEST(test_no_rung_is_tried_far_beyond_a_host_whose_distance_is_known),
		PATH_TEST(test_a_distance_that_is_too_short_does_not_stop_it),
		PATH_TEST(test_rungs_that_may_reach_the_host_ask_before_they_go_beside_another),
		PATH_TEST(test_a_silent_rung_gives_its_place_up),
		PATH_TEST(test_a_ladder_ends_soon_after_the_answer),
		PATH_TEST(test_with_a_known_round_trip_silence_is_short),
		PATH_TEST(test_a_long_round_trip_lengthens_the_wait),
		PATH_TEST(test_one_lost_packet_is_no_silent_rung),
		PATH_TEST(test_the_time_in_which_the_process_does_not_run_is_not_the_ladders),
		PATH_TEST(test_a_ladder_that_is_cancelled_says_nothing),
		PATH_TEST(test_the_ttl_of_answers_tells_how_far_away_they_were_made),
		PATH_TEST(test_the_ttl_of_any_system_is_found),
		PATH_TEST(test_two_side_by_side_find_the_ttl_at_once),
		PATH_TEST(test_without_an_answer_there_is_no_ttl),
	};

	return cmocka_run_group_tests(tests, space_set_up, NULL);
}
