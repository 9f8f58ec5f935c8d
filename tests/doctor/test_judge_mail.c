/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate, the login and the message: what the server's words mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/peer_clock.h"
#include "doctor/verdict.h"
#include "fixture.h"
#include "judging.h"

#define DAY_S INT64_C(86400)

/* Both ports show the same certificate, as servers do. */
static const struct certificate_case {
	unsigned faults;
	enum doctor_exit exit;
	const char *error;
	int64_t ends_in_s;
	const char *greeting; /* NULL: as it was */
	const char *cause;
	const char *says, *besides;
} certificates[] = {
	{ PROBE_CERTIFICATE_EXPIRED, DOCTOR_EXIT_CERTIFICATE, "expired", -DAY_S, NULL,
	    "certificate-expired", "expired on 2026-11-21", NULL },
	{ PROBE_CERTIFICATE_NOT_YET_VALID, DOCTOR_EXIT_CERTIFICATE, "not yet valid", 99 * DAY_S,
	    NULL, "certificate-not-yet-valid", NULL, NULL },
	{ PROBE_CERTIFICATE_WRONG_NAME, DOCTOR_EXIT_CERTIFICATE, NULL, 60 * DAY_S, NULL,
	    "certificate-wrong-name", "is not for mail.example.org, but for mail.example.org",
	    NULL },
	{ PROBE_CERTIFICATE_INCOMPLETE | PROBE_CERTIFICATE_UNTRUSTED, DOCTOR_EXIT_CERTIFICATE,
	    "unable to get local issuer", 60 * DAY_S, NULL, "certificate-incomplete", NULL, NULL },
	{ PROBE_CERTIFICATE_SELF_SIGNED | PROBE_CERTIFICATE_UNTRUSTED, DOCTOR_EXIT_CERTIFICATE,
	    "self-signed", 60 * DAY_S, NULL, "certificate-self-signed", NULL, NULL },
	{ PROBE_CERTIFICATE_UNTRUSTED, DOCTOR_EXIT_CERTIFICATE, "unable to get issuer", 60 * DAY_S,
	    NULL, "certificate-untrusted", NULL, NULL },
	{ PROBE_CERTIFICATE_NO_ROOTS | PROBE_CERTIFICATE_UNTRUSTED, DOCTOR_EXIT_CERTIFICATE,
	    "unable to get issuer", 60 * DAY_S, NULL, "certificate-no-roots", NULL, NULL },
	{ PROBE_CERTIFICATE_EXPIRED | PROBE_CERTIFICATE_WRONG_NAME, DOCTOR_EXIT_CERTIFICATE,
	    "expired", -DAY_S, NULL, "certificate-expired", NULL, "certificate-wrong-name" },
	{ PROBE_CERTIFICATE_EXPIRED, DOCTOR_EXIT_CERTIFICATE, "expired", -99 * DAY_S,
	    "mail.example.org ESMTP; Thu, 06 Aug 2026 09:30:00 +0000", "clock-wrong",
	    "The clock of this machine is wrong", NULL },
	{ PROBE_CERTIFICATE_WEAK, DOCTOR_EXIT_CERTIFICATE, "EE certificate key too weak",
	    60 * DAY_S, NULL, "certificate-weak", NULL, NULL },
	{ PROBE_CERTIFICATE_WEAK, DOCTOR_EXIT_FINE, NULL, 60 * DAY_S, NULL, "ok", NULL,
	    "certificate-weak" },
	{ 0, DOCTOR_EXIT_FINE, NULL, 5 * DAY_S, NULL, "ok", NULL, "certificate-expired" },
};

static void
set_clock_back(struct doctor_facts *facts)
{
	facts->released_unix_s = FIXTURE_NOW_UNIX_S + DAY_S;
	facts->probes[0].dialog.tls.certificate.faults = PROBE_CERTIFICATE_NOT_YET_VALID;
}

