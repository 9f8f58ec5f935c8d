/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MS = 1000 };
enum { LAN_US = 300, NEAR_US = 20 * MS, SATELLITE_US = 600 * MS };

static struct doctor_pace
pace_of_rtt(uint64_t rtt_us)
{
	struct doctor_pace pace = { .is_known = false };

	doctor_pace_note(&pace, rtt_us);
	return pace;
}

static void
test_where_nothing_has_answered_waits_are_the_longest(void **state)
{
	const struct doctor_pace unknown = { .is_known = false };
	const struct doctor_pace lan = pace_of_rtt(LAN_US);

	(void)state;
	assert_int_equal(doctor_pace_quiet_ms(&unknown), 500);
	assert_true(doctor_pace_quiet_ms(&unknown) > doctor_pace_quiet_ms(&lan));
	assert_true(doctor_pace_moment_ms(&unknown) > doctor_pace_moment_ms(&lan));
	assert_true(doctor_pace_minor_ms(&unknown) > doctor_pace_minor_ms(&lan));
	for (int e = DOCTOR_PACE_ALONE; e <= DOCTOR_PACE_IN_DEAD_HOST; e++)
		assert_true(
		    doctor_pace_silence_ms(&unknown, (enum doctor_pace_evidence)e) == UINT64_MAX);
}

static const struct silence {
	const char *name;
	uint64_t rtt_us;
	enum doctor_pace_evidence evidence;
	uint64_t ms;
} silences[] = {
	{ "one SYN to a host that has said nothing", LAN_US, DOCTOR_PACE_ALONE, UINT64_MAX },
	{ "one SYN may be lost: until the kernel's second has had its time", LAN_US,
	    DOCTOR_PACE_HOST_ANSWERS, 1301 },
	{ "several SYNs to a host next door", LAN_US, DOCTOR_PACE_TRIED_TWICE, 151 },
	{ "several SYNs to one some way off", NEAR_US, DOCTOR_PACE_TRIED_TWICE, 230 },
	{ "several SYNs through space", SATELLITE_US, DOCTOR_PACE_TRIED_TWICE, 2550 },
	{ "one of two addresses", LAN_US, DOCTOR_PACE_OTHER_ADDRESS, 501 },
	{ "IPv6 of two families, and other hosts answer by IPv6", LAN_US,
	    DOCTOR_PACE_OTHER_ADDRESS_NEAR, 151 },
	{ "a host that is down while others answer", LAN_US, DOCTOR_PACE_HOST_SILENT, 901 },
	{ "another port of it", LAN_US, DOCTOR_PACE_IN_DEAD_HOST, 41 },
	{ "another port of it, through space", SATELLITE_US, DOCTOR_PACE_IN_DEAD_HOST, 2440 },
};

static void
test_silence_follows_from_round_trip_and_evidence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof silences / sizeof silences[0]; i++) {
		const struct silence *s = &silences[i];
		const struct doctor_pace pace = pace_of_rtt(s->rtt_us);
		const uint64_t ms = doctor_pace_silence_ms(&pace, s->evidence);

		if (ms != s->ms)
			fail_msg("%s: %llu ms", s->name, (unsigned long long)ms);
	}
}

static void
test_the_longest_round_trip_sets_the_pace(void **state)
{
	struct doctor_pace pace = pace_of_rtt(NEAR_US);

	(void)state;
	doctor_pace_note(&pace, LAN_US);
	assert_int_equal(pace.rtt_us, NEAR_US);
	doctor_pace_note(&pace, SATELLITE_US);
	assert_int_equal(pace.rtt_us, SATELLITE_US);
}

static void
test_a_slow_path_is_not_looked_into_later_than_an_unknown_one(void **state)
{
	const struct doctor_pace near = pace_of_rtt(NEAR_US), far = pace_of_rtt(SATELLITE_US);

	(void)state;
	assert_int_equal(doctor_pace_quiet_ms(&near), 120);
	assert_int_equal(doctor_pace_quiet_ms(&far), 500);
	/* A place that is given up before an answer can come would be given up again and again. */
	assert_int_equal(doctor_pace_turn_ms(&near), 120);
	assert_int_equal(doctor_pace_turn_ms(&far), 2440);
}

static struct probe_tcp
answer(enum probe_tcp_end end, unsigned took_us)
{
	return (struct probe_tcp){ .end = end, .took_us = took_us };
}

