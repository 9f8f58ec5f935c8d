/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/timestamp.h"

#include "util/civil.h"
#include "util/octet.h"

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
	for (; end < rest->len && octet_is_digit(rest->ptr[end]); end++)
		*is_later |= rest->ptr[end] != '0';
	*rest = slice_after(*rest, end);
	return end > 1;
}

/* RFC 3339 §5.7; a leap second is the last of a day, in UTC. */
static bool
is_real(const struct civil *c)
{
	unsigned last = c->hour == 23 && c->minute == 59 ? 60 : 59;

	return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= civil_days_of_month(c->year, c->month) && c->hour <= 23 &&
	       c->minute <= 59 && c->second <= last;
}

bool
smtp_timestamp_parse(struct slice text, int64_t *ret_unix_s)
{
	struct civil c = { 0 };
	struct slice rest = text;
	bool is_later;

	if (!take_civil(&rest, &c) || !is_real(&c) || !take_fraction(&rest, &is_later))
		return false;
	if (!slice_is_nocase(rest, "Z") && !slice_is(rest, "+00:00") && !slice_is(rest, "-00:00"))
		return false;
	*ret_unix_s = civil_to_unix(&c) + is_later;
	return true;
}

bool
smtp_timestamp_add(uint64_t unix_s, struct buf *out)
{
	struct civil c = civil_of_unix(unix_s);

	return buf_addf(out, "%04u-%02u-%02uT%02u:%02u:%02uZ", c.year, c.month, c.day, c.hour,
	    c.minute, c.second);
}
