/* SPDX-License-Identifier: Apache-2.0 */
/* No address, or a wrong one. */
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
#include "naming.h"

static void
have_no_address(struct doctor_facts *facts)
{
	naming_find_nothing(facts, PROBE_NAME_NO_ADDRESS, PROBE_NAME_NO_ADDRESS);
}

static void
be_a_domain(struct doctor_facts *facts)
{
	struct doctor_service *s = &facts->services[DOCTOR_SERVICE_SUBMISSION];

	have_no_address(facts);
	(void)snprintf(s->target, sizeof s->target, "smtp.example.org");
	s->port = 587;
}

static void
have_no_v6(struct doctor_facts *facts)
{
	naming_find_nothing(facts, PROBE_NAME_NOT_ASKED, PROBE_NAME_NO_ADDRESS);
}

static void
lose_answer(struct doctor_facts *facts)
{
	naming_time_out(facts, true);
}

static void
answer_late(struct doctor_facts *facts)
{
	naming_time_out(facts, true);
	facts->name.resolvers[0].udp_took_us = 2500000;
}

static void
ask_nobody(struct doctor_facts *facts)
{
	naming_time_out(facts, false);
	facts->name.resolvers[0].ip = fixture_ip("127.0.0.1");
	facts->name.resolvers[0].is_udp_rejected = true;
}

static void
ask_nobody_given(struct doctor_facts *facts)
{
	ask_nobody(facts);
	facts->is_resolver_given = true;
	facts->machine.resolvers[0] = facts->name.resolvers[0].ip;
}

static void
answer_tcp_alone(struct doctor_facts *facts)
{
	naming_lose_resolver(facts);
	facts->name.resolvers[0].is_tcp_answered = true;
}

static void
be_denied(struct doctor_facts *facts)
{
	naming_time_out(facts, false);
	facts->name.resolvers[0].error = EPERM;
}

static void
have_no_way(struct doctor_facts *facts)
{
	naming_time_out(facts, false);
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
	naming_deny(facts);
	facts->name.is_impossible = true;
}

static void
block_by_hosts(struct doctor_facts *facts)
{
	facts->name.is_from_hosts = facts->name.is_filtered = true;
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

#define CLOSED                                                                                     \
	{                                                                                          \
		{ 587, "reset", NULL, 0, NULL },                                                   \
		{                                                                                  \
			443, "reset", NULL, 0, NULL                                                \
		}                                                                                  \
	}

static void
be_alias_of_nothing(struct doctor_facts *facts)
{
	naming_deny(facts);
	(void)snprintf(facts->name.alias, sizeof facts->name.alias, "gone.example.org");
}

static void
be_alias_without_address(struct doctor_facts *facts)
{
	have_no_address(facts);
	(void)snprintf(facts->name.alias, sizeof facts->name.alias, "empty.example.org");
}

static const struct judging_case names[] = {
	{ .name = "NXDOMAIN",
	    .change = naming_deny,
	    .cause = "name-not-found",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "There is no host named mail.example.org" },
	{ .name = "an alias of a name that is not there",
	    .change = be_alias_of_nothing,
	    .cause = "name-not-found",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "is an alias (CNAME) for gone.example.org, and there is no host" },
	{ .name = "an alias of a name without address",
	    .change = be_alias_without_address,
	    .cause = "name-no-address",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "is an alias (CNAME) for empty.example.org, and that has no address" },
	{ .name = "no address",
	    .change = be_a_domain,
	    .cause = "name-no-address",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "its server for submission is smtp.example.org" },
	{ .name = "no address, and nothing that names a server",
	    .change = have_no_address,
	    .cause = "name-no-address",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "no IPv6, with -6",
	    .change = have_no_v6,
	    .cause = "name-no-address",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "no IPv6 address" },
	{ .name = "SERVFAIL",
	    .change = naming_fail,
	    .cause = "name-server-failed",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "DNSSEC",
	    .change = naming_forge,
	    .cause = "name-bogus",
	    .exit = DOCTOR_EXIT_NAME },
	{ .name = "silent resolver",
	    .change = naming_lose_resolver,
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
	{ .name = "a resolver that was given, and is not there",
	    .change = ask_nobody_given,
	    .cause = "resolver-down",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "The name server that was given, 127.0.0.1, does not answer" },
	{ .name = "a resolver that answers over TCP alone",
	    .change = answer_tcp_alone,
	    .cause = "resolver-down",
	    .exit = DOCTOR_EXIT_NAME,
	    .says = "answers over TCP, but not over UDP" },
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
	    .change = naming_filter,
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
	    .rows = JUDGING_ALONE,
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
	    .rows = JUDGING_ALONE,
	    .change = hijack,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE },
	{ .name = "one family is not answered",
	    .rows = JUDGING_ALONE,
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_without_address_has_its_own_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
