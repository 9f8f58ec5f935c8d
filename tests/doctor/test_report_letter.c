/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/finding.h"
#include "fixture.h"
#include "report.h"

static const struct {
	const char *fixture, *to;
} cases[] = {
	{ "filtered", "To: the support of your internet provider" },
	{ "rejected", "To: the support of your internet provider" },
	{ "stripped", "To: the support of your internet provider" },
	{ "bad-certificate", "To: the administrator of the mail server" },
	{ "name-not-found", "To: whoever runs the name servers" },
	{ "healthy", "No letter is needed" },
	{ "inconclusive", "There is nobody to write to yet" },
};

static void
test_the_letter_goes_to_who_can_act(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = report_make(cases[i].fixture, doctor_report_letter);

		if (strncmp(text, cases[i].to, strlen(cases[i].to)) != 0)
			fail_msg("%s: %s", cases[i].fixture, text);
		free(text);
	}
}

/* The same facts of a host that is this machine. */
static void
add_own(const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	struct doctor_facts *own = test_malloc(sizeof *own);

	*own = *facts;
	for (size_t i = 0; i < own->name.address_count; i++)
		own->routes[i].is_loopback = true;
	doctor_report_letter(own, verdict, out);
	test_free(own);
}

static void
test_nobody_writes_to_himself(void **state)
{
	static const char *const words[] = { "No letter: the host is this machine itself", NULL };
	char *text = report_make("filtered", add_own);

	(void)state;
	report_expect(text, words);
	assert_null(strstr(text, "To: "));
	free(text);
}

#define NETWORK "the support of your internet provider, or whoever runs your network\n"
#define RESOLVER "whoever runs the name server of this network, or your provider\n"
#define SERVER "the administrator of the mail server (postmaster)\n"
#define DOMAIN "whoever runs the name servers of the mail server's domain\n"
#define MACHINE "the administrator of this computer\n"
#define SECURITY "the maker or administrator of the security program on this computer\n"

/* By what was found; to NULL: nobody else can do anything. */
static const struct {
	const char *id;
	bool is_network;
	const char *to;
} addressees[] = {
	{ "port-filtered", false, NETWORK },
	{ "port-rejected", false, NETWORK },
	{ "network-down", false, NETWORK },
	{ "starttls-injected", false, SERVER },
	{ "path-mtu-in", false, NETWORK },
	{ "ipv6-broken", false, NETWORK },
	{ "resolver-down", false, RESOLVER },
	{ "name-hijacked", false, RESOLVER },
	{ "name-filtered", false, RESOLVER },
	{ "name-bogus", false, DOMAIN },
	{ "name-not-found", false, DOMAIN },
	{ "port-closed", false, SERVER },
	{ "server-blocks-you", false, SERVER },
	{ "greeting-missing", false, SERVER },
	{ "certificate-expired", false, SERVER },
	{ "certificate-inspected", false, SECURITY },
	{ "certificate-no-roots", false, MACHINE },
	{ "clock-wrong", false, MACHINE },
	{ "local-denied", false, MACHINE },
	{ "auth-failed", false, NULL },
	{ "greylisted", false, NULL },
	/* Of a network: names of many domains that fail are no matter of one of them. */
	{ "port-filtered", true, NETWORK },
	{ "network-down", true, NETWORK },
	{ "name-not-found", true, RESOLVER },
	{ "name-server-failed", true, RESOLVER },
	{ "name-bogus", true, RESOLVER },
	{ "local-denied", true, MACHINE },
};

/* The caller's to free(). */
static char *
write_about(const char *id, bool is_network)
{
	struct doctor_facts *facts = calloc(1, sizeof *facts);
	struct doctor_verdict *verdict = calloc(1, sizeof *verdict);
	struct buf out;
	char *text;

	assert_non_null(facts);
	assert_non_null(verdict);
	fixture_begin(facts, is_network ? NULL : "192.0.2.10", NULL);
	facts->is_network = is_network;
	doctor_finding_say(
	    doctor_finding_add(verdict, id, DOCTOR_BROKEN, DOCTOR_NO_PROBE), "This is wrong.");
	doctor_finding_set(&verdict->sentence, "This is wrong.");
	buf_init(&out, DOCTOR_REPORT_MAX);
	doctor_report_letter(facts, verdict, &out);
	text = slice_dup(buf_slice(&out));
	buf_done(&out);
	doctor_verdict_done(verdict);
	doctor_facts_done(facts);
	free(verdict);
	free(facts);
	return text;
}

static void
test_it_goes_to_who_runs_what_is_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof addressees / sizeof addressees[0]; i++) {
		const char *to = addressees[i].to;
		char *text = write_about(addressees[i].id, addressees[i].is_network);

		if (to == NULL
			? strstr(text, "To: ") != NULL
			: strncmp(text, "To: ", 4) != 0 || strncmp(text + 4, to, strlen(to)) != 0)
			fail_msg("%s: %s", addressees[i].id, text);
		free(text);
	}
}

static void
be_on_loopback_too(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	struct doctor_facts *changed = test_malloc(sizeof *changed);

	*changed = *facts;
	changed->name.address_count = 0;
	changed->machine.address_count = 2;
	assert_true(ip_parse(slice_of("127.0.0.1"), &changed->machine.addresses[0]));
	assert_true(ip_parse(slice_of("10.0.0.9"), &changed->machine.addresses[1]));
	doctor_report_letter(changed, verdict, out);
	test_free(changed);
}

static void
test_it_comes_from_an_address_that_others_can_see(void **state)
{
	static const char *const words[] = { "From:    10.0.0.9 ", NULL };
	char *text = report_make("name-not-found", be_on_loopback_too);

	(void)state;
	report_expect(text, words);
	free(text);
}

static void
test_of_a_network_it_names_no_host(void **state)
{
	static const char *const words[] = { "Subject: Trouble with sending mail: this network\n",
		"  To:      this network\n", NULL };
	char *text = write_about("port-filtered", true);

	(void)state;
	report_expect(text, words);
	assert_null(strstr(text, "mail.example.org"));
	free(text);
}

static void
test_it_has_time_addresses_ports_and_proof(void **state)
{
	static const char *const words[] = { "When:    2026-11-22 10:00:00 UTC",
		"From:    10.0.0.2 ", "192.0.2.10 port 587: no answer in 3.0 s",
		"203.0.113.1 answers for a TTL of 3", "What I ask for", "Kind regards", NULL };
	char *text = report_make("filtered", doctor_report_letter);

	(void)state;
	report_expect(text, words);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_letter_goes_to_who_can_act),
		cmocka_unit_test(test_nobody_writes_to_himself),
		cmocka_unit_test(test_it_goes_to_who_runs_what_is_broken),
		cmocka_unit_test(test_it_comes_from_an_address_that_others_can_see),
		cmocka_unit_test(test_of_a_network_it_names_no_host),
		cmocka_unit_test(test_it_has_time_addresses_ports_and_proof),
	};

	return cmocka_run_group_tests_name("doctor/report_letter", tests, NULL, NULL);
}
