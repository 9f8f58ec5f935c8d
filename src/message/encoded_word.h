/* SPDX-License-Identifier: Apache-2.0 */
/* encoded_word.h - text that is not ASCII in a header field (RFC 2047 §2). */
#ifndef MESSAGE_ENCODED_WORD_H
#define MESSAGE_ENCODED_WORD_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/slice.h"

/*
 * Appends text for the body of an unstructured field, or for a display name: as it is when it is
 * printable ASCII that nobody can take for an encoded word, else as words of "=?utf-8?B?...?=" of
 * at most 75 characters (§2), each with whole characters of UTF-8, on lines of their own. Control
 * characters become spaces: no text can begin a field of its own. False when out is full.
 */
bool message_encoded_word_add(struct slice text, struct buf *out);
/* The same for a display name, which is quoted where it is ASCII (RFC 5322 §3.4, RFC 2047 §5). */
bool message_display_name_add(struct slice text, struct buf *out);

#endif
