/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
		cmocka_unit_test(test_it_has_time_addresses_ports_and_proof),
	};

	return cmocka_run_group_tests_name("doctor/report_letter", tests, NULL, NULL);
}
