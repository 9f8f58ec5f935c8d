/* SPDX-License-Identifier: Apache-2.0 */
/* No address, or a wrong one; and a network without a host. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/verdict.h"
#include "fixture.h"
#include "judging.h"

static void
find_nothing(struct doctor_facts *facts, enum probe_name_end v4, enum probe_name_end v6)
{
	facts->name.address_count = 0;
	facts->name.v4.end = v4;
	facts->name.v6.end = v6;
}

static void
be_no_name(struct doctor_facts *facts)
{
	find_nothing(facts, PROBE_NAME_NO_NAME, PROBE_NAME_NO_NAME);
}

static void
have_no_address(struct doctor_facts *facts)
{
	find_nothing(facts, PROBE_NAME_NO_ADDRESS, PROBE_NAME_NO_ADDRESS);
}

static void
have_no_v6(struct doctor_facts *facts)
{
	find_nothing(facts, PROBE_NAME_NOT_ASKED, PROBE_NAME_NO_ADDRESS);
}

static void
fail_at_server(struct doctor_facts *facts)
{
	find_nothing(facts, PROBE_NAME_FAILED, PROBE_NAME_FAILED);
}

static void
be_bogus(struct doctor_facts *facts)
{
	find_nothing(facts, PROBE_NAME_BOGUS, PROBE_NAME_FAILED);
}

/* One resolver, which has answered or has not. */
static void
time_out(struct doctor_facts *facts, bool is_answered)
{
	find_nothing(facts, PROBE_NAME_TIMEOUT, PROBE_NAME_TIMEOUT);
	facts->name.resolver_count = 1;
	facts->name.resolvers[0] = (struct probe_resolver_state){ .ip = fixture_ip("10.0.0.1"),
		.is_udp_answered = is_answered };
}

static void
lose_resolver(struct doctor_facts *facts)
{
	time_out(facts, false);
}

static void
lose_answer(struct doctor_facts *facts)
{
	time_out(facts, true);
}

static void
answer_late(struct doctor_facts *facts)
{
	time_out(facts, true);
	facts->name.resolvers[0].udp_took_us = 2500000;
}

static void
ask_nobody(struct doctor_facts *facts)
{
	time_out(facts, false);
	facts->name.resolvers[0].ip = fixture_ip("127.0.0.1");
	facts->name.resolvers[0].is_udp_rejected = true;
}

static void
be_denied(struct doctor_facts *facts)
{
	time_out(facts, false);
	facts->name.resolvers[0].error = EPERM;
}

static void
have_no_way(struct doctor_facts *facts)
{
	time_out(facts, false);
	facts->name.resolvers[0].error = ENETUNREACH;
}

static void
be_offline(struct doctor_facts *facts)
{
	have_no_way(facts);
	facts->machine.has_v4 = facts->machine.has_v6 = false;
}

static void
be_impossible(struct doctor_facts *facts)
{
	be_no_name(facts);
	facts->name.is_impossible = true;
}

static void
block_by_hosts(struct doctor_facts *facts)
{
	facts->name.is_from_hosts = facts->name.is_filtered = true;
	assert_true(net_address_parse("0.0.0.0", 0, &facts->name.addresses[0]));
}

static void
filter(struct doctor_facts *facts)
{
	facts->name.is_filtered = true;
	assert_true(net_address_parse("0.0.0.0", 0, &facts->name.addresses[0]));
}

static void
be_private(struct doctor_facts *facts)
{
	facts->name.is_filtered = true;
	assert_true(net_address_parse("10.1.2.3", 0, &facts->name.addresses[0]));
}

/* The name's own address is that of one that cannot exist. */
static void
hijack(struct doctor_facts *facts)
{
	facts->name.is_hijacked = true;
	assert_true(net_address_ip(&facts->name.addresses[0], &facts->name.invented));
}

static void
hijack_elsewhere(struct doctor_facts *facts)
{
	facts->name.is_hijacked = true;
	facts->name.invented = fixture_ip("198.51.100.99");
}

static void
hijack_to_stranger(struct doctor_facts *facts)
{
	struct probe_certificate *c = &facts->probes[0].dialog.tls.certificate;

	hijack(facts);
	c->faults = PROBE_CERTIFICATE_WRONG_NAME;
}

static void
lose_half(struct doctor_facts *facts)
{
	facts->name.v6.end = PROBE_NAME_TIMEOUT;
	facts->name.v4.end = PROBE_NAME_FOUND;
}