static void
test_the_pace_of_a_check_is_that_of_what_answered(void **state)
{
	struct doctor_probe probes[] = {
		{ .port = 587, .dialog.tcp = answer(PROBE_TCP_SILENT, 3300 * MS) },
		{ .port = 465, .dialog.tcp = answer(PROBE_TCP_OPEN, 7 * MS) },
		{ .port = 25, .dialog.tcp = answer(PROBE_TCP_RESET, 9 * MS) },
		{ .port = 2525, .dialog.tcp = answer(PROBE_TCP_REJECTED, 40 * MS) },
	};
	struct doctor_facts facts = { .probe_count = 1, .probes = probes };

	(void)state;
	assert_false(doctor_pace_of(&facts).is_known);
	facts.probe_count = 4;
	assert_true(doctor_pace_of(&facts).is_known);
	assert_int_equal(doctor_pace_of(&facts).rtt_us, 9 * MS);
}

static void
test_other_hosts_set_the_pace_but_not_the_gateway(void **state)
{
	struct doctor_facts facts = { .control_count = 1 };

	(void)state;
	facts.controls[0].kind = DOCTOR_CONTROL_GATEWAY;
	facts.controls[0].tcp = answer(PROBE_TCP_RESET, 1 * MS);
	assert_false(doctor_pace_of(&facts).is_known);
	facts.controls[0].kind = DOCTOR_CONTROL_WEB;
	assert_true(doctor_pace_of(&facts).is_known);
	assert_int_equal(doctor_pace_of(&facts).rtt_us, 1 * MS);
}

static struct net_address
address(const char *text)
{
	struct net_address a;

	assert_true(net_address_parse(text, 587, &a));
	return a;
}

static void
test_a_family_has_a_pace_of_its_own(void **state)
{
	struct doctor_probe probes[] = {
		{ .address = address("192.0.2.1"), .dialog.tcp = answer(PROBE_TCP_OPEN, 1 * MS) },
		{ .address = address("2001:db8::1"),
		    .dialog.tcp = answer(PROBE_TCP_SILENT, 500 * MS) },
	};
	struct doctor_facts facts = { .probe_count = 2, .probes = probes, .control_count = 1 };

	(void)state;
	assert_int_equal(doctor_pace_of_family(&facts, &probes[0].address).rtt_us, 1 * MS);
	assert_false(doctor_pace_of_family(&facts, &probes[1].address).is_known);
	facts.controls[0] = (struct doctor_control){ .kind = DOCTOR_CONTROL_SUBMISSION,
		.address = address("2001:db8::2"),
		.tcp = answer(PROBE_TCP_OPEN, 80 * MS) };
	assert_int_equal(doctor_pace_of_family(&facts, &probes[1].address).rtt_us, 80 * MS);
	assert_int_equal(doctor_pace_of_family(&facts, &probes[0].address).rtt_us, 1 * MS);
}

static void
test_routers_set_the_pace_of_a_family_but_not_the_gateway(void **state)
{
	struct doctor_probe probe = { .address = address("2001:db8::1"),
		.path = { .count = 1,
		    .hops = { { .kind = PROBE_HOP_ROUTER, .took_us = 1000 },
			{ .kind = PROBE_HOP_ROUTER, .took_us = 150000 } } } };
	struct doctor_facts facts = { .probe_count = 1, .probes = &probe };

	(void)state;
	assert_false(doctor_pace_of_family(&facts, &probe.address).is_known);
	probe.path.count = 2;
	assert_int_equal(doctor_pace_of_family(&facts, &probe.address).rtt_us, 150 * MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_nothing_has_answered_waits_are_the_longest),
		cmocka_unit_test(test_silence_follows_from_round_trip_and_evidence),
		cmocka_unit_test(test_the_longest_round_trip_sets_the_pace),
		cmocka_unit_test(test_a_slow_path_is_not_looked_into_later_than_an_unknown_one),
		cmocka_unit_test(test_the_pace_of_a_check_is_that_of_what_answered),
		cmocka_unit_test(test_other_hosts_set_the_pace_but_not_the_gateway),
		cmocka_unit_test(test_a_family_has_a_pace_of_its_own),
		cmocka_unit_test(test_routers_set_the_pace_of_a_family_but_not_the_gateway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
