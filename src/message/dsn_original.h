/* SPDX-License-Identifier: Apache-2.0 */
/* dsn_original.h - what a report gives back of the message: its third part. For dsn.c only. */
#ifndef MESSAGE_DSN_ORIGINAL_H
#define MESSAGE_DSN_ORIGINAL_H

#include "message/dsn.h"

/* The part's fields, an empty line and its text; the boundary before it has been written. */
void message_dsn_original_add(const struct message_dsn *d, struct buf *out);
/* The original's Message-ID as "<...>"; empty when there is none that may be put into a header. */
struct slice message_dsn_original_id(const struct message_dsn *d);

#endif
