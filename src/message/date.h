/* SPDX-License-Identifier: Apache-2.0 */
/* date.h - the date-time of a header field (RFC 5322 §3.3), always in UTC with its offset (RFC 5321
 * §4.4), and four digits for the year (§F.5). */
#ifndef MESSAGE_DATE_H
#define MESSAGE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"

/*
 * Appends "Sun, 22 Nov 2026 10:00:00 +0000" for a count of seconds since 1970 UTC; false when out
 * is full. A time past the year 9999 is written as the last second of it.
 */
bool message_date_add(uint64_t unix_s, struct buf *out);

#endif
