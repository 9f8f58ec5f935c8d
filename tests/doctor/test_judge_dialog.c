/* SPDX-License-Identifier: Apache-2.0 */
/* From what was said after the connection was made to what is wrong. */
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

#define GATEWAY "10.0.0.1"
#define WAY GATEWAY " 198.51.100.7 open"
/* 587 is changed by each case; 465 and 443 are well. */
#define ROWS                                                                                       \
	{                                                                                          \
		{ 587, "healthy", NULL, 0, NULL },                                                 \
		{                                                                                  \
			465, "healthy", NULL, 0, NULL                                              \
		}                                                                                  \
	}
#define MEASURED                                                                                   \
	{                                                                                          \
		{ 587, "healthy", WAY, 0, NULL }, { 465, "healthy", NULL, 0, NULL },               \
		{                                                                                  \
			443, "open", WAY, 0, NULL                                                  \
		}                                                                                  \
	}
#define PROXIED                                                                                    \
	{                                                                                          \
		{ 587, "healthy", "open open", 0, NULL }, { 465, "healthy", NULL, 0, NULL },       \
		{                                                                                  \
			443, "open", WAY, 0, NULL                                                  \
		}                                                                                  \
	}

static struct probe_dialog_facts *
dialog_of(struct doctor_facts *facts)
{
	return &facts->probes[0].dialog;
}

/* The stage ends so, and none behind it was reached. */
static void
end_at(struct doctor_facts *facts, enum probe_stage stage, enum probe_stage_end end, uint16_t code,
    const char *text)
{
	struct probe_dialog_facts *d = dialog_of(facts);

	for (unsigned i = stage; i < PROBE_STAGE_COUNT; i++)
		d->stages[i] = (struct probe_stage_fact){ 0 };
	d->stages[stage].end = end;
	d->stages[stage].code = code;
	d->stages[stage].took_us = 4000000;
	(void)snprintf(d->stages[stage].text, sizeof d->stages[stage].text, "%s", text);
	if (stage <= PROBE_STAGE_EHLO_TLS)
		d->ehlo_tls.is_there = d->ehlo_tls.has_auth = false;
	if (stage <= PROBE_STAGE_HANDSHAKE)
		d->tls.certificate.is_there = false;
	if (stage <= PROBE_STAGE_EHLO)
		d->ehlo.is_there = d->ehlo.has_starttls = false;
}

static struct probe_dialog_facts *
add_second(struct probe_dialog_facts **place)
{
	*place = calloc(1, sizeof **place);
	assert_non_null(*place);
	(*place)->is_tried = true;
	(*place)->tcp.end = PROBE_TCP_OPEN;
	return *place;
}

static void
say_nothing(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_GREETING, PROBE_STAGE_TIMEOUT, 0, "");
}

static void
want_tls_at_once(struct doctor_facts *facts)
{
	struct probe_dialog_facts *other = add_second(&facts->probes[0].other_mode);

	say_nothing(facts);
	other->stages[PROBE_STAGE_HANDSHAKE].end = PROBE_STAGE_PASSED;
}

static void
greet_late(struct doctor_facts *facts)
{
	dialog_of(facts)->is_late = true;
	dialog_of(facts)->stages[PROBE_STAGE_GREETING].took_us = 5000000;
}

static void
hang_up(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_GREETING, PROBE_STAGE_CLOSED, 0, "");
}

static void
greet_as_ssh(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_GREETING, PROBE_STAGE_BROKEN, 0, "SSH-2.0-OpenSSH_9.2");
}

static void
be_too_many(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_GREETING, PROBE_STAGE_REFUSED, 421, "4.7.0 Too many connections");
}

static void
be_banned(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_GREETING, PROBE_STAGE_REFUSED, 554, "No");
}

static void
be_silent_at_ehlo(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_EHLO, PROBE_STAGE_TIMEOUT, 0, "");
}

static void
reset_at_ehlo(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_EHLO, PROBE_STAGE_RESET, 0, "");
}

static void
know_no_ehlo(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_EHLO, PROBE_STAGE_REFUSED, 502, "Command not implemented");
}

