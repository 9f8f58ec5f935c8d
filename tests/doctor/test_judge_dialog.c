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

static void
say_nothing(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_GREETING, PROBE_STAGE_TIMEOUT, 0, "");
}

static void
be_silent_by_hosts_file(struct doctor_facts *facts)
{
	say_nothing(facts);
	facts->name.is_from_hosts = true;
}

static void
drip(struct doctor_facts *facts)
{
	say_nothing(facts);
	judging_dialog(facts)->stages[PROBE_STAGE_GREETING].partial_len = 7;
}

/* 587 waits, and 465 answers a TLS handshake by HTTP. */
static void
be_web(struct doctor_facts *facts)
{
	struct probe_dialog_facts *d = &facts->probes[1].dialog;

	say_nothing(facts);
	d->tls = (struct probe_tls){ .trouble = PROBE_TLS_NOT_TLS };
	for (unsigned i = PROBE_STAGE_GREETING; i < PROBE_STAGE_COUNT; i++)
		d->stages[i] = (struct probe_stage_fact){ 0 };
	d->ehlo_tls = (struct probe_ehlo){ 0 };
	d->stages[PROBE_STAGE_HANDSHAKE] =
	    (struct probe_stage_fact){ .end = PROBE_STAGE_BROKEN, .text = "HTTP/1.1 302 Found" };
}

static void
run_out_of_time(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_EHLO_TLS, PROBE_STAGE_TIMEOUT, 0, "");
	judging_dialog(facts)->is_cut_short = true;
}

static void
want_tls_at_once(struct doctor_facts *facts)
{
	struct probe_dialog_facts *other = judging_add_second(&facts->probes[0].other_mode);

	say_nothing(facts);
	other->stages[PROBE_STAGE_HANDSHAKE].end = PROBE_STAGE_PASSED;
}

/* TLS at once comes about, and what is behind it is another service. */
static void
be_mute_in_tls(struct doctor_facts *facts)
{
	want_tls_at_once(facts);
	facts->probes[0].other_mode->stages[PROBE_STAGE_GREETING] =
	    (struct probe_stage_fact){ .end = PROBE_STAGE_TIMEOUT, .took_us = 2500000 };
}

static void
hang_up_in_tls(struct doctor_facts *facts)
{
	want_tls_at_once(facts);
	facts->probes[0].other_mode->stages[PROBE_STAGE_GREETING].end = PROBE_STAGE_CLOSED;
}

static void
be_web_in_tls(struct doctor_facts *facts)
{
	struct probe_stage_fact *s;

	want_tls_at_once(facts);
	s = &facts->probes[0].other_mode->stages[PROBE_STAGE_GREETING];
	s->end = PROBE_STAGE_BROKEN;
	(void)snprintf(s->text, sizeof s->text, "HTTP/1.1 400 Bad Request");
}

static void
greet_with_200(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_EHLO, PROBE_STAGE_TIMEOUT, 0, "");
	judging_dialog(facts)->stages[PROBE_STAGE_GREETING].code = 200;
}

static void
greet_late(struct doctor_facts *facts)
{
	judging_dialog(facts)->is_late = true;
	judging_dialog(facts)->stages[PROBE_STAGE_GREETING].took_us = 5000000;
}

static void
hang_up(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_GREETING, PROBE_STAGE_CLOSED, 0, "");
}

static void
greet_as_ssh(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_GREETING, PROBE_STAGE_BROKEN, 0, "SSH-2.0-OpenSSH_9.2");
}

static void
be_too_many(struct doctor_facts *facts)
{
	judging_end_at(
	    facts, PROBE_STAGE_GREETING, PROBE_STAGE_REFUSED, 421, "4.7.0 Too many connections");
}

static void
be_banned(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_GREETING, PROBE_STAGE_REFUSED, 554, "No");
}

/* Words that stand for a refused message where there is one. */
static void
be_banned_by_words_about_mail(struct doctor_facts *facts)
{
	judging_end_at(
	    facts, PROBE_STAGE_GREETING, PROBE_STAGE_REFUSED, 550, "Administrative prohibition");
}

static void
be_silent_at_ehlo(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_EHLO, PROBE_STAGE_TIMEOUT, 0, "");
}

static void
be_far_away(struct doctor_facts *facts)
{
	be_silent_at_ehlo(facts);
	judging_dialog(facts)->tcp.took_us = 2000000;
}

static void
reset_at_ehlo(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_EHLO, PROBE_STAGE_RESET, 0, "");
}

