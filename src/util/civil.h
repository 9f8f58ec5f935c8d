/* SPDX-License-Identifier: Apache-2.0 */
/* civil.h - dates and times of the Gregorian calendar in UTC, whatever the machine's zone is. */
#ifndef UTIL_CIVIL_H
#define UTIL_CIVIL_H

#include <stdint.h>

struct civil {
	unsigned year, month, day; /* month and day count from 1 */
	unsigned hour, minute, second;
	unsigned weekday; /* 0: Sunday */
};

/* Of seconds since 1970. A time past the year 9999 is the last second of it. */
struct civil civil_of_unix(uint64_t unix_s);
/*
 * Seconds since 1970 of a date that exists, in the years 0 to 9999: negative before. A leap second
 * is the first of the next minute. The weekday is not read.
 */
int64_t civil_to_unix(const struct civil *c);
/* month: 1 to 12 */
unsigned civil_days_of_month(unsigned year, unsigned month);

#endif
