/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict.h - what became of one recipient, filled where the fact is known and carried whole to
 * the store, the log, the bounce and the command line.
 */
#ifndef SMTP_VERDICT_H
#define SMTP_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#define SMTP_VERDICT_TEXT_MAX 512 /* octets kept of the peer's words and of our reason */

enum smtp_verdict_class {
	SMTP_VERDICT_DELIVERED, /* the next hop took responsibility */
	SMTP_VERDICT_DEFERRED,  /* worth another try later */
	SMTP_VERDICT_FAILED,    /* permanent: bounce */
};

/* Strings are owned, printable text without CR, LF or NUL (NULL: not known). */
struct smtp_verdict {
	enum smtp_verdict_class class;
	/* With DELIVERED: the next hop offered DSN, and was asked for what the sender asked us (RFC
	   3461 §5.2.1): the reports are its own to make now. */
	bool dsn_passed;
	/* With DELIVERED: the next hop offered DELIVERBY and was told what is left of the time, or
	   it delivers itself (LMTP): nobody is to be told that we lost sight of it (RFC 2852
	   §4.1.4.2). */
	bool by_passed;
	uint16_t code;        /* the peer's three digits, 0 when no reply was had */
	uint16_t enhanced[3]; /* class, subject, detail of RFC 3463; [0] is 0 when unknown */
	char *host;           /* the next hop as reached: "mx.example.org[192.0.2.1]:25" */
	char *peer_text;      /* the peer's words, joined with spaces, cut at the maximum */
	char *reason;         /* ours: "while sending RCPT TO", "connection refused", ... */
};

void smtp_verdict_done(struct smtp_verdict *v);
/* Deep copy. */
struct smtp_verdict smtp_verdict_copy(const struct smtp_verdict *v);
/* "delivered", "deferred", "failed". */
const char *smtp_verdict_class_name(enum smtp_verdict_class class);

#endif
