/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.h - a text as words, each looked up in the vocabulary of the catalogue.
 *
 * A word is a run of letters and digits; letters compare without case. A name of code that the
 * vocabulary does not have (HandshakeFailure) is taken apart at its capitals. In scripts that put
 * no blanks between words each character is a word. Escapes (\n, \u00e4, &quot;) count as what they
 * stand for, and octets that are no UTF-8 as Latin-1. The codes at the begin of the further lines
 * of one reply are left out, so that its sentences are not torn apart.
 */
#ifndef EXPLAIN_TOKEN_H
#define EXPLAIN_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define EXPLAIN_NO_VOCABLE (-1)

struct explain_token {
	uint32_t begin, len; /* in the text */
	uint32_t line;       /* from 1 */
	int16_t vocable;     /* the longest one that the word begins with, or EXPLAIN_NO_VOCABLE */
	bool is_exact;       /* the word is that vocable */
	bool is_paren;       /* it stands alone in parentheses */
};

struct explain_tokens {
	struct slice text; /* borrowed */
	struct explain_token *all;
	size_t count, size;
	uint32_t line_count;
};

/* text.len is at most EXPLAIN_TEXT_MAX. Free with explain_tokens_done(). */
void explain_tokens_init(struct explain_tokens *tokens, struct slice text);
void explain_tokens_done(struct explain_tokens *tokens);

#endif
