/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsn.h - the report that tells a sender what did not arrive (RFC 3464 in RFC 6522 §3's container).
 *
 * Three parts: words for people, fields for programs, and the header of the original. The caller
 * sends it with a null reverse-path to `sender`, and never makes one for a message whose own
 * sender is empty (RFC 5321 §4.5.5).
 *
 * The result is 7-bit with CRLF line ends and no line over 998 octets, whatever comes in.
 */
#ifndef MESSAGE_DSN_H
#define MESSAGE_DSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/verdict.h"
#include "util/buf.h"
#include "util/slice.h"

#define MESSAGE_DSN_HEADER_MAX                                                                     \
	((size_t)32 * 1024) /* octets of the original's header that are returned */
/*
 * Octets that a report for this many recipients never passes: what to give buf_init(). A recipient
 * costs at most two addresses and two texts of a verdict, in both parts, folded.
 */
#define MESSAGE_DSN_MAX(recipient_count)                                                           \
	((size_t)200 * 1024 + (recipient_count) * ((size_t)12 * 1024))

struct message_dsn_recipient {
	struct slice address;
	/* Borrowed. DELIVERED ones are left out; DEFERRED says that we gave up (lifetime over). */
	const struct smtp_verdict *verdict;
	uint64_t last_attempt_unix_s; /* 0: never tried */
};

/* All slices are borrowed for the call. */
struct message_dsn {
	struct slice hostname;   /* ours: Reporting-MTA and the right side of From */
	struct slice report_id;  /* unique, letters and digits: the report's own queue id; makes its
				    Message-ID and its MIME boundary */
	struct slice queue_id;   /* of the message that did not arrive */
	struct slice sender;     /* of that message: whom the report is for */
	uint64_t arrived_unix_s; /* when we took it */
	uint64_t now_unix_s;
	const struct message_dsn_recipient *recipients;
	size_t recipient_count;
	/*
	 * The stored message from its first octet, or as much of it as the caller has at hand: the
	 * report returns what is before the first empty line, at most MESSAGE_DSN_HEADER_MAX of it,
	 * cut between lines.
	 */
	struct slice original;
};

/*
 * Appends the whole message, header and body; false when out is full (never with a buf of
 * MESSAGE_DSN_MAX).
 */
bool message_dsn_add(const struct message_dsn *d, struct buf *out);

#endif
