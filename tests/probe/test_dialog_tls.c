/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake: with or without an offer, with whoever is at the other end, and its failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/dialog.h"
#include "talk.h"

enum { SHORT_MS = 250 };

#define EHLO "C: EHLO client.example\n"
#define QUIT "C: QUIT\nS: 221 bye\n"
#define HELLO "S: 220 mail.example ESMTP\n" EHLO
#define OFFER HELLO "S: 250-mail.example\nS: 250 STARTTLS\n"
#define ASKED OFFER "C: STARTTLS\n"
#define REST EHLO "S: 250 mail.example\n" QUIT

static struct probe_dialog_options
options(struct talk *t)
{
	return talk_options(t, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS);
}

static void
check_trouble(struct talk *t, enum probe_tls_trouble trouble, enum probe_stage_end end)
{
	talk_check(t, PROBE_STAGE_HANDSHAKE, end);
	if (t->facts.tls.trouble != trouble)
		fail_msg("%s, not %s: %s", probe_tls_trouble_name(t->facts.tls.trouble),
		    probe_tls_trouble_name(trouble), t->facts.tls.error);
	assert_int_equal(t->facts.tls.error[0] == '\0', trouble == PROBE_TLS_FINE);
	if (trouble != PROBE_TLS_FINE)
		talk_check(t, PROBE_STAGE_EHLO_TLS, PROBE_STAGE_NOT_REACHED);
}

static void
test_without_an_offer_starttls_is_not_said(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, HELLO "S: 250 mail.example\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_SKIPPED);
	talk_check(t, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_NOT_REACHED);
	assert_int_equal(t->facts.tls.trouble, PROBE_TLS_NOT_TRIED);
}

/* To find out whether the offer was stripped on the way. */
static void
test_without_an_offer_starttls_can_be_said_anyway(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.mode = PROBE_MODE_STARTTLS_ANYWAY;
	talk_play(t, HELLO "S: 250 mail.example\nC: STARTTLS\nS: 220 go\nTLS\n" REST, &o);
	check_trouble(t, PROBE_TLS_FINE, PROBE_STAGE_PASSED);
	talk_play(t, HELLO "S: 250 mail.example\nC: STARTTLS\nS: 500 #5.5.1 what\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_REFUSED);
	assert_int_equal(t->facts.stages[PROBE_STAGE_STARTTLS].code, 500);
}

/* RFC 3207 §4: 220 is the reply that means ready. */
static void
test_another_yes_than_220_starts_no_handshake(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, ASKED "S: 250 2.0.0 Ok\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_BROKEN);
	talk_check(t, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_NOT_REACHED);
	assert_int_equal(t->facts.stages[PROBE_STAGE_STARTTLS].code, 250);
	assert_string_equal(t->facts.stages[PROBE_STAGE_STARTTLS].text, "2.0.0 Ok");
}

static void
test_no_tls_at_all_can_be_asked_for(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.mode = PROBE_MODE_PLAIN;
	talk_play(t, OFFER QUIT, &o);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_NOT_REACHED);
}

/* RFC 3207 §4.2: as somebody on the way could do it. It is noted, and no reply to anything. */
static void
test_plaintext_behind_the_220_is_noted_and_never_used(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, ASKED "RAW: 220 go\\r\\n250-evil\\r\\n250 AUTH PLAIN\\r\\n\nTLS\n" REST, &o);
	assert_true(t->facts.injected_len > 0);
	assert_non_null(strstr(t->facts.injected, "250-evil"));
	check_trouble(t, PROBE_TLS_FINE, PROBE_STAGE_PASSED);
	assert_false(t->facts.ehlo_tls.has_auth);
}

static void
test_a_server_that_goes_on_in_plain_is_no_tls(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, ASKED "S: 220 go\nHANDSHAKE\nS: 500 what is this\n", &o);
	check_trouble(t, PROBE_TLS_NOT_TLS, PROBE_STAGE_BROKEN);
	assert_string_equal(t->facts.stages[PROBE_STAGE_HANDSHAKE].text, "500 what is this");
	assert_false(t->facts.speaks_plain_on_tls_port);
}

static void
test_plain_smtp_on_a_port_of_implicit_tls_is_seen(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.mode = PROBE_MODE_IMPLICIT;
	talk_play(t, "S: 220 mail.example ESMTP\n", &o);
	check_trouble(t, PROBE_TLS_NOT_TLS, PROBE_STAGE_BROKEN);
	assert_true(t->facts.speaks_plain_on_tls_port);
	assert_string_equal(t->facts.stages[PROBE_STAGE_HANDSHAKE].text, "220 mail.example ESMTP");
}

