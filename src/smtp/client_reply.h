/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_reply.h - incremental parser for the replies of a server (RFC 5321 §4.2).
 *
 * A reply is one or more lines with one code. Lines end in CRLF; a bare LF is taken too, because
 * small LMTP servers send it and a reply, unlike message text, has nothing to smuggle.
 */
#ifndef SMTP_CLIENT_REPLY_H
#define SMTP_CLIENT_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/verdict.h"
#include "util/buf.h"
#include "util/slice.h"

enum smtp_reply_status {
	SMTP_REPLY_MORE, /* all octets read; call again with the next */
	SMTP_REPLY_DONE, /* smtp_reply_parser's code and text are valid until the next call */
	SMTP_REPLY_BAD,  /* no reply, or above a limit; code is 0, text the line if it was not too
			    long */
};

/* Free with smtp_reply_parser_done(). */
struct smtp_reply_parser {
	uint16_t code;
	struct buf text; /* of the lines without code, separated by LF */
	struct buf line; /* the start of a line that is not whole yet */
	unsigned line_count;
	bool is_complete; /* the next call starts a new reply */
};

void smtp_reply_parser_init(struct smtp_reply_parser *p);
void smtp_reply_parser_done(struct smtp_reply_parser *p);
/* Forget what was read: for STARTTLS. */
void smtp_reply_parser_clear(struct smtp_reply_parser *p);

/* Reads at most one reply from in; *used is the number of octets read, on every status. */
enum smtp_reply_status smtp_reply_parse(struct smtp_reply_parser *p, struct slice in, size_t *used);

/* Takes the next line off *text; false when there is none left. */
bool smtp_reply_next_line(struct slice *text, struct slice *ret_line);
/*
 * The enhanced code at the start of a reply's text (RFC 2034 §4): "5.1.1 ". False when there is
 * none, or when its class is not that of the code.
 */
bool smtp_reply_enhanced(struct slice text, uint16_t code, uint16_t ret_enhanced[3]);
/*
 * What a reply means for a recipient: the class by the code's first digit alone (RFC 5321 §4.2.1),
 * the enhanced code, the words joined to one printable line. host and reason are copied; what was
 * delivered needs no reason.
 */
struct smtp_verdict smtp_reply_verdict(
    const struct smtp_reply_parser *p, const char *host, const char *reason);

#endif
