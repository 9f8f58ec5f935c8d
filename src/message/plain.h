/* SPDX-License-Identifier: Apache-2.0 */
/* plain.h - anybody's octets as text that cannot leave its line. */
#ifndef MESSAGE_PLAIN_H
#define MESSAGE_PLAIN_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/slice.h"

/* Octets of a line that we write, without CRLF, at most (RFC 5322 §2.1.1 wants 78, allows 998). */
#define MESSAGE_PLAIN_WIDTH 76

/*
 * Appends s with everything but printable ASCII and space as '?', folded: where a line would pass
 * MESSAGE_PLAIN_WIDTH it is broken at a space, or at 900 octets where there is none, and the next
 * one begins with indent. `column` is how far the current line is. False when out is full.
 */
bool message_plain_add(struct slice s, size_t column, const char *indent, struct buf *out);
/* The same, but what is UTF-8 above 127, and no control character, stays as it is. */
bool message_plain_utf8_add(struct slice s, size_t column, const char *indent, struct buf *out);

#endif