static void
test_tls_on_a_plain_port_is_seen_when_it_speaks(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, "RAW: \x15\x03\x03\x01\x02\x02\x28\nCLOSE\n", &o);
	talk_check(t, PROBE_STAGE_GREETING, PROBE_STAGE_CLOSED);
	assert_true(t->facts.speaks_tls_on_plain_port);
}

static void
test_a_server_that_leaves_in_the_handshake_is_told_how(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, ASKED "S: 220 go\nCLOSE\n", &o);
	assert_int_equal(t->facts.tls.trouble, PROBE_TLS_CLOSED);
	assert_in_range(
	    t->facts.stages[PROBE_STAGE_HANDSHAKE].end, PROBE_STAGE_CLOSED, PROBE_STAGE_RESET);
	talk_play(t, ASKED "S: 220 go\nHANDSHAKE\nRESET\n", &o);
	check_trouble(t, PROBE_TLS_CLOSED, PROBE_STAGE_RESET);
}

static void
test_a_server_that_is_silent_in_the_handshake_is_waited_for(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.greeting_ms = SHORT_MS;
	talk_play(t, ASKED "S: 220 go\n", &o);
	check_trouble(t, PROBE_TLS_TIMEOUT, PROBE_STAGE_TIMEOUT);
	talk_play(t, ASKED "S: 220 go\nHANDSHAKE\nRAW: \x16\x03\x03\x0f\x0f\x02\n", &o);
	check_trouble(t, PROBE_TLS_TIMEOUT_LATER, PROBE_STAGE_TIMEOUT);
}

static void
test_an_alert_says_why(void **state)
{
	static const struct {
		const char *script;
		enum probe_tls_trouble trouble;
	} alerts[] = {
		{ ASKED "S: 220 go\nHANDSHAKE\nALERT 70\n", PROBE_TLS_VERSION },
		{ ASKED "S: 220 go\nHANDSHAKE\nALERT 40\n", PROBE_TLS_NO_CIPHER },
		{ ASKED "S: 220 go\nHANDSHAKE\nALERT 71\n", PROBE_TLS_NO_CIPHER },
		{ ASKED "S: 220 go\nHANDSHAKE\nALERT 112\n", PROBE_TLS_ALERT },
		{ ASKED "S: 220 go\nHANDSHAKE\nALERT 80\n", PROBE_TLS_ALERT },
	};
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
		talk_play(t, alerts[i].script, &o);
		check_trouble(t, alerts[i].trouble, PROBE_STAGE_BROKEN);
	}
}

/* As those that nobody has looked after for years. */
static void
test_a_server_with_old_versions_only_can_be_looked_at(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	(void)SSL_CTX_set_max_proto_version(t->tls, TLS1_1_VERSION);
	(void)SSL_CTX_set_cipher_list(t->tls, "ALL");
	talk_play(t, ASKED "S: 220 go\nTLS\n" ASKED "S: 220 go\nTLS\n" REST, &o);
	check_trouble(t, PROBE_TLS_VERSION, PROBE_STAGE_BROKEN);
	assert_true(t->facts.tls.is_legacy);
	assert_string_equal(t->facts.tls.version, "TLSv1.1");
	assert_true(t->facts.tls.certificate.is_there);
	/* Who asks for it has it at once. */
	o.tls_min = TLS1_VERSION;
	talk_play(t, ASKED "S: 220 go\nTLS\n" REST, &o);
	check_trouble(t, PROBE_TLS_FINE, PROBE_STAGE_PASSED);
	assert_true(t->facts.tls.is_legacy);
	assert_string_equal(t->facts.tls.version, "TLSv1.1");
	(void)SSL_CTX_set_max_proto_version(t->tls, 0);
}

static void
test_a_server_with_weak_ciphers_only_is_looked_at_again(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	(void)SSL_CTX_set_max_proto_version(t->tls, TLS1_2_VERSION);
	(void)SSL_CTX_set_cipher_list(t->tls, "ECDHE-ECDSA-NULL-SHA");
	talk_play(t, ASKED "S: 220 go\nTLS\n" ASKED "S: 220 go\nTLS\n" REST, &o);
	check_trouble(t, PROBE_TLS_NO_CIPHER, PROBE_STAGE_BROKEN);
	assert_string_equal(t->facts.tls.cipher, "ECDHE-ECDSA-NULL-SHA");
	assert_false(t->facts.tls.is_legacy);
	(void)SSL_CTX_set_cipher_list(t->tls, "ALL");
	(void)SSL_CTX_set_max_proto_version(t->tls, 0);
}

