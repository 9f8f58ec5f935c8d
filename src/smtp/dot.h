/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dot.h - incremental decoder for the text after DATA (RFC 5321 §4.5.2).
 *
 * Sans-I/O: no descriptor, no clock, no allocation, no logging, and no copy: text is handed out as
 * spans of the input.
 *
 * Only <CRLF>.<CRLF> ends the text, however the stream is cut. Text with a flaw of its line ends
 * (crlf.h) is read on to its real end, because to stop earlier would let the rest of the message be
 * taken for commands, and must then be refused.
 */
#ifndef SMTP_DOT_H
#define SMTP_DOT_H

#include <stddef.h>
#include <stdint.h>

#include "smtp/crlf.h"
#include "util/slice.h"

enum smtp_dot_status {
	SMTP_DOT_MORE, /* go on with what is left of the input, or the next */
	SMTP_DOT_DONE, /* <CRLF>.<CRLF> was read; what follows is the next command */
};

/*
 * Decoder state: `struct smtp_dot d = { 0 };` starts one, nothing to free, copying is allowed. Set
 * crlf.takes_lf before the first octet to have LF taken for CRLF.
 */
struct smtp_dot {
	struct smtp_crlf crlf;
	uint8_t state; /* enum in dot.c */
	uint64_t repaired_count;
};

/*
 * Reads *in from its start, sets *in to what is left of it and *ret_text to the next span of text,
 * which borrows from *in, or is a CRLF in place of an LF, and may be empty. With SMTP_DOT_MORE call
 * again until *in is empty; after SMTP_DOT_DONE start a new decoder. Time is linear in the input.
 * After a flaw no more text comes.
 */
enum smtp_dot_status smtp_dot_decode(struct smtp_dot *d, struct slice *in, struct slice *ret_text);

#endif