static void
want_client_certificate(struct doctor_facts *facts)
{
	struct probe_stage_fact *s = &facts->probes[0].dialog.stages[PROBE_STAGE_EHLO_TLS];

	s->end = PROBE_STAGE_BROKEN;
	s->code = 0;
	(void)snprintf(s->text, sizeof s->text, "tlsv13 alert certificate required");
}

static const struct certificate_case *shown; /* by change_certificate(), for one case */

static void
change_certificate(struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->probe_count; i++) {
		struct probe_dialog_facts *d = &facts->probes[i].dialog;

		d->tls.certificate.faults = shown->faults;
		d->tls.certificate.error = shown->error;
		d->tls.certificate.not_after_unix_s = FIXTURE_NOW_UNIX_S + shown->ends_in_s;
		d->tls.certificate.not_before_unix_s =
		    d->tls.certificate.not_after_unix_s - (int64_t)90 * DAY_S;
		if (shown->greeting != NULL)
			(void)snprintf(d->stages[PROBE_STAGE_GREETING].text,
			    sizeof d->stages[0].text, "%s", shown->greeting);
	}
}

static void
test_each_fault_of_a_certificate_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++) {
		const struct judging_case t = {
			.name = certificates[i].cause,
			.rows = { { 587, "healthy", NULL, 0, NULL },
			    { 465, "healthy", NULL, 0, NULL } },
			.change = change_certificate,
			.cause = certificates[i].cause,
			.exit = certificates[i].exit,
			.says = certificates[i].says,
			.besides = certificates[i].besides,
		};

		shown = &certificates[i];
		judging_check(&t, 1);
	}
}

/* The stage is refused with these words. */
static const struct refusal_case {
	enum probe_stage stage;
	enum doctor_exit exit;
	uint16_t code, enhanced[3];
	const char *text, *cause, *says;
} refusals[] = {
	{ PROBE_STAGE_AUTH, DOCTOR_EXIT_AUTH, 535, { 5, 7, 8 }, "5.7.8 Authentication failed",
	    "auth-failed", NULL },
	{ PROBE_STAGE_AUTH, DOCTOR_EXIT_AUTH, 454, { 4, 7, 0 }, "4.7.0 Not now", "auth-temporary",
	    NULL },
	{ PROBE_STAGE_AUTH, DOCTOR_EXIT_AUTH, 451, { 4, 3, 2 }, "4.3.2 Internal server error",
	    "auth-temporary", "cannot check logins" },
	{ PROBE_STAGE_AUTH, DOCTOR_EXIT_AUTH, 534, { 0, 0, 0 }, "We do not like you", "auth-policy",
	    NULL },
	{ PROBE_STAGE_AUTH, DOCTOR_EXIT_AUTH, 432, { 4, 7, 12 },
	    "4.7.12 A password transition is needed", "auth-policy", "password to be renewed" },
	{ PROBE_STAGE_AUTH, DOCTOR_EXIT_AUTH, 432, { 0, 0, 0 }, "Come in by another way",
	    "auth-policy", "password to be renewed" },
	/* The doctor says no password before TLS. */
	{ PROBE_STAGE_AUTH, DOCTOR_EXIT_POLICY, 538, { 5, 7, 11 },
	    "5.7.11 Encryption required for requested authentication mechanism", "server-fault",
	    "is not encrypted, but it is" },
	{ PROBE_STAGE_AUTH, DOCTOR_EXIT_POLICY, 538, { 0, 0, 0 }, "No", "server-fault",
	    "is not encrypted, but it is" },
	{ PROBE_STAGE_MAIL, DOCTOR_EXIT_AUTH, 530, { 5, 7, 0 }, "5.7.0 Authentication required",
	    "auth-missing", NULL },
	{ PROBE_STAGE_MAIL, DOCTOR_EXIT_POLICY, 553, { 5, 7, 1 }, "5.7.1 Not yours",
	    "sender-refused", NULL },
	{ PROBE_STAGE_MAIL, DOCTOR_EXIT_SIZE, 552, { 5, 3, 4 }, "5.3.4 Message too big",
	    "size-exceeded", NULL },
	{ PROBE_STAGE_RCPT, DOCTOR_EXIT_POLICY, 450, { 4, 7, 1 }, "4.7.1 Greylisted, see you",
	    "greylisted", NULL },
	{ PROBE_STAGE_RCPT, DOCTOR_EXIT_POLICY, 554, { 5, 7, 1 }, "5.7.1 Relay access denied",
	    "relay-denied", NULL },
	{ PROBE_STAGE_RCPT, DOCTOR_EXIT_POLICY, 451, { 0, 0, 0 }, "Something broke",
	    "temporary-failure", NULL },
	/* Who has logged in is no stranger. */
	{ PROBE_STAGE_END, DOCTOR_EXIT_POLICY, 451, { 4, 7, 1 }, "4.7.1 Please try again later",
	    "temporary-failure", NULL },
	{ PROBE_STAGE_END, DOCTOR_EXIT_POLICY, 554, { 0, 0, 0 }, "We do not want it",
	    "message-refused", NULL },
};

