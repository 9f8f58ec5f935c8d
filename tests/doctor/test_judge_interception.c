/* SPDX-License-Identifier: Apache-2.0 */
/* STARTTLS that is not there, and what shows that somebody stands between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/verdict.h"
#include "fixture.h"
#include "judging.h"

/* 587 is changed by each case; 465 and 443 are well. */
#define MEASURED                                                                                   \
	{                                                                                          \
		{ 587, "healthy", JUDGING_WAY, 0, NULL }, { 465, "healthy", NULL, 0, NULL },       \
		{                                                                                  \
			443, "open", JUDGING_WAY, 0, NULL                                          \
		}                                                                                  \
	}
#define PROXIED                                                                                    \
	{                                                                                          \
		{ 587, "healthy", "open open", 0, NULL }, { 465, "healthy", NULL, 0, NULL },       \
		{                                                                                  \
			443, "open", JUDGING_WAY, 0, NULL                                          \
		}                                                                                  \
	}

/* STARTTLS is not offered; the command is not known either. */
static void
offer_no_starttls(struct doctor_facts *facts)
{
	struct probe_dialog_facts *anyway = judging_add_second(&facts->probes[0].anyway);

	judging_end_at(facts, PROBE_STAGE_STARTTLS, PROBE_STAGE_SKIPPED, 0, "");
	judging_dialog(facts)->ehlo.has_starttls = false;
	anyway->stages[PROBE_STAGE_STARTTLS] =
	    (struct probe_stage_fact){ .end = PROBE_STAGE_REFUSED, .code = 502, .text = "No" };
}

static void
hide_starttls(struct doctor_facts *facts)
{
	offer_no_starttls(facts);
	facts->probes[0].anyway->stages[PROBE_STAGE_STARTTLS] =
	    (struct probe_stage_fact){ .end = PROBE_STAGE_PASSED, .code = 220, .text = "Go" };
}

/* It says yes to all that it does not know. */
static void
say_yes(struct doctor_facts *facts)
{
	offer_no_starttls(facts);
	facts->probes[0].anyway->stages[PROBE_STAGE_STARTTLS] =
	    (struct probe_stage_fact){ .end = PROBE_STAGE_BROKEN, .code = 250, .text = "Ok" };
}

static void
know_helo_only(struct doctor_facts *facts)
{
	struct probe_ehlo *e = &judging_dialog(facts)->ehlo;

	offer_no_starttls(facts);
	*e = (struct probe_ehlo){ .is_there = true, .code = 502 };
	(void)snprintf(e->text, sizeof e->text, "5.5.1 What?");
}

static void
refuse_ehlo_by_rule(struct doctor_facts *facts)
{
	know_helo_only(facts);
	judging_dialog(facts)->ehlo.code = 550;
}

static void
refuse_ehlo_in_tls(struct doctor_facts *facts)
{
	judging_dialog(facts)->ehlo_tls = (struct probe_ehlo){ .is_there = true, .code = 503 };
}

static void
be_out_of_step(struct doctor_facts *facts)
{
	know_helo_only(facts);
	judging_dialog(facts)->is_out_of_step = true;
}

static void
inject(struct doctor_facts *facts)
{
	judging_dialog(facts)->injected_len = 10;
	(void)snprintf(judging_dialog(facts)->injected, sizeof judging_dialog(facts)->injected,
	    "250 2.1.0 Ok");
}

static void
know_helo_and_starttls(struct doctor_facts *facts)
{
	know_helo_only(facts);
	facts->probes[0].anyway->stages[PROBE_STAGE_STARTTLS] =
	    (struct probe_stage_fact){ .end = PROBE_STAGE_PASSED, .code = 220, .text = "Go" };
}

static void
mask_starttls(struct doctor_facts *facts)
{
	offer_no_starttls(facts);
	judging_dialog(facts)->ehlo.is_masked = true;
	(void)snprintf(judging_dialog(facts)->ehlo.masked,
	    sizeof judging_dialog(facts)->ehlo.masked, "XXXXXXXA");
}

static void
greet_as_another(struct doctor_facts *facts)
{
	(void)snprintf(judging_dialog(facts)->stages[PROBE_STAGE_GREETING].text,
	    PROBE_STAGE_TEXT_SIZE, "smtp.isp.example ESMTP");
}

static void
be_another(struct doctor_facts *facts)
{
	offer_no_starttls(facts);
	greet_as_another(facts);
}

