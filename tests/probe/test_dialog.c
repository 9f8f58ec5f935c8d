/* SPDX-License-Identifier: Apache-2.0 */
/* A dialog that goes well, and how far it goes. */
#include "probe/dialog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "talk.h"

#define EHLO "C: EHLO client.example\n"
#define QUIT "C: QUIT\nS: 221 bye\n"
#define HELLO "S: 220 mail.example ESMTP\n" EHLO

static void
test_connecting_can_be_all(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_CONNECT, PROBE_MODE_STARTTLS);

	talk_play(t, "", &o);
	assert_int_equal(t->facts.tcp.end, PROBE_TCP_OPEN);
	talk_check(t, PROBE_STAGE_CONNECT, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_GREETING, PROBE_STAGE_NOT_REACHED);
	assert_int_equal(t->lines.len, 0);
}

static void
test_the_greeting_can_be_all(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_GREETING, PROBE_MODE_STARTTLS);

	talk_play(t, "S: 220 mail.example ESMTP\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_GREETING, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_QUIT, PROBE_STAGE_PASSED);
	assert_string_equal(t->facts.stages[PROBE_STAGE_GREETING].text, "mail.example ESMTP");
	talk_check_lines(t, "S: 220 mail.example ESMTP\nC: QUIT\nS: 221 bye\n");
}

static void
test_ehlo_is_said_without_tls_when_that_is_the_goal(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_EHLO, PROBE_MODE_STARTTLS);

	talk_play(t, HELLO "S: 250-mail.example\nS: 250-STARTTLS\nS: 250 SIZE 1000\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_EHLO, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_NOT_REACHED);
	assert_true(t->facts.ehlo.has_starttls);
	assert_int_equal(t->facts.ehlo.size_max, 1000);
	assert_int_equal(t->facts.tls.trouble, PROBE_TLS_NOT_TRIED);
}

static void
test_starttls_leads_to_another_ehlo(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS);

	talk_play(t,
	    HELLO "S: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\n" EHLO
		  "S: 250-mail.example\nS: 250 AUTH PLAIN\n" QUIT,
	    &o);
	talk_check(t, PROBE_STAGE_STARTTLS, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_EHLO_TLS, PROBE_STAGE_PASSED);
	assert_int_equal(t->facts.tls.trouble, PROBE_TLS_FINE);
	assert_string_equal(t->facts.tls.version, "TLSv1.3");
	assert_int_equal(t->facts.tls.certificate.faults, 0);
	assert_false(t->facts.ehlo.has_auth);
	assert_string_equal(t->facts.ehlo_tls.mechanisms, "PLAIN");
	assert_int_equal(t->facts.injected_len, 0);
}

static void
test_implicit_tls_comes_before_the_greeting(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_TLS, PROBE_MODE_IMPLICIT);

	talk_play(t, "TLS\n" HELLO "S: 250 mail.example\n" QUIT, &o);
	assert_true(t->facts.is_implicit_tls);
	talk_check(t, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_EHLO, PROBE_STAGE_NOT_REACHED);
	talk_check(t, PROBE_STAGE_EHLO_TLS, PROBE_STAGE_PASSED);
	assert_true(t->facts.ehlo_tls.is_there);
	assert_false(t->facts.ehlo.is_there);
	assert_true(t->facts.stages[PROBE_STAGE_HANDSHAKE].began_us <
		    t->facts.stages[PROBE_STAGE_GREETING].began_us);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connecting_can_be_all),
		cmocka_unit_test(test_the_greeting_can_be_all),
		cmocka_unit_test(test_ehlo_is_said_without_tls_when_that_is_the_goal),
		cmocka_unit_test(test_starttls_leads_to_another_ehlo),
		cmocka_unit_test(test_implicit_tls_comes_before_the_greeting),
	};

	return cmocka_run_group_tests(tests, talk_set_up, talk_tear_down);
}
