/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsn_address.h - addresses in the fields of a report: "type; address" (RFC 3464 §2.3.1, RFC 6533
 * §3, which RFC 6531 §3.2 asks for). For dsn_status.c only.
 */
#ifndef MESSAGE_DSN_ADDRESS_H
#define MESSAGE_DSN_ADDRESS_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/slice.h"

/* Octets that either appends, at most, for an address of len octets. */
#define MESSAGE_DSN_ADDRESS_MAX(len) (6 * (len) + 8)

/* An address of the envelope; in a 7-bit report one that is not ASCII is written as ASCII. */
void message_dsn_address_add(struct slice address, bool is_utf8, struct buf *out);
/*
 * The value of ORCPT, without the encoding that it needed as a parameter: xtext (RFC 3461 §4.2), or
 * with the type utf-8 that of RFC 6533 §3, which is kept, or made, in a 7-bit report.
 */
void message_dsn_orcpt_add(struct slice orcpt, bool is_utf8, struct buf *out);

#endif
