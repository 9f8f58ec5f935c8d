/* SPDX-License-Identifier: Apache-2.0 */
/* test_reply.c - which numbers of a text are replies of a server */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "explain/reply.h"

enum { WORDS_SIZE = 200 };

static const struct reply_case {
	const char *text;
	const char *replies; /* "550/5.7.1 535/0.0.0" */
} cases[] = {
	{ "550 5.7.1 text", "550/5.7.1" },
	{ "550-5.7.1 text", "550/5.7.1" },
	{ "(535, b'5.7.8 Error')", "535/5.7.8" },
	{ "(530, b'Must issue')", "530/0.0.0" },
	{ "got code \"530\", with message \"530 5.7.0 text\"", "530/0.0.0 530/5.7.0" },
	{ "response=421 go away", "421/0.0.0" },
	{ "host a.example[192.0.2.1] said: 550 5.1.1 <a@b>: unknown", "550/5.1.1" },
	{ "dsn=5.7.1, status=bounced", "0/5.7.1!" },
	{ "status=bounced (host a said: 554 no)", "554/0.0.0" },
	{ "{\"responseCode\":535,\"x\":1}", "535/0.0.0" },
	{ "<** 535 no", "535/0.0.0" },
	{ "<-- 550 no", "550/0.0.0" },
	{ "SERVER -> CLIENT: 535 no", "535/0.0.0" },
	{ "2024-05-01 10:00:00 SERVER -> CLIENT: 535 no", "535/0.0.0" },
	{ "S: 454 4.7.0 no", "454/4.7.0" },
	{ "Invalid login: 535 no", "535/0.0.0" },
	{ "553 sorry (#5.7.1)", "553/0.0.0 0/5.7.1" },
	{ "550 #5.1.0 Address rejected", "550/5.1.0" },
	{ "Status: 5.1.1", "0/5.1.1!" },
	{ "Remote host said: 552 full", "552/0.0.0" },
	{ "Remote_host_said:_553_sorry", "553/0.0.0" },
	{ "Remote_host_said:_451_4.7.1_later", "451/4.7.1" },
	{ "a_550_b and x:_1550_b", "" },
	{ "250 OK 354 go on", "" },
	{ "250 2.0.0 OK", "" },
	{ "connect to a.example port 465 and 587", "" },
	{ "a.example:587", "" },
	{ "at smtp.js:535:12", "" },
	{ "in SMTP.php line 450", "" },
	{ "postfix/smtp[554]: text", "" },
	{ "delay=452, delays=0.1/0/451/0", "" },
	{ "HTTP/1.1 503 Service Unavailable", "" },
	{ "502 Bad Gateway", "" },
	{ "Status Code: 500 Error", "" },
	{ "10:45:450 and 1.535 and 535.2", "" },
	{ "took 450 ms", "" },
	{ "size 552 bytes", "" },
	{ "192.0.2.550", "" },
	{ "PHPMailer 5.2.4", "" },
	{ "version 5.4.1", "" },
	{ "5.7.1.4 is an address", "" },
	{ "some 400 of 500", "" },
};

static void
describe(const struct explain_reply *r, char words[WORDS_SIZE])
{
	const size_t len = strlen(words);

	(void)snprintf(words + len, WORDS_SIZE - len, "%s%u/%u.%u.%u%s", len == 0 ? "" : " ",
	    r->basic, r->enhanced[0], r->enhanced[1], r->enhanced[2], r->is_made_up ? "!" : "");
}

/* In a heap block of its exact size: ASan sees any overread. */
static void
read_replies(const char *text, char words[WORDS_SIZE])
{
	const struct slice octets = slice_of(text);
	uint8_t *copy = malloc(octets.len + (octets.len == 0));
	struct explain_tokens tokens;
	struct explain_replies replies;

	memcpy(copy, octets.ptr, octets.len);
	explain_tokens_init(&tokens, slice_make(copy, octets.len));
	explain_replies_init(&replies, &tokens);
	words[0] = '\0';
	for (size_t i = 0; i < replies.count; i++)
		describe(&replies.all[i], words);
	explain_replies_done(&replies);
	explain_tokens_done(&tokens);
	free(copy);
}

static void
test_replies_are_told_from_other_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char words[WORDS_SIZE];

		read_replies(cases[i].text, words);
		if (strcmp(words, cases[i].replies) != 0)
			fail_msg("%s: '%s', not '%s'", cases[i].text, words, cases[i].replies);
	}
}

static void
test_a_reply_has_all_its_lines(void **state)
{
	static const char text[] = "550-5.7.1 one\n550 5.7.1 two\nthree";
	struct explain_tokens tokens;
	struct explain_replies replies;

	(void)state;
	explain_tokens_init(&tokens, slice_of(text));
	explain_replies_init(&replies, &tokens);
	assert_int_equal(replies.count, 1);
	assert_non_null(explain_replies_around(&replies, 0, 20));
	assert_non_null(explain_replies_around(&replies, (size_t)(strstr(text, "two") - text), 3));
	assert_null(explain_replies_around(&replies, 20, sizeof text - 21));
	assert_null(explain_replies_around(&replies, (size_t)(strstr(text, "three") - text), 3));
	explain_replies_done(&replies);
	explain_tokens_done(&tokens);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies_are_told_from_other_numbers),
		cmocka_unit_test(test_a_reply_has_all_its_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
