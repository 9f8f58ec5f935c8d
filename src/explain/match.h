/* SPDX-License-Identifier: Apache-2.0 */
/* match.h - which messages of the catalogue a text has, and where first and last. */
#ifndef EXPLAIN_MATCH_H
#define EXPLAIN_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "explain/reply.h"
#include "explain/token.h"

struct explain_span {
	uint32_t begin, len; /* in the text */
	uint32_t line;       /* from 1; 0: nowhere */
	uint32_t score;      /* how much of the text it speaks for */
};

/* Of one message. In short texts the best match counts, in logs the last. */
struct explain_match {
	struct explain_span best, last;
	struct explain_span quoted; /* the best in a server's reply */
};

/* Remember one more place. */
void explain_match_note(struct explain_match *match, const struct explain_span *span);
/* matches: one for each message of the catalogue, zero. */
void explain_match_find(const struct explain_tokens *tokens, const struct explain_replies *replies,
    struct explain_match *matches);

#endif
