/* SPDX-License-Identifier: Apache-2.0 */
/* From what came back of a SYN, and from what comes back of others, to whose fault it is. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "doctor/verdict.h"
#include "fixture.h"
#include "judging.h"

static void
loop_back(struct doctor_facts *facts)
{
	facts->routes[0].is_loopback = true;
	facts->routes[0].has_gateway = false;
}

static void
be_on_link(struct doctor_facts *facts)
{
	facts->routes[0].has_gateway = false;
}

static void
unplug(struct doctor_facts *facts)
{
	facts->routes[0].is_link_down = true;
}

static void
try_again(struct doctor_facts *facts)
{
	struct doctor_probe *p = &facts->probes[0];

	p->again = calloc(1, sizeof *p->again);
	assert_non_null(p->again);
	p->again->is_tried = true;
	p->again->tcp.end = PROBE_TCP_OPEN;
	p->again->stages[PROBE_STAGE_GREETING].end = PROBE_STAGE_PASSED;
}

static void
want_port_25_alone(struct doctor_facts *facts)
{
	facts->is_port_given = true;
	facts->port_count = 1;
	facts->ports[0] = 25;
}

static void
want_port_2525(struct doctor_facts *facts)
{
	want_port_25_alone(facts);
	facts->ports[0] = 2525;
}

static const struct judging_case silent[] = {
	{ .name = "silent everywhere, the gateway still forwards",
	    .rows = { { 587, "silent", JUDGING_GATEWAY " - -", 0, NULL },
		{ 465, "healthy", NULL, 0, NULL }, { 443, "open", JUDGING_WAY, 0, NULL } },
	    .controls = { JUDGING_MAIL_SILENT, JUDGING_WEB_OPEN },
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 465,
	    .says = "1 hop away, at 10.0.0.1 (your router) or just behind it" },
	{ .name = "silent everywhere, not even the first router answers",
	    .rows = { { 587, "silent", "- - -", 0, NULL }, { 443, "open", JUDGING_WAY, 0, NULL } },
	    .controls = { JUDGING_MAIL_SILENT, JUDGING_WEB_OPEN },
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .says = "on this machine or at the first router, 10.0.0.1" },
	{ .name = "silent up to the last router, another host answers",
	    .rows = { { 587, "silent", JUDGING_GATEWAY " " JUDGING_PROVIDER " -", 0, NULL },
		{ 465, "healthy", NULL, 0, NULL }, { 443, "open", JUDGING_WAY, 0, NULL } },
	    .controls = { JUDGING_MAIL_OPEN, JUDGING_WEB_OPEN },
	    .cause = "server-blocks-you",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 465,
	    .says = "a ban of your address",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "dropped in the middle for this host alone",
	    .rows = { { 587, "silent", JUDGING_GATEWAY " - -", 0, NULL },
		{ 443, "open", JUDGING_WAY, 0, NULL } },
	    .controls = { JUDGING_MAIL_OPEN, JUDGING_WEB_OPEN },
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .says = "on the way to the server, 1 hop away" },
	{ .name = "reaches the last router, yet no other host answers: perhaps the way back",
	    .rows = { { 587, "silent", JUDGING_GATEWAY " " JUDGING_PROVIDER " -", 0, NULL },
		{ 443, "open", JUDGING_WAY, 0, NULL } },
	    .controls = { JUDGING_MAIL_SILENT, JUDGING_WEB_OPEN },
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .says = "on your side of the network, 2 hops away, behind" },
	{ .name = "no other host could be tried",
	    .rows = { { 587, "silent", NULL, 0, NULL }, { 443, "open", NULL, 0, NULL } },
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "other hosts' 587 says nothing of port 25",
	    .rows = { { 25, "silent", NULL, 0, NULL }, { 587, "reset", NULL, 0, NULL } },
	    .change = want_port_25_alone,
	    .controls = { JUDGING_MAIL_OPEN, JUDGING_WEB_OPEN },
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .says = "by a filter somewhere",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "where the host's own 587 is open, it is not the network that keeps 2525 shut",
	    .rows = { { 2525, "silent", NULL, 0, NULL }, { 587, "healthy", NULL, 0, NULL } },
	    .change = want_port_2525,
	    .controls = { JUDGING_MAIL_SILENT, JUDGING_WEB_OPEN },
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 587,
	    .says = "by a filter somewhere",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "no port of the host answers, another host does",
	    .rows = { { 587, "silent", JUDGING_GATEWAY " " JUDGING_PROVIDER " -", 0, NULL },
		{ 465, "silent", NULL, 0, NULL }, { 443, "silent", NULL, 0, NULL } },
	    .controls = { JUDGING_MAIL_OPEN, JUDGING_WEB_OPEN },
	    .cause = "host-down",
	    .exit = DOCTOR_EXIT_CLOSED,
	    .says = "does not answer on any port",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "no mail port of anybody answers, the web does",
	    .rows = { { 587, "silent", NULL, 0, NULL }, { 443, "silent", NULL, 0, NULL } },
	    .controls = { JUDGING_MAIL_SILENT, JUDGING_WEB_OPEN },
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "nothing outside answers, the resolver does",
	    .rows = { { 587, "silent", NULL, 0, NULL }, { 443, "silent", NULL, 0, NULL } },
	    .controls = { JUDGING_MAIL_SILENT, JUDGING_WEB_SILENT,
		{ DOCTOR_CONTROL_RESOLVER, "open" } },
	    .cause = "network-down",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "nothing answers at all",
	    .rows = { { 587, "silent", NULL, 0, NULL }, { 443, "silent", NULL, 0, NULL } },
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "the cable is out",
	    .rows = { { 587, "silent", NULL, 0, NULL } },
	    .change = unplug,
	    .cause = "network-down",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .says = "eth0" },
	{ .name = "silent on this machine itself",
	    .rows = { { 587, "silent", NULL, 0, NULL }, { 443, "reset", NULL, 0, NULL } },
	    .change = loop_back,
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .says = "on this machine",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "silent at first, greeted the second time",
	    .rows = { { 587, "silent", NULL, 0, NULL } },
	    .change = try_again,
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .says = "unreliable",
	    .confidence = DOCTOR_POSSIBLE },
};

static const struct judging_case refused[] = {
	{ .name = "reset from as far as the host",
	    .rows = { { 587, "reset", JUDGING_GATEWAY " " JUDGING_PROVIDER " reset", 62, NULL },
		{ 443, "open", JUDGING_WAY, 62, NULL } },
	    .cause = "port-closed",
	    .exit = DOCTOR_EXIT_CLOSED },
	{ .name = "reset, and 465 takes logins",
	    .rows = { { 587, "reset", JUDGING_GATEWAY " " JUDGING_PROVIDER " reset", 62, NULL },
		{ 465, "healthy", NULL, 0, NULL }, { 443, "open", JUDGING_WAY, 62, NULL } },
	    .cause = "submission-port-missing",
	    .exit = DOCTOR_EXIT_CLOSED,
	    .use_port = 465,
	    .says = "port 465 works (SSL/TLS)" },
	{ .name = "reset by another system, with another first TTL",
	    .rows = { { 587, "reset", JUDGING_GATEWAY " " JUDGING_PROVIDER " reset", 253, NULL },
		{ 443, "open", JUDGING_WAY, 62, NULL } },
	    .cause = "port-closed",
	    .exit = DOCTOR_EXIT_CLOSED },
	{ .name = "reset with a TTL that does not reach the host",
	    .rows = { { 587, "reset", JUDGING_GATEWAY " reset reset", 64, NULL },
		{ 465, "healthy", NULL, 0, NULL }, { 443, "open", JUDGING_WAY, 62, NULL } },
	    .cause = "port-reset-forged",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465,
	    .says = "1 hop away, at 10.0.0.1" },
	{ .name = "reset by the last router, seen by its TTL alone",
	    .rows = { { 587, "reset", JUDGING_GATEWAY " " JUDGING_PROVIDER " reset", 63, NULL },
		{ 443, "open", JUDGING_WAY, 62, NULL } },
	    .cause = "port-reset-forged",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "2 hops away, at 198.51.100.7",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "reset before the first router",
	    .rows = { { 587, "reset", "reset reset reset", 64, NULL },
		{ 443, "open", JUDGING_WAY, 62, NULL } },
	    .cause = "port-reset-forged",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "this machine's own firewall or by the first router" },
	{ .name = "reset, and nothing to compare with",
	    .rows = { { 587, "reset", NULL, 0, NULL } },
	    .cause = "port-closed",
	    .exit = DOCTOR_EXIT_CLOSED,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "reset without a router between",
	    .rows = { { 587, "reset", NULL, 0, NULL } },
	    .change = be_on_link,
	    .cause = "port-closed",
	    .exit = DOCTOR_EXIT_CLOSED },
	{ .name = "the gateway answers for the web, and drops the rest",
	    .rows = { { 587, "silent", JUDGING_GATEWAY " - -", 0, NULL },
		{ 443, "open", "open open", 0, NULL } },
	    .cause = "network-down",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .says = "This network lets nothing out yet",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "silence, but some of many SYNs are taken",
	    .rows = { { 587, "silent", JUDGING_GATEWAY " - open", 0, NULL },
		{ 443, "open", JUDGING_WAY, 0, NULL } },
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .says = "not blocked, but packets get lost",
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "rejected by this machine",
	    .rows = { { 587, "ICMP 3 3 10.0.0.2", NULL, 0, NULL }, { 443, "open", NULL, 0, NULL } },
	    .cause = "local-firewall",
	    .exit = DOCTOR_EXIT_LOCAL },
	{ .name = "rejected by the gateway",
	    .rows = { { 587, "ICMP 3 13 " JUDGING_GATEWAY, NULL, 0, NULL },
		{ 443, "open", JUDGING_WAY, 0, NULL } },
	    .cause = "port-rejected",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .says = "your router" },
	{ .name = "rejected on the way",
	    .rows = { { 587, "ICMP 3 13 " JUDGING_PROVIDER, NULL, 0, NULL },
		{ 443, "open", JUDGING_WAY, 0, NULL } },
	    .cause = "port-rejected",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .says = "2 hops away: 198.51.100.7" },
	{ .name = "rejected by the server's own firewall",
	    .rows = { { 587, "ICMP 3 3 192.0.2.10", NULL, 0, NULL },
		{ 443, "open", JUDGING_WAY, 0, NULL } },
	    .cause = "port-rejected",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .says = "The server's own firewall" },
	{ .name = "\"host unreachable\" for one port of a host that is there",
	    .rows = { { 587, "ICMP 3 1 " JUDGING_GATEWAY, NULL, 0, NULL },
		{ 443, "open", JUDGING_WAY, 0, NULL } },
	    .cause = "port-rejected",
	    .exit = DOCTOR_EXIT_FILTERED },
	{ .name = "\"host unreachable\" at once, for all ports",
	    .rows = { { 587, "ICMP 3 1 " JUDGING_PROVIDER, NULL, 0, NULL },
		{ 443, "ICMP 3 1 " JUDGING_PROVIDER, NULL, 0, NULL } },
	    .cause = "host-unreachable",
	    .exit = DOCTOR_EXIT_CLOSED },
	{ .name = "a second late, as messages are that are limited to so many",
	    .rows = { { 587, "ICMP6 1 0 2001:db8:f::1 1018", NULL, 0, NULL } },
	    .cause = "host-unreachable",
	    .exit = DOCTOR_EXIT_CLOSED },
	{ .name = "after three seconds: the last router has looked for the host",
	    .rows = { { 587, "ICMP 3 1 " JUDGING_PROVIDER " 3070", NULL, 0, NULL } },
	    .cause = "host-down",
	    .exit = DOCTOR_EXIT_CLOSED },
	{ .name = "after three seconds, by this machine: the gateway is not there",
	    .rows = { { 587, "ICMP 3 1 10.0.0.2 3060", NULL, 0, NULL } },
	    .cause = "network-down",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .says = "Your router, 10.0.0.1" },
	{ .name = "after three seconds, by this machine: the host on the same link is not there",
	    .rows = { { 587, "ICMP 3 1 10.0.0.2 3060", NULL, 0, NULL } },
	    .change = be_on_link,
	    .cause = "host-down",
	    .exit = DOCTOR_EXIT_CLOSED },
	{ .name = "the TTL runs out: a circle",
	    .rows = { { 587, "ICMP 11 0 " JUDGING_PROVIDER, NULL, 0, NULL } },
	    .cause = "host-unreachable",
	    .exit = DOCTOR_EXIT_CLOSED,
	    .says = "in a circle" },
	{ .name = "an error without a sender",
	    .rows = { { 587, "unreachable", NULL, 0, NULL } },
	    .cause = "host-unreachable",
	    .exit = DOCTOR_EXIT_CLOSED,
	    .confidence = DOCTOR_LIKELY },
};

/* One errno of this machine, for all ports. */
static void
refuse_locally(struct doctor_facts *facts, int error)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		facts->probes[i].dialog.tcp =
		    (struct probe_tcp){ .end = PROBE_TCP_LOCAL, .error = error };
}

