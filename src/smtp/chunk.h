/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunk.h - the text that comes in chunks with BDAT (RFC 3030), however it is cut into them.
 *
 * A chunk has a length, so nothing in it can end the text. Its line ends are held to the rule of
 * crlf.h all the same: the message may leave this house with DATA. Those of a BODY=BINARYMIME
 * message are not, once its header is over; without lines it can leave with BDAT only.
 */
#ifndef SMTP_CHUNK_H
#define SMTP_CHUNK_H

#include <stdbool.h>
#include <stdint.h>

#include "smtp/crlf.h"
#include "util/slice.h"

/* All zero to start, but is_binary and crlf.takes_lf may be set. Nothing to free. */
struct smtp_chunk {
	struct smtp_crlf crlf;
	bool is_binary;
	bool is_past_header; /* of a binary message */
	bool has_line;       /* the line at hand is not empty */
	uint64_t repaired_count;
};

/*
 * Reads *in, all of it octets of chunks, from its start; sets *in to what is left of it and
 * *ret_text to the next span of text, which borrows from *in, or is a CRLF in place of an LF. Call
 * again until *in is empty. After a flaw no more text comes.
 */
void smtp_chunk_decode(struct smtp_chunk *c, struct slice *in, struct slice *ret_text);
/* The last chunk is over: a CR at its very end was a bare one. */
void smtp_chunk_end(struct smtp_chunk *c);

#endif