static void
know_no_ehlo(struct doctor_facts *facts)
{
	judging_end_at(
	    facts, PROBE_STAGE_EHLO, PROBE_STAGE_REFUSED, 502, "Command not implemented");
}

/* RFC 2033 §4.1 */
static void
know_lhlo_only(struct doctor_facts *facts)
{
	struct probe_stage_fact *greeting = &judging_dialog(facts)->stages[PROBE_STAGE_GREETING];

	judging_end_at(facts, PROBE_STAGE_EHLO, PROBE_STAGE_REFUSED, 500, "5.5.1 Unknown command");
	(void)snprintf(
	    greeting->text, sizeof greeting->text, "mail.example.org Dovecot LMTP ready");
}

/* A name is no protocol: who takes EHLO speaks SMTP. */
static void
be_named_lmtp(struct doctor_facts *facts)
{
	struct probe_stage_fact *greeting = &judging_dialog(facts)->stages[PROBE_STAGE_GREETING];

	(void)snprintf(greeting->text, sizeof greeting->text, "lmtp.example.org ESMTP");
}

/* NNTP: its greeting begins with 2, too. */
static void
greet_as_news(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_EHLO, PROBE_STAGE_REFUSED, 500, "What?");
	judging_dialog(facts)->stages[PROBE_STAGE_GREETING].code = 200;
}

static void
talk_without_end(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_EHLO, PROBE_STAGE_BROKEN, 0, "250-X-EXT999");
}

