/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/ehlo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* In a heap block of its exact size. */
static struct probe_ehlo
read_text(uint16_t code, const char *text)
{
	const struct slice s = slice_of(text);
	uint8_t *block = malloc(s.len + (s.len == 0));
	struct probe_ehlo e;

	memcpy(block, s.ptr, s.len);
	probe_ehlo_read(code, slice_make(block, s.len), &e);
	free(block);
	return e;
}

static void
test_what_is_offered_is_read(void **state)
{
	struct probe_ehlo e = read_text(250,
	    "mail.example at your service\nPIPELINING\nsize 35882577\n8BITMIME\nSTARTTLS\n"
	    "ENHANCEDSTATUSCODES\nCHUNKING\nSMTPUTF8\nDSN\nREQUIRETLS\nAUTH PLAIN login");

	(void)state;
	assert_true(e.is_there);
	assert_int_equal(e.code, 250);
	assert_true(e.has_pipelining && e.has_8bitmime && e.has_starttls && e.has_enhanced_codes &&
		    e.has_chunking && e.has_smtputf8 && e.has_dsn && e.has_requiretls &&
		    e.has_auth);
	assert_int_equal(e.size_max, 35882577);
	assert_string_equal(e.mechanisms, "PLAIN LOGIN");
	assert_false(e.is_masked);
}

static void
test_the_first_line_is_no_extension(void **state)
{
	struct probe_ehlo e = read_text(250, "STARTTLS\nSIZE");

	(void)state;
	assert_false(e.has_starttls);
	assert_int_equal(e.size_max, 0);
}

static void
test_a_refusal_offers_nothing(void **state)
{
	struct probe_ehlo e = read_text(502, "what\nSTARTTLS");

	(void)state;
	assert_true(e.is_there);
	assert_false(e.has_starttls);
	assert_string_equal(e.text, "what\nSTARTTLS");
}

static const struct {
	const char *text, *mechanisms;
} auths[] = {
	{ "x\nAUTH PLAIN LOGIN\nAUTH=PLAIN LOGIN", "PLAIN LOGIN" },
	{ "x\nAUTH=LOGIN PLAIN", "LOGIN PLAIN" },
	{ "x\nAUTH", "" },
	{ "x\nAUTH  SCRAM-SHA-256\tPLAIN ", "SCRAM-SHA-256 PLAIN" },
	{ "x\nAUTH PLAIN bad/name plain", "PLAIN" },
	{ "x\nAUTH A23456789012345678901", "" }, /* one letter too long */
	{ "x\nAUTHX PLAIN", NULL },
};

static void
test_mechanisms_are_told_once_however_they_are_offered(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof auths / sizeof auths[0]; i++) {
		struct probe_ehlo e = read_text(250, auths[i].text);

		assert_int_equal(e.has_auth, auths[i].mechanisms != NULL);
		assert_string_equal(
		    e.mechanisms, auths[i].mechanisms == NULL ? "" : auths[i].mechanisms);
	}
}

static void
test_an_offer_is_the_whole_name(void **state)
{
	struct probe_ehlo e = read_text(250, "x\nAUTH SCRAM-SHA-256-PLUS PLAIN");

	(void)state;
	assert_true(probe_ehlo_offers(&e, "PLAIN"));
	assert_true(probe_ehlo_offers(&e, "SCRAM-SHA-256-PLUS"));
	assert_false(probe_ehlo_offers(&e, "SCRAM-SHA-256"));
	assert_false(probe_ehlo_offers(&e, "LAIN"));
}

static const struct {
	const char *text, *masked; /* NULL: not masked */
} masks[] = {
	{ "x\nXXXXXXXA\nPIPELINING", "XXXXXXXA" },
	{ "x\nXXXXXXXX", "XXXXXXXX" },
	{ "x\nXXXXXXXX 123", "XXXXXXXX" },
	{ "x\nXXXA", NULL },
	{ "x\nXEXCH50", NULL },
	{ "x\nX-ANONYMOUSTLS", NULL },
	{ "XXXXXXXA", NULL },
};

static void
test_a_keyword_that_was_painted_over_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
		struct probe_ehlo e = read_text(250, masks[i].text);

		assert_int_equal(e.is_masked, masks[i].masked != NULL);
		assert_string_equal(e.masked, masks[i].masked == NULL ? "" : masks[i].masked);
	}
}

static const struct {
	const char *text;
	bool is_masked;
} greetings[] = {
	{ "*****************************************", true },
	{ "************************0*********2**0** ", true },
	{ "***", false },
	{ "mail.example ESMTP", false },
	{ "", false },
	{ "2 0", false },
};

static void
test_a_greeting_that_was_painted_over_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++)
		assert_int_equal(
		    probe_greeting_is_masked(slice_of(greetings[i].text)), greetings[i].is_masked);
}

static void
test_control_characters_never_come_through(void **state)
{
	struct probe_ehlo e = read_text(250, "x\x1b[2J\nA\rB\xc3\xa4");

	(void)state;
	assert_string_equal(e.text, "x?[2J\nA?B??");
}

static void
test_a_long_text_is_cut(void **state)
{
	char text[PROBE_EHLO_TEXT_SIZE + 2];
	struct probe_ehlo e;

	(void)state;
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	e = read_text(250, text);
	assert_int_equal(strlen(e.text), PROBE_EHLO_TEXT_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_offered_is_read),
		cmocka_unit_test(test_the_first_line_is_no_extension),
		cmocka_unit_test(test_a_refusal_offers_nothing),
		cmocka_unit_test(test_mechanisms_are_told_once_however_they_are_offered),
		cmocka_unit_test(test_an_offer_is_the_whole_name),
		cmocka_unit_test(test_a_keyword_that_was_painted_over_is_seen),
		cmocka_unit_test(test_a_greeting_that_was_painted_over_is_seen),
		cmocka_unit_test(test_control_characters_never_come_through),
		cmocka_unit_test(test_a_long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
