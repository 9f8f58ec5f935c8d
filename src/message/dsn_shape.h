/* SPDX-License-Identifier: Apache-2.0 */
/* dsn_shape.h - what a report is made of, decided once. For the files of the report only. */
#ifndef MESSAGE_DSN_SHAPE_H
#define MESSAGE_DSN_SHAPE_H

#include "message/dsn.h"

#define DSN_ADDRESS_MAX 900 /* octets shown of an address, to stay within a line of 998 */
#define DSN_HOST_MAX 300    /* of a host's name with address and port */

/* At most len_max octets of s: a report must keep its bound whatever it is given. */
static inline struct slice
message_dsn_cut(struct slice s, size_t len_max)
{
	return slice_first(s, s.len < len_max ? s.len : len_max);
}

/* Does the verdict fit the report's action? */
bool message_dsn_shows(const struct message_dsn *d, const struct message_dsn_recipient *r);
/* Was it tried until its time was over, rather than refused? */
bool message_dsn_is_given_up(const struct smtp_verdict *v);
/*
 * Does it go to an address that is not ASCII? Then it travels with SMTPUTF8 anyway, and need not
 * write anything as ASCII (RFC 6533 §4.5).
 */
bool message_dsn_is_utf8(const struct message_dsn *d);
/* May the message go back whole by what was said of it, were it all at hand (RFC 3461 §4.3)? */
bool message_dsn_may_return_whole(const struct message_dsn *d);
bool message_dsn_returns_whole(const struct message_dsn *d);
/* CRLF line ends, no NUL, no line over 998 octets: fit for 8BITMIME (RFC 6152 §3). */
bool message_dsn_has_clean_lines(struct slice text);
/* The header of the original: its whole lines before the first empty one, as many as may be. */
struct slice message_dsn_original_header(const struct message_dsn *d);

#endif
