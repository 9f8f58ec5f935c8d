/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/scan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "space.h"

enum { PORT = 587, CLOSED = 588, REJECTED = 25, DROPPED = 465, PROHIBITED = 2525 };
enum { MANY = 1000, SECOND_US = 1000000, TURNS = 4 };

struct fixture {
	struct space_stage stage;
	struct probe_scan_port *ports;
	size_t count;
	uint64_t took_us;
	bool is_absent;
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
	free(f->ports);
	free(f);
	return 0;
}

static void
on_scan(void *arg, const struct probe_scan_result *result)
{
	struct fixture *f = arg;

	free(f->ports);
	f->ports = malloc(result->count * sizeof *f->ports);
	memcpy(f->ports, result->ports, result->count * sizeof *f->ports);
	f->count = result->count;
	f->took_us = result->took_us;
	f->is_absent = result->is_absent;
	f->done_count++;
}

static void
scan(struct fixture *f, const char *to, const uint16_t *ports, size_t count,
    struct probe_scan_options o)
{
	struct net_address address;

	o.ports = ports;
	o.port_count = count;
	assert_true(net_address_parse(to, 0, &address));
	assert_non_null(probe_scan_start(f->stage.base, &address, &o, on_scan, f));
	space_stage_wait(&f->stage, &f->done_count);
	assert_int_equal(f->count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(f->ports[i].port, ports[i]);
}

static void
scan_many(struct fixture *f, const char *to, struct probe_scan_options o)
{
	uint16_t ports[MANY];

	for (size_t i = 0; i < MANY; i++)
		ports[i] = (uint16_t)(i + 1);
	scan(f, to, ports, MANY, o);
}

/*
 * In no more than so long in one turn of a few: what else the machine does makes it take longer,
 * and nothing makes it take less.
 */
static void
scan_many_within(struct fixture *f, const char *to, uint64_t most_us)
{
	for (int turn = 0; turn < TURNS; turn++) {
		scan_many(f, to, (struct probe_scan_options){ .parallel = 0 });
		if (f->took_us <= most_us)
			return;
	}
	fail_msg("took %llu us, and not less before", (unsigned long long)f->took_us);
}

static size_t
count_state(const struct fixture *f, enum probe_port_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++)
		count += f->ports[i].state == state;
	return count;
}

static void
test_each_port_is_told_by_who_answers(void **state)
{
	static const uint16_t ports[] = { REJECTED, DROPPED, PORT, CLOSED, PROHIBITED };
	static const enum probe_port_state states[] = { PROBE_PORT_REJECTED, PROBE_PORT_FILTERED,
		PROBE_PORT_OPEN, PROBE_PORT_CLOSED, PROBE_PORT_REJECTED };
	static const char *const servers[] = { SPACE_SERVER_V4, SPACE_SERVER_V6 };
	struct fixture *f = *state;
	char who[IP_TEXT_SIZE];

	space_filter(SPACE_R1, "table inet t { chain c { type filter hook forward priority 0; "
			       "tcp dport 25 reject; tcp dport 465 drop; "
			       "tcp dport 2525 reject with icmpx type admin-prohibited; }; }");
	for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
		scan(f, servers[i], ports, sizeof ports / sizeof ports[0],
		    (struct probe_scan_options){ .parallel = 0 });
		for (size_t j = 0; j < f->count; j++)
			assert_int_equal(f->ports[j].state, states[j]);
		ip_print(&f->ports[0].tcp.icmp.offender, who);
		assert_string_equal(who, i == 0 ? SPACE_R1_V4 : SPACE_R1_V6);
		/* Silence is believed only the second time. */
		assert_int_equal(f->ports[1].tries, 2);
		assert_int_equal(f->ports[2].tries, 1);
	}
}

static void
test_a_thousand_ports_of_a_silent_host_take_less_than_ten_seconds(void **state)
{
	struct fixture *f = *state;

	space_filter(SPACE_R1, "table inet t { chain c { type filter hook forward priority 0; "
			       "drop; }; }");
	scan_many_within(f, SPACE_SERVER_V4, (uint64_t)10 * SECOND_US);
	assert_int_equal(count_state(f, PROBE_PORT_FILTERED), MANY);
	assert_true(f->took_us >= SECOND_US);
}

static void
test_the_one_open_port_of_a_thousand_is_found(void **state)
{
	struct fixture *f = *state;

	space_filter(SPACE_SERVER, "table inet t { chain c { type filter hook input priority 0; "
				   "tcp dport != 587 drop; }; }");
	scan_many_within(f, SPACE_SERVER_V4, (uint64_t)10 * SECOND_US);
	assert_int_equal(count_state(f, PROBE_PORT_FILTERED), MANY - 1);
	assert_int_equal(f->ports[PORT - 1].state, PROBE_PORT_OPEN);
	space_filter(SPACE_SERVER, "");
	scan_many(f, SPACE_SERVER_V6, (struct probe_scan_options){ .parallel = 0 });
	assert_int_equal(count_state(f, PROBE_PORT_CLOSED), MANY - 1);
	assert_int_equal(f->ports[PORT - 1].state, PROBE_PORT_OPEN);
}

