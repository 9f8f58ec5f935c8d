/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/peer_clock.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

enum { YEAR_BASE = 1900, YEAR_MIN = 1990 };
enum { MONTH_LEN = 3, YEAR_LEN = 4, ZONE_LEN = 4 };

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
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What is left of the text, while it is as it should be; NULL after that. */
struct cursor {
	const char *at;
};

/* So many digits at most. */
static int
take_number(struct cursor *c, unsigned digits_max)
{
	int value = 0;
	unsigned count = 0;

	if (c->at == NULL)
		return 0;
	for (; count < digits_max && is_digit(c->at[count]); count++)
		value = value * 10 + (c->at[count] - '0');
	c->at = count == 0 ? NULL : c->at + count;
	return value;
}

static void
take_octet(struct cursor *c, char octet)
{
	if (c->at != NULL)
		c->at = *c->at == octet ? c->at + 1 : NULL;
}

static int
take_month(struct cursor *c)
{
	char name[MONTH_LEN + 1] = "";
	int month;

	if (c->at == NULL || strlen(c->at) < MONTH_LEN)
		return 0;
	memcpy(name, c->at, MONTH_LEN);
	month = find_month(name);
	c->at = month < 0 ? NULL : c->at + MONTH_LEN;
	return month;
}

/* "+0100" in seconds; without one it is UTC. */
static int
read_zone(struct cursor *c)
{
	const bool is_west = c->at != NULL && strncmp(c->at, " -", 2) == 0;
	int zone;

	if (!is_west && (c->at == NULL || strncmp(c->at, " +", 2) != 0))
		return 0;
	c->at += 2;
	zone = take_number(c, ZONE_LEN);
	zone = (zone / 100 * 60 + zone % 100) * 60;
	return is_west ? -zone : zone;
}

static bool
read_date(const char *text, int64_t *ret_unix_s)
{
	struct cursor c = { text };
	struct tm tm = { 0 };
	int64_t at;

	tm.tm_mday = take_number(&c, 2);
	take_octet(&c, ' ');
	tm.tm_mon = take_month(&c);
	take_octet(&c, ' ');
	tm.tm_year = take_number(&c, YEAR_LEN) - YEAR_BASE;
	take_octet(&c, ' ');
	tm.tm_hour = take_number(&c, 2);
	take_octet(&c, ':');
	tm.tm_min = take_number(&c, 2);
	take_octet(&c, ':');
	tm.tm_sec = take_number(&c, 2);
	if (c.at == NULL || tm.tm_year < YEAR_MIN - YEAR_BASE)
		return false;
	at = timegm(&tm);
	*ret_unix_s = at - read_zone(&c);
	return true;
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