/* It has gone, or takes no second connection: the first has told what is wrong. */
static void
test_a_second_look_that_fails_changes_nothing(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, ASKED "S: 220 go\nHANDSHAKE\nALERT 70\nCLOSE\nS: 421 too many\nCLOSE\n", &o);
	check_trouble(t, PROBE_TLS_VERSION, PROBE_STAGE_BROKEN);
	talk_check(t, PROBE_STAGE_GREETING, PROBE_STAGE_PASSED);
	assert_string_equal(t->facts.tls.version, "");
}

static void
test_a_second_look_that_is_stopped_changes_nothing(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_stop_second(t, ASKED "S: 220 go\nHANDSHAKE\nALERT 70\nCLOSE\n", &o);
	check_trouble(t, PROBE_TLS_VERSION, PROBE_STAGE_BROKEN);
	talk_check(t, PROBE_STAGE_GREETING, PROBE_STAGE_PASSED);
}

static void
test_versions_can_be_bounded(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.tls_max = TLS1_2_VERSION;
	talk_play(t, ASKED "S: 220 go\nTLS\n" REST, &o);
	check_trouble(t, PROBE_TLS_FINE, PROBE_STAGE_PASSED);
	assert_string_equal(t->facts.tls.version, "TLSv1.2");
	assert_false(t->facts.tls.is_legacy);
}

static void
test_ciphers_can_be_named(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.tls_max = TLS1_2_VERSION;
	o.tls_ciphers = "ECDHE-ECDSA-AES128-SHA";
	talk_play(t, ASKED "S: 220 go\nTLS\n" REST, &o);
	check_trouble(t, PROBE_TLS_FINE, PROBE_STAGE_PASSED);
	assert_string_equal(t->facts.tls.cipher, "ECDHE-ECDSA-AES128-SHA");
	o.tls_ciphers = "ECDHE-RSA-AES128-SHA"; /* the key is of another kind */
	talk_play(t, ASKED "S: 220 go\nTLS\n", &o);
	check_trouble(t, PROBE_TLS_NO_CIPHER, PROBE_STAGE_BROKEN);
	o.tls_ciphers = "NO-SUCH-CIPHER";
	talk_play(t, ASKED "S: 220 go\n", &o);
	check_trouble(t, PROBE_TLS_OTHER, PROBE_STAGE_BROKEN);
}

/* The handshake is made whatever is wrong: the facts say it. */
static void
test_a_certificate_with_faults_does_not_stop_the_dialog(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.name = "other.example";
	talk_play(t, ASKED "S: 220 go\nTLS\n" REST, &o);
	check_trouble(t, PROBE_TLS_FINE, PROBE_STAGE_PASSED);
	assert_int_equal(t->facts.tls.certificate.faults, PROBE_CERTIFICATE_WRONG_NAME);
	assert_string_equal(t->facts.tls.certificate.names[0], "mail.example");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_an_offer_starttls_is_not_said),
		cmocka_unit_test(test_without_an_offer_starttls_can_be_said_anyway),
		cmocka_unit_test(test_another_yes_than_220_starts_no_handshake),
		cmocka_unit_test(test_no_tls_at_all_can_be_asked_for),
		cmocka_unit_test(test_plaintext_behind_the_220_is_noted_and_never_used),
		cmocka_unit_test(test_a_server_that_goes_on_in_plain_is_no_tls),
		cmocka_unit_test(test_plain_smtp_on_a_port_of_implicit_tls_is_seen),
		cmocka_unit_test(test_tls_on_a_plain_port_is_seen_when_it_speaks),
		cmocka_unit_test(test_a_server_that_leaves_in_the_handshake_is_told_how),
		cmocka_unit_test(test_a_server_that_is_silent_in_the_handshake_is_waited_for),
		cmocka_unit_test(test_an_alert_says_why),
		cmocka_unit_test(test_a_server_with_old_versions_only_can_be_looked_at),
		cmocka_unit_test(test_a_server_with_weak_ciphers_only_is_looked_at_again),
		cmocka_unit_test(test_a_second_look_that_fails_changes_nothing),
		cmocka_unit_test(test_a_second_look_that_is_stopped_changes_nothing),
		cmocka_unit_test(test_versions_can_be_bounded),
		cmocka_unit_test(test_ciphers_can_be_named),
		cmocka_unit_test(test_a_certificate_with_faults_does_not_stop_the_dialog),
	};

	return cmocka_run_group_tests(tests, talk_set_up, talk_tear_down);
}
