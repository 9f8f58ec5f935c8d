/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/utf8.h"

/* RFC 3629 §4, RFC 6532 §3.1 */
static const struct utf8_case {
	const char *in;
	size_t len, non_ascii_len;
} cases[] = {
	{ "", 0, 0 },
	{ "a", 1, 0 },
	{ "\x7f", 1, 0 },
	{ "\xc3\xa9", 2, 2 },
	{ "\xc2\x80", 2, 0 },
	{ "\xc2\x9f", 2, 0 },
	{ "\xc2\xa0", 2, 2 },
	{ "\xdf\xbf", 2, 2 },
	{ "\xe0\xa0\x80", 3, 3 },
	{ "\xed\x9f\xbf", 3, 3 },
	{ "\xee\x80\x80", 3, 3 },
	{ "\xef\xbf\xbf", 3, 3 },
	{ "\xf0\x90\x80\x80", 4, 4 },
	{ "\xf4\x8f\xbf\xbf", 4, 4 },
	{ "\x80", 0, 0 },
	{ "\xc0\xaf", 0, 0 },
	{ "\xc1\xbf", 0, 0 },
	{ "\xc3", 0, 0 },
	{ "\xc3(", 0, 0 },
	{ "\xe0\x9f\xbf", 0, 0 },
	{ "\xe2\x82", 0, 0 },
	{ "\xe2\x82(", 0, 0 },
	{ "\xed\xa0\x80", 0, 0 },
	{ "\xf0\x8f\xbf\xbf", 0, 0 },
	{ "\xf0\x9f\x98", 0, 0 },
	{ "\xf4\x90\x80\x80", 0, 0 },
	{ "\xf5\x80\x80\x80", 0, 0 },
	{ "\xff", 0, 0 },
};

static void
test_characters_are_told_from_what_only_looks_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t len = strlen(cases[i].in);
		uint8_t *in = malloc(len + (len == 0));
		struct slice s = slice_make(in, len);

		assert_non_null(in);
		memcpy(in, cases[i].in, len);
		if (smtp_utf8_len(s) != cases[i].len ||
		    smtp_utf8_non_ascii_len(s) != cases[i].non_ascii_len)
			fail_msg(
			    "case %zu: %zu, %zu", i, smtp_utf8_len(s), smtp_utf8_non_ascii_len(s));
		free(in);
	}
}

static const struct point_case {
	const char *character;
	uint32_t point;
} points[] = {
	{ "a", 'a' },
	{ "\x7f", 0x7f },
	{ "\xc2\x80", 0x80 },
	{ "\xdf\xbf", 0x7ff },
	{ "\xe0\xa0\x80", 0x800 },
	{ "\xe2\x82\xac", 0x20ac },
	{ "\xef\xbf\xbf", 0xffff },
	{ "\xf0\x90\x80\x80", 0x10000 },
	{ "\xf4\x8f\xbf\xbf", 0x10ffff },
};

/* RFC 3629 §3 */
static void
test_a_character_has_its_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
		assert_int_equal(
		    smtp_utf8_code_point(slice_of(points[i].character)), points[i].point);
}

/* All characters at every place of a text, cut off and whole. */
static void
test_text_is_utf8_when_all_its_characters_are(void **state)
{
	char text[8];

	(void)state;
	assert_true(smtp_is_utf8(slice_of("")));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t len = strlen(cases[i].in);

		for (size_t at = 0; at + len <= sizeof text; at++) {
			memset(text, 'a', sizeof text);
			memcpy(text + at, cases[i].in, len);
			assert_int_equal(smtp_is_utf8(slice_make(text, sizeof text)),
			    len == 0 || cases[i].len != 0);
			assert_int_equal(smtp_is_utf8(slice_make(text, at + len)),
			    len == 0 || cases[i].len != 0);
			if (cases[i].len > 1)
				assert_false(smtp_is_utf8(slice_make(text, at + len - 1)));
		}
	}
}

static void
test_ascii_ends_at_127(void **state)
{
	char text[20];

	(void)state;
	assert_true(smtp_is_ascii(slice_of("")));
	assert_true(smtp_is_ascii(slice_of("a\x7f")));
	assert_false(smtp_is_ascii(slice_of("a\x80")));
	for (size_t len = 1; len <= sizeof text; len++)
		for (size_t at = 0; at < len; at++) {
			memset(text, 'a', sizeof text);
			assert_true(smtp_is_ascii(slice_make(text, len)));
			text[at] = (char)0x80;
			assert_false(smtp_is_ascii(slice_make(text, len)));
			assert_true(smtp_is_ascii(slice_make(text, at)));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters_are_told_from_what_only_looks_so),
		cmocka_unit_test(test_a_character_has_its_number),
		cmocka_unit_test(test_text_is_utf8_when_all_its_characters_are),
		cmocka_unit_test(test_ascii_ends_at_127),
	};
	return cmocka_run_group_tests_name("smtp/utf8", tests, NULL, NULL);
}