#define ROWS                                                                                       \
	{                                                                                          \
		{                                                                                  \
			587, "healthy", NULL, 0, NULL                                              \
		}                                                                                  \
	}
#define CLOSED                                                                                     \
	{                                                                                          \
		{ 587, "reset", NULL, 0, NULL },                                                   \
		{                                                                                  \
			443, "reset", NULL, 0, NULL                                                \
		}                                                                                  \
	}

static const struct judging_case names[] = {
	{ .name = "NXDOMAIN",
	    .change = be_no_name,
	    .cause = "name-not-found",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "There is no host named mail.example.org" },
	{ .name = "no address",
	    .change = have_no_address,
	    .cause = "name-no-address",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "no IPv6, with -6",
	    .change = have_no_v6,
	    .cause = "name-no-address",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "no IPv6 address" },
	{ .name = "SERVFAIL",
	    .change = fail_at_server,
	    .cause = "name-server-failed",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "DNSSEC", .change = be_bogus, .cause = "name-bogus", .exit = DOCTOR_EXIT_NAME },
	{ .name = "silent resolver",
	    .change = lose_resolver,
	    .cause = "resolver-down",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "resolver answers others",
	    .change = lose_answer,
	    .cause = "name-server-failed",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "a resolver that takes longer than anybody waits",
	    .change = answer_late,
	    .cause = "name-server-failed",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "is slow, it took 2.5 s" },
	{ .name = "no resolver but one of this machine's own, which is not there",
	    .change = ask_nobody,
	    .cause = "resolver-down",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "/etc/resolv.conf names no other" },
	{ .name = "no question is let out",
	    .change = be_denied,
	    .cause = "local-denied",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .says = "not even to its name server" },
	{ .name = "no route to the resolver",
	    .change = have_no_way,
	    .cause = "local-no-route",
	    .exit = DOCTOR_EXIT_LOCAL },
	{ .name = "no network at all",
	    .change = be_offline,
	    .cause = "network-down",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .says = "not connected to a network" },
	{ .name = "nothing that could be a name",
	    .change = be_impossible,
	    .cause = "name-not-found",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "cannot be the name of a host" },
	{ .name = "0.0.0.0 in the hosts file",
	    .rows = CLOSED,
	    .change = block_by_hosts,
	    .cause = "name-filtered",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "The hosts file" },
	{ .name = "0.0.0.0",
	    .rows = CLOSED,
	    .change = filter,
	    .cause = "name-filtered",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "a private address is none that a filter gives",
	    .rows = CLOSED,
	    .change = be_private,
	    .cause = "port-closed",
	    .exit = DOCTOR_EXIT_CLOSED,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "made up",
	    .rows = CLOSED,
	    .change = hijack,
	    .cause = "name-hijacked",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "made up, and a mail server of others is there",
	    .rows = ROWS,
	    .change = hijack_to_stranger,
	    .cause = "name-hijacked",
	    .says = "192.0.2.10",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "others are made up, this one is not the same",
	    .rows = CLOSED,
	    .change = hijack_elsewhere,
	    .cause = "port-closed",
	    .confidence = DOCTOR_LIKELY,
	    .exit = DOCTOR_EXIT_CLOSED,
	    .besides = "name-hijacked" },
	{ .name = "made up, but the host proves to be there",
	    .rows = ROWS,
	    .change = hijack,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE },
	{ .name = "one family is not answered",
	    .rows = ROWS,
	    .change = lose_half,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .besides = "name-server-failed" },
};

static void
test_a_name_without_address_has_its_own_causes(void **state)
{
	(void)state;
	judging_check(names, sizeof names / sizeof names[0]);
}

static void
ask_network(struct doctor_facts *facts)
{
	facts->is_network = true;
}

/* What the names of all reference hosts have come to; the fixture's is the first of them. */
static void
deny_all(struct doctor_facts *facts)
{
	be_no_name(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 6, .missing = 6 };
}

static void
deny_the_only_one(struct doctor_facts *facts)
{
	be_no_name(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 1, .missing = 1 };
}

static void
fail_all(struct doctor_facts *facts)
{
	fail_at_server(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 6, .failed = 6 };
}

static void
lose_all_answers(struct doctor_facts *facts)
{
	lose_resolver(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 6, .failed = 6 };
}

static void
forge_all(struct doctor_facts *facts)
{
	be_bogus(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 6, .failed = 6 };
}

static void
filter_all(struct doctor_facts *facts)
{
	filter(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 6, .nowhere = 6 };
}

