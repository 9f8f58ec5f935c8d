/* SPDX-License-Identifier: Apache-2.0 */
/* Several ports and addresses: which of them is the answer about? */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "doctor/verdict.h"
#include "fixture.h"
#include "judging.h"

/* The IPv6 address is the first: fixture_begin() has it so. */
static void
lose_v6(struct doctor_facts *facts)
{
	facts->machine.addresses[facts->machine.address_count++] = fixture_ip("2001:db8:f::2");
}

static void
have_no_v6(struct doctor_facts *facts)
{
	facts->probes[0].dialog.tcp =
	    (struct probe_tcp){ .end = PROBE_TCP_LOCAL, .error = ENETUNREACH };
}

/* The machine has it, this program may not use it. */
static void
be_denied_v6(struct doctor_facts *facts)
{
	lose_v6(facts);
	facts->probes[0].dialog.tcp =
	    (struct probe_tcp){ .end = PROBE_TCP_LOCAL, .error = EAFNOSUPPORT };
}

static void
be_taken_by_v4(struct doctor_facts *facts)
{
	struct probe_dialog_facts *d = &facts->probes[1].dialog;

	facts->wants_auth = facts->wants_mail = true;
	d->stages[PROBE_STAGE_END].end = PROBE_STAGE_PASSED;
	(void)snprintf(d->queue_id, sizeof d->queue_id, "4F2kTx1z9Y");
}

static void
be_told_by_hosts(struct doctor_facts *facts)
{
	facts->name.is_from_hosts = true;
}

static const struct judging_case families[] = {
	{ .name = "127.0.0.1 beside a public address",
	    .v6 = "127.0.0.1",
	    .rows = { { 587, "reset", NULL, 0, "127.0.0.1" }, { 587, "healthy", NULL, 0, NULL } },
	    .cause = "address-broken",
	    .exit = DOCTOR_EXIT_PARTIAL,
	    .says = "at 127.0.0.1 it does not; that is this machine itself" },
	{ .name = "::1 beside a public address",
	    .v6 = "::1",
	    .rows = { { 587, "reset", NULL, 0, "::1" }, { 587, "healthy", NULL, 0, NULL } },
	    .cause = "ipv6-broken",
	    .exit = DOCTOR_EXIT_PARTIAL,
	    .says = "(::1): that is this machine itself" },
	{ .name = "an address of a private network beside a public one",
	    .v6 = "10.1.2.3",
	    .rows = { { 587, "silent", NULL, 0, "10.1.2.3" }, { 587, "healthy", NULL, 0, NULL } },
	    .cause = "address-broken",
	    .exit = DOCTOR_EXIT_PARTIAL,
	    .says = "at 10.1.2.3 it does not; that is in a private network" },
	{ .name = "this machine's hosts file may say so",
	    .v6 = "127.0.0.1",
	    .rows = { { 587, "reset", NULL, 0, "127.0.0.1" }, { 587, "healthy", NULL, 0, NULL } },
	    .change = be_told_by_hosts,
	    .cause = "address-broken",
	    .exit = DOCTOR_EXIT_PARTIAL,
	    .says = "at 127.0.0.1 it does not." },
	{ .name = "IPv6 is refused, and the message went by IPv4, which must be known",
	    .v6 = JUDGING_V6,
	    .rows = { { 587, "reset", NULL, 0, JUDGING_V6 }, { 587, "healthy", NULL, 0, NULL } },
	    .change = be_taken_by_v4,
	    .cause = "ipv6-broken",
	    .exit = DOCTOR_EXIT_PARTIAL,
	    .says = "connections are refused there; the message was taken, queue id 4F2kTx1z9Y." },
	{ .name = "IPv6 is silent, IPv4 works",
	    .v6 = JUDGING_V6,
	    .rows = { { 587, "silent", NULL, 0, JUDGING_V6 }, { 587, "healthy", NULL, 0, NULL } },
	    .change = lose_v6,
	    .cause = "ipv6-broken",
	    .exit = DOCTOR_EXIT_PARTIAL,
	    .says = "over IPv4, but not over IPv6" },
	{ .name = "IPv4 is silent, IPv6 works",
	    .v6 = JUDGING_V6,
	    .rows = { { 587, "healthy", NULL, 0, JUDGING_V6 }, { 587, "silent", NULL, 0, NULL } },
	    .cause = "ipv4-broken",
	    .exit = DOCTOR_EXIT_PARTIAL },
	{ .name = "this machine has no IPv6, which is no trouble",
	    .v6 = JUDGING_V6,
	    .rows = { { 587, "open", NULL, 0, JUDGING_V6 }, { 587, "healthy", NULL, 0, NULL } },
	    .change = have_no_v6,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .besides = "local-no-route" },
	{ .name = "IPv6 finds no gateway, and IPv4 is filtered, which is what counts",
	    .v6 = JUDGING_V6,
	    .rows = { { 587, "ICMP6 1 3 2001:db8:f::2 3000", NULL, 0, JUDGING_V6 },
		{ 587, "silent", "10.0.0.1", 0, NULL }, { 465, "healthy", NULL, 0, NULL },
		{ 443, "open", "10.0.0.1 198.51.100.7 open", 0, NULL } },
	    .change = lose_v6,
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "this program gets no IPv6, which is no trouble",
	    .v6 = JUDGING_V6,
	    .rows = { { 587, "open", NULL, 0, JUDGING_V6 }, { 587, "healthy", NULL, 0, NULL } },
	    .change = be_denied_v6,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .besides = "local-no-route" },
	{ .name = "both fail, and the one that came further decides",
	    .v6 = JUDGING_V6,
	    .rows = { { 587, "open", NULL, 0, JUDGING_V6 }, { 587, "reset", NULL, 0, NULL },
		{ 443, "reset", NULL, 0, NULL } },
	    .change = have_no_v6,
	    .cause = "port-closed",
	    .exit = DOCTOR_EXIT_CLOSED,
	    .confidence = DOCTOR_LIKELY },
};

