/* SPDX-License-Identifier: Apache-2.0 */
#include "message/date.h"

#define DAY_S UINT64_C(86400)
#define LAST_UNIX_S UINT64_C(253402300799) /* 9999-12-31 23:59:59 */

struct civil {
	unsigned year, month, day; /* month and day count from 1 */
};

/*
 * The day's date in the Gregorian calendar. Counts in years that begin with March, so that a leap
 * day is the last of its year; an era is 400 years, after which the calendar repeats.
 */
static struct civil
date_of_day(uint64_t days)
{
	uint64_t shifted = days + 719468; /* from 0000-03-01 to 1970-01-01 */
	uint64_t era = shifted / 146097, of_era = shifted % 146097;
	uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153;
	struct civil c;

	c.day = (unsigned)(of_year - (153 * month + 2) / 5 + 1);
	c.month = (unsigned)(month < 10 ? month + 3 : month - 9);
	c.year = (unsigned)(year + era * 400 + (c.month <= 2));
	return c;
}

bool
message_date_add(uint64_t unix_s, struct buf *out)
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	uint64_t s = unix_s < LAST_UNIX_S ? unix_s : LAST_UNIX_S;
	unsigned of_day = (unsigned)(s % DAY_S);
	struct civil c = date_of_day(s / DAY_S);

	return buf_addf(out, "%s, %u %s %04u %02u:%02u:%02u +0000", days[s / DAY_S % 7], c.day,
	    months[c.month - 1], c.year, of_day / 3600, of_day / 60 % 60, of_day % 60);
}
