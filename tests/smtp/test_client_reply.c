/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/client.h"
#include "smtp/client_reply.h"

/* RFC 5321 §4.2, §4.2.1 */
static const struct reply_case {
	const char *name, *in;
	enum smtp_reply_status status;
	uint16_t code;
	const char *text, *rest;
} cases[] = {
	{ "one line", "250 OK\r\n", SMTP_REPLY_DONE, 250, "OK", "" },
	{ "no text", "250 \r\n", SMTP_REPLY_DONE, 250, "", "" },
	{ "no space before no text", "250\r\n", SMTP_REPLY_DONE, 250, "", "" },
	{ "several lines", "250-a\r\n250-b\r\n250 c\r\n", SMTP_REPLY_DONE, 250, "a\nb\nc", "" },
	{ "what follows is the next reply", "250 a\r\n550 b\r\n", SMTP_REPLY_DONE, 250, "a",
	    "550 b\r\n" },
	{ "a line that begins with digits", "250-1\r\n250 234 x\r\n", SMTP_REPLY_DONE, 250,
	    "1\n234 x", "" },
	{ "unknown digits after a known first one", "499 x\r\n", SMTP_REPLY_DONE, 499, "x", "" },
	{ "bare LF", "220 x\n", SMTP_REPLY_DONE, 220, "x", "" },
	{ "CR within a line is text", "220 x\ry\r\n", SMTP_REPLY_DONE, 220, "x\ry", "" },
	{ "unfinished line", "250 x", SMTP_REPLY_MORE, 0, "", "" },
	{ "unfinished reply", "250-x\r\n", SMTP_REPLY_MORE, 250, "x", "" },
	{ "first digit 1", "150 x\r\n", SMTP_REPLY_BAD, 0, "150 x", "" },
	{ "first digit 6", "650 x\r\n", SMTP_REPLY_BAD, 0, "650 x", "" },
	{ "no digits", "hello\r\n", SMTP_REPLY_BAD, 0, "hello", "" },
	{ "two digits", "25 x\r\n", SMTP_REPLY_BAD, 0, "25 x", "" },
	{ "four digits", "2500\r\n", SMTP_REPLY_BAD, 0, "2500", "" },
	{ "empty line", "\r\n", SMTP_REPLY_BAD, 0, "", "" },
	{ "codes differ", "250-a\r\n251 b\r\n", SMTP_REPLY_BAD, 0, "251 b", "" },
};

/* Feeds t->in in two pieces, each in a heap block of its exact size. */
static void
check_cut(const struct reply_case *t, size_t cut)
{
	struct smtp_reply_parser p;
	const size_t end[2] = { cut, strlen(t->in) };
	enum smtp_reply_status status = SMTP_REPLY_MORE;
	size_t used = 0, n;

	smtp_reply_parser_init(&p);
	for (size_t i = 0; i < 2 && status == SMTP_REPLY_MORE; i++) {
		size_t len = end[i] - used;
		uint8_t *piece = malloc(len + (len == 0));

		assert_non_null(piece);
		memcpy(piece, t->in + used, len);
		status = smtp_reply_parse(&p, slice_make(piece, len), &n);
		used += n;
		free(piece);
	}
	if (status != t->status || p.code != t->code || strcmp(t->in + used, t->rest) != 0 ||
	    !slice_is(buf_slice(&p.text), t->text))
		fail_msg("%s, cut at %zu: status %d, code %u, text '%.*s', rest '%s'", t->name, cut,
		    (int)status, (unsigned)p.code, (int)p.text.len, (const char *)p.text.ptr,
		    t->in + used);
	smtp_reply_parser_done(&p);
}

/* A bare LF is taken although RFC 5321 §2.3.8 forbids it. */
static void
test_a_reply_is_the_same_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t cut = 0; cut <= strlen(cases[i].in); cut++)
			check_cut(&cases[i], cut);
}

/* A reply of one line with len octets, CRLF counted. */
static enum smtp_reply_status
parse_long_line(size_t len)
{
	struct smtp_reply_parser p;
	enum smtp_reply_status status;
	uint8_t *line = malloc(len);
	size_t used;

	assert_non_null(line);
	for (size_t i = 0; i < len; i++)
		line[i] = (uint8_t) "250 "[i % 4];
	line[len - 2] = '\r';
	line[len - 1] = '\n';
	smtp_reply_parser_init(&p);
	status = smtp_reply_parse(&p, slice_make(line, len), &used);
	smtp_reply_parser_done(&p);
	free(line);
	return status;
}

static void
test_a_line_may_be_as_long_as_the_limit_and_not_longer(void **state)
{
	(void)state;
	assert_int_equal(parse_long_line(SMTP_CLIENT_LINE_MAX), SMTP_REPLY_DONE);
	assert_int_equal(parse_long_line(SMTP_CLIENT_LINE_MAX + 1), SMTP_REPLY_BAD);
}

static enum smtp_reply_status
parse_lines(size_t count)
{
	struct smtp_reply_parser p;
	enum smtp_reply_status status = SMTP_REPLY_MORE;
	size_t used;

	smtp_reply_parser_init(&p);
	for (size_t i = 1; i < count && status == SMTP_REPLY_MORE; i++)
		status = smtp_reply_parse(&p, slice_of("250-x\r\n"), &used);
	if (status == SMTP_REPLY_MORE)
		status = smtp_reply_parse(&p, slice_of("250 x\r\n"), &used);
	smtp_reply_parser_done(&p);
	return status;
}

