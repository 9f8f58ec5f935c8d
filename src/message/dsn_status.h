/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsn_status.h - the fields of message/delivery-status (RFC 3464 §2), or of the same in UTF-8 (RFC
 * 6533 §4.1). For dsn.c only.
 */
#ifndef MESSAGE_DSN_STATUS_H
#define MESSAGE_DSN_STATUS_H

#include "message/dsn.h"

/* The fields about the message and the empty line after them. */
void message_dsn_status_add(const struct message_dsn *d, struct buf *out);
/* The fields about one recipient and the empty line after them. */
void message_dsn_recipient_add(
    const struct message_dsn *d, const struct message_dsn_recipient *r, struct buf *out);

#endif
