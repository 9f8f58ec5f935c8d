/* SPDX-License-Identifier: Apache-2.0 */
/* dsn_words.h - what a report says to people: its first part. For dsn.c only. */
#ifndef MESSAGE_DSN_WORDS_H
#define MESSAGE_DSN_WORDS_H

#include "message/dsn.h"

/* The text, in UTF-8 when an address that it names is not ASCII. */
void message_dsn_words_add(const struct message_dsn *d, struct buf *out);

#endif
