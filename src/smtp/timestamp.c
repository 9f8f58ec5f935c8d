/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/timestamp.h"

#define DAY_S INT64_C(86400)
#define LAST_UNIX_S UINT64_C(253402300799) /* 9999-12-31 23:59:59 */

struct civil {
	unsigned year, month, day; /* month and day count from 1 */
	unsigned hour, minute, second;
};

/* A number of exactly so many digits, with `after` behind it, moves *rest past both. */
static bool
take_number(struct slice *rest, size_t digits, uint8_t after, unsigned *ret_number)
{
	uint64_t number;

	if (rest->len < digits || !slice_to_u64(slice_first(*rest, digits), 9999, &number))
		return false;
	*rest = slice_after(*rest, digits);
	*ret_number = (unsigned)number;
	if (after == '\0')
		return true;
	/* Letters may be of either case (RFC 3339 §5.6). */
	if (rest->len == 0 || (rest->ptr[0] != after && (after != 'T' || rest->ptr[0] != 't')))
		return false;
	*rest = slice_after(*rest, 1);
	return true;
}

static bool
take_civil(struct slice *rest, struct civil *c)
{
	return take_number(rest, 4, '-', &c->year) && take_number(rest, 2, '-', &c->month) &&
	       take_number(rest, 2, 'T', &c->day) && take_number(rest, 2, ':', &c->hour) &&
	       take_number(rest, 2, ':', &c->minute) && take_number(rest, 2, '\0', &c->second);
}

/* ".5"; sets *is_later when it is not zero. */
static bool
take_fraction(struct slice *rest, bool *is_later)
{
	size_t end = 1;

	*is_later = false;
	if (rest->len == 0 || rest->ptr[0] != '.')
		return true;
	for (; end < rest->len && rest->ptr[end] >= '0' && rest->ptr[end] <= '9'; end++)
		*is_later |= rest->ptr[end] != '0';
	*rest = slice_after(*rest, end);
	return end > 1;
}

static unsigned
days_of_month(unsigned year, unsigned month)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && is_leap ? 29 : days[month - 1];
}

/* RFC 3339 §5.7; a leap second is the last of a day, in UTC. */
static bool
is_real(const struct civil *c)
{
	unsigned last = c->hour == 23 && c->minute == 59 ? 60 : 59;

	return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= days_of_month(c->year, c->month) && c->hour <= 23 && c->minute <= 59 &&
	       c->second <= last;
}

/* Days from 1970-01-01, in years that begin with March, so that a leap day is the last of one. */
static int64_t
day_of_date(const struct civil *c)
{
	int64_t year = (int64_t)c->year - (c->month <= 2), month = (c->month + 9) % 12;
	/* An era is 400 years, after which the calendar repeats. */
	int64_t era = (year + 400) / 400 - 1, of_era = year - era * 400;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 +
	       c->day - 1 - 719468;
}

bool
smtp_timestamp_parse(struct slice text, int64_t *ret_unix_s)
{
	struct civil c;
	struct slice rest = text;
	bool is_later;

	if (!take_civil(&rest, &c) || !is_real(&c) || !take_fraction(&rest, &is_later))
		return false;
	if (!slice_is_nocase(rest, "Z") && !slice_is(rest, "+00:00") && !slice_is(rest, "-00:00"))
		return false;
	*ret_unix_s = day_of_date(&c) * DAY_S + (int64_t)c.hour * 3600 + (int64_t)c.minute * 60 +
		      c.second + is_later;
	return true;
}

/* As message/date.c has it, which explains it. */
static struct civil
civil_of(uint64_t unix_s)
{
	uint64_t shifted = unix_s / DAY_S + 719468, of_day = unix_s % DAY_S;
	uint64_t era = shifted / 146097, of_era = shifted % 146097;
	uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153;
	struct civil c = { .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1) };

	c.month = (unsigned)(month < 10 ? month + 3 : month - 9);
	c.year = (unsigned)(year + era * 400 + (c.month <= 2));
	c.hour = (unsigned)(of_day / 3600);
	c.minute = (unsigned)(of_day / 60 % 60);
	c.second = (unsigned)(of_day % 60);
	return c;
}

bool
smtp_timestamp_add(uint64_t unix_s, struct buf *out)
{
	struct civil c = civil_of(unix_s < LAST_UNIX_S ? unix_s : LAST_UNIX_S);

	return buf_addf(out, "%04u-%02u-%02uT%02u:%02u:%02uZ", c.year, c.month, c.day, c.hour,
	    c.minute, c.second);
}
