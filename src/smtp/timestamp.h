/* SPDX-License-Identifier: Apache-2.0 */
/* timestamp.h - date-time of the Internet (RFC 3339 §5.6), in UTC only, as RFC 4865 §3 has it. */
#ifndef SMTP_TIMESTAMP_H
#define SMTP_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

/*
 * All of text is "2026-11-22T10:00:00Z" or its like: T and Z in any case, a fraction, an offset of
 * zero. What has a fraction, or is a leap second, counts as the next whole second. Negative before
 * 1970. False for what is no date or time, and for another offset than zero.
 */
bool smtp_timestamp_parse(struct slice text, int64_t *ret_unix_s);
/* Appends "2026-11-22T10:00:00Z". A time past the year 9999 is written as the last second of it. */
bool smtp_timestamp_add(uint64_t unix_s, struct buf *out);

#endif
