/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client_feed.h"

/* Responses by turn; NULL: gives up. */
struct script {
	const char *responses[3];
	unsigned next;
	struct buf challenges; /* each with LF behind */
};

static bool
respond(void *arg, struct slice challenge, struct buf *response)
{
	struct script *s = arg;
	const char *text = s->responses[s->next++];

	assert_true(buf_add_slice(&s->challenges, challenge));
	assert_true(buf_add_octet(&s->challenges, '\n'));
	return text != NULL && buf_add_text(response, text);
}

/* The server says s; the client says c then. */
struct turn {
	const char *s, *c;
};

static const struct exchange {
	const char *name;
	const char *responses[3];
	struct turn turns[4]; /* the first without s */
	const char *challenges;
	bool is_first;
} exchanges[] = {
	{ "an initial response goes with the command", { "abc" },
	    { { "", "AUTH X YWJj\r\n" }, { "235 in\r\n", "" } }, "\n", true },
	{ "a challenge is decoded", { "abc" },
	    { { "", "AUTH X\r\n" }, { "334 MTIz\r\n", "YWJj\r\n" }, { "235 in\r\n", "" } }, "123\n",
	    false },
	{ "what is no base64 is handed on as it is", { "abc" },
	    { { "", "AUTH X\r\n" }, { "334 Username:\r\n", "YWJj\r\n" }, { "235 in\r\n", "" } },
	    "Username:\n", false },
	{ "an answer may be empty", { "abc", "" },
	    { { "", "AUTH X YWJj\r\n" }, { "334 MTIz\r\n", "\r\n" }, { "235 in\r\n", "" } },
	    "\n123\n", true },
	{ "no answer cancels", { "abc", NULL },
	    { { "", "AUTH X YWJj\r\n" }, { "334 MTIz\r\n", "*\r\n" }, { "501 gone\r\n", "" } },
	    "\n123\n", true },
	{ "a refusal leaves the connection", { "abc" },
	    { { "", "AUTH X YWJj\r\n" }, { "535 5.7.8 no\r\n", "" } }, "\n", true },
};

/* RFC 4954 §4 */
static void
test_an_exchange_is_carried(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++) {
		const struct exchange *x = &exchanges[i];
		struct script script = { .next = 0 };
		const struct smtp_client_sasl sasl = { "X", x->is_first, respond, &script };
		struct smtp_client *c = start_offering("AUTH X");

		buf_init(&script.challenges, 4096);
		memcpy(script.responses, x->responses, sizeof script.responses);
		smtp_client_auth(c, &sasl, 1);
		for (size_t j = 0; j < 4 && x->turns[j].s != NULL; j++) {
			(void)smtp_client_input(c, slice_of(x->turns[j].s), 1);
			if (!slice_is(smtp_client_output(c), x->turns[j].c))
				fail_msg("%s: turn %zu", x->name, j);
			drop_output(c);
		}
		if (!slice_is(buf_slice(&script.challenges), x->challenges))
			fail_msg("%s: challenges", x->name);
		assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
		buf_done(&script.challenges);
		smtp_client_free(&c);
	}
}

/* RFC 4954 §4: at most 512 octets; what is longer waits for the challenge that is empty. */
static void
check_long_initial(size_t len, bool is_in_line)
{
	char text[512] = { 0 };
	struct script script = { .responses = { text } };
	const struct smtp_client_sasl sasl = { "X", true, respond, &script };
	struct smtp_client *c = start_offering("AUTH X");

	memset(text, 'a', len);
	buf_init(&script.challenges, 4096);
	smtp_client_auth(c, &sasl, 1);
	assert_int_equal(slice_is(smtp_client_output(c), "AUTH X\r\n"), !is_in_line);
	if (is_in_line)
		assert_true(smtp_client_output(c).len <= 512);
	drop_output(c);
	if (!is_in_line) {
		(void)smtp_client_input(c, slice_of("334 \r\n"), 1);
		assert_int_equal(smtp_client_output(c).len, (len + 2) / 3 * 4 + 2);
		drop_output(c);
	}
	(void)smtp_client_input(c, slice_of("235 in\r\n"), 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	assert_int_equal(script.next, 1);
	buf_done(&script.challenges);
	smtp_client_free(&c);
}

static void
test_an_initial_response_is_never_in_a_line_that_is_too_long(void **state)
{
	(void)state;
	check_long_initial(375, true); /* 7 + 500 + 2 octets */
	check_long_initial(376, false);
}

/* RFC 4954 §4: 501 answers an asterisk. A server that asks on and on is not answered for ever. */
static void
test_a_challenge_behind_the_asterisk_ends_the_connection(void **state)
{
	struct script script = { .responses = { NULL } };
	const struct smtp_client_sasl sasl = { "X", false, respond, &script };
	struct smtp_client *c = start_offering("AUTH X");

	(void)state;
	buf_init(&script.challenges, 4096);
	smtp_client_auth(c, &sasl, 1);
	drop_output(c);
	(void)smtp_client_input(c, slice_of("334 MTIz\r\n"), 1);
	assert_true(slice_is(smtp_client_output(c), "*\r\n"));
	drop_output(c);
	(void)smtp_client_input(c, slice_of("334 MTIz\r\n"), 1);
	assert_int_equal(smtp_client_output(c).len, 0);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
	assert_int_equal(script.next, 1);
	buf_done(&script.challenges);
	smtp_client_free(&c);
}

static void
test_421_ends_the_connection(void **state)
{
	struct script script = { .responses = { "abc" } };
	const struct smtp_client_sasl sasl = { "X", true, respond, &script };
	struct smtp_client *c = start_offering("AUTH X");

	(void)state;
	buf_init(&script.challenges, 4096);
	smtp_client_auth(c, &sasl, 1);
	(void)smtp_client_input(c, slice_of("421 go away\r\n"), 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
	assert_string_equal(smtp_client_failure(c)->reason, "while sending AUTH");
	buf_done(&script.challenges);
	smtp_client_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_exchange_is_carried),
		cmocka_unit_test(test_an_initial_response_is_never_in_a_line_that_is_too_long),
		cmocka_unit_test(test_a_challenge_behind_the_asterisk_ends_the_connection),
		cmocka_unit_test(test_421_ends_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