static void
test_an_address_that_nobody_has_is_told_by_the_last_router(void **state)
{
	static const char *const addresses[] = { "10.3.0.77", "fd03::77", "10.1.0.77" };
	static const char *const tellers[] = { SPACE_R2_V4, SPACE_R2_V6, SPACE_CLIENT_V4 };
	struct fixture *f = *state;
	char who[IP_TEXT_SIZE];

	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		scan_many_within(f, addresses[i], (uint64_t)5 * SECOND_US);
		assert_true(f->is_absent);
		assert_true(f->took_us >= (uint64_t)2 * SECOND_US);
		for (size_t j = 0; j < f->count; j++) {
			assert_int_equal(f->ports[j].state, PROBE_PORT_REJECTED);
			ip_print(&f->ports[j].tcp.icmp.offender, who);
			if (i != 1) /* of its addresses a router may take any */
				assert_string_equal(who, tellers[i]);
		}
	}
}

static void
test_a_filter_that_says_host_unreachable_is_no_absence(void **state)
{
	static const uint16_t ports[] = { REJECTED, PORT };
	struct fixture *f = *state;

	space_filter(SPACE_R1, "table inet t { chain c { type filter hook forward priority 0; "
			       "tcp dport 25 reject with icmpx type host-unreachable; }; }");
	scan(f, SPACE_SERVER_V4, ports, 2, (struct probe_scan_options){ .parallel = 0 });
	assert_false(f->is_absent);
	assert_int_equal(f->ports[0].state, PROBE_PORT_REJECTED);
	assert_int_equal(f->ports[1].state, PROBE_PORT_OPEN);
}

static void
test_a_machine_without_a_route_fails_at_once(void **state)
{
	struct fixture *f = *state;

	space_run(SPACE_CLIENT, "ip route add prohibit 10.8.0.1");
	scan_many(f, "10.8.0.1", (struct probe_scan_options){ .parallel = 0 });
	space_run(SPACE_CLIENT, "ip route del prohibit 10.8.0.1");
	assert_int_equal(count_state(f, PROBE_PORT_FAILED), MANY);
	assert_int_equal(f->ports[0].tcp.error, EACCES);
}

/* More at a time than there are descriptors: those that cannot begin wait for one. */
static void
test_want_of_descriptors_only_makes_it_slower(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 30;
	space_filter(SPACE_R1, "table inet t { chain c { type filter hook forward priority 0; "
			       "tcp dport 500-560 drop; }; }");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	scan_many(f, SPACE_SERVER_V4, (struct probe_scan_options){ .parallel = 0 });
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(count_state(f, PROBE_PORT_FAILED), 0);
	assert_int_equal(count_state(f, PROBE_PORT_FILTERED), 61);
	assert_int_equal(count_state(f, PROBE_PORT_CLOSED), MANY - 62);
	assert_int_equal(count_state(f, PROBE_PORT_OPEN), 1);
}

static void
test_a_scan_that_is_cancelled_says_nothing(void **state)
{
	static const uint16_t ports[] = { PORT, CLOSED };
	struct fixture *f = *state;
	const struct probe_scan_options o = { .ports = ports, .port_count = 2 };
	struct net_address to;
	struct probe_scan *s;

	assert_true(net_address_parse(SPACE_SERVER_V4, 0, &to));
	s = probe_scan_start(f->stage.base, &to, &o, on_scan, f);
	(void)event_base_loop(f->stage.base, EVLOOP_ONCE);
	assert_in_range(probe_scan_done_count(s), 0, 2);
	probe_scan_cancel(&s);
	assert_null(s);
	probe_scan_cancel(&s);
	(void)event_base_dispatch(f->stage.base);
	assert_int_equal(f->done_count, 0);
}

static void
test_no_ports_are_done_at_once(void **state)
{
	struct fixture *f = *state;

	scan(f, SPACE_SERVER_V4, NULL, 0, (struct probe_scan_options){ .parallel = 0 });
	assert_false(f->is_absent);
}

#define SCAN_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCAN_TEST(test_each_port_is_told_by_who_answers),
		SCAN_TEST(test_a_thousand_ports_of_a_silent_host_take_less_than_ten_seconds),
		SCAN_TEST(test_the_one_open_port_of_a_thousand_is_found),
		SCAN_TEST(test_an_address_that_nobody_has_is_told_by_the_last_router),
		SCAN_TEST(test_a_filter_that_says_host_unreachable_is_no_absence),
		SCAN_TEST(test_a_machine_without_a_route_fails_at_once),
		SCAN_TEST(test_want_of_descriptors_only_makes_it_slower),
		SCAN_TEST(test_a_scan_that_is_cancelled_says_nothing),
		SCAN_TEST(test_no_ports_are_done_at_once),
	};

	return cmocka_run_group_tests(tests, space_set_up, NULL);
}
