/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "util/civil.h"

/* Every day for 500 years, each at another time of it. */
static void
test_a_time_agrees_with_the_c_library_on_every_day(void **state)
{
	(void)state;
	for (uint64_t day = 0; day < UINT64_C(182500); day++) {
		time_t t = (time_t)(day * 86400 + day % 86400);
		struct civil c = civil_of_unix((uint64_t)t);
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(c.year, tm.tm_year + 1900);
		assert_int_equal(c.month, tm.tm_mon + 1);
		assert_int_equal(c.day, tm.tm_mday);
		assert_int_equal(c.hour, tm.tm_hour);
		assert_int_equal(c.minute, tm.tm_min);
		assert_int_equal(c.second, tm.tm_sec);
		assert_int_equal(c.weekday, tm.tm_wday);
		assert_int_equal(civil_to_unix(&c), t);
	}
}

static void
test_the_year_9999_is_the_last(void **state)
{
	const struct civil last = civil_of_unix(UINT64_MAX);

	(void)state;
	assert_int_equal(civil_to_unix(&last), INT64_C(253402300799));
	assert_int_equal(last.year, 9999);
	assert_int_equal(last.month, 12);
	assert_int_equal(last.day, 31);
	assert_int_equal(last.second, 59);
}

static const struct early_case {
	struct civil civil;
	int64_t unix_s;
} early[] = {
	{ { .year = 1969, .month = 12, .day = 31, .hour = 23, .minute = 59, .second = 59 }, -1 },
	{ { .year = 1969, .month = 12, .day = 31, .hour = 23, .minute = 59, .second = 60 }, 0 },
	{ { .year = 1900, .month = 3, .day = 1 }, INT64_C(-2203891200) },
	{ { .year = 0, .month = 1, .day = 1 }, INT64_C(-62167219200) },
};

static void
test_times_before_1970_are_negative(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof early / sizeof early[0]; i++)
		assert_int_equal(civil_to_unix(&early[i].civil), early[i].unix_s);
}

static void
test_february_has_29_days_in_leap_years(void **state)
{
	(void)state;
	assert_int_equal(civil_days_of_month(2024, 2), 29);
	assert_int_equal(civil_days_of_month(2000, 2), 29);
	assert_int_equal(civil_days_of_month(2100, 2), 28);
	assert_int_equal(civil_days_of_month(2026, 2), 28);
	assert_int_equal(civil_days_of_month(2024, 1), 31);
	assert_int_equal(civil_days_of_month(2026, 12), 31);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_time_agrees_with_the_c_library_on_every_day),
		cmocka_unit_test(test_the_year_9999_is_the_last),
		cmocka_unit_test(test_times_before_1970_are_negative),
		cmocka_unit_test(test_february_has_29_days_in_leap_years),
	};
	return cmocka_run_group_tests_name("util/civil", tests, NULL, NULL);
}
