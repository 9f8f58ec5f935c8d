/* SPDX-License-Identifier: Apache-2.0 */
/* From STARTTLS, the handshake, the certificate and what comes after to what is wrong. */
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
fail_handshake(struct doctor_facts *facts, enum probe_tls_trouble trouble)
{
	judging_end_at(facts, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_BROKEN, 0, "");
	judging_dialog(facts)->tls.trouble = trouble;
}

static void
refuse_starttls(struct doctor_facts *facts)
{
	judging_end_at(
	    facts, PROBE_STAGE_STARTTLS, PROBE_STAGE_REFUSED, 454, "4.7.0 TLS not available");
}

/* RFC 3207 §4 */
static void
answer_250(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_STARTTLS, PROBE_STAGE_BROKEN, 250, "2.0.0 Ok");
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
	struct probe_dialog_facts *small = judging_add_second(&facts->probes[0].small);

	hang_in_handshake(facts);
	small->stages[PROBE_STAGE_HANDSHAKE].end = PROBE_STAGE_PASSED;
}

static void
speak_old_tls(struct doctor_facts *facts)
{
	judging_dialog(facts)->tls.is_legacy = true;
	(void)snprintf(
	    judging_dialog(facts)->tls.version, sizeof judging_dialog(facts)->tls.version, "TLSv1");
}

/* Large packets to the server are lost; small ones are not. */
static void
lose_large_packets(struct doctor_facts *facts)
{
	struct probe_dialog_facts *small = judging_add_second(&facts->probes[0].small);

	judging_dialog(facts)->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_TIMEOUT;
	judging_dialog(facts)->bulk =
	    (struct probe_bulk){ .sent_len = 4096, .unsent_len = 4096, .retransmits = 4 };
	small->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_PASSED;
}

static void
lose_all_packets(struct doctor_facts *facts)
{
	lose_large_packets(facts);
	facts->probes[0].small->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_TIMEOUT;
}

static void
lose_packets_of_every_size(struct doctor_facts *facts)
{
	lose_all_packets(facts);
	facts->probes[0].dialog.tcp.retransmits = 1;
	facts->probes[1].dialog.tcp.retransmits = 2;
}

/* The server was slow, not the network. */
static void
answer_bulk_late(struct doctor_facts *facts)
{
	judging_dialog(facts)->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_TIMEOUT;
	judging_dialog(facts)->bulk = (struct probe_bulk){ .sent_len = 4096 };
}

static void
close_at_bulk(struct doctor_facts *facts)
{
	judging_dialog(facts)->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_CLOSED;
	judging_dialog(facts)->bulk = (struct probe_bulk){ .sent_len = 4096 };
}

static void
reset_at_bulk(struct doctor_facts *facts)
{
	judging_dialog(facts)->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_RESET;
	judging_dialog(facts)->bulk = (struct probe_bulk){ .sent_len = 4096 };
}

static void
know_no_such_name(struct doctor_facts *facts)
{
	struct probe_dialog_facts *d = judging_dialog(facts);

	judging_end_at(facts, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_BROKEN, 0, "");
	d->tls.trouble = PROBE_TLS_ALERT;
	(void)snprintf(d->tls.error, sizeof d->tls.error, "tlsv1 unrecognized name");
}

static void
lose_some_packets(struct doctor_facts *facts)
{
	lose_all_packets(facts);
	judging_dialog(facts)->bulk.retransmits = 1;
}

static void
lose_hello(struct doctor_facts *facts)
{
	hang_in_handshake(facts);
	judging_dialog(facts)->bulk = (struct probe_bulk){ .unsent_len = 512, .retransmits = 4 };
}

static void
want_certificate(struct doctor_facts *facts)
{
	judging_end_at(facts, PROBE_STAGE_EHLO_TLS, PROBE_STAGE_BROKEN, 0, "certificate required");
	judging_dialog(facts)->tls.asks_for_certificate = true;
}

static void
want_certificate_in_handshake(struct doctor_facts *facts)
{
	fail_handshake(facts, PROBE_TLS_ALERT);
	judging_dialog(facts)->tls.asks_for_certificate = true;
}

static void
have_old_intermediate(struct doctor_facts *facts)
{
	struct probe_certificate *c = &judging_dialog(facts)->tls.certificate;

	c->faults = c->issuer_faults = PROBE_CERTIFICATE_EXPIRED;
	c->issuer_not_after_unix_s = facts->began_unix_ms / 1000 - 86400;
	(void)snprintf(c->issuer_at_fault, sizeof c->issuer_at_fault, "CN=Middle");
}

static void
have_no_names(struct doctor_facts *facts)
{
	struct probe_certificate *c = &judging_dialog(facts)->tls.certificate;

	c->faults = PROBE_CERTIFICATE_WRONG_NAME;
	c->name_count = 0;
}

