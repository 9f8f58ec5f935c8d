/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/timestamp.h"

/* RFC 3339 §5.6, §5.7; RFC 4865 §3 */
static const struct right_case {
	const char *text;
	int64_t unix_s;
} right[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "0000-01-01T00:00:00Z", INT64_C(-62167219200) },
	{ "1900-03-01T00:00:00Z", INT64_C(-2203891200) },
	{ "2000-02-29T12:00:00Z", 951825600 },
	{ "2026-11-22T10:00:00Z", 1795341600 },
	{ "2026-11-22t10:00:00z", 1795341600 },
	{ "2026-11-22T10:00:00+00:00", 1795341600 },
	{ "2026-11-22T10:00:00-00:00", 1795341600 },
	{ "2026-11-22T10:00:00.000Z", 1795341600 },
	{ "2026-11-22T10:00:00.001Z", 1795341601 },
	{ "1990-12-31T23:59:60Z", 662688000 },
	{ "9999-12-31T23:59:59Z", INT64_C(253402300799) },
};

static const char *const wrong[] = {
	"",
	"2026-11-22",
	"2026-11-22T10:00:00",
	"2026-11-22 10:00:00Z",
	"2026-11-22T10:00Z",
	"2026-11-22T10:00:00.Z",
	"2026-11-22T10:00:00,5Z",
	"2026-11-22T10:00:00+01:00",
	"2026-11-22T10:00:00+0000",
	"2026-11-22T10:00:00ZZ",
	"2026-11-22T10:00:00Z ",
	"26-11-22T10:00:00Z",
	"2026-1-22T10:00:00Z",
	"2026-00-22T10:00:00Z",
	"2026-13-22T10:00:00Z",
	"2026-11-00T10:00:00Z",
	"2026-11-31T10:00:00Z",
	"2026-02-29T10:00:00Z",
	"2100-02-29T10:00:00Z",
	"2026-11-22T24:00:00Z",
	"2026-11-22T10:60:00Z",
	"2026-11-22T10:00:60Z",
	"2026-11-22T23:59:61Z",
	"2026-11-22T+1:00:00Z",
	"+2026-11-22T10:00:00Z",
};

static bool
parse(const char *text, size_t len, int64_t *ret_unix_s)
{
	uint8_t *copy = malloc(len + (len == 0));
	bool is_read;

	assert_non_null(copy);
	memcpy(copy, text, len);
	is_read = smtp_timestamp_parse(slice_make(copy, len), ret_unix_s);
	free(copy);
	return is_read;
}

static void
test_times_in_utc_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		int64_t unix_s = 0;

		if (!parse(right[i].text, strlen(right[i].text), &unix_s) ||
		    unix_s != right[i].unix_s)
			fail_msg("'%s': %lld", right[i].text, (long long)unix_s);
		for (size_t cut = 0; cut < strlen(right[i].text); cut++)
			assert_false(parse(right[i].text, cut, &unix_s));
	}
}

static void
test_what_is_no_time_in_utc_is_refused(void **state)
{
	int64_t unix_s;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (parse(wrong[i], strlen(wrong[i]), &unix_s))
			fail_msg("'%s'", wrong[i]);
}

static void
test_a_printed_time_is_read_as_the_same(void **state)
{
	(void)state;
	for (uint64_t unix_s = 0; unix_s < UINT64_C(253402300799); unix_s += 86400 * 97 + 7919) {
		struct buf out;
		int64_t again = -1;

		buf_init(&out, 32);
		assert_true(smtp_timestamp_add(unix_s, &out));
		assert_true(smtp_timestamp_parse(buf_slice(&out), &again));
		assert_int_equal(again, unix_s);
		buf_done(&out);
	}
}

static void
test_no_year_has_five_digits(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 32);
	assert_true(smtp_timestamp_add(UINT64_MAX, &out));
	assert_true(slice_is(buf_slice(&out), "9999-12-31T23:59:59Z"));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_in_utc_are_read),
		cmocka_unit_test(test_what_is_no_time_in_utc_is_refused),
		cmocka_unit_test(test_a_printed_time_is_read_as_the_same),
		cmocka_unit_test(test_no_year_has_five_digits),
	};
	return cmocka_run_group_tests_name("smtp/timestamp", tests, NULL, NULL);
}
