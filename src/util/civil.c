/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts in years that begin with March, so that a leap day is the last of its year; an era is 400
 * years, after which the calendar repeats.
 */
#include "util/civil.h"

#include <stdbool.h>

#define DAY_S INT64_C(86400)
#define ERA_DAYS 146097
#define DAYS_TO_1970 719468                /* from 0000-03-01 */
#define LAST_UNIX_S UINT64_C(253402300799) /* 9999-12-31 23:59:59 */

static void
set_date(struct civil *c, uint64_t day)
{
	uint64_t shifted = day + DAYS_TO_1970;
	uint64_t era = shifted / ERA_DAYS, of_era = shifted % ERA_DAYS;
	uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153;

	c->day = (unsigned)(of_year - (153 * month + 2) / 5 + 1);
	c->month = (unsigned)(month < 10 ? month + 3 : month - 9);
	c->year = (unsigned)(year + era * 400 + (c->month <= 2));
	c->weekday = (unsigned)((day + 4) % 7); /* 1970-01-01 was a Thursday */
}

struct civil
civil_of_unix(uint64_t unix_s)
{
	uint64_t s = unix_s < LAST_UNIX_S ? unix_s : LAST_UNIX_S;
	unsigned of_day = (unsigned)(s % DAY_S);
	struct civil c = {
		.hour = of_day / 3600, .minute = of_day / 60 % 60, .second = of_day % 60
	};

	set_date(&c, s / DAY_S);
	return c;
}

int64_t
civil_to_unix(const struct civil *c)
{
	int64_t year = (int64_t)c->year - (c->month <= 2), month = (c->month + 9) % 12;
	int64_t era = (year + 400) / 400 - 1, of_era = year - era * 400;
	int64_t day = era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 +
		      (153 * month + 2) / 5 + c->day - 1 - DAYS_TO_1970;

	return day * DAY_S + (int64_t)c->hour * 3600 + (int64_t)c->minute * 60 + c->second;
}

unsigned
civil_days_of_month(unsigned year, unsigned month)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && is_leap ? 29 : days[month - 1];
}