static const struct refusal_case *refused;

static void
refuse(struct doctor_facts *facts)
{
	struct probe_dialog_facts *d = &facts->probes[0].dialog;
	struct probe_stage_fact *s = &d->stages[refused->stage];

	facts->wants_auth = facts->wants_mail = true;
	for (unsigned i = PROBE_STAGE_AUTH; i < (unsigned)refused->stage; i++)
		d->stages[i].end = PROBE_STAGE_PASSED;
	*s = (struct probe_stage_fact){ .end = PROBE_STAGE_REFUSED, .code = refused->code };
	memcpy(s->enhanced, refused->enhanced, sizeof s->enhanced);
	(void)snprintf(s->text, sizeof s->text, "%s", refused->text);
	(void)snprintf(d->mechanism, sizeof d->mechanism, "PLAIN");
}

static void
test_a_refusal_means_what_its_code_and_words_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		const struct judging_case t = {
			.name = refusals[i].text,
			.rows = { { 587, "healthy", NULL, 0, NULL },
			    { 465, "healthy", NULL, 0, NULL } },
			.change = refuse,
			.use_port = 0,
			.cause = refusals[i].cause,
			.exit = refusals[i].exit,
			.says = refusals[i].says,
		};

		refused = &refusals[i];
		judging_check(&t, 1);
	}
}

/* One login, one message: they go to the first address, and the others are not at fault. */
static void
test_a_refusal_at_one_of_several_addresses_is_the_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		const struct judging_case t = {
			.name = refusals[i].text,
			.v6 = JUDGING_V6,
			.rows = { { 587, "healthy", NULL, 0, JUDGING_V6 },
			    { 587, "healthy", NULL, 0, NULL },
			    { 465, "healthy", NULL, 0, JUDGING_V6 } },
			.change = refuse,
			.use_port = 0,
			.cause = refusals[i].cause,
			.exit = refusals[i].exit,
			.says = refusals[i].says,
		};

		refused = &refusals[i];
		judging_check(&t, 1);
	}
}

static void
take_mail(struct doctor_facts *facts)
{
	struct probe_dialog_facts *d = &facts->probes[0].dialog;

	facts->wants_auth = facts->wants_mail = true;
	for (unsigned i = PROBE_STAGE_AUTH; i <= PROBE_STAGE_END; i++)
		d->stages[i].end = PROBE_STAGE_PASSED;
	(void)snprintf(d->mechanism, sizeof d->mechanism, "PLAIN");
	(void)snprintf(d->queue_id, sizeof d->queue_id, "4F2kTx1z9Y");
}

static void
be_too_big(struct doctor_facts *facts)
{
	facts->wants_mail = true;
	facts->message_len = 60000000;
}

