/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply.h - the replies of servers inside other text: dialogs, exceptions, logs, bounces, JSON.
 *
 * A number of three digits is a reply only where something says so: an enhanced code behind it, the
 * begin of a line of a dialog, or a word such as "said:" or "code" before it. Port 587, pid 554,
 * HTTP 503 and line 421 are none.
 */
#ifndef EXPLAIN_REPLY_H
#define EXPLAIN_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "explain/token.h"

struct explain_reply {
	uint32_t begin, end; /* in the text: the codes and what is said behind them */
	uint32_t line;
	uint16_t basic;       /* 0: only an enhanced code */
	uint16_t enhanced[3]; /* zeros: none */
	bool is_made_up;      /* a program's own summary ("dsn=4.4.1"), no server's words */
};

struct explain_replies {
	struct explain_reply *all; /* in the order of the text; failures (4yz, 5yz) only */
	size_t count, size;
};

/* Free with explain_replies_done(). */
void explain_replies_init(struct explain_replies *replies, const struct explain_tokens *tokens);
void explain_replies_done(struct explain_replies *replies);
/* The reply that has all of [begin, begin + len) in its text; NULL: none. */
const struct explain_reply *explain_replies_around(
    const struct explain_replies *replies, size_t begin, size_t len);

#endif
