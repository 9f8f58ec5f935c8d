/* SPDX-License-Identifier: Apache-2.0 */
/* dsn_words.h - what a bounce says to people about one recipient. For dsn.c only. */
#ifndef MESSAGE_DSN_WORDS_H
#define MESSAGE_DSN_WORDS_H

#include "message/dsn.h"

#define DSN_ADDRESS_MAX 900 /* octets shown of an address, to stay within a line of 998 */
#define DSN_HOST_MAX 300    /* of a host's name with address and port */

/* The recipient's paragraph of the part for people. */
void message_dsn_words_add(const struct message_dsn_recipient *r, struct buf *out);

/* At most len_max octets of s: a report must keep its bound whatever it is given. */
static inline struct slice
message_dsn_cut(struct slice s, size_t len_max)
{
	return slice_first(s, s.len < len_max ? s.len : len_max);
}

/* Was it tried until its time was over, rather than refused? */
bool message_dsn_is_given_up(const struct smtp_verdict *v);

#endif
