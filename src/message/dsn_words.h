/* SPDX-License-Identifier: Apache-2.0 */
/* dsn_words.h - the part of a report that people read. Private to message/. */
#ifndef MESSAGE_DSN_WORDS_H
#define MESSAGE_DSN_WORDS_H

#include "message/dsn.h"

/* What a recipient's failure means and what its sender can do, in one sentence or two. */
const char *message_dsn_advice(const struct smtp_verdict *v);
/* The text part, with its blank lines, ready to be put into the container. */
bool message_dsn_words_add(const struct message_dsn *d, struct buf *out);

#endif
