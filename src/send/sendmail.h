/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sendmail.h - the command line of sendmail(1), as cron and web applications write it.
 *
 * Letters may stand together ("-ti"), and an argument may stand in the same word or in the next
 * ("-fa@example.org", "-f a@example.org"). What only makes sense to a program with a queue of its
 * own is read and has no effect.
 */
#ifndef SEND_SENDMAIL_H
#define SEND_SENDMAIL_H

#include <stdbool.h>

#include "smtp/mail_params.h"
#include "util/buf.h"

enum send_sendmail_mode {
	SEND_SENDMAIL_MESSAGE, /* one message on standard input */
	SEND_SENDMAIL_SMTP,    /* -bs: SMTP on standard input and output */
	SEND_SENDMAIL_QUEUE,   /* -bp, mailq: what waits; nothing ever does */
	SEND_SENDMAIL_NOTHING, /* -bi, newaliases, -q: nothing to be done here */
};

/* Borrows from argv. */
struct send_sendmail {
	enum send_sendmail_mode mode;
	bool takes_header_recipients; /* -t: those of To, Cc and Bcc, too */
	bool takes_dots;              /* -i, -oi: a line with one dot is text, not the end */
	bool is_verbose;              /* -v */
	const char *sender;           /* -f, -r; NULL: not given; "": the null reverse-path */
	const char *full_name;        /* -F; NULL: not given */
	unsigned notify;              /* -N, as struct smtp_rcpt_params has it; 0: not given */
	enum smtp_ret ret;            /* -R */
	const char *envid;            /* -V; NULL: not given */
	const char *config;           /* -C; NULL: not given */
	char *const *recipients;
	int recipient_count;
};

/*
 * argv[0] is not looked at. True, or false with words for the user appended to error (an option
 * that there is not, an argument that is missing or that cannot be).
 */
bool send_sendmail_parse(int argc, char **argv, struct send_sendmail *ret_line, struct buf *error);

#endif