static void
want_port_465(struct doctor_facts *facts)
{
	facts->is_port_given = true;
	facts->port_count = 1;
	facts->ports[0] = 465;
}

static void
want_port_25(struct doctor_facts *facts)
{
	facts->is_port_given = true;
	facts->port_count = 1;
	facts->ports[0] = 25;
	facts->probes[0].dialog.ehlo_tls.has_auth = false;
}

/* Nothing greeted in clear, and TLS at once was answered: that dialog has taken the first's place.
 */
static void
want_port_1465(struct doctor_facts *facts)
{
	want_port_465(facts);
	facts->ports[0] = 1465;
	facts->probes[0].dialog.is_implicit_tls = true;
	fixture_set_healthy(&facts->probes[0]);
}

static void
want_port_1465_expired(struct doctor_facts *facts)
{
	want_port_1465(facts);
	facts->probes[0].dialog.tls.certificate.faults = PROBE_CERTIFICATE_EXPIRED;
}

static const struct judging_case ports[] = {
	{ .name = "a port of its own that begins with TLS",
	    .rows = { { 1465, "open", NULL, 0, NULL } },
	    .change = want_port_1465,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .says = "port 1465 with SSL/TLS" },
	{ .name = "a port of its own that begins with TLS, with an old certificate",
	    .rows = { { 1465, "open", NULL, 0, NULL } },
	    .change = want_port_1465_expired,
	    .cause = "certificate-expired",
	    .exit = DOCTOR_EXIT_CERTIFICATE },
	{ .name = "port 25 takes no login",
	    .rows = { { 25, "healthy", NULL, 0, NULL } },
	    .change = want_port_25,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .says = "not for submission" },
	{ .name = "all is well",
	    .rows = { { 587, "healthy", NULL, 0, NULL }, { 465, "healthy", NULL, 0, NULL } },
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE },
	{ .name = "465 is missing, which is worth a note",
	    .rows = { { 587, "healthy", NULL, 0, NULL }, { 465, "reset", NULL, 0, NULL } },
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .besides = "port-closed" },
	{ .name = "25 is silent, as nearly everywhere",
	    .rows = { { 587, "healthy", NULL, 0, NULL }, { 25, "silent", NULL, 0, NULL } },
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE },
	{ .name = "only 2525 works",
	    .rows = { { 587, "silent", NULL, 0, NULL }, { 465, "silent", NULL, 0, NULL },
		{ 2525, "healthy", NULL, 0, NULL } },
	    .controls = { JUDGING_MAIL_SILENT, JUDGING_WEB_OPEN },
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 2525,
	    .says = "port 2525 works (STARTTLS)" },
	{ .name = "the port that was named decides",
	    .rows = { { 465, "reset", NULL, 0, NULL }, { 587, "healthy", NULL, 0, NULL } },
	    .change = want_port_465,
	    .cause = "port-closed",
	    .exit = DOCTOR_EXIT_CLOSED,
	    .use_port = 587,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "nothing was tried in time",
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .confidence = DOCTOR_POSSIBLE },
};

static void
test_one_family_of_two_is_a_trouble_of_its_own(void **state)
{
	(void)state;
	judging_check(families, sizeof families / sizeof families[0]);
}

static void
test_the_answer_is_about_the_port_that_matters(void **state)
{
	(void)state;
	judging_check(ports, sizeof ports / sizeof ports[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_family_of_two_is_a_trouble_of_its_own),
		cmocka_unit_test(test_the_answer_is_about_the_port_that_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
