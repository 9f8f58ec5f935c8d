/* SPDX-License-Identifier: Apache-2.0 */
/* Each stage, and each way in which it can end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/dialog.h"
#include "talk.h"

/* For a server that is silent. Everything before is at once, on any machine. */
/* A stage's time begins a moment behind its deadline's: a longer one where the machine is busy. */
enum { SHORT_MS = 250, SHORT_MIN_US = SHORT_MS * 1000 / 2, SHORT_MAX_US = SHORT_MS * 1000 * 20 };

#define EHLO "C: EHLO client.example\n"
#define HELLO "S: 220 mail.example ESMTP\n" EHLO
#define OFFER "S: 250-mail.example\nS: 250-PIPELINING\nS: 250-AUTH PLAIN\nS: 250 STARTTLS\n"
#define GONE_TLS HELLO OFFER "C: STARTTLS\nS: 220 go\nTLS\n"
#define READY "TLS\n" HELLO OFFER
#define MAILED HELLO "S: 250 mail.example\nC: MAIL FROM:<s@example.org>\n"
#define ASKED MAILED "S: 250 a\nC: RCPT TO:<r@example.org>\n"
#define TEXT ASKED "S: 250 b\nC: DATA\n"

/* How to come to where the stage waits for the server. */
static const struct way {
	enum probe_stage stage;
	enum probe_dialog_goal goal;
	enum probe_dialog_mode mode;
	bool wants_bulk, has_user;
	const char *script;
} ways[] = {
	{ PROBE_STAGE_GREETING, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS, false, false, "" },
	{ PROBE_STAGE_EHLO, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS, false, false, HELLO },
	{ PROBE_STAGE_STARTTLS, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS, false, false,
	    HELLO OFFER "C: STARTTLS\n" },
	{ PROBE_STAGE_EHLO_TLS, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS, false, false, GONE_TLS EHLO },
	{ PROBE_STAGE_BULK, PROBE_GOAL_TLS, PROBE_MODE_IMPLICIT, true, false, READY "C: NOOP\n" },
	{ PROBE_STAGE_AUTH, PROBE_GOAL_AUTH, PROBE_MODE_IMPLICIT, false, true,
	    READY "C: AUTH PLAIN AHVzZXIAc2VjcmV0\n" },
	{ PROBE_STAGE_MAIL, PROBE_GOAL_MAIL, PROBE_MODE_PLAIN, false, false, MAILED },
	{ PROBE_STAGE_RCPT, PROBE_GOAL_MAIL, PROBE_MODE_PLAIN, false, false, ASKED },
	{ PROBE_STAGE_DATA, PROBE_GOAL_MAIL, PROBE_MODE_PLAIN, false, false, TEXT },
	{ PROBE_STAGE_END, PROBE_GOAL_MAIL, PROBE_MODE_PLAIN, false, false,
	    TEXT "S: 354 c\nTEXT\n" },
	{ PROBE_STAGE_QUIT, PROBE_GOAL_EHLO, PROBE_MODE_PLAIN, false, false,
	    HELLO "S: 250 mail.example\nC: QUIT\n" },
};

/* What the server does then. QUIT is said where a reply was had that is no 421. */
static const struct fate {
	const char *step, *text;
	enum probe_stage_end end;
	uint16_t code;
	bool is_followed_by_quit;
} fates[] = {
	{ "S: 550 5.7.1 no\n", "5.7.1 no", PROBE_STAGE_REFUSED, 550, true },
	{ "S: 421 4.3.2 closing\nCLOSE\n", "4.3.2 closing", PROBE_STAGE_REFUSED, 421, false },
	{ "CLOSE\n", "closed by the peer", PROBE_STAGE_CLOSED, 0, false },
	{ "RESET\n", "Connection reset by peer", PROBE_STAGE_RESET, 0, false },
	{ "", "", PROBE_STAGE_TIMEOUT, 0, false },
	{ "S: HTTP/1.1 400 Bad Request\n", "HTTP/1.1 400 Bad Request", PROBE_STAGE_BROKEN, 0,
	    false },
};