static void
offer_no_login(struct doctor_facts *facts)
{
	facts->probes[0].dialog.ehlo_tls.has_auth = false;
}

static void
offer_login_by_nothing(struct doctor_facts *facts)
{
	facts->probes[0].dialog.ehlo_tls.has_auth = true;
	facts->probes[0].dialog.ehlo_tls.mechanisms[0] = '\0';
}

/* As who has switched off the wrong one. */
static void
offer_login_in_clear_only(struct doctor_facts *facts)
{
	offer_no_login(facts);
	facts->probes[0].dialog.ehlo.has_auth = true;
}

static void
offer_login_in_clear(struct doctor_facts *facts)
{
	facts->probes[0].dialog.ehlo.has_auth = true;
}

static void
offer_nothing_usable(struct doctor_facts *facts)
{
	facts->wants_auth = true;
	facts->probes[0].dialog.stages[PROBE_STAGE_AUTH].end = PROBE_STAGE_SKIPPED;
	(void)snprintf(facts->probes[0].dialog.ehlo_tls.mechanisms,
	    sizeof facts->probes[0].dialog.ehlo_tls.mechanisms, "GSSAPI");
}

/* 465 offers what 587 does, or a password. */
static void
offer_the_same_elsewhere(struct doctor_facts *facts)
{
	offer_nothing_usable(facts);
	(void)snprintf(facts->probes[1].dialog.ehlo_tls.mechanisms,
	    sizeof facts->probes[1].dialog.ehlo_tls.mechanisms, "GSSAPI");
}

static void
offer_passwords_elsewhere(struct doctor_facts *facts)
{
	offer_nothing_usable(facts);
	(void)snprintf(facts->probes[1].dialog.ehlo_tls.mechanisms,
	    sizeof facts->probes[1].dialog.ehlo_tls.mechanisms, "GSSAPI PLAIN");
}

/* The password has gone out, and the time was over before its answer came. */
static void
be_slow_at_the_login(struct doctor_facts *facts)
{
	struct probe_dialog_facts *d = &facts->probes[0].dialog;

	facts->wants_auth = true;
	d->is_cut_short = true;
	d->stages[PROBE_STAGE_AUTH].end = PROBE_STAGE_TIMEOUT;
	d->stages[PROBE_STAGE_AUTH].took_us = 1200000;
	(void)snprintf(d->mechanism, sizeof d->mechanism, "PLAIN");
}

static void
be_slow_before_the_login(struct doctor_facts *facts)
{
	be_slow_at_the_login(facts);
	facts->probes[0].dialog.mechanism[0] = '\0';
}

static void
ask_without_end(struct doctor_facts *facts)
{
	struct probe_dialog_facts *d = &facts->probes[0].dialog;

	facts->wants_auth = true;
	d->stages[PROBE_STAGE_AUTH].end = PROBE_STAGE_BROKEN;
	d->challenge_count = 2;
	(void)snprintf(d->mechanism, sizeof d->mechanism, "PLAIN");
}