static void
test_a_reply_may_have_as_many_lines_as_the_limit_and_not_more(void **state)
{
	(void)state;
	assert_int_equal(parse_lines(SMTP_CLIENT_REPLY_LINES_MAX), SMTP_REPLY_DONE);
	assert_int_equal(parse_lines(SMTP_CLIENT_REPLY_LINES_MAX + 1), SMTP_REPLY_BAD);
}

/* RFC 2034 §4, RFC 3463 §2 */
static const struct enhanced_case {
	const char *text;
	uint16_t code;
	bool ok;
	uint16_t enhanced[3];
} enhanced_cases[] = {
	{ "5.1.1 no such user", 550, true, { 5, 1, 1 } },
	{ "2.0.0", 250, true, { 2, 0, 0 } },
	{ "4.7.650 later", 451, true, { 4, 7, 650 } },
	{ "4.7.0\n4.7.0 later", 451, true, { 4, 7, 0 } },
	{ "5.1.1 of another class", 450, false, { 0 } },
	{ "5.1. one part is missing", 550, false, { 0 } },
	{ "5.1 one part is missing", 550, false, { 0 } },
	{ "5.1.1x", 550, false, { 0 } },
	{ "5.1.1000 too many digits", 550, false, { 0 } },
	{ "no such user", 550, false, { 0 } },
	{ "", 550, false, { 0 } },
};

static void
test_an_enhanced_code_is_taken_when_it_is_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof enhanced_cases / sizeof enhanced_cases[0]; i++) {
		const struct enhanced_case *t = &enhanced_cases[i];
		uint16_t enhanced[3] = { 0 };

		if (smtp_reply_enhanced(slice_of(t->text), t->code, enhanced) != t->ok ||
		    memcmp(enhanced, t->enhanced, sizeof enhanced) != 0)
			fail_msg("'%s': %u.%u.%u", t->text, (unsigned)enhanced[0],
			    (unsigned)enhanced[1], (unsigned)enhanced[2]);
	}
}

static const struct verdict_case {
	const char *in;
	enum smtp_verdict_class class;
	const char *peer_text;
} verdict_cases[] = {
	{ "250 2.0.0 queued\r\n", SMTP_VERDICT_DELIVERED, "2.0.0 queued" },
	{ "354 go on\r\n", SMTP_VERDICT_DEFERRED, "go on" },
	{ "450-4.2.0 busy,\r\n450 4.2.0 later\r\n", SMTP_VERDICT_DEFERRED, "4.2.0 busy, later" },
	{ "550-no\r\n550 user\r\n", SMTP_VERDICT_FAILED, "no user" },
	{ "599 \x1b[2J\xc3\xa4\r\n", SMTP_VERDICT_FAILED, "?[2J??" },
	{ "550\r\n", SMTP_VERDICT_FAILED, NULL },
};

/* RFC 5321 §4.3.2. */
static void
test_a_verdict_has_the_class_of_the_first_digit_and_printable_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof verdict_cases / sizeof verdict_cases[0]; i++) {
		const struct verdict_case *t = &verdict_cases[i];
		struct smtp_reply_parser p;
		struct smtp_verdict v;
		size_t used;

		smtp_reply_parser_init(&p);
		assert_int_equal(smtp_reply_parse(&p, slice_of(t->in), &used), SMTP_REPLY_DONE);
		v = smtp_reply_verdict(&p, "peer", "reason");
		assert_int_equal(v.class, t->class);
		assert_int_equal(v.code, p.code);
		if (t->peer_text == NULL)
			assert_null(v.peer_text);
		else
			assert_string_equal(v.peer_text, t->peer_text);
		assert_string_equal(v.host, "peer");
		if (t->class == SMTP_VERDICT_DELIVERED)
			assert_null(v.reason);
		else
			assert_string_equal(v.reason, "reason");
		smtp_verdict_done(&v);
		smtp_reply_parser_done(&p);
	}
}

static void
test_the_words_of_a_verdict_are_cut_at_their_maximum(void **state)
{
	struct smtp_reply_parser p;
	struct smtp_verdict v;
	char line[SMTP_VERDICT_TEXT_MAX + 100];
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof line; i++)
		line[i] = "550 "[i % 4];
	line[sizeof line - 1] = '\n';
	smtp_reply_parser_init(&p);
	assert_int_equal(
	    smtp_reply_parse(&p, slice_make(line, sizeof line), &used), SMTP_REPLY_DONE);
	v = smtp_reply_verdict(&p, "peer", "reason");
	assert_int_equal(strlen(v.peer_text), SMTP_VERDICT_TEXT_MAX);
	smtp_verdict_done(&v);
	smtp_reply_parser_done(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reply_is_the_same_at_every_cut),
		cmocka_unit_test(test_a_line_may_be_as_long_as_the_limit_and_not_longer),
		cmocka_unit_test(test_a_reply_may_have_as_many_lines_as_the_limit_and_not_more),
		cmocka_unit_test(test_an_enhanced_code_is_taken_when_it_is_one),
		cmocka_unit_test(
		    test_a_verdict_has_the_class_of_the_first_digit_and_printable_words),
		cmocka_unit_test(test_the_words_of_a_verdict_are_cut_at_their_maximum),
	};

	return cmocka_run_group_tests_name("smtp/client_reply", tests, NULL, NULL);
}
