/* SPDX-License-Identifier: Apache-2.0 */
/*
 * received.h - the trace header field that is put before every message taken in (RFC 5321 §4.4, RFC
 * 4954 §7). What is there already stays as it is, in its order (RFC 5321 §3.7.2, RFC 5322 §3.6,
 * §3.6.7).
 *
 * What the client said or chose (its EHLO name, a recipient) is filtered: no octet of it can end
 * the line, close a comment or start a field of its own. The field keeps to the grammar of
 * Time-stamp-line whatever comes in: an EHLO name that is no domain stands in a comment.
 */
#ifndef MESSAGE_RECEIVED_H
#define MESSAGE_RECEIVED_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

/* Octets that message_received_add() never passes, whatever it is given. */
#define MESSAGE_RECEIVED_MAX 4096

struct message_received {
	struct slice helo; /* the argument of EHLO or HELO; may be anything */
	struct slice peer; /* the client's address in text: "192.0.2.1", "2001:db8::1" */
	/*
	 * Not empty: a label that stands for both of them, so that nobody but who made it can tell
	 * where the client is. It is shown as "LABEL.invalid": From-domain must be a domain
	 * (RFC 5321 §4.4), and under this one there are none to mistake it for (RFC 2606 §2).
	 */
	struct slice pseudonym;
	struct slice hostname; /* ours */
	bool is_extended;      /* EHLO */
	bool is_utf8;          /* SMTPUTF8 was given with MAIL */
	bool is_tls;
	bool is_authenticated;
	struct slice tls_version; /* "TLSv1.3"; empty: nothing is said about TLS */
	struct slice tls_cipher;  /* its registered name (RFC 8314 §4.3), which OpenSSL calls the
				     standard one: "TLS_AES_256_GCM_SHA384" */
	struct slice queue_id;
	struct slice recipient; /* named with `for` only when there is exactly one, else empty: who
				   else got it is nobody's business (RFC 5321 §7.2) */
	bool has_priority;      /* MT-PRIORITY was given with MAIL */
	int8_t priority;        /* what it is now */
	uint64_t unix_s;        /* when the message was taken */
};

/* Appends the whole field with its CRLF; false when out is full. Borrows nothing. */
bool message_received_add(const struct message_received *r, struct buf *out);

/* The protocol after `with`: "ESMTPSA", "UTF8SMTPSA", "SMTP", ... (RFC 3848, RFC 6531 §4.3). */
const char *message_received_protocol(const struct message_received *r);

#endif
