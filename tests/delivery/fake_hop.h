/* SPDX-License-Identifier: Apache-2.0 */
/* fake_hop.h - an SMTP or LMTP server on the test's loop, which notes what it is told. */
#ifndef TESTS_DELIVERY_FAKE_HOP_H
#define TESTS_DELIVERY_FAKE_HOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include "util/buf.h"

/* Where it closes the connection instead of answering. */
enum fake_hop_cut {
	FAKE_HOP_CUT_NEVER,
	FAKE_HOP_CUT_GREETING,
	FAKE_HOP_CUT_MAIL,
	FAKE_HOP_CUT_TEXT, /* at the first octets of it */
	FAKE_HOP_CUT_DOT,
	FAKE_HOP_CUT_TLS, /* after its consent to STARTTLS */
};

struct fake_hop_conn;
TAILQ_HEAD(fake_hop_conns, fake_hop_conn);

/* Recipients that begin with "bad" get 550, with "later" 450. */
struct fake_hop {
	struct event_base *base;
	struct event *listener;
	int fd;
	uint16_t port; /* 0 for a Unix socket */
	char path[108];
	struct fake_hop_conns conns;

	/* To be set by the test. */
	const char *extensions; /* lines of the EHLO reply after the first; NULL: PIPELINING */
	enum fake_hop_cut cut;
	unsigned cut_skip;   /* messages that pass before the cut */
	const char *refused; /* MAIL with this in its line gets 555; NULL: none */
	SSL_CTX *tls;        /* for STARTTLS */
	bool is_lmtp;
	bool holds_reply; /* to the end of the text, until fake_hop_release() */

	/* To be looked at. */
	unsigned connection_count, open_count, open_max;
	unsigned mail_count, message_count, quit_count, tls_count, chunk_count;
	struct buf commands; /* MAIL and RCPT lines */
	struct buf text;     /* of complete messages, as on the wire */
};

/* On an ephemeral port of 127.0.0.1, or at the path when it is not NULL. */
void fake_hop_init(struct fake_hop *h, struct event_base *base, const char *path);
void fake_hop_done(struct fake_hop *h);
/* No one can connect any more; what is connected stays. */
void fake_hop_stop_listening(struct fake_hop *h);
void fake_hop_release(struct fake_hop *h);
/* Closes every connection, as a server does that has heard nothing for long. */
void fake_hop_close_all(struct fake_hop *h);

#endif
