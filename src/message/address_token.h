/* SPDX-License-Identifier: Apache-2.0 */
/* address_token.h - the lexical tokens of an address field (RFC 5322 §3.2), for addresses.c. */
#ifndef MESSAGE_ADDRESS_TOKEN_H
#define MESSAGE_ADDRESS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"

enum message_token_kind {
	MESSAGE_TOKEN_END,
	MESSAGE_TOKEN_ATOM,    /* §3.2.3, without dots */
	MESSAGE_TOKEN_QUOTED,  /* §3.2.4, with its quotes */
	MESSAGE_TOKEN_LITERAL, /* §3.4.1, with its brackets */
	MESSAGE_TOKEN_SPECIAL, /* one of <>@,;:. */
	MESSAGE_TOKEN_FAULT,   /* nothing that may be here, or something that does not end */
};

struct message_token {
	enum message_token_kind kind;
	size_t start, end; /* offsets in text */
	char special;
};

/* The token after the comments and white space (§3.2.2) at offset. */
struct message_token message_token_read(struct slice text, size_t offset);
bool message_token_is(const struct message_token *t, char special);

#endif
