/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/peer_clock.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { YEAR_BASE = 1900, YEAR_MIN = 1990, YEAR_MAX = 9999 };

/* By hand, not by strptime(3): the names of months must not depend on a locale. */
static int
find_month(const char *name)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };

	for (int i = 0; i < (int)(sizeof months / sizeof months[0]); i++)
		if (strcmp(months[i], name) == 0)
			return i;
	return -1;
}

static bool
read_date(const char *text, int64_t *ret_unix_s)
{
	char month[4] = "", sign = '+';
	int day, year, hour, minute, second, zone = 0;
	struct tm tm = { 0 };
	time_t at;

	if (sscanf(text, "%2d %3[A-Za-z] %4d %2d:%2d:%2d %c%4d", &day, month, &year, &hour, &minute,
		&second, &sign, &zone) < 6)
		return false;
	tm.tm_mon = find_month(month);
	if (tm.tm_mon < 0 || year < YEAR_MIN || year > YEAR_MAX || day < 1)
		return false;
	tm.tm_mday = day;
	tm.tm_year = year - YEAR_BASE;
	tm.tm_hour = hour;
	tm.tm_min = minute;
	tm.tm_sec = second;
	at = timegm(&tm);
	zone = (zone / 100 * 60 + zone % 100) * 60;
	*ret_unix_s = sign == '-' ? at + zone : at - zone;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
doctor_peer_clock_read(const char *text, int64_t *ret_unix_s)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		if (is_digit(text[i]) && (i == 0 || !is_digit(text[i - 1])) &&
		    read_date(text + i, ret_unix_s))
			return true;
	return false;
}
