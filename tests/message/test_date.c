/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "message/date.h"

/* RFC 5322 §3.3 */
static const struct date_case {
	uint64_t unix_s;
	const char *text;
} cases[] = {
	{ 0, "Thu, 1 Jan 1970 00:00:00 +0000" },
	{ 86399, "Thu, 1 Jan 1970 23:59:59 +0000" },
	{ 951782400, "Tue, 29 Feb 2000 00:00:00 +0000" },
	{ 4107542400, "Mon, 1 Mar 2100 00:00:00 +0000" }, /* 2100 has no leap day */
	{ 4107542399, "Sun, 28 Feb 2100 23:59:59 +0000" },
	{ 1795341600, "Sun, 22 Nov 2026 10:00:00 +0000" },
	{ 253402300799, "Fri, 31 Dec 9999 23:59:59 +0000" },
	{ UINT64_MAX, "Fri, 31 Dec 9999 23:59:59 +0000" },
};

/* With its offset, RFC 5321 §4.4. And four digits for the year (§F.5). */
static void
test_date_is_written_as_rfc_5322_wants(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf out;

		buf_init(&out, 64);
		assert_true(message_date_add(cases[i].unix_s, &out));
		if (!slice_is(buf_slice(&out), cases[i].text))
			fail_msg("%llu: '%.*s', wanted '%s'", (unsigned long long)cases[i].unix_s,
			    (int)out.len, (const char *)out.ptr, cases[i].text);
		buf_done(&out);
	}
}

/* Every day for 500 years against the C library, whose format differs in the day's zero. */
static void
test_date_agrees_with_the_c_library_on_every_day(void **state)
{
	(void)state;
	for (uint64_t day = 0; day < UINT64_C(182500); day++) {
		time_t t = (time_t)(day * 86400 + day % 86400);
		struct tm tm;
		char text[64];
		struct buf out;

		assert_non_null(gmtime_r(&t, &tm));
		assert_true(strftime(text, sizeof text,
				tm.tm_mday < 10 ? "%a,%e %b %Y %T +0000" : "%a, %e %b %Y %T +0000",
				&tm) > 0);
		buf_init(&out, 64);
		assert_true(message_date_add((uint64_t)t, &out));
		if (!slice_is(buf_slice(&out), text))
			fail_msg("day %llu: '%.*s', wanted '%s'", (unsigned long long)day,
			    (int)out.len, (const char *)out.ptr, text);
		buf_done(&out);
	}
}

static void
test_date_refuses_a_full_buffer(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 29);
	assert_false(message_date_add(0, &out));
	assert_true(out.overflow);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_date_is_written_as_rfc_5322_wants),
		cmocka_unit_test(test_date_agrees_with_the_c_library_on_every_day),
		cmocka_unit_test(test_date_refuses_a_full_buffer),
	};
	return cmocka_run_group_tests_name("message/date", tests, NULL, NULL);
}
