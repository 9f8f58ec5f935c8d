/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xtext.h - how parameters carry octets that a parameter may not have (RFC 3461 §4): "+" and two
 * upper-case hex digits for one octet.
 */
#ifndef SMTP_XTEXT_H
#define SMTP_XTEXT_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/slice.h"

/* Printable ASCII where + begins two upper-case hex digits; may be empty. */
bool smtp_xtext_is_valid(struct slice value);
/* Valid, and it stands for printable ASCII and spaces alone: what reports can show (§4.2, §4.4). */
bool smtp_xtext_is_printable(struct slice value);
/* Appends octets encoded: printable ASCII but "+", "=" and space as it is. False when full. */
bool smtp_xtext_encode(struct slice octets, struct buf *out);
/* Appends what a valid value stands for. False when out is full. */
bool smtp_xtext_decode(struct slice value, struct buf *out);

#endif
