/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sender.h - which addresses an account may send as (RFC 6409 §6.1).
 *
 * A pattern is "user@domain", "@domain" for every address of that domain (not of its subdomains),
 * or "*" for any address. An account without patterns may send as its own name when that is an
 * address, else as NAME@HOSTNAME; patterns replace this default. ASCII letters compare without
 * case, in the local part too, as in account names (name.h).
 */
#ifndef AUTH_SENDER_H
#define AUTH_SENDER_H

#include <stdbool.h>

#include "util/slice.h"

#define AUTH_SENDER_PATTERN_MAX 320 /* octets: 64, "@", 255 (RFC 5321 §4.5.3.1) */
#define AUTH_SENDERS_MAX 8192       /* octets of all patterns of an account */

bool auth_sender_is_pattern(struct slice text);
/* May the account of this name, with these patterns (accounts.h), send as address? */
bool auth_sender_is_allowed(
    struct slice name, struct slice senders, struct slice hostname, struct slice address);

#endif