/* A refused EHLO is followed by HELO, a refused STARTTLS and the like by nothing. */
static bool
is_followed_by_helo(const struct way *way, const struct fate *fate)
{
	return fate->code == 550 &&
	       (way->stage == PROBE_STAGE_EHLO || way->stage == PROBE_STAGE_EHLO_TLS);
}

static void
make_script(const struct way *way, const struct fate *fate, struct buf *script)
{
	buf_init(script, 4096);
	(void)buf_add_text(script, way->script);
	(void)buf_add_text(script, fate->step);
	if (is_followed_by_helo(way, fate))
		(void)buf_add_text(script, "C: HELO client.example\nS: 550 5.7.1 no\n");
	if (fate->is_followed_by_quit && way->stage != PROBE_STAGE_QUIT)
		(void)buf_add_text(script, "C: QUIT\nS: 221 bye\n");
	(void)buf_add_octet(script, 0);
}

static void
check_fate(struct talk *t, const struct way *way, const struct fate *fate)
{
	struct probe_dialog_options o = talk_options(t, way->goal, way->mode);
	const struct probe_stage_fact *fact = &t->facts.stages[way->stage];
	struct buf script;

	o.wants_bulk = way->wants_bulk;
	if (way->has_user) {
		o.auth_user = slice_of("user");
		o.auth_secret = slice_of("secret");
	}
	if (fate->end == PROBE_STAGE_TIMEOUT)
		o.greeting_ms = o.command_ms = o.bulk_ms = SHORT_MS;
	make_script(way, fate, &script);
	talk_play(t, (const char *)script.ptr, &o);
	talk_check(t, way->stage, fate->end);
	assert_int_equal(fact->code, fate->code);
	assert_string_equal(fact->text, fate->text);
	assert_int_equal(fact->enhanced[0], fate->code == 0 ? 0 : fate->code / 100);
	if (fate->end == PROBE_STAGE_TIMEOUT)
		assert_in_range(fact->took_us, SHORT_MIN_US, SHORT_MAX_US);
	buf_done(&script);
}

static void
test_each_stage_ends_as_the_server_makes_it(void **state)
{
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		for (size_t j = 0; j < sizeof fates / sizeof fates[0]; j++) {
			/* NOOP is not refused: its reply came through. */
			if (ways[i].stage == PROBE_STAGE_BULK && fates[j].code != 0)
				continue;
			check_fate(*state, &ways[i], &fates[j]);
		}
}

/* The goal is not reached, but the whole of the time is over. */
static void
test_no_dialog_lasts_longer_than_its_total(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS);

	o.total_ms = SHORT_MS;
	talk_play(t, HELLO, &o);
	talk_check(t, PROBE_STAGE_EHLO, PROBE_STAGE_TIMEOUT);
	assert_in_range(t->facts.took_us, SHORT_MIN_US, SHORT_MAX_US);
}

/* Nothing listens there. */
static void
test_a_refused_connection_ends_it(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS);

	talk_call_nobody(t, &o);
	assert_int_equal(t->facts.tcp.end, PROBE_TCP_RESET);
	talk_check(t, PROBE_STAGE_CONNECT, PROBE_STAGE_RESET);
	assert_string_equal(t->facts.stages[PROBE_STAGE_CONNECT].text, "Connection refused");
	talk_check(t, PROBE_STAGE_GREETING, PROBE_STAGE_NOT_REACHED);
}

/* A greeting pause is waited out, and nothing is said meanwhile (RFC 5321 §4.3.1). */
static void
test_nothing_is_said_before_the_greeting(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS);

	o.greeting_ms = SHORT_MS;
	talk_play(t, "", &o);
	talk_check(t, PROBE_STAGE_GREETING, PROBE_STAGE_TIMEOUT);
	assert_int_equal(t->lines.len, 0);
}

static void
test_a_server_without_ehlo_is_greeted_with_helo(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_EHLO, PROBE_MODE_STARTTLS);

	talk_play(t,
	    HELLO "S: 502 what\nC: HELO client.example\nS: 250 hello\nC: QUIT\nS: 221 bye\n", &o);
	talk_check(t, PROBE_STAGE_EHLO, PROBE_STAGE_PASSED);
	assert_int_equal(t->facts.ehlo.code, 502);
	assert_int_equal(t->facts.stages[PROBE_STAGE_EHLO].code, 250);
}

