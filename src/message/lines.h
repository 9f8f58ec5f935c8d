/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - lines no longer than the limit (RFC 5322 §2.1.1): looked for, or made.
 *
 * Lengths are without CRLF. The text of a body comes in pieces: `struct message_lines l = { 0 };`
 * begins one, and what comes out does not depend on how it is cut.
 */
#ifndef MESSAGE_LINES_H
#define MESSAGE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

/* Below this no limit makes sense: a field's name and a character must fit. */
#define MESSAGE_LINE_LENGTH_MIN 64

struct message_lines {
	size_t column;      /* octets of the line so far, with a CR at its end */
	bool is_after_cr;   /* which may be half of a CRLF */
	uint8_t left_count; /* octets to come of a character of UTF-8 that began */
};

/* Do the lines fit, with those before? Once false, it is for the whole text. */
bool message_lines_fit(struct message_lines *l, struct slice text, size_t line_length);
/*
 * Appends text with a CRLF before each octet that would not fit, but never inside a character of
 * UTF-8. True when there was one. Adds at most 2 octets to each line_length - 3.
 */
bool message_lines_fold(
    struct message_lines *l, struct slice text, size_t line_length, struct buf *out);

/* Do all lines of a header field fit? */
bool message_field_fits(struct slice field, size_t line_length);
/*
 * Appends a field, whose name and colon must fit a line, with lines that fit: broken before white
 * space (RFC 5322 §2.2.3), else with a CRLF and a space after one of ",;:" or before "<", else
 * anywhere. Of the white space at the ends of long lines no more is kept than is needed: no line
 * has nothing else. False when a word was broken: of an address little would be left.
 */
bool message_field_fold(struct slice field, size_t line_length, struct buf *out);

#endif
