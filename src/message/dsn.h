/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsn.h - the report that tells a sender what became of a message (RFC 3461 §6, RFC 3464, in RFC
 * 6522 §3's container; with addresses that are not ASCII, RFC 6533).
 *
 * Three parts: words for people, fields for programs, and what is given back of the original. The
 * caller decides whether one is owed (NOTIFY, RFC 3461 §5.2), sends it with a null reverse-path to
 * `sender`, and never makes one for a message whose own sender is empty (RFC 5321 §4.5.5).
 *
 * A report is about one kind of action. Whatever comes in, the result has CRLF line ends and no
 * line over 998 octets; it is 7-bit except as message_dsn_params() says.
 *
 * One report names all recipients that failed together (RFC 5321 §3.6.3, §4.4), for good or because
 * time ran out (§4.2.5).
 */
#ifndef MESSAGE_DSN_H
#define MESSAGE_DSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/mail_params.h"
#include "smtp/verdict.h"
#include "util/buf.h"
#include "util/slice.h"

#define MESSAGE_DSN_HEADER_MAX                                                                     \
	((size_t)32 * 1024) /* octets of the original's header that are returned */
#define MESSAGE_DSN_FULL_MAX                                                                       \
	((size_t)256 * 1024) /* octets of a message that is returned whole (RFC 3461 §6.2) */
/*
 * Octets that a report for this many recipients never passes: what to give buf_init(). A recipient
 * costs at most three addresses and two texts of a verdict, in both parts, encoded and folded.
 */
#define MESSAGE_DSN_MAX(recipient_count)                                                           \
	((size_t)1024 * 1024 + (recipient_count) * ((size_t)24 * 1024))

/* RFC 3464 §2.3.3; "expanded" is for list servers. */
enum message_dsn_action {
	MESSAGE_DSN_FAILED,
	MESSAGE_DSN_DELAYED,   /* it is still being tried */
	MESSAGE_DSN_RELAYED,   /* the next hop took it, and makes no reports of its own */
	MESSAGE_DSN_DELIVERED, /* into the mailbox: the next hop speaks LMTP */
};

/*
 * Recipients whose verdict does not fit the action are left out, so that all of a message can be
 * given: FAILED shows FAILED ones, and DEFERRED ones as given up (lifetime over); DELAYED shows
 * DEFERRED ones; RELAYED and DELIVERED show DELIVERED ones. Strings are borrowed.
 */
struct message_dsn_recipient {
	struct slice address;
	const struct smtp_verdict *verdict;
	uint64_t last_attempt_unix_s; /* 0: never tried */
	struct slice orcpt;           /* of rcpt_params.h: "rfc822;xtext"; empty: none was given */
};

/* All slices are borrowed for the call. */
struct message_dsn {
	enum message_dsn_action action;
	struct slice hostname;   /* ours: Reporting-MTA and the right side of From */
	struct slice report_id;  /* unique, letters and digits: the report's own queue id; makes its
				    Message-ID and its MIME boundary */
	struct slice queue_id;   /* of the message that the report is about */
	struct slice sender;     /* of that message: whom the report is for */
	uint64_t arrived_unix_s; /* when we took it */
	uint64_t now_unix_s;
	uint64_t retry_until_unix_s; /* DELAYED: when it will be given up; 0: not said */
	/* MAIL of that message: ENVID, RET, BY, SMTPUTF8, REQUIRETLS. NULL: nothing was said. */
	const struct smtp_mail_params *params;
	const struct message_dsn_recipient *recipients;
	size_t recipient_count;
	/*
	 * The stored message from its first octet, or as much of it as the caller has at hand: see
	 * message_dsn_original_max(). The report returns it whole when it is_whole and may be, else
	 * what is before the first empty line, at most MESSAGE_DSN_HEADER_MAX of it, cut between
	 * lines.
	 */
	struct slice original;
	bool is_whole; /* original is all of the message */
};

/* How many octets of a message of `size` are worth reading for `original`. */
size_t message_dsn_original_max(const struct message_dsn *d, uint64_t size);
/*
 * Appends the whole message, header and body; false when out is full (never with a buf of
 * MESSAGE_DSN_MAX).
 */
bool message_dsn_add(const struct message_dsn *d, struct buf *out);
/*
 * What MAIL must say of the report: 8BITMIME when an original with octets above 127 goes back
 * whole, SMTPUTF8 too when the sender's address is not ASCII, REQUIRETLS when the original had it
 * (RFC 8689 §5). Borrows nothing. The report wants no reports: its recipient has NOTIFY=NEVER
 * (RFC 3461 §6.1).
 */
void message_dsn_params(const struct message_dsn *d, struct smtp_mail_params *ret_params);

#endif