static const struct judging_case greetings[] = {
	{ .name = "no greeting",
	    .rows = ROWS,
	    .change = say_nothing,
	    .cause = "greeting-missing",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "TLS at once",
	    .rows = ROWS,
	    .change = want_tls_at_once,
	    .cause = "plain-on-tls-port",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "late greeting",
	    .rows = ROWS,
	    .change = greet_late,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .besides = "greeting-slow" },
	{ .name = "closed",
	    .rows = ROWS,
	    .change = hang_up,
	    .cause = "greeting-closed",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "SSH",
	    .rows = ROWS,
	    .change = greet_as_ssh,
	    .cause = "not-smtp",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465 },
	{ .name = "too many",
	    .rows = ROWS,
	    .change = be_too_many,
	    .cause = "rate-limited",
	    .exit = DOCTOR_EXIT_POLICY,
	    .use_port = 465 },
	{ .name = "banned",
	    .rows = ROWS,
	    .change = be_banned,
	    .cause = "greeting-refused",
	    .exit = DOCTOR_EXIT_POLICY,
	    .use_port = 465 },
	{ .name = "silent at EHLO",
	    .rows = ROWS,
	    .change = be_silent_at_ehlo,
	    .cause = "dialog-timeout",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "reset at EHLO",
	    .rows = ROWS,
	    .change = reset_at_ehlo,
	    .cause = "connection-lost",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "EHLO refused",
	    .rows = ROWS,
	    .change = know_no_ehlo,
	    .cause = "ehlo-refused",
	    .exit = DOCTOR_EXIT_POLICY,
	    .use_port = 465 },
};

/* STARTTLS is not offered; the command is not known either. */
static void
offer_no_starttls(struct doctor_facts *facts)
{
	struct probe_dialog_facts *anyway = add_second(&facts->probes[0].anyway);

	end_at(facts, PROBE_STAGE_STARTTLS, PROBE_STAGE_SKIPPED, 0, "");
	dialog_of(facts)->ehlo.has_starttls = false;
	anyway->stages[PROBE_STAGE_STARTTLS] =
	    (struct probe_stage_fact){ .end = PROBE_STAGE_REFUSED, .code = 502, .text = "No" };
}

static void
hide_starttls(struct doctor_facts *facts)
{
	offer_no_starttls(facts);
	facts->probes[0].anyway->stages[PROBE_STAGE_STARTTLS].end = PROBE_STAGE_PASSED;
}

static void
mask_starttls(struct doctor_facts *facts)
{
	offer_no_starttls(facts);
	dialog_of(facts)->ehlo.is_masked = true;
	(void)snprintf(
	    dialog_of(facts)->ehlo.masked, sizeof dialog_of(facts)->ehlo.masked, "XXXXXXXA");
}

static void
greet_as_another(struct doctor_facts *facts)
{
	(void)snprintf(dialog_of(facts)->stages[PROBE_STAGE_GREETING].text, PROBE_STAGE_TEXT_SIZE,
	    "smtp.isp.example ESMTP");
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
	struct probe_certificate *c = &dialog_of(facts)->tls.certificate;

	greet_as_another(facts);
	c->faults = PROBE_CERTIFICATE_WRONG_NAME;
	(void)snprintf(c->names[0], sizeof c->names[0], "smtp.isp.example");
	memset(c->key_sha256, 'c', sizeof c->key_sha256 - 1);
}

static void
inspect(struct doctor_facts *facts)
{
	struct probe_certificate *c = &dialog_of(facts)->tls.certificate;

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
fail_handshake(struct doctor_facts *facts, enum probe_tls_trouble trouble)
{
	end_at(facts, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_BROKEN, 0, "");
	dialog_of(facts)->tls.trouble = trouble;
}

static void
refuse_starttls(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_STARTTLS, PROBE_STAGE_REFUSED, 454, "4.7.0 TLS not available");
}

static void
speak_no_tls(struct doctor_facts *facts)
{
	fail_handshake(facts, PROBE_TLS_NOT_TLS);
}

