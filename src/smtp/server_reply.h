/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_reply.h - every reply of the server, in one table.
 *
 * Each says what is the matter and what to do about it, because a person reads it in the end. Codes
 * are those of RFC 5321 §4.2, §4.2.3, §4.3.1 and of the extensions (RFC 4954 §6), one for all lines
 * of a reply (RFC 5321 §4.2.1), and not invented (§4.3.2); all but greetings, EHLO, HELO and 3yz
 * carry an enhanced code of the same class (RFC 2034 §4), one that is registered (RFC 3463 §2, RFC
 * 5248 §2, RFC 6531 §3.5). The words tell too what is answered (RFC 2920 §3.2), in ASCII (RFC 6531
 * §3.7.4.1).
 */
#ifndef SMTP_SERVER_REPLY_H
#define SMTP_SERVER_REPLY_H

#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

/* "+ x": the reply names x, given as detail. */
enum smtp_server_reply {
	SMTP_REPLY_NONE,   /* says nothing: for those who may have nothing against a command */
	SMTP_REPLY_BANNER, /* + hostname */
	SMTP_REPLY_HELO,   /* + hostname */
	SMTP_REPLY_BYE,    /* + hostname */
	SMTP_REPLY_START_TLS,
	SMTP_REPLY_AUTH_OK,
	SMTP_REPLY_SENDER_OK,
	SMTP_REPLY_SENDER_OK_LOWERED, /* + priority */
	SMTP_REPLY_RECIPIENT_OK,
	SMTP_REPLY_SEND_TEXT,
	SMTP_REPLY_CHUNK_OK, /* + its octets */
	SMTP_REPLY_QUEUED,   /* + queue id */
	SMTP_REPLY_RESET,
	SMTP_REPLY_NOOP,
	SMTP_REPLY_HELP,
	SMTP_REPLY_VRFY,

	SMTP_REPLY_TIMEOUT,               /* + hostname; 421: the session is over */
	SMTP_REPLY_LOGIN_TIMEOUT,         /* + hostname */
	SMTP_REPLY_TOO_SLOW,              /* + hostname */
	SMTP_REPLY_STOPPING,              /* + hostname */
	SMTP_REPLY_TOO_MANY_ERRORS,       /* + hostname */
	SMTP_REPLY_TOO_MANY_LOGINS,       /* + hostname */
	SMTP_REPLY_TOO_MANY_TRANSACTIONS, /* + hostname */
	SMTP_REPLY_CROWDED,               /* + hostname; in place of a banner */
	SMTP_REPLY_CROWDED_ADDRESS,       /* + hostname; likewise */

	SMTP_REPLY_OUT_OF_STEP, /* the session is over */

	SMTP_REPLY_TRY_LATER,
	SMTP_REPLY_BUSY,
	SMTP_REPLY_DISK_FULL,
	SMTP_REPLY_TOO_MANY_RECIPIENTS,
	SMTP_REPLY_TOO_MANY_DOMAINS,
	SMTP_REPLY_AUTH_TEMPORARY,
	SMTP_REPLY_AUTH_THROTTLED,

	SMTP_REPLY_LINE_TOO_LONG,
	SMTP_REPLY_LINE_OCTETS,
	SMTP_REPLY_ARGUMENT_OCTETS,
	SMTP_REPLY_ARGUMENT_LINE_END,
	SMTP_REPLY_UNKNOWN_COMMAND,
	SMTP_REPLY_NO_ARGUMENT,
	SMTP_REPLY_HELO_ARGUMENT,
	SMTP_REPLY_VRFY_ARGUMENT,
	SMTP_REPLY_EXPN,
	SMTP_REPLY_EHLO_FIRST,
	SMTP_REPLY_TLS_FIRST,
	SMTP_REPLY_AUTH_FIRST,
	SMTP_REPLY_TLS_TWICE,
	SMTP_REPLY_AUTH_TWICE,
	SMTP_REPLY_AUTH_IN_MAIL,
	SMTP_REPLY_AUTH_SYNTAX,
	SMTP_REPLY_AUTH_BASE64,
	SMTP_REPLY_AUTH_LINE_TOO_LONG,
	SMTP_REPLY_AUTH_MECHANISM,
	SMTP_REPLY_AUTH_MALFORMED,
	SMTP_REPLY_AUTH_CANCELLED,
	SMTP_REPLY_AUTH_BAD_CREDENTIALS,
	SMTP_REPLY_MAIL_TWICE,
	SMTP_REPLY_MAIL_SYNTAX,
	SMTP_REPLY_SENDER_SYNTAX, /* + where and what */
	SMTP_REPLY_MAIL_FIRST,
	SMTP_REPLY_RCPT_SYNTAX,
	SMTP_REPLY_RECIPIENT_SYNTAX, /* + where and what */
	SMTP_REPLY_RCPT_FIRST,
	SMTP_REPLY_IN_CHUNKS,
	SMTP_REPLY_BDAT_ARGUMENT,
	SMTP_REPLY_BDAT_SIZE, /* the session is over */
	SMTP_REPLY_BDAT_ONLY,
	SMTP_REPLY_PARAM_SYNTAX,
	SMTP_REPLY_PARAM_VALUE,      /* + how it is written */
	SMTP_REPLY_PARAM_TWICE,      /* + keyword */
	SMTP_REPLY_PARAM_UNKNOWN,    /* + keyword */
	SMTP_REPLY_PARAM_NEEDS_EHLO, /* + keyword */
	SMTP_REPLY_TOO_MANY_PARAMS,  /* + keyword */
	SMTP_REPLY_HOLD_TWICE,
	SMTP_REPLY_HOLD_PAST,
	SMTP_REPLY_HOLD_TOO_LONG,
	SMTP_REPLY_HOLD_AFTER_BY,
	SMTP_REPLY_BY_TOO_SOON,
	SMTP_REPLY_UTF8_SENDER,
	SMTP_REPLY_UTF8_RECIPIENT,
	SMTP_REPLY_SIZE,
	SMTP_REPLY_SENDER_NOT_ALLOWED,
	SMTP_REPLY_RECIPIENT_NOT_ALLOWED,
	SMTP_REPLY_TEXT_BARE_LF,
	SMTP_REPLY_TEXT_BARE_CR,
	SMTP_REPLY_TEXT_NUL,
	SMTP_REPLY_HEADER_TOO_LARGE, /* this and the next: + what it is about, perhaps empty */
	SMTP_REPLY_HEADER_SYNTAX,
	SMTP_REPLY_HEADER_NUL,
	SMTP_REPLY_HEADER_8BIT,
	SMTP_REPLY_HEADER_NOT_UTF8,
	SMTP_REPLY_FROM_MISSING,
	SMTP_REPLY_FROM_TWICE,
	SMTP_REPLY_FIELD_TWICE,
	SMTP_REPLY_ADDRESS_SYNTAX,
	SMTP_REPLY_ADDRESS_UNQUALIFIED,
	SMTP_REPLY_TEXT_LINE_TOO_LONG,
	SMTP_REPLY_LOOP,
	SMTP_REPLY_LAST = SMTP_REPLY_LOOP,
};

/* Octets of a detail that are shown; a reply line has at most 512 (RFC 5321 §4.5.3.1.5). */
#define SMTP_REPLY_DETAIL_MAX 255

/*
 * Appends the whole reply with its CRLF; detail is looked at only where the table has a place. What
 * of it is not printable ASCII is shown as "?".
 */
void smtp_server_reply_add(enum smtp_server_reply reply, struct slice detail, struct buf *out);

#endif
