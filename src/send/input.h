/* SPDX-License-Identifier: Apache-2.0 */
/* input.h - text from a program of this machine to text as mail has it: CRLF ends every line. */
#ifndef SEND_INPUT_H
#define SEND_INPUT_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/slice.h"

#define SEND_TEXT_MAX ((size_t)256 * 1024 * 1024) /* octets of a message with CRLF */

enum send_input_status {
	SEND_INPUT_OK,
	SEND_INPUT_NUL,       /* there is a NUL octet: no mail has one (RFC 5321 §4.1.1.4) */
	SEND_INPUT_TOO_LARGE, /* out is full */
};

/*
 * Appends text to out with CRLF for each LF, CRLF and CR alone, and with one at the end. Unless
 * takes_dots, a line with nothing but one dot ends it, and what follows is dropped.
 */
enum send_input_status send_input_convert(struct slice text, bool takes_dots, struct buf *out);

#endif