static const struct judging_case greetings[] = {
	{ .name = "a server for news",
	    .rows = JUDGING_BOTH,
	    .change = greet_as_news,
	    .cause = "not-smtp",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .says = "is no mail server" },
	{ .name = "a reply to EHLO that never ends",
	    .rows = JUDGING_BOTH,
	    .change = talk_without_end,
	    .cause = "not-smtp",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .says = "speaks like a mail server",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "a greeting that drips",
	    .rows = JUDGING_BOTH,
	    .change = drip,
	    .cause = "dialog-timeout",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .says = "a greeting has begun",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "nobody greets at the address of the hosts file",
	    .rows = { { 587, "open", NULL, 0, NULL } },
	    .change = be_silent_by_hosts_file,
	    .cause = "greeting-missing",
	    .exit = DOCTOR_EXIT_SILENT,
	    .says = "is from the hosts file of this machine",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "nobody greets, and the port of TLS speaks HTTP",
	    .rows = JUDGING_BOTH,
	    .change = be_web,
	    .cause = "greeting-missing",
	    .exit = DOCTOR_EXIT_SILENT,
	    .besides = "not-smtp",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "no time left",
	    .rows = JUDGING_BOTH,
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
	{ .name = "nobody greets, here and elsewhere",
	    .rows = { { 587, "open", NULL, 0, NULL } },
	    .controls = { { DOCTOR_CONTROL_SUBMISSION, "mute" },
		{ DOCTOR_CONTROL_SUBMISSION, "not SMTP" } },
	    .change = say_nothing,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "of this host and of others",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "nobody greets, and the router it is",
	    .rows = { { 587, "open", NULL, 0, NULL }, { 443, "open", "open open", 0, NULL } },
	    .controls = { { DOCTOR_CONTROL_SUBMISSION, "mute" },
		{ DOCTOR_CONTROL_SUBMISSION, "mute" } },
	    .change = say_nothing,
	    .cause = "proxy-transparent",
	    .exit = DOCTOR_EXIT_INTERCEPTED,
	    .says = "Your router, " JUDGING_GATEWAY,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "nobody greets, and it is the host that takes the connection, by the ladder",
	    .rows = { { 587, "open", JUDGING_WAY, 0, NULL },
		{ 465, "healthy", JUDGING_WAY, 0, NULL } },
	    .controls = { { DOCTOR_CONTROL_SUBMISSION, "mute" },
		{ DOCTOR_CONTROL_SUBMISSION, "mute" } },
	    .change = say_nothing,
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 465,
	    .says = "lets connections to port 587 begin, of this host and of others",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "nobody greets, and it is the host that takes the connection, by its answers",
	    .rows = { { 587, "open", NULL, 61, NULL }, { 465, "healthy", NULL, 61, NULL } },
	    .controls = { { DOCTOR_CONTROL_SUBMISSION, "mute" },
		{ DOCTOR_CONTROL_SUBMISSION, "mute" } },
	    .change = say_nothing,
	    .cause = "port-filtered",
	    .exit = DOCTOR_EXIT_FILTERED,
	    .use_port = 465,
	    .says = "drops what is said on them",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "another host greets",
	    .rows = { { 587, "open", NULL, 0, NULL } },
	    .controls = { { DOCTOR_CONTROL_SUBMISSION, "mute" },
		{ DOCTOR_CONTROL_SUBMISSION, "mute" }, { DOCTOR_CONTROL_SUBMISSION, "busy" } },
	    .change = say_nothing,
	    .cause = "greeting-missing",
	    .exit = DOCTOR_EXIT_SILENT,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "one other that is silent is no network",
	    .rows = { { 587, "open", NULL, 0, NULL } },
	    .controls = { { DOCTOR_CONTROL_SUBMISSION, "mute" } },
	    .change = say_nothing,
	    .cause = "greeting-missing",
	    .exit = DOCTOR_EXIT_SILENT,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "no greeting",
	    .rows = JUDGING_BOTH,
	    .change = say_nothing,
	    .cause = "greeting-missing",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "TLS at once",
	    .rows = JUDGING_BOTH,
	    .change = want_tls_at_once,
	    .cause = "plain-on-tls-port",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "TLS at once, and then nobody greets",
	    .rows = JUDGING_BOTH,
	    .change = be_mute_in_tls,
	    .cause = "greeting-missing",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .says = "begins with TLS, but no mail server greets in it: nothing came within 2.5 s",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "TLS at once, and then the end",
	    .rows = JUDGING_BOTH,
	    .change = hang_up_in_tls,
	    .cause = "greeting-closed",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .says = "begins with TLS, but the connection ends there",
	    .confidence = DOCTOR_LIKELY },
	{ .name = "TLS at once, and a web server in it",
	    .rows = JUDGING_BOTH,
	    .change = be_web_in_tls,
	    .cause = "not-smtp",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .says = "what answers in it is no mail server" },
	{ .name = "a greeting with 200, and then nothing",
	    .rows = JUDGING_BOTH,
	    .change = greet_with_200,
	    .cause = "not-smtp",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465 },
	{ .name = "late greeting",
	    .rows = JUDGING_BOTH,
	    .change = greet_late,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE,
	    .besides = "greeting-slow" },
	{ .name = "closed",
	    .rows = JUDGING_BOTH,
	    .change = hang_up,
	    .cause = "greeting-closed",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "SSH",
	    .rows = JUDGING_BOTH,
	    .change = greet_as_ssh,
	    .cause = "not-smtp",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465 },
	{ .name = "too many",
	    .rows = JUDGING_BOTH,
	    .change = be_too_many,
	    .cause = "rate-limited",
	    .says = "limits how many connections",
	    .exit = DOCTOR_EXIT_POLICY,
	    .use_port = 465 },
	{ .name = "banned",
	    .rows = JUDGING_BOTH,
	    .change = be_banned,
	    .cause = "greeting-refused",
	    .exit = DOCTOR_EXIT_POLICY,
	    .use_port = 465 },
	{ .name = "banned in words that are about mail elsewhere",
	    .rows = JUDGING_BOTH,
	    .change = be_banned_by_words_about_mail,
	    .cause = "greeting-refused",
	    .exit = DOCTOR_EXIT_POLICY,
	    .use_port = 465 },
	{ .name = "silent at EHLO",
	    .rows = JUDGING_BOTH,
	    .change = be_silent_at_ehlo,
	    .cause = "dialog-timeout",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "silent at EHLO, behind a satellite",
	    .rows = JUDGING_BOTH,
	    .change = be_far_away,
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .use_port = 465,
	    .says = "so slowly",
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "reset at EHLO",
	    .rows = JUDGING_BOTH,
	    .change = reset_at_ehlo,
	    .cause = "connection-lost",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "LMTP",
	    .rows = JUDGING_BOTH,
	    .change = know_lhlo_only,
	    .cause = "not-smtp",
	    .exit = DOCTOR_EXIT_SILENT,
	    .use_port = 465,
	    .says = "speaks LMTP" },
	{ .name = "a server whose name has LMTP in it",
	    .rows = JUDGING_BOTH,
	    .change = be_named_lmtp,
	    .cause = "ok",
	    .exit = DOCTOR_EXIT_FINE },
	{ .name = "EHLO refused",
	    .rows = JUDGING_BOTH,
	    .change = know_no_ehlo,
	    .cause = "ehlo-refused",
	    .exit = DOCTOR_EXIT_POLICY,
	    .use_port = 465 },
};

static void
test_a_server_that_does_not_greet_is_told_from_one_that_does_otherwise(void **state)
{
	(void)state;
	judging_check(greetings, sizeof greetings / sizeof greetings[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_server_that_does_not_greet_is_told_from_one_that_does_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
