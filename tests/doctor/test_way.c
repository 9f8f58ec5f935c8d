/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/way.h"
#include "fixture.h"

#define HOST "192.0.2.10"
#define HEALTHY "10.0.0.1 198.51.100.7 203.0.113.1 open"

/* A way in short: M machine, G gateway, R router, ? unknown, H host; the end is marked. */
static const struct way_case {
	const char *name;
	const char *own, *control; /* ladders; NULL: none */
	enum probe_tcp_end end;
	const char *offender; /* of REJECTED */
	const char *picture;  /* "x" behind who refuses, "|" behind who is the last to answer */
} cases[] = {
	{ "all is well", NULL, HEALTHY, PROBE_TCP_OPEN, NULL, "MGRRH" },
	{ "dropped behind the second hop", "10.0.0.1 198.51.100.7 - -", HEALTHY, PROBE_TCP_SILENT,
	    NULL, "MGR|RH" },
	{ "dropped here or at the first hop", "- - - -", HEALTHY, PROBE_TCP_SILENT, NULL,
	    "M|GRRH" },
	{ "dropped, nothing to compare with", "10.0.0.1 - - -", NULL, PROBE_TCP_SILENT, NULL,
	    "MG|?H" },
	{ "dropped, no ladder", NULL, NULL, PROBE_TCP_SILENT, NULL, "MG?H~" },
	{ "hops that keep silent", NULL, "10.0.0.1 - - open", PROBE_TCP_OPEN, NULL, "MG?H" },
	{ "reset by the host", NULL, HEALTHY, PROBE_TCP_RESET, NULL, "MGRRHx" },
	{ "reset forged on the way", "10.0.0.1 reset reset reset", HEALTHY, PROBE_TCP_RESET, NULL,
	    "MGRxRH" },
	{ "a proxy at the first hop", "open open open open", HEALTHY, PROBE_TCP_OPEN, NULL,
	    "MGxRRH" },
	{ "rejected by a router of the ladder", NULL, HEALTHY, PROBE_TCP_REJECTED, "198.51.100.7",
	    "MGRxRH" },
	{ "rejected by one that no ladder has shown", NULL, NULL, PROBE_TCP_REJECTED,
	    "198.51.100.9", "MG?RxH" },
	{ "rejected by the host", NULL, NULL, PROBE_TCP_REJECTED, HOST, "MG?Hx" },
	{ "rejected by this machine", NULL, NULL, PROBE_TCP_REJECTED, "10.0.0.2", "MxG?H" },
	{ "not allowed here", NULL, HEALTHY, PROBE_TCP_LOCAL, NULL, "MxGRRH" },
	{ "the network says no, nobody by name", NULL, NULL, PROBE_TCP_UNREACHABLE, NULL, "MG?H~" },
};

static void
print_way(const struct doctor_way *way, struct buf *out)
{
	for (size_t i = 0; i < way->count; i++) {
		(void)buf_add_octet(out, (uint8_t) "MGR?H"[way->stations[i].kind]);
		if (way->end_kind == DOCTOR_WAY_AT && i == way->end)
			(void)buf_add_text(out, "x");
		if (way->end_kind == DOCTOR_WAY_BEHIND && i == way->end)
			(void)buf_add_text(out, "|");
	}
	if (way->end_kind == DOCTOR_WAY_SOMEWHERE)
		(void)buf_add_text(out, "~");
}

static void
set_end(struct probe_tcp *tcp, const struct way_case *t)
{
	tcp->end = t->end;
	if (t->offender != NULL)
		fixture_set_rejected(tcp, t->offender);
}

static void
check_case(const struct way_case *t)
{
	struct doctor_facts facts;
	struct doctor_probe *probe;
	struct doctor_way way;
	struct buf out;

	fixture_begin(&facts, HOST, NULL);
	probe = fixture_add_probe(&facts, HOST, 587);
	set_end(&probe->dialog.tcp, t);
	if (t->own != NULL)
		fixture_set_path(&probe->path, 587, t->own);
	if (t->control != NULL)
		fixture_set_path(&fixture_add_probe(&facts, HOST, 443)->path, 443, t->control);
	doctor_way_draw(&facts, probe, &way);
	buf_init(&out, 256);
	print_way(&way, &out);
	if (!slice_is(buf_slice(&out), t->picture))
		fail_msg("%s: %.*s, wanted %s", t->name, (int)out.len, (const char *)out.ptr,
		    t->picture);
	buf_done(&out);
	doctor_facts_done(&facts);
}

static void
test_a_way_ends_where_the_ladders_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_case(&cases[i]);
}

static void
test_silent_hops_are_one_station(void **state)
{
	struct doctor_facts facts;
	struct doctor_way way;

	(void)state;
	fixture_begin(&facts, HOST, NULL);
	fixture_set_path(&fixture_add_probe(&facts, HOST, 587)->path, 587, "10.0.0.1 - - - open");
	doctor_way_draw(&facts, &facts.probes[0], &way);
	assert_int_equal(way.count, 4);
	assert_int_equal(way.stations[2].kind, DOCTOR_STATION_UNKNOWN);
	assert_int_equal(way.stations[2].hop_count, 3);
	doctor_facts_done(&facts);
}

/* As many rungs as a ladder can have, all answered, and an offender besides. */
static void
test_the_longest_way_has_room(void **state)
{
	struct doctor_facts facts;
	struct doctor_probe *probe;
	struct doctor_way way;

	(void)state;
	fixture_begin(&facts, HOST, NULL);
	probe = fixture_add_probe(&facts, HOST, 587);
	probe->path.count = probe->path.last_router_ttl = PROBE_HOPS_MAX;
	for (size_t i = 0; i < PROBE_HOPS_MAX; i++)
		probe->path.hops[i] = (struct probe_hop){ .kind = PROBE_HOP_ROUTER,
			.who = ip_from_v4(0x0a010000U + (uint32_t)i) };
	fixture_set_rejected(&probe->dialog.tcp, "198.51.100.9");
	doctor_way_draw(&facts, probe, &way);
	assert_true(way.count <= DOCTOR_WAY_MAX);
	assert_int_equal(way.stations[way.count - 1].kind, DOCTOR_STATION_HOST);
	doctor_facts_done(&facts);
}

static void
test_the_best_probe_is_the_one_that_got_furthest(void **state)
{
	struct doctor_facts facts;

	(void)state;
	fixture_begin(&facts, HOST, NULL);
	assert_null(doctor_way_best(&facts));
	fixture_set_silent(&fixture_add_probe(&facts, HOST, 587)->dialog.tcp);
	fixture_set_healthy(fixture_add_probe(&facts, HOST, 465));
	fixture_set_open(fixture_add_probe(&facts, HOST, 443));
	assert_ptr_equal(doctor_way_best(&facts), &facts.probes[1]);
	doctor_facts_done(&facts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_way_ends_where_the_ladders_say),
		cmocka_unit_test(test_silent_hops_are_one_station),
		cmocka_unit_test(test_the_longest_way_has_room),
		cmocka_unit_test(test_the_best_probe_is_the_one_that_got_furthest),
	};

	return cmocka_run_group_tests_name("doctor/way", tests, NULL, NULL);
}
