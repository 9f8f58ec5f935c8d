/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in: with what, when at all, and what the server says to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/dialog.h"
#include "talk.h"

#define EHLO "C: EHLO client.example\n"
#define QUIT "C: QUIT\nS: 221 bye\n"
#define HELLO "S: 220 mail.example ESMTP\n" EHLO
#define OFFER(mechanisms) "TLS\n" HELLO "S: 250-mail.example\nS: 250 AUTH " mechanisms "\n"
#define PLAIN "C: AUTH PLAIN AHVzZXIAc2VjcmV0\n"

static struct probe_dialog_options
options(struct talk *t)
{
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_AUTH, PROBE_MODE_IMPLICIT);

	o.auth_user = slice_of("user");
	o.auth_secret = slice_of("secret");
	return o;
}

static void
check_login(struct talk *t, const char *mechanism, bool is_in, enum probe_stage_end end)
{
	talk_check(t, PROBE_STAGE_AUTH, end);
	assert_string_equal(t->facts.mechanism, mechanism);
	assert_int_equal(t->facts.is_logged_in, is_in);
}

static void
test_a_password_that_is_right_logs_in(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, OFFER("PLAIN") PLAIN "S: 235 2.7.0 in\n" QUIT, &o);
	check_login(t, "PLAIN", true, PROBE_STAGE_PASSED);
	assert_int_equal(t->facts.stages[PROBE_STAGE_AUTH].code, 235);
}

static void
test_a_password_that_is_wrong_is_tried_once(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, OFFER("PLAIN LOGIN") PLAIN "S: 535 5.7.8 wrong\n" QUIT, &o);
	check_login(t, "PLAIN", false, PROBE_STAGE_REFUSED);
	assert_int_equal(t->facts.stages[PROBE_STAGE_AUTH].enhanced[1], 7);
}

/* RFC 4954 §4: 501 is what an asterisk is answered with. */
static void
test_a_server_that_asks_on_and_on_has_not_let_anyone_in(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, OFFER("PLAIN") PLAIN "S: 334 more\nC: *\nS: 334 more\n" QUIT, &o);
	check_login(t, "PLAIN", false, PROBE_STAGE_BROKEN);
	talk_check(t, PROBE_STAGE_QUIT, PROBE_STAGE_PASSED);
}

static void
test_no_secret_is_in_the_transcript(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t,
	    OFFER("LOGIN") "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\n"
			   "S: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 in\n" QUIT,
	    &o);
	check_login(t, "LOGIN", true, PROBE_STAGE_PASSED);
	talk_check_lines(t,
	    "S: 220 mail.example ESMTP\nC: EHLO client.example\nS: 250-mail.example\n"
	    "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: [hidden]\n"
	    "S: 334 UGFzc3dvcmQ6\nC: [hidden]\nS: 235 in\nC: QUIT\nS: 221 bye\n");
}

/* The first word of what is sent shows what was chosen; the server refuses all. */
static const struct {
	const char *offer, *asked, *command, *mechanism;
} choices[] = {
	{ OFFER("LOGIN PLAIN"), NULL, PLAIN, "PLAIN" },
	{ OFFER("CRAM-MD5 LOGIN"), NULL, "C: AUTH LOGIN\n", "LOGIN" },
	{ OFFER("PLAIN SCRAM-SHA-1"), NULL, "C: AUTH SCRAM-SHA-1 biws\n", "SCRAM-SHA-1" },
	{ OFFER("SCRAM-SHA-256 SCRAM-SHA-1"), NULL, "C: AUTH SCRAM-SHA-256 biws\n",
	    "SCRAM-SHA-256" },
	{ OFFER("NTLM CRAM-MD5"), NULL, "C: AUTH CRAM-MD5\n", "CRAM-MD5" },
	{ OFFER("PLAIN LOGIN XOAUTH2"), "XOAUTH2",
	    "C: AUTH XOAUTH2 dXNlcj11c2VyAWF1dGg9QmVhcmVyIHNlY3JldAEB\n", "XOAUTH2" },
	{ OFFER("PLAIN LOGIN"), "LOGIN", "C: AUTH LOGIN\n", "LOGIN" },
};

static void
test_the_best_mechanism_is_chosen_or_the_one_that_was_named(void **state)
{
	struct talk *t = *state;

	for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
		struct probe_dialog_options o = options(t);
		struct buf script;

		buf_init(&script, 4096);
		(void)buf_addf(
		    &script, "%s%sS: 535 no\n" QUIT, choices[i].offer, choices[i].command);
		(void)buf_add_octet(&script, 0);
		o.auth_mechanism = choices[i].asked;
		talk_play(t, (const char *)script.ptr, &o);
		check_login(t, choices[i].mechanism, false, PROBE_STAGE_REFUSED);
		buf_done(&script);
	}
}