static void
deny_bpf(struct doctor_facts *facts)
{
	refuse_locally(facts, EPERM);
}

static void
deny_landlock(struct doctor_facts *facts)
{
	refuse_locally(facts, EACCES);
}

static void
prohibit(struct doctor_facts *facts)
{
	refuse_locally(facts, EACCES);
	facts->routes[0].error = EACCES;
}

static void
blackhole(struct doctor_facts *facts)
{
	refuse_locally(facts, EINVAL);
	facts->routes[0].error = EINVAL;
}

/* ip rule add dport 587 blackhole */
static void
blackhole_port(struct doctor_facts *facts)
{
	facts->probes[0].dialog.tcp = (struct probe_tcp){ .end = PROBE_TCP_LOCAL, .error = EINVAL };
}

static void
cut_route(struct doctor_facts *facts)
{
	refuse_locally(facts, ENETUNREACH);
	facts->routes[0].error = ENETUNREACH;
}

static void
take_all_routes(struct doctor_facts *facts)
{
	cut_route(facts);
	facts->machine.has_v4 = facts->machine.has_v6 = false;
}

static void
use_up_ports(struct doctor_facts *facts)
{
	refuse_locally(facts, EADDRNOTAVAIL);
}

#define LOCAL_ROWS                                                                                 \
	{                                                                                          \
		{ 587, "open", NULL, 0, NULL },                                                    \
		{                                                                                  \
			465, "open", NULL, 0, NULL                                                 \
		}                                                                                  \
	}