static void
show_another_certificate(struct doctor_facts *facts)
{
	struct probe_certificate *c = &judging_dialog(facts)->tls.certificate;

	greet_as_another(facts);
	c->faults = PROBE_CERTIFICATE_WRONG_NAME;
	(void)snprintf(c->names[0], sizeof c->names[0], "smtp.isp.example");
	memset(c->key_sha256, 'c', sizeof c->key_sha256 - 1);
}

static void
inspect(struct doctor_facts *facts)
{
	struct probe_certificate *c = &judging_dialog(facts)->tls.certificate;

	c->faults = PROBE_CERTIFICATE_INSPECTED | PROBE_CERTIFICATE_UNTRUSTED;
	c->inspector = "Avast";
}

static const struct judging_case between[] = {
	{ .name = "STARTTLS is not there",
	    .rows = MEASURED,
	    .change = offer_no_starttls,
	    .cause = "starttls-missing",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "STARTTLS works all the same",
	    .rows = MEASURED,
	    .change = hide_starttls,
	    .cause = "starttls-stripped",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465 },
	{ .name = "a yes to STARTTLS that is no 220",
	    .rows = MEASURED,
	    .change = say_yes,
	    .cause = "starttls-missing",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "EHLO is not known",
	    .rows = MEASURED,
	    .change = know_helo_only,
	    .cause = "ehlo-unknown",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465,
	    .says = "refuses EHLO",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "EHLO is not known, STARTTLS is",
	    .rows = MEASURED,
	    .change = know_helo_and_starttls,
	    .cause = "ehlo-unknown",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465,
	    .says = "or something before it",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "EHLO is refused by a rule, HELO is not",
	    .rows = MEASURED,
	    .change = refuse_ehlo_by_rule,
	    .cause = "ehlo-refused",
	    .exit = DOCTOR_EXIT_POLICY,
	    .use_port = 465,
	    .says = "refuses EHLO and takes HELO only" },
	{ .name = "EHLO is refused in TLS, HELO is not",
	    .rows = MEASURED,
	    .change = refuse_ehlo_in_tls,
	    .cause = "ehlo-refused",
	    .exit = DOCTOR_EXIT_POLICY,
	    .use_port = 465,
	    .says = "refuses EHLO after TLS" },
	{ .name = "replies come one too late",
	    .rows = MEASURED,
	    .change = be_out_of_step,
	    .cause = "replies-out-of-step",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .says = "come one too late",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "text in clear before TLS",
	    .rows = MEASURED,
	    .change = inject,
	    .cause = "starttls-injected",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "Text in clear came behind the reply to STARTTLS",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "EHLO is refused at the gateway",
	    .rows = PROXIED,
	    .change = know_helo_only,
	    .cause = "starttls-stripped",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465,
	    .says = "EHLO is refused on port 587 by something on the way, 1 hop away" },
	{ .name = "painted over",
	    .rows = MEASURED,
	    .change = mask_starttls,
	    .cause = "starttls-masked",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465 },
	{ .name = "not there, and the connection ends at the gateway",
	    .rows = PROXIED,
	    .change = offer_no_starttls,
	    .cause = "starttls-stripped",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465,
	    .says = "1 hop away, at 10.0.0.1 (your router)" },
	{ .name = "another server answers at the gateway",
	    .rows = PROXIED,
	    .change = be_another,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465 },
	{ .name = "a proxy behind a router's look at the TTL: that router or the next",
	    .rows = { { 587, "healthy", JUDGING_GATEWAY " open open", 0, NULL },
		{ 465, "healthy", NULL, 0, NULL }, { 443, "open", JUDGING_WAY, 0, NULL } },
	    .change = be_another,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465,
	    .says = "behind 10.0.0.1 (your router) and not farther than 2 hops" },
	{ .name = "a proxy behind a router's look at the TTL, whose answers tell the router",
	    .rows = { { 587, "healthy", JUDGING_GATEWAY " open open", 64, NULL },
		{ 465, "healthy", NULL, 0, NULL }, { 443, "open", JUDGING_WAY, 62, NULL } },
	    .change = be_another,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465,
	    .says = "1 hop away, at 10.0.0.1 (your router)" },
	{ .name = "a proxy that passes TLS on",
	    .rows = PROXIED,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "passes TLS on untouched" },
	{ .name = "another server and certificate, as far away",
	    .rows = MEASURED,
	    .change = show_another_certificate,
	    .cause = "certificate-of-another",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "inspected",
	    .rows = MEASURED,
	    .change = inspect,
	    .cause = "certificate-inspected",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .use_port = 465,
	    .says = "Avast" },
};

static void
test_who_stands_between_is_found_by_what_he_changes(void **state)
{
	(void)state;
	judging_check(between, sizeof between / sizeof between[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_stands_between_is_found_by_what_he_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