/* What cannot be used, or is not offered, is not tried. */
static const struct {
	const char *script, *asked;
} without[] = {
	{ OFFER("NTLM GSSAPI") QUIT, NULL },
	{ OFFER("XOAUTH2") QUIT, NULL }, /* its secret is no password */
	{ OFFER("PLAIN") QUIT, "XOAUTH2" },
	{ OFFER("NTLM") QUIT, "NTLM" },
	{ "TLS\n" HELLO "S: 250 mail.example\n" QUIT, NULL },
};

static void
test_without_a_mechanism_nothing_is_tried(void **state)
{
	struct talk *t = *state;

	for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
		struct probe_dialog_options o = options(t);

		o.auth_mechanism = without[i].asked;
		talk_play(t, without[i].script, &o);
		check_login(t, "", false, PROBE_STAGE_SKIPPED);
		assert_true(t->facts.stages[PROBE_STAGE_AUTH].text[0] != '\0');
	}
}

static void
test_a_certificate_with_a_fault_gets_no_password(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.name = "other.example";
	talk_play(t, OFFER("PLAIN") QUIT, &o);
	check_login(t, "", false, PROBE_STAGE_SKIPPED);
	o = options(t);
	o.roots = NULL;
	talk_play(t, OFFER("PLAIN") QUIT, &o);
	check_login(t, "", false, PROBE_STAGE_SKIPPED);
}

static void
test_without_tls_no_password_is_sent(void **state)
{
	static const enum probe_dialog_mode modes[] = { PROBE_MODE_PLAIN, PROBE_MODE_STARTTLS };
	struct talk *t = *state;

	for (size_t i = 0; i < 2; i++) {
		struct probe_dialog_options o = options(t);

		o.mode = modes[i];
		talk_play(t, HELLO "S: 250-mail.example\nS: 250 AUTH PLAIN LOGIN\n" QUIT, &o);
		check_login(t, "", false, PROBE_STAGE_SKIPPED);
	}
}

/* RFC 5802 §3 */
static void
test_a_server_that_cannot_know_the_password_is_not_believed(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t, OFFER("SCRAM-SHA-256") "C: AUTH SCRAM-SHA-256\nS: 235 come in\n" QUIT, &o);
	check_login(t, "SCRAM-SHA-256", false, PROBE_STAGE_BROKEN);
}

/* RFC 7628 §3.2.2; so does XOAUTH2. */
static void
test_what_is_wrong_with_a_token_is_told(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.auth_mechanism = "XOAUTH2";
	talk_play(t,
	    OFFER("XOAUTH2") "C: AUTH XOAUTH2\nS: 334 eyJzdGF0dXMiOiI0MDAifQ==\nC: \n"
			     "S: 535 5.7.8 no\n" QUIT,
	    &o);
	check_login(t, "XOAUTH2", false, PROBE_STAGE_REFUSED);
	assert_string_equal(t->facts.complaint, "{\"status\":\"400\"}");
}

static void
test_a_challenge_that_makes_no_sense_is_cancelled(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	talk_play(t,
	    OFFER("SCRAM-SHA-256") "C: AUTH SCRAM-SHA-256\nS: 334 what\nC: *\nS: 501 as you "
				   "wish\n" QUIT,
	    &o);
	check_login(t, "SCRAM-SHA-256", false, PROBE_STAGE_REFUSED);
}

static void
test_without_a_user_auth_is_left_out(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	o.auth_user = slice_of("");
	talk_play(t, OFFER("PLAIN") QUIT, &o);
	talk_check(t, PROBE_STAGE_AUTH, PROBE_STAGE_NOT_REACHED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_password_that_is_right_logs_in),
		cmocka_unit_test(test_a_password_that_is_wrong_is_tried_once),
		cmocka_unit_test(test_a_server_that_asks_on_and_on_has_not_let_anyone_in),
		cmocka_unit_test(test_no_secret_is_in_the_transcript),
		cmocka_unit_test(test_the_best_mechanism_is_chosen_or_the_one_that_was_named),
		cmocka_unit_test(test_without_a_mechanism_nothing_is_tried),
		cmocka_unit_test(test_a_certificate_with_a_fault_gets_no_password),
		cmocka_unit_test(test_without_tls_no_password_is_sent),
		cmocka_unit_test(test_a_server_that_cannot_know_the_password_is_not_believed),
		cmocka_unit_test(test_what_is_wrong_with_a_token_is_told),
		cmocka_unit_test(test_a_challenge_that_makes_no_sense_is_cancelled),
		cmocka_unit_test(test_without_a_user_auth_is_left_out),
	};

	return cmocka_run_group_tests(tests, talk_set_up, talk_tear_down);
}