static const struct judging_case logins[] = {
	{ .name = "taken",
	    .rows = JUDGING_ALONE,
	    .change = take_mail,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE },
	{ .name = "too big by SIZE",
	    .rows = JUDGING_ALONE,
	    .change = be_too_big,
	    .cause = "size-exceeded",
	    .exit = DOCTOR_EXIT_SIZE,
	    .says = "60000000" },
	{ .name = "334 without end",
	    .rows = JUDGING_ALONE,
	    .change = ask_without_end,
	    .cause = "dialog-timeout",
	    .exit = DOCTOR_EXIT_SILENT,
	    .says = "says neither yes nor no" },
	{ .name = "no AUTH",
	    .rows = JUDGING_ALONE,
	    .change = offer_no_login,
	    .cause = "auth-not-offered",
	    .exit = DOCTOR_EXIT_AUTH,
	    .says = "no login (AUTH), not even after TLS" },
	{ .name = "AUTH before TLS only",
	    .rows = JUDGING_ALONE,
	    .change = offer_login_in_clear_only,
	    .cause = "auth-not-offered",
	    .exit = DOCTOR_EXIT_AUTH,
	    .says = "a login (AUTH) before TLS only" },
	{ .name = "AUTH, and no mechanism behind it",
	    .rows = JUDGING_ALONE,
	    .change = offer_login_by_nothing,
	    .cause = "auth-not-offered",
	    .exit = DOCTOR_EXIT_AUTH },
	{ .name = "AUTH in clear",
	    .rows = JUDGING_ALONE,
	    .change = offer_login_in_clear,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .besides = "auth-in-clear" },
	{ .name = "a clock before the day this program was made",
	    .rows = JUDGING_ALONE,
	    .change = set_clock_back,
	    .cause = "clock-wrong",
	    .exit = DOCTOR_EXIT_CERTIFICATE },
	{ .name = "a client certificate is wanted",
	    .rows = JUDGING_ALONE,
	    .change = want_client_certificate,
	    .cause = "tls-failed",
	    .exit = DOCTOR_EXIT_TLS },
	{ .name = "the time is over at the login",
	    .rows = JUDGING_ALONE,
	    .change = be_slow_at_the_login,
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .says = "before the login had its answer",
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "the time is over before the login",
	    .rows = JUDGING_ALONE,
	    .change = be_slow_before_the_login,
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .says = "before the login had begun",
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "no mechanism",
	    .rows = JUDGING_ALONE,
	    .change = offer_nothing_usable,
	    .cause = "auth-no-mechanism",
	    .exit = DOCTOR_EXIT_AUTH,
	    .says = "GSSAPI" },
	{ .name = "no mechanism on either port",
	    .rows = JUDGING_BOTH,
	    .change = offer_the_same_elsewhere,
	    .cause = "auth-no-mechanism",
	    .exit = DOCTOR_EXIT_AUTH },
	{ .name = "no mechanism on one port",
	    .rows = JUDGING_BOTH,
	    .change = offer_passwords_elsewhere,
	    .cause = "auth-no-mechanism",
	    .exit = DOCTOR_EXIT_AUTH,
	    .use_port = 465 },
};

static void
test_logins_are_told_apart_by_what_is_offered(void **state)
{
	(void)state;
	judging_check(logins, sizeof logins / sizeof logins[0]);
}

static void
test_the_date_in_a_greeting_is_the_server_s_clock(void **state)
{
	static const struct {
		const char *text;
		int64_t unix_s; /* 0: there is none */
	} cases[] = {
		{ "mail ESMTP; Sun, 22 Nov 2026 10:00:00 +0000", FIXTURE_NOW_UNIX_S },
		{ "220 mail ESMTP 22 Nov 2026 11:00:00 +0100 (CET)", FIXTURE_NOW_UNIX_S },
		{ "mail 2.3.4 ESMTP 22 Nov 2026 05:00:00 -0500", FIXTURE_NOW_UNIX_S },
		{ "mail ESMTP Postfix 3.7.11", 0 },
		{ "22 Foo 2026 10:00:00", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t at = 0;

		if (doctor_peer_clock_read(cases[i].text, &at) != (cases[i].unix_s != 0) ||
		    at != cases[i].unix_s)
			fail_msg("\"%s\": %lld", cases[i].text, (long long)at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_fault_of_a_certificate_is_named),
		cmocka_unit_test(test_a_refusal_means_what_its_code_and_words_say),
		cmocka_unit_test(test_a_refusal_at_one_of_several_addresses_is_the_answer),
		cmocka_unit_test(test_logins_are_told_apart_by_what_is_offered),
		cmocka_unit_test(test_the_date_in_a_greeting_is_the_server_s_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
