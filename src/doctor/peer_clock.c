/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/peer_clock.h"

#include <stddef.h>
#include <string.h>

#include "util/civil.h"
#include "util/octet.h"

enum { YEAR_MIN = 1990 };
enum { MONTH_LEN = 3, YEAR_LEN = 4, ZONE_LEN = 4 };

/* From 1; 0: no month. Not by strptime(3): the names must not depend on a locale. */
static unsigned
find_month(const char *name)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };

	for (unsigned i = 0; i < sizeof months / sizeof months[0]; i++)
		if (strcmp(months[i], name) == 0)
			return i + 1;
	return 0;
}

/* What is left of the text, while it is as it should be; NULL after that. */
struct cursor {
	const char *at;
};

/* So many digits at most. */
static unsigned
take_number(struct cursor *c, unsigned digits_max)
{
	unsigned value = 0, count = 0;

	if (c->at == NULL)
		return 0;
	for (; count < digits_max && octet_is_digit(c->at[count]); count++)
		value = value * 10 + (unsigned)(c->at[count] - '0');
	c->at = count == 0 ? NULL : c->at + count;
	return value;
}

static void
take_octet(struct cursor *c, char octet)
{
	if (c->at != NULL)
		c->at = *c->at == octet ? c->at + 1 : NULL;
}

static unsigned
take_month(struct cursor *c)
{
	char name[MONTH_LEN + 1] = "";
	unsigned month;

	if (c->at == NULL || strlen(c->at) < MONTH_LEN)
		return 0;
	memcpy(name, c->at, MONTH_LEN);
	month = find_month(name);
	c->at = month == 0 ? NULL : c->at + MONTH_LEN;
	return month;
}

/* "+0100" in seconds; without one it is UTC. */
static int64_t
read_zone(struct cursor *c)
{
	const bool is_west = c->at != NULL && strncmp(c->at, " -", 2) == 0;
	int64_t zone;

	if (!is_west && (c->at == NULL || strncmp(c->at, " +", 2) != 0))
		return 0;
	c->at += 2;
	zone = take_number(c, ZONE_LEN);
	zone = (zone / 100 * 60 + zone % 100) * 60;
	return is_west ? -zone : zone;
}

static bool
is_date(const struct civil *c)
{
	return c->year >= YEAR_MIN && c->day >= 1 &&
	       c->day <= civil_days_of_month(c->year, c->month) && c->hour < 24 && c->minute < 60 &&
	       c->second <= 60;
}

static bool
read_date(const char *text, int64_t *ret_unix_s)
{
	struct cursor c = { text };
	struct civil date = { .day = take_number(&c, 2) };

	take_octet(&c, ' ');
	date.month = take_month(&c);
	take_octet(&c, ' ');
	date.year = take_number(&c, YEAR_LEN);
	take_octet(&c, ' ');
	date.hour = take_number(&c, 2);
	take_octet(&c, ':');
	date.minute = take_number(&c, 2);
	take_octet(&c, ':');
	date.second = take_number(&c, 2);
	if (c.at == NULL || !is_date(&date))
		return false;
	*ret_unix_s = civil_to_unix(&date) - read_zone(&c);
	return true;
}

bool
doctor_peer_clock_read(const char *text, int64_t *ret_unix_s)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		if (octet_is_digit(text[i]) && (i == 0 || !octet_is_digit(text[i - 1])) &&
		    read_date(text + i, ret_unix_s))
			return true;
	return false;
}