static void
have_no_version(struct doctor_facts *facts)
{
	fail_handshake(facts, PROBE_TLS_VERSION);
}

static void
have_no_cipher(struct doctor_facts *facts)
{
	fail_handshake(facts, PROBE_TLS_NO_CIPHER);
}

static void
close_handshake(struct doctor_facts *facts)
{
	fail_handshake(facts, PROBE_TLS_CLOSED);
}

static void
hang_in_handshake(struct doctor_facts *facts)
{
	fail_handshake(facts, PROBE_TLS_TIMEOUT);
}

static void
lose_large_answers(struct doctor_facts *facts)
{
	struct probe_dialog_facts *small = add_second(&facts->probes[0].small);

	hang_in_handshake(facts);
	small->stages[PROBE_STAGE_HANDSHAKE].end = PROBE_STAGE_PASSED;
}

static void
speak_old_tls(struct doctor_facts *facts)
{
	dialog_of(facts)->tls.is_legacy = true;
	(void)snprintf(
	    dialog_of(facts)->tls.version, sizeof dialog_of(facts)->tls.version, "TLSv1");
}

/* Large packets to the server are lost; small ones are not. */
static void
lose_large_packets(struct doctor_facts *facts)
{
	struct probe_dialog_facts *small = add_second(&facts->probes[0].small);

	dialog_of(facts)->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_TIMEOUT;
	dialog_of(facts)->bulk = (struct probe_bulk){ .sent_len = 4096, .unsent_len = 4096 };
	small->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_PASSED;
}

static void
lose_all_packets(struct doctor_facts *facts)
{
	lose_large_packets(facts);
	facts->probes[0].small->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_TIMEOUT;
}

static const struct judging_case tls[] = {
	{ .name = "454",
	    .rows = ROWS,
	    .change = refuse_starttls,
	    .cause = "starttls-refused",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "no TLS",
	    .rows = ROWS,
	    .change = speak_no_tls,
	    .cause = "tls-failed",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "version",
	    .rows = ROWS,
	    .change = have_no_version,
	    .cause = "tls-version-old",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "cipher",
	    .rows = ROWS,
	    .change = have_no_cipher,
	    .cause = "tls-no-cipher",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "closed",
	    .rows = ROWS,
	    .change = close_handshake,
	    .cause = "tls-closed",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "hangs",
	    .rows = ROWS,
	    .change = hang_in_handshake,
	    .cause = "tls-timeout",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "hangs, but not with small segments",
	    .rows = ROWS,
	    .change = lose_large_answers,
	    .cause = "path-mtu-in",
	    .exit = DOCTOR_EXIT_PATH,
	    .use_port = 465 },
	{ .name = "TLS 1.0",
	    .rows = ROWS,
	    .change = speak_old_tls,
	    .cause = "tls-version-old",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "bulk hangs",
	    .rows = ROWS,
	    .change = lose_large_packets,
	    .cause = "path-mtu-out",
	    .exit = DOCTOR_EXIT_PATH,
	    .use_port = 465 },
	{ .name = "bulk hangs, small, too",
	    .rows = ROWS,
	    .change = lose_all_packets,
	    .cause = "path-mtu-out",
	    .exit = DOCTOR_EXIT_PATH,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
};

static void
test_a_server_that_does_not_greet_is_told_from_one_that_does_otherwise(void **state)
{
	(void)state;
	judging_check(greetings, sizeof greetings / sizeof greetings[0]);
}

static void
test_who_stands_between_is_found_by_what_he_changes(void **state)
{
	(void)state;
	judging_check(between, sizeof between / sizeof between[0]);
}

static void
test_tls_that_fails_is_told_by_how_it_fails(void **state)
{
	(void)state;
	judging_check(tls, sizeof tls / sizeof tls[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_server_that_does_not_greet_is_told_from_one_that_does_otherwise),
		cmocka_unit_test(test_who_stands_between_is_found_by_what_he_changes),
		cmocka_unit_test(test_tls_that_fails_is_told_by_how_it_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
