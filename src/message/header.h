/* SPDX-License-Identifier: Apache-2.0 */
/*
 * header.h - a header block as its fields (RFC 5322 §2.2): spans of it, nothing unfolded or copied.
 *
 * Stricter than RFC 5322 §4.5.8 in one thing: no white space stands between a field's name and its
 * colon. No client sends it, and readers differ in what they make of it.
 */
#ifndef MESSAGE_HEADER_H
#define MESSAGE_HEADER_H

#include <stdbool.h>

#include "util/slice.h"

struct message_field {
	struct slice name;
	struct slice body;  /* after the colon, with its folds, without the CRLF at its end */
	struct slice whole; /* name, colon, body and CRLF */
};

enum message_field_status {
	MESSAGE_FIELD_END, /* *rest is empty, or begins with the empty line */
	MESSAGE_FIELD_OK,
	MESSAGE_FIELD_SYNTAX, /* *rest begins with the line at fault */
};

/*
 * The next field of *rest, which is moved past it. Only CRLF ends a line: a CR or LF alone is a
 * fault. The very last line of the block may lack its CRLF.
 */
enum message_field_status message_field_next(struct slice *rest, struct message_field *ret_field);
/* The first line of text without its CRLF. */
struct slice message_header_line(struct slice text);
/* Without the white space and line ends at both of its ends. */
struct slice message_field_trim(struct slice text);

/*
 * The "From alice@... Thu Jan 1 ..." line that mailbox files have before a message, with its CRLF;
 * empty when the block does not begin with one.
 */
struct slice message_header_mbox_line(struct slice header);

#endif
