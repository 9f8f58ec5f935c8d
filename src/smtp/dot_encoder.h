/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dot_encoder.h - text on its way out after DATA: dots stuffed, line ends clean (RFC 5321 §4.5.2).
 *
 * Whatever comes in, what goes out has CRLF line ends only: a bare CR and a bare LF each become
 * CRLF, so no message of ours can smuggle a command into the next hop. Text that is clean passes
 * unchanged but for its dots, as spans of the input.
 *
 *   while ((n = smtp_dot_encoder_next(&e, in, &span)) != 0 || span.len != 0) {
 *           send(span);
 *           in = slice_after(in, n);
 *   }
 *   ... and after the last octet of the message: send(smtp_dot_encoder_end(&e));
 */
#ifndef SMTP_DOT_ENCODER_H
#define SMTP_DOT_ENCODER_H

#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/* `struct smtp_dot_encoder e = { 0 };` starts one; nothing to free. */
struct smtp_dot_encoder {
	uint8_t state; /* enum in dot_encoder.c */
};

/*
 * Reads from the start of in and returns how many octets that were; *ret_span is what to send for
 * them, borrowed from in or constant. Both are 0 only when in is empty. The octets that go out do
 * not depend on how the text is cut into calls.
 */
size_t smtp_dot_encoder_next(struct smtp_dot_encoder *e, struct slice in, struct slice *ret_span);

/* The end of the text: <CRLF>.<CRLF>, where the first CRLF is left out after a whole line. */
struct slice smtp_dot_encoder_end(struct smtp_dot_encoder *e);

#endif
