/* SPDX-License-Identifier: Apache-2.0 */
/* test_plain.c - texts in other encodings, and what is none */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explain/plain.h"

#define MESSAGE "535 5.7.8 Error: authentication failed"

enum { ROOM = 4096 };

/* As UTF-16, in a block of its own size. */
static uint8_t *
widen(const char *text, bool is_big, size_t *ret_len)
{
	const size_t len = strlen(text);
	uint8_t *wide = calloc(len, 2);

	assert_non_null(wide);
	for (size_t i = 0; i < len; i++)
		wide[2 * i + (is_big ? 1 : 0)] = (uint8_t)text[i];
	*ret_len = 2 * len;
	return wide;
}

static void
test_what_windows_writes_is_read(void **state)
{
	(void)state;
	for (int is_big = 0; is_big <= 1; is_big++) {
		size_t len;
		uint8_t *wide = widen(MESSAGE, is_big != 0, &len);
		struct buf out;

		buf_init(&out, ROOM);
		assert_true(explain_plain_from_utf16((struct slice){ wide, len }, &out));
		assert_int_equal(out.len, strlen(MESSAGE));
		assert_memory_equal(out.ptr, MESSAGE, out.len);
		buf_done(&out);
		free(wide);
	}
}

static void
test_a_mark_says_the_encoding_and_pairs_are_one_character(void **state)
{
	/* U+00E4, then U+1F4E7 as a pair, then half a pair, then half a unit. */
	static const uint8_t wide[] = { 0xff, 0xfe, 0xe4, 0, 0x3d, 0xd8, 0xe7, 0xdc, 0x3d, 0xd8,
		'x' };
	static const char narrow[] = "\xc3\xa4\xf0\x9f\x93\xa7";
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	assert_true(explain_plain_from_utf16((struct slice){ wide, sizeof wide }, &out));
	assert_int_equal(out.len, sizeof narrow - 1);
	assert_memory_equal(out.ptr, narrow, out.len);
	buf_done(&out);
}

static void
test_other_texts_stay_as_they_are(void **state)
{
	static const char *const texts[] = { "", "535", MESSAGE, "\xfcnzul\xe4ssig, in Latin-1",
		"Gr\xc3\xbc\xc3\x9f"
		"e in UTF-8",
		"\033[31m535 5.7.8\033[0m and\tmore\r\n\f and a bell\a, which are the controls of "
		"transcripts" };
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (!explain_plain_is_text(slice_of(texts[i])))
			fail_msg("no text: %s", texts[i]);
		if (explain_plain_from_utf16(slice_of(texts[i]), &out))
			fail_msg("not of Windows: %s", texts[i]);
	}
	buf_done(&out);
}

static void
test_a_program_is_no_text(void **state)
{
	uint8_t noise[1024];
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)((i * 2654435761U) >> 7);
	assert_false(explain_plain_is_text((struct slice){ noise, sizeof noise }));
	assert_false(explain_plain_from_utf16((struct slice){ noise, sizeof noise }, &out));
	memset(noise, 0, sizeof noise);
	assert_false(explain_plain_is_text((struct slice){ noise, sizeof noise }));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_windows_writes_is_read),
		cmocka_unit_test(test_a_mark_says_the_encoding_and_pairs_are_one_character),
		cmocka_unit_test(test_other_texts_stay_as_they_are),
		cmocka_unit_test(test_a_program_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