#define MAIL DOCTOR_CONTROL_SUBMISSION
#define TLS DOCTOR_CONTROL_TLS
#define ALTERNATIVE DOCTOR_CONTROL_ALTERNATIVE
#define WEB DOCTOR_CONTROL_WEB

static const struct judging_case networks[] = {
	{ .name = "open",
	    .controls = { { MAIL, "open" }, { TLS, "open" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .says = "1 of 1 reference hosts answer on port 587",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "open, and proven",
	    .controls = { { MAIL, "healthy" }, { TLS, "healthy" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .says = "port 465 is open as well" },
	{ .name = "one host turns us away",
	    .controls = { { MAIL, "busy" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "another certificate on 465",
	    .controls = { { MAIL, "healthy" }, { TLS, "stranger" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .says = "port 465 is intercepted" },
	{ .name = "a proxy",
	    .controls = { { MAIL, "stranger" }, { TLS, "healthy" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465,
	    .says = "Port 587 is intercepted on this network" },
	{ .name = "a login page",
	    .controls = { { MAIL, "not SMTP" }, { TLS, "not SMTP" }, { ALTERNATIVE, "not SMTP" },
		{ WEB, "open" } },
	    .change = ask_network,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "is no mail server; submission is not possible from here" },
	{ .name = "an antivirus",
	    .controls = { { MAIL, "inspected" }, { TLS, "inspected" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "certificate-inspected",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "Avast opens the encrypted connection" },
	{ .name = "a stripper",
	    .controls = { { MAIL, "stripped" }, { TLS, "healthy" } },
	    .change = ask_network,
	    .cause = "starttls-stripped",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465 },
	{ .name = "a firewall that paints over",
	    .controls = { { MAIL, "masked" }, { TLS, "healthy" } },
	    .change = ask_network,
	    .cause = "starttls-masked",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465 },
	{ .name = "one says nothing",
	    .controls = { { MAIL, "mute" }, { TLS, "healthy" } },
	    .change = ask_network,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465,
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "two say nothing",
	    .controls = { { MAIL, "mute" }, { MAIL, "mute" }, { TLS, "mute" } },
	    .change = ask_network,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "says nothing",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "2525 is left",
	    .controls = { { MAIL, "silent" }, { TLS, "silent" }, { ALTERNATIVE, "healthy" },
		{ WEB, "open" } },
	    .change = ask_network,
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 2525,
	    .says = "port 2525 (STARTTLS) works, where the mail provider offers it",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "587 is blocked, 465 is another's",
	    .controls = { { MAIL, "silent" }, { TLS, "stranger" }, { ALTERNATIVE, "healthy" } },
	    .change = ask_network,
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 2525,
	    .says = "Port 587 is blocked on this network and port 465 is intercepted",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "587 is blocked",
	    .controls = { { MAIL, "silent" }, { TLS, "open" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 465,
	    .says = "port 465 (SSL/TLS) works",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "587 is refused",
	    .controls = { { MAIL, "reset" }, { TLS, "reset" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "port-rejected",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .says = "Ports 587 and 465 are blocked",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "nothing gets out",
	    .controls = { { MAIL, "silent" }, { TLS, "silent" }, { WEB, "silent" } },
	    .change = ask_network,
	    .cause = "network-down",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "no names",
	    .change = ask_network,
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "the name server denies all names",
	    .change = deny_all,
	    .cause = "name-filtered",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "denies all 6 reference hosts, mail.example.org among them",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "the only name is not there",
	    .change = deny_the_only_one,
	    .cause = "name-not-found",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "by its name; there is no host named mail.example.org." },
	{ .name = "the name server fails for all names",
	    .change = fail_all,
	    .cause = "name-server-failed",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "the name mail.example.org cannot be looked up" },
	{ .name = "no name server answers",
	    .change = lose_all_answers,
	    .cause = "resolver-down",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "No mail server can be reached from here by its name" },
	{ .name = "no answer is genuine",
	    .change = forge_all,
	    .cause = "name-bogus",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "all addresses lead nowhere",
	    .change = filter_all,
	    .cause = "name-filtered",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "a filter for names does that" },
};

static void
test_a_network_is_judged_by_what_all_hosts_show(void **state)
{
	(void)state;
	judging_check(networks, sizeof networks / sizeof networks[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_without_address_has_its_own_causes),
		cmocka_unit_test(test_a_network_is_judged_by_what_all_hosts_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
