/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/words.h"

static const struct words_case {
	void (*make)(uint64_t n, char words[CLI_WORDS_SIZE]);
	uint64_t n;
	const char *words;
} cases[] = {
	{ cli_words_duration, 0, "0 s" },
	{ cli_words_duration, 999, "0 s" },
	{ cli_words_duration, 119999, "119 s" },
	{ cli_words_duration, 120000, "2 min" },
	{ cli_words_duration, 7199999, "119 min" },
	{ cli_words_duration, 7200000, "2 h" },
	{ cli_words_duration, 172799999, "47 h" },
	{ cli_words_duration, 172800000, "2 d" },
	{ cli_words_duration, UINT64_MAX, "213503982334 d" },
	{ cli_words_size, 0, "0 B" },
	{ cli_words_size, 1023, "1023 B" },
	{ cli_words_size, 1024, "1.0 KiB" },
	{ cli_words_size, 10445, "10.2 KiB" },
	{ cli_words_size, 26214400, "25.0 MiB" },
	{ cli_words_size, UINT64_C(3) << 40, "3.0 TiB" },
	{ cli_words_time, 0, "1970-01-01T00:00:00.000Z" },
	{ cli_words_time, 1795341600123, "2026-11-22T10:00:00.123Z" },
};

static void
test_times_and_sizes_are_said_in_the_unit_people_would_use(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char words[CLI_WORDS_SIZE];

		cases[i].make(cases[i].n, words);
		if (strcmp(words, cases[i].words) != 0)
			fail_msg("row %zu: %s, not %s", i, words, cases[i].words);
	}
}

static void
test_controls_of_others_never_reach_the_terminal(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	cli_words_print(out, "a\r\n\033[31mb\x7f\xc3\xa9");
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "a???[31mb?\xc3\xa9");
	free(text);
}

/* 0x9b is ESC [ in one octet, and U+009B in UTF-8 is the same to a terminal that reads UTF-8. */
static void
test_controls_of_eight_bits_never_reach_the_terminal(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	cli_words_print(out, "\x9b"
			     "31m \xc2\x9b"
			     "31m \xc2\xa0 \xff \xe2\x82\xac \xe2\x82");
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "?31m ??31m \xc2\xa0 ? \xe2\x82\xac ??");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_and_sizes_are_said_in_the_unit_people_would_use),
		cmocka_unit_test(test_controls_of_others_never_reach_the_terminal),
		cmocka_unit_test(test_controls_of_eight_bits_never_reach_the_terminal),
	};
	return cmocka_run_group_tests_name("cli/words", tests, NULL, NULL);
}