static const struct judging_case who[] = {
	{ .name = "the server takes its time with NOOPs",
	    .rows = JUDGING_BOTH,
	    .change = answer_bulk_late,
	    .cause = "ok" },
	{ .name = "the server minds NOOPs",
	    .rows = JUDGING_BOTH,
	    .change = close_at_bulk,
	    .cause = "ok" },
	{ .name = "the server minds NOOPs, and has not read them all",
	    .rows = JUDGING_BOTH,
	    .change = reset_at_bulk,
	    .cause = "ok",
	    .besides = "connection-lost" },
	{ .name = "a packet is lost now and then",
	    .rows = JUDGING_BOTH,
	    .change = lose_some_packets,
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .use_port = 465,
	    .says = "packets get lost",
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "our part of the handshake does not arrive",
	    .rows = JUDGING_BOTH,
	    .change = lose_hello,
	    .cause = "tls-timeout",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465,
	    .says = "what this machine sends in it is lost" },
	{ .name = "a certificate of the client is wanted",
	    .rows = JUDGING_BOTH,
	    .change = want_certificate,
	    .cause = "certificate-client-wanted",
	    .exit = DOCTOR_EXIT_CERTIFICATE,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "a certificate of the client is wanted, by TLS 1.2",
	    .rows = JUDGING_BOTH,
	    .change = want_certificate_in_handshake,
	    .cause = "certificate-client-wanted",
	    .exit = DOCTOR_EXIT_CERTIFICATE,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
	{ .name = "it is an intermediate that has expired",
	    .rows = JUDGING_BOTH,
	    .change = have_old_intermediate,
	    .cause = "certificate-expired",
	    .exit = DOCTOR_EXIT_CERTIFICATE,
	    .use_port = 465,
	    .says = "A certificate between the server's and its authority expired" },
	{ .name = "a common name only",
	    .rows = JUDGING_BOTH,
	    .change = have_no_names,
	    .cause = "certificate-wrong-name",
	    .exit = DOCTOR_EXIT_CERTIFICATE,
	    .use_port = 465,
	    .says = "only a common name" },
};

static const struct judging_case tls[] = {
	{ .name = "454",
	    .rows = JUDGING_BOTH,
	    .change = refuse_starttls,
	    .cause = "starttls-refused",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "another yes than 220",
	    .rows = JUDGING_BOTH,
	    .change = answer_250,
	    .cause = "starttls-refused",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465,
	    .says = "does not answer it with 220" },
	{ .name = "no certificate for this name",
	    .rows = JUDGING_BOTH,
	    .change = know_no_such_name,
	    .cause = "tls-failed",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465,
	    .says = "no certificate for the name" },
	{ .name = "no TLS",
	    .rows = JUDGING_BOTH,
	    .change = speak_no_tls,
	    .cause = "tls-failed",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "version",
	    .rows = JUDGING_BOTH,
	    .change = have_no_version,
	    .cause = "tls-version-old",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "cipher",
	    .rows = JUDGING_BOTH,
	    .change = have_no_cipher,
	    .cause = "tls-no-cipher",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "closed",
	    .rows = JUDGING_BOTH,
	    .change = close_handshake,
	    .cause = "tls-closed",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "hangs",
	    .rows = JUDGING_BOTH,
	    .change = hang_in_handshake,
	    .cause = "tls-timeout",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "hangs, but not with small segments",
	    .rows = JUDGING_BOTH,
	    .change = lose_large_answers,
	    .cause = "path-mtu-in",
	    .exit = DOCTOR_EXIT_PATH,
	    .use_port = 465 },
	{ .name = "TLS 1.0",
	    .rows = JUDGING_BOTH,
	    .change = speak_old_tls,
	    .cause = "tls-version-old",
	    .exit = DOCTOR_EXIT_TLS,
	    .use_port = 465 },
	{ .name = "bulk hangs",
	    .rows = JUDGING_BOTH,
	    .change = lose_large_packets,
	    .cause = "path-mtu-out",
	    .exit = DOCTOR_EXIT_PATH,
	    .use_port = 465 },
	{ .name = "bulk hangs, and SYNs are lost, too",
	    .rows = JUDGING_BOTH,
	    .change = lose_packets_of_every_size,
	    .cause = "inconclusive",
	    .exit = DOCTOR_EXIT_INCONCLUSIVE,
	    .use_port = 465,
	    .says = "packets get lost on the way",
	    .confidence = DOCTOR_POSSIBLE },
	{ .name = "bulk hangs, small, too",
	    .rows = JUDGING_BOTH,
	    .change = lose_all_packets,
	    .cause = "path-mtu-out",
	    .exit = DOCTOR_EXIT_PATH,
	    .use_port = 465,
	    .confidence = DOCTOR_LIKELY },
};

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
		cmocka_unit_test(test_tls_that_fails_is_told_by_how_it_fails),
		cmocka_unit_test(test_who_is_at_fault_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
