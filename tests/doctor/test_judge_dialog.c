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
drip(struct doctor_facts *facts)
{
	say_nothing(facts);
	dialog_of(facts)->stages[PROBE_STAGE_GREETING].partial_len = 7;
}

static void
run_out_of_time(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_EHLO_TLS, PROBE_STAGE_TIMEOUT, 0, "");
	dialog_of(facts)->is_cut_short = true;
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
	{ .name = "a greeting that drips",
	    .rows = ROWS,
	    .change = drip,
	    .cause = "dialog-timeout",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .says = "a greeting has begun",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "no time left",
	    .rows = ROWS,
	    .change = run_out_of_time,
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .use_port = 465,
	    .says = "so slowly",
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "the gateway takes all connections",
	    .rows = { { 587, "open", "open open", 0, NULL },
		{ 443, "open", "open open", 0, NULL } },
	    .change = say_nothing,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "a login page of this network",
	    .confidence = DOCTOR_LIKELY },
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
	dialog_of(facts)->bulk =
	    (struct probe_bulk){ .sent_len = 4096, .unsent_len = 4096, .retransmits = 4 };
	small->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_PASSED;
}

static void
lose_all_packets(struct doctor_facts *facts)
{
	lose_large_packets(facts);
	facts->probes[0].small->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_TIMEOUT;
}

/* The server was slow, not the network. */
static void
answer_bulk_late(struct doctor_facts *facts)
{
	dialog_of(facts)->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_TIMEOUT;
	dialog_of(facts)->bulk = (struct probe_bulk){ .sent_len = 4096 };
}

static void
close_at_bulk(struct doctor_facts *facts)
{
	dialog_of(facts)->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_CLOSED;
	dialog_of(facts)->bulk = (struct probe_bulk){ .sent_len = 4096 };
}

static void
lose_some_packets(struct doctor_facts *facts)
{
	lose_all_packets(facts);
	dialog_of(facts)->bulk.retransmits = 1;
}

static void
lose_hello(struct doctor_facts *facts)
{
	hang_in_handshake(facts);
	dialog_of(facts)->bulk = (struct probe_bulk){ .unsent_len = 512, .retransmits = 4 };
}

static void
want_certificate(struct doctor_facts *facts)
{
	end_at(facts, PROBE_STAGE_EHLO_TLS, PROBE_STAGE_BROKEN, 0, "certificate required");
	dialog_of(facts)->tls.asks_for_certificate = true;
}

static void
want_certificate_in_handshake(struct doctor_facts *facts)
{
	fail_handshake(facts, PROBE_TLS_ALERT);
	dialog_of(facts)->tls.asks_for_certificate = true;
}

static void
have_old_intermediate(struct doctor_facts *facts)
{
	struct probe_certificate *c = &dialog_of(facts)->tls.certificate;

	c->faults = c->issuer_faults = PROBE_CERTIFICATE_EXPIRED;
	c->issuer_not_after_unix_s = facts->began_unix_ms / 1000 - 86400;
	(void)snprintf(c->issuer_at_fault, sizeof c->issuer_at_fault, "CN=Middle");
}

static void
have_no_names(struct doctor_facts *facts)
{
	struct probe_certificate *c = &dialog_of(facts)->tls.certificate;

	c->faults = PROBE_CERTIFICATE_WRONG_NAME;
	c->name_count = 0;
}

static const struct judging_case who[] = {
	{ .name = "the server takes its time with NOOPs",
	    .rows = ROWS,
	    .change = answer_bulk_late,
	    .cause = "ok" },
	{ .name = "the server minds NOOPs", .rows = ROWS, .change = close_at_bulk, .cause = "ok" },
	{ .name = "a packet is lost now and then",
	    .rows = ROWS,
	    .change = lose_some_packets,
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .use_port = 465,
	    .says = "packets get lost",
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "our part of the handshake does not arrive",
	    .rows = ROWS,
	    .change = lose_hello,
	    .cause = "tls-timeout",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465,
	    .says = "what this machine sends in it is lost" },
	{ .name = "a certificate of the client is wanted",
	    .rows = ROWS,
	    .change = want_certificate,
	    .cause = "certificate-client-wanted",
	    .exit = DOCTOR_EXIT_CERTIFICATE,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "a certificate of the client is wanted, by TLS 1.2",
	    .rows = ROWS,
	    .change = want_certificate_in_handshake,
	    .cause = "certificate-client-wanted",
	    .exit = DOCTOR_EXIT_CERTIFICATE,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "it is an intermediate that has expired",
	    .rows = ROWS,
	    .change = have_old_intermediate,
	    .cause = "certificate-expired",
	    .exit = DOCTOR_EXIT_CERTIFICATE,
	    .use_port = 465,
	    .says = "A certificate between the server's and its authority expired" },
	{ .name = "a common name only",
	    .rows = ROWS,
	    .change = have_no_names,
	    .cause = "certificate-wrong-name",
	    .exit = DOCTOR_EXIT_CERTIFICATE,
	    .use_port = 465,
	    .says = "only a common name" },
};

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

static void
test_who_is_at_fault_is_not_guessed(void **state)
{
	(void)state;
	judging_check(who, sizeof who / sizeof who[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_server_that_does_not_greet_is_told_from_one_that_does_otherwise),
		cmocka_unit_test(test_who_stands_between_is_found_by_what_he_changes),
		cmocka_unit_test(test_tls_that_fails_is_told_by_how_it_fails),
		cmocka_unit_test(test_who_is_at_fault_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
