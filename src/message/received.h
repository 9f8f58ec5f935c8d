/* SPDX-License-Identifier: Apache-2.0 */
/*
 * received.h - the trace header field that is put before every message taken in (RFC 5321 §4.4).
 *
 * What the client said or chose (its EHLO name, a recipient) is filtered: no octet of it can end
 * the line, close a comment or start a field of its own.
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
	struct slice helo;     /* the argument of EHLO or HELO; may be anything */
	struct slice peer;     /* the client's address in text: "192.0.2.1", "2001:db8::1" */
	struct slice hostname; /* ours */
	bool is_extended;      /* EHLO */
	bool is_tls;
	bool is_authenticated;
	struct slice tls_version; /* "TLSv1.3"; empty: no comment about TLS */
	struct slice tls_cipher;  /* "TLS_AES_256_GCM_SHA384" */
	struct slice queue_id;
	struct slice recipient; /* named with `for` only when there is exactly one, else empty: who
				   else got it is nobody's business (RFC 5321 §7.2) */
	uint64_t unix_s;        /* when the message was taken */
};

/* Appends the whole field with its CRLF; false when out is full. Borrows nothing. */
bool message_received_add(const struct message_received *r, struct buf *out);

/* The protocol after `with`: "ESMTPSA", "SMTP", ... (RFC 3848). */
const char *message_received_protocol(bool is_extended, bool is_tls, bool is_authenticated);

#endif