/* As when the server was told a PROXY header first, and said 502 to it. */
static void
test_a_list_of_extensions_in_reply_to_helo_is_out_of_step(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_EHLO, PROBE_MODE_STARTTLS);

	talk_play(t,
	    HELLO "S: 502 what\nC: HELO client.example\nS: 250-hello\nS: 250 PIPELINING\n"
		  "C: QUIT\nS: 250 hello\n",
	    &o);
	assert_true(t->facts.is_out_of_step);
	talk_play(t,
	    HELLO "S: 502 what\nC: HELO client.example\nS: 250-hello\nS: 250 you are known\n"
		  "C: QUIT\nS: 221 bye\n",
	    &o);
	assert_false(t->facts.is_out_of_step);
}

static void
test_a_greeting_that_was_painted_over_is_seen(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_EHLO, PROBE_MODE_STARTTLS);

	talk_play(t,
	    "S: 220 ****0*******2***\n" EHLO
	    "S: 250-mail.example\nS: 250 XXXXXXXA\nC: QUIT\nS: 221 bye\n",
	    &o);
	assert_true(t->facts.is_greeting_masked);
	assert_true(t->facts.ehlo.is_masked);
}

static void
test_words_of_the_server_are_printable_and_bounded(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_GREETING, PROBE_MODE_STARTTLS);

	talk_play(t, "S: 220 \x1b[31mred\xff\nC: QUIT\nS: 221 bye\n", &o);
	assert_string_equal(t->facts.stages[PROBE_STAGE_GREETING].text, "?[31mred?");
}

static void
test_a_dialog_can_be_cancelled(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS);

	talk_cancel(t, HELLO, &o, PROBE_STAGE_EHLO);
	talk_cancel(t, "", &o, PROBE_STAGE_CONNECT);
	assert_false(t->is_done);
}

static void
test_names_are_stable(void **state)
{
	(void)state;
	assert_string_equal(probe_stage_name(PROBE_STAGE_EHLO_TLS), "ehlo_tls");
	assert_string_equal(probe_stage_name(PROBE_STAGE_QUIT), "quit");
	assert_string_equal(probe_stage_end_name(PROBE_STAGE_NOT_REACHED), "not_reached");
	assert_string_equal(probe_tls_trouble_name(PROBE_TLS_TIMEOUT_LATER), "timeout_later");
}

/* At a place where the server still owes something: what was seen so far is kept. */
static void
test_a_dialog_that_is_stopped_tells_what_it_has_seen(void **state)
{
	struct talk *t = *state;
	const struct probe_dialog_options o = talk_options(t, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS);

	talk_stop(t, HELLO, &o, PROBE_STAGE_EHLO);
	talk_check(t, PROBE_STAGE_GREETING, PROBE_STAGE_PASSED);
	talk_check(t, PROBE_STAGE_EHLO, PROBE_STAGE_TIMEOUT);
	talk_stop(t, "", &o, PROBE_STAGE_GREETING);
	talk_check(t, PROBE_STAGE_GREETING, PROBE_STAGE_TIMEOUT);
	assert_int_equal(t->facts.tcp.end, PROBE_TCP_OPEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_stage_ends_as_the_server_makes_it),
		cmocka_unit_test(test_no_dialog_lasts_longer_than_its_total),
		cmocka_unit_test(test_a_refused_connection_ends_it),
		cmocka_unit_test(test_nothing_is_said_before_the_greeting),
		cmocka_unit_test(test_a_server_without_ehlo_is_greeted_with_helo),
		cmocka_unit_test(test_a_list_of_extensions_in_reply_to_helo_is_out_of_step),
		cmocka_unit_test(test_a_greeting_that_was_painted_over_is_seen),
		cmocka_unit_test(test_words_of_the_server_are_printable_and_bounded),
		cmocka_unit_test(test_a_dialog_can_be_cancelled),
		cmocka_unit_test(test_names_are_stable),
		cmocka_unit_test(test_a_dialog_that_is_stopped_tells_what_it_has_seen),
	};

	return cmocka_run_group_tests(tests, talk_set_up, talk_tear_down);
}
