/* SPDX-License-Identifier: Apache-2.0 */
/* Is a port silent because who rejects it may not say so at the moment? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/limit.h"
#include "fixture.h"

#define FIRST "10.0.0.1"
#define SECOND "198.51.100.7"

/* Ladders in words; NULL: there is none. The host is behind two routers. */
static const struct limit_case {
	const char *name;
	const char *port, *control, *witness;
	enum doctor_limit limit;
	unsigned top;
} cases[] = {
	{ "no ladder of the port yet", NULL, FIRST " " SECOND " open", NULL, DOCTOR_LIMIT_NONE, 1 },
	{ "no other port answers", FIRST " - -", NULL, NULL, DOCTOR_LIMIT_NONE, 0 },
	{ "no router on the way", "-", "open", NULL, DOCTOR_LIMIT_NONE, 0 },
	{ "both routers have spoken once", "- - -", FIRST " " SECOND " open", NULL,
	    DOCTOR_LIMIT_TO_TEST, 1 },
	{ "the first still does", "- - -", FIRST " " SECOND " open", FIRST, DOCTOR_LIMIT_NONE, 1 },
	{ "the first does no longer", "- - -", FIRST " " SECOND " open", "-", DOCTOR_LIMIT_LIKELY,
	    1 },
	{ "the first did not at once", "- - -", "- " SECOND " open", NULL, DOCTOR_LIMIT_LIKELY, 1 },
	{ "the first let it pass, both speak", FIRST " - -", FIRST " " SECOND " open",
	    FIRST " " SECOND, DOCTOR_LIMIT_NONE, 2 },
	{ "the first let it pass, and speaks no more", FIRST " - -", FIRST " " SECOND " open",
	    "- " SECOND, DOCTOR_LIMIT_LIKELY, 2 },
	{ "the first let it pass, the second is silent", FIRST " - -", FIRST " " SECOND " open",
	    FIRST " -", DOCTOR_LIMIT_LIKELY, 2 },
	{ "it came to the last router", FIRST " " SECOND " -", FIRST " " SECOND " open", NULL,
	    DOCTOR_LIMIT_TO_TEST, 2 },
	{ "that one still speaks, the one before is of no matter", FIRST " " SECOND " -",
	    FIRST " " SECOND " open", "- " SECOND, DOCTOR_LIMIT_NONE, 2 },
	{ "some SYN was taken", FIRST " " SECOND " open", FIRST " " SECOND " open", NULL,
	    DOCTOR_LIMIT_NONE, 2 },
};

static void
test_silence_is_doubted_where_a_router_that_may_reject_does_not_speak(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct limit_case *t = &cases[i];
		struct doctor_facts facts;
		struct doctor_probe *p, *control;

		fixture_begin(&facts, "192.0.2.10", NULL);
		p = fixture_add_probe(&facts, "192.0.2.10", 587);
		p->dialog.is_tried = true;
		fixture_set_silent(&p->dialog.tcp);
		if (t->port != NULL)
			fixture_set_path(&p->path, 587, t->port);
		for (unsigned k = 0; k < DOCTOR_LIMIT_WITNESSES && t->witness != NULL; k++) {
			struct probe_path witness = { .count = 0 };

			fixture_set_path(&witness, 443, t->witness);
			doctor_limit_hear(p, &witness);
		}
		control = fixture_add_probe(&facts, "192.0.2.10", 443);
		fixture_set_open(control);
		if (t->control != NULL)
			fixture_set_path(&control->path, 443, t->control);
		p = &facts.probes[0];
		if (doctor_limit_of(&facts, p) != t->limit)
			fail_msg("%s: %d", t->name, (int)doctor_limit_of(&facts, p));
		if (doctor_limit_top(&facts, p) != t->top)
			fail_msg("%s: up to %u", t->name, doctor_limit_top(&facts, p));
		doctor_facts_done(&facts);
	}
}

/* One answer may be what the router was allowed since. */
static void
test_a_router_has_to_speak_twice(void **state)
{
	struct probe_path both = { .count = 0 }, second = { .count = 0 };
	struct doctor_facts facts;
	struct doctor_probe *p, *control;

	(void)state;
	fixture_set_path(&both, 443, FIRST " " SECOND);
	fixture_set_path(&second, 443, "- " SECOND);
	fixture_begin(&facts, "192.0.2.10", NULL);
	p = fixture_add_probe(&facts, "192.0.2.10", 587);
	fixture_set_silent(&p->dialog.tcp);
	fixture_set_path(&p->path, 587, FIRST " - -");
	control = fixture_add_probe(&facts, "192.0.2.10", 443);
	fixture_set_open(control);
	fixture_set_path(&control->path, 443, FIRST " " SECOND " open");
	p = &facts.probes[0];
	doctor_limit_hear(p, &both);
	assert_int_equal(doctor_limit_of(&facts, p), DOCTOR_LIMIT_TO_TEST);
	doctor_limit_hear(p, &second);
	assert_int_equal(doctor_limit_of(&facts, p), DOCTOR_LIMIT_LIKELY);
	assert_int_equal(p->witness.hops[1].kind, PROBE_HOP_ROUTER);
	doctor_facts_done(&facts);
}

static void
test_a_rung_that_was_rejected_tells_who_has_said_his_fill(void **state)
{
	struct doctor_facts facts;
	struct doctor_probe *p, *control;

	(void)state;
	fixture_begin(&facts, "192.0.2.10", NULL);
	p = fixture_add_probe(&facts, "192.0.2.10", 587);
	p->dialog.is_tried = true;
	fixture_set_silent(&p->dialog.tcp);
	fixture_set_path(&p->path, 587, "10.0.0.1 reset");
	p->path.hops[1].kind = PROBE_HOP_REJECTED;
	control = fixture_add_probe(&facts, "192.0.2.10", 443);
	fixture_set_open(control);
	fixture_set_path(&control->path, 443, "10.0.0.1 198.51.100.7 open");
	assert_int_equal(doctor_limit_of(&facts, &facts.probes[0]), DOCTOR_LIMIT_LIKELY);
	fixture_set_rejected(&facts.probes[0].dialog.tcp, "10.0.0.1");
	assert_int_equal(doctor_limit_of(&facts, &facts.probes[0]), DOCTOR_LIMIT_NONE);
	doctor_facts_done(&facts);
}

static void
test_routers_that_show_themselves_later_are_added(void **state)
{
	struct probe_path path = { .count = 0 }, later = { .count = 0 };
	const struct ip first = fixture_ip("10.0.0.1");

	(void)state;
	fixture_set_path(&path, 587, "- 198.51.100.7 - -");
	fixture_set_path(&later, 587, "10.0.0.1 - 198.51.100.9");
	doctor_limit_add(&path, &later);
	assert_int_equal(path.count, 4);
	assert_int_equal(path.last_router_ttl, 3);
	assert_int_equal(path.end_ttl, 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(path.hops[i].kind, PROBE_HOP_ROUTER);
	assert_int_equal(path.hops[3].kind, PROBE_HOP_SILENT);
	/* What was heard before stays. */
	fixture_set_path(&later, 587, "10.0.0.9 - open");
	doctor_limit_add(&path, &later);
	assert_memory_equal(&path.hops[0].who, &first, sizeof path.hops[0].who);
	assert_int_equal(path.end_ttl, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_silence_is_doubted_where_a_router_that_may_reject_does_not_speak),
		cmocka_unit_test(test_a_router_has_to_speak_twice),
		cmocka_unit_test(test_a_rung_that_was_rejected_tells_who_has_said_his_fill),
		cmocka_unit_test(test_routers_that_show_themselves_later_are_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
