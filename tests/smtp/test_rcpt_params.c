/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/rcpt_params.h"

#define TEN "abcdefghij"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONGEST "x;" HUNDRED HUNDRED HUNDRED HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN "abcdefgh"

static const char whole[] = "NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=utf-8;a\\x{E9}@b.example";

static const char *const right[] = {
	"",
	"NOTIFY=NEVER",
	"NOTIFY=SUCCESS",
	"NOTIFY=FAILURE,DELAY",
	"ORCPT=rfc822;a+40b",
	"ORCPT=" LONGEST,
	"NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=" LONGEST,
	whole,
};

static const char *const wrong[] = {
	" ",
	"X",
	"NOTIFY",
	"NOTIFY=",
	"notify=NEVER",
	"NOTIFY=never",
	"NOTIFY=NEVER ",
	" NOTIFY=NEVER",
	"NOTIFY=NEVER,DELAY",
	"NOTIFY=DELAY,FAILURE",
	"NOTIFY=DELAY,DELAY",
	"NOTIFY=DELAY,",
	"ORCPT=",
	"ORCPT=x",
	"ORCPT=" LONGEST "i",
	"ORCPT=rfc822;a NOTIFY=DELAY",
	"ORCPT=rfc822;a  ",
	"NOTIFY=DELAY NOTIFY=DELAY",
};

static const struct notify_case {
	const char *text;
	unsigned notify; /* 0: refused */
} notifies[] = {
	/* RFC 3461 §4.1 */
	{ "NEVER", SMTP_NOTIFY_NEVER },
	{ "never", SMTP_NOTIFY_NEVER },
	{ "Delay,Success", SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_DELAY },
	{ "FAILURE", SMTP_NOTIFY_FAILURE },
	{ "SUCCESS,FAILURE,DELAY", SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_FAILURE | SMTP_NOTIFY_DELAY },
	{ "", 0 },
	{ ",", 0 },
	{ "DELAY,", 0 },
	{ ",DELAY", 0 },
	{ "DELAY,,FAILURE", 0 },
	{ "NEVER,DELAY", 0 },
	{ "DELAY,NEVER", 0 },
	{ "NEVER,NEVER", 0 },
	{ "SUCCESS,SUCCESS", 0 },
	{ "ALWAYS", 0 },
	{ "SUCCESSFUL", 0 },
	{ "SUCCES", 0 },
};

static const struct orcpt_case {
	const char *text;
	bool is_valid;
} orcpts[] = {
	/* RFC 3461 §4.2 */
	{ "rfc822;bob@example.net", true },
	{ "RFC822;e+3Dmc2@example.net", true },
	{ "x400;+2FC+3Dde+2F", true },
	{ "unknown;a+20b", true },
	{ LONGEST, true },
	{ LONGEST "i", false },
	{ "", false },
	{ ";", false },
	{ "rfc822", false },
	{ "rfc822;", false },
	{ ";bob@example.net", false },
	{ "rfc 822;bob", false },
	{ "rfc@822;bob", false },
	{ "rfc822;bob+", false },
	{ "rfc822;bob+2b", false },
	{ "rfc822;bob+00", false },
	{ "rfc822;bob+C3+A9", false },
	{ "rfc822;b\xc3\xb6"
	  "b",
	    false },
	/* RFC 6533 §3 */
	{ "utf-8;b\xc3\xb6"
	  "b@example.net",
	    true },
	{ "UTF-8;b\\x{F6}b@example.net", true },
	{ "utf-8;\\x{f6}", true },
	{ "utf-8;\\x{2B}\\x{20}\\x{5C}\\x{3d}\\x{7F}\\x{10}\\x{19}", true },
	{ "utf-8;\\x{100}\\x{D7FF}\\x{E000}\\x{1F600}\\x{10FFFF}", true },
	{ "utf-8;", false },
	{ "utf-8;a+2B", false },
	{ "utf-8;a=b", false },
	{ "utf-8;a\\b", false },
	{ "utf-8;\\x{41}", false },
	{ "utf-8;\\x{0}", false },
	{ "utf-8;\\x{00}", false },
	{ "utf-8;\\x{0A}", false },
	{ "utf-8;\\x{}", false },
	{ "utf-8;\\x{0E9}", false },
	{ "utf-8;\\x{D800}", false },
	{ "utf-8;\\x{DFFF}", false },
	{ "utf-8;\\x{110000}", false },
	{ "utf-8;\\x{0010FFFF}", false },
	{ "utf-8;\\x{E9", false },
	{ "utf-8;\\x{", false },
	{ "utf-8;\\x", false },
	{ "utf-8;\\", false },
	{ "utf-8;\xc3", false },
	{ "utf-8;\xc0\xaf", false },
	{ "utf-8;\xc2\x85", false },
};

/* Of a copy in a heap block of exact size: ASan sees any overread. */
static bool
is_printed_again(struct slice text)
{
	struct smtp_rcpt_params p;
	uint8_t *copy = malloc(text.len + (text.len == 0));
	struct buf out;
	bool is_read, is_same;

	assert_non_null(copy);
	memcpy(copy, text.ptr, text.len);
	buf_init(&out, SMTP_RCPT_PARAMS_MAX);
	is_read = smtp_rcpt_params_parse(slice_make(copy, text.len), &p);
	if (is_read)
		smtp_rcpt_params_print(&p, &out);
	is_same = slice_equal(buf_slice(&out), text);
	buf_done(&out);
	free(copy);
	return is_read && is_same;
}

static void
test_what_print_writes_is_read_and_printed_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		if (!is_printed_again(slice_of(right[i])))
			fail_msg("'%s'", right[i]);
}

static void
test_nothing_else_is_read(void **state)
{
	struct smtp_rcpt_params p;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (smtp_rcpt_params_parse(slice_of(wrong[i]), &p))
			fail_msg("'%s'", wrong[i]);
}

static void
test_each_cut_is_refused_or_printed_the_same(void **state)
{
	struct smtp_rcpt_params p;

	(void)state;
	for (size_t cut = 0; cut < strlen(whole); cut++) {
		struct slice part = slice_make(whole, cut);

		if (smtp_rcpt_params_parse(part, &p))
			assert_true(is_printed_again(part));
	}
}

static void
test_notify_is_never_or_a_list_of_the_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof notifies / sizeof notifies[0]; i++) {
		unsigned notify = 0;
		bool is_read = smtp_notify_parse(slice_of(notifies[i].text), &notify);

		if (is_read != (notifies[i].notify != 0) || notify != notifies[i].notify)
			fail_msg("'%s': %u", notifies[i].text, notify);
	}
}

static void
test_an_original_recipient_is_a_type_and_an_encoded_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof orcpts / sizeof orcpts[0]; i++) {
		size_t len = strlen(orcpts[i].text);
		uint8_t *copy = malloc(len + (len == 0));

		assert_non_null(copy);
		memcpy(copy, orcpts[i].text, len);
		if (smtp_orcpt_is_valid(slice_make(copy, len)) != orcpts[i].is_valid)
			fail_msg("'%s'", orcpts[i].text);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_print_writes_is_read_and_printed_the_same),
		cmocka_unit_test(test_nothing_else_is_read),
		cmocka_unit_test(test_each_cut_is_refused_or_printed_the_same),
		cmocka_unit_test(test_notify_is_never_or_a_list_of_the_others),
		cmocka_unit_test(test_an_original_recipient_is_a_type_and_an_encoded_address),
	};
	return cmocka_run_group_tests_name("smtp/rcpt_params", tests, NULL, NULL);
}
