/* SPDX-License-Identifier: Apache-2.0 */
/* quoted_printable.h - any octets as 7-bit text with short lines (RFC 2045 §6.7). */
#ifndef MESSAGE_QUOTED_PRINTABLE_H
#define MESSAGE_QUOTED_PRINTABLE_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/slice.h"

/*
 * Appends the encoding of text, whose CRLFs stay line ends; a bare CR or LF is encoded like other
 * octets. At most 3 octets for one, and a soft line break of 3 octets for each 73. False when out
 * is full.
 */
bool message_quoted_printable_add(struct slice text, struct buf *out);

/* Can text go as it is: 7-bit, lines of at most 998 octets, no bare CR, LF or NUL? (§2.7) */
bool message_is_7bit(struct slice text);

#endif