static const struct judging_case local[] = {
	{ .name = "EPERM",
	    .rows = LOCAL_ROWS,
	    .change = deny_bpf,
	    .cause = "local-denied",
	    .exit = DOCTOR_EXIT_LOCAL },
	{ .name = "EACCES",
	    .rows = LOCAL_ROWS,
	    .change = deny_landlock,
	    .cause = "local-denied",
	    .exit = DOCTOR_EXIT_LOCAL },
	{ .name = "prohibit",
	    .rows = LOCAL_ROWS,
	    .change = prohibit,
	    .cause = "local-route-prohibited",
	    .exit = DOCTOR_EXIT_LOCAL },
	{ .name = "blackhole",
	    .rows = LOCAL_ROWS,
	    .change = blackhole,
	    .cause = "local-blackhole",
	    .exit = DOCTOR_EXIT_LOCAL },
	{ .name = "a rule for this port alone",
	    .rows = { { 587, "open", NULL, 0, NULL }, { 443, "open", NULL, 0, NULL } },
	    .change = blackhole_port,
	    .cause = "local-blackhole",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .says = "A rule of this machine" },
	{ .name = "no route",
	    .rows = LOCAL_ROWS,
	    .change = cut_route,
	    .cause = "local-no-route",
	    .exit = DOCTOR_EXIT_LOCAL },
	{ .name = "no route to anywhere",
	    .rows = LOCAL_ROWS,
	    .change = take_all_routes,
	    .cause = "network-down",
	    .exit = DOCTOR_EXIT_LOCAL },
	{ .name = "no local ports",
	    .rows = LOCAL_ROWS,
	    .change = use_up_ports,
	    .cause = "local-ports-exhausted",
	    .exit = DOCTOR_EXIT_LOCAL },
};

#define CHECK(table) judging_check(table, sizeof(table) / sizeof(table)[0])

static void
test_silence_is_placed_by_what_else_answers(void **state)
{
	(void)state;
	CHECK(silent);
}

static void
test_a_refusal_is_ascribed_to_who_sent_it(void **state)
{
	(void)state;
	CHECK(refused);
}

static void
test_this_machine_s_own_refusals_are_named_as_such(void **state)
{
	(void)state;
	CHECK(local);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silence_is_placed_by_what_else_answers),
		cmocka_unit_test(test_a_refusal_is_ascribed_to_who_sent_it),
		cmocka_unit_test(test_this_machine_s_own_refusals_are_named_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
