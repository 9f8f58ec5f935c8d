/* SPDX-License-Identifier: Apache-2.0 */
/* A network without a host that was asked about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doctor/verdict.h"
#include "judging.h"
#include "naming.h"

static void
ask_network(struct doctor_facts *facts)
{
	facts->is_network = true;
}

/* What the names of all reference hosts have come to; the fixture's is the first of them. */
static void
deny_all(struct doctor_facts *facts)
{
	naming_deny(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 6, .missing = 6 };
}

static void
deny_the_only_one(struct doctor_facts *facts)
{
	naming_deny(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 1, .missing = 1 };
}

static void
fail_all(struct doctor_facts *facts)
{
	naming_fail(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 6, .failed = 6 };
}

static void
lose_all_answers(struct doctor_facts *facts)
{
	naming_lose_resolver(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 6, .failed = 6 };
}

static void
forge_all(struct doctor_facts *facts)
{
	naming_forge(facts);
	facts->is_network = true;
	facts->names = (struct doctor_names){ .asked = 6, .failed = 6 };
}

static void
filter_all(struct doctor_facts *facts)
{
	naming_filter(facts);
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
	{ .name = "this machine rejects 587",
	    .controls = { { MAIL, "ICMP 3 13 10.0.0.2" }, { MAIL, "ICMP 3 13 10.0.0.2" },
		{ TLS, "open" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "local-firewall",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .use_port = 465,
	    .says =
		"The firewall of this machine itself rejects connections to port 587; port 465" },
	{ .name = "this machine rejects all mail",
	    .controls = { { MAIL, "ICMP 3 13 10.0.0.2" }, { TLS, "ICMP 3 13 10.0.0.2" },
		{ WEB, "open" } },
	    .change = ask_network,
	    .cause = "local-firewall",
	    .exit = DOCTOR_EXIT_LOCAL,
	    .says = "rejects connections to ports 587 and 465; submission is not possible" },
	{ .name = "the gateway rejects 587",
	    .controls = { { MAIL, "ICMP 3 13 10.0.0.1" }, { TLS, "open" }, { WEB, "open" } },
	    .change = ask_network,
	    .cause = "port-rejected",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 465,
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
		cmocka_unit_test(test_a_network_is_judged_by_what_all_hosts_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
