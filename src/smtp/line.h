/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - command lines out of a stream of octets, in bounded memory.
 *
 * Only CRLF ends a line (RFC 5321 §2.3.8); for old devices an LF does too (takes_lf). A line that
 * comes whole is handed out without a copy; a part of one is kept until the rest comes, wiped
 * afterwards because it may hold a password. A line over the limit is thrown away to its CRLF, so
 * that what follows is a command again; behind BDAT it is not, so that is remembered.
 */
#ifndef SMTP_LINE_H
#define SMTP_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

enum smtp_line_status {
	SMTP_LINE_MORE, /* all of the input was read, the line is not complete */
	SMTP_LINE_DONE,
	SMTP_LINE_TOO_LONG, /* its CRLF was read; the line is lost */
};

/* `struct smtp_line l = { 0 };` starts one; no memory is held between lines. */
struct smtp_line {
	struct buf partial;
	uint8_t last; /* octet before the input, 0 at the start of a line */
	bool is_too_long;
	bool is_bdat;     /* a line that is too long began with BDAT: a chunk may follow it */
	bool is_repaired; /* the line that is done, or too long, ended with an LF alone */
	bool takes_lf;    /* set before the first octet; stays */
};

/*
 * Reads up to the end of the next line and sets *in to what is left. *ret_line is the line without
 * its line end, borrowed from *in or from l until smtp_line_clear(), which must follow DONE and
 * TOO_LONG. limit counts the line end and must not change within a line.
 */
enum smtp_line_status smtp_line_read(
    struct smtp_line *l, struct slice *in, size_t limit, struct slice *ret_line);
/* Wipes and frees what is kept: ready for the next line, or for the end. */
void smtp_line_clear(struct smtp_line *l);

#endif
