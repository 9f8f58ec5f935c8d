/* SPDX-License-Identifier: Apache-2.0 */
/* recipients.h - the addresses that a message goes to, each once. */
#ifndef SEND_RECIPIENTS_H
#define SEND_RECIPIENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "smtp/client.h"
#include "util/buf.h"
#include "util/slice.h"

#define SEND_RECIPIENTS_MAX SMTP_CLIENT_RECIPIENTS_MAX

/* `struct send_recipients r = { 0 };` begins a list; free with send_recipients_done(). */
struct send_recipients {
	struct slice *list; /* of the texts */
	char **texts;       /* owned */
	size_t count, size;
};

void send_recipients_done(struct send_recipients *r);
/*
 * Adds the addresses of a list as a header field has it: "a@example.org, B <b@example.org>". One
 * without a domain gets hostname. False with words about it appended to error: a syntax error, or
 * more than SEND_RECIPIENTS_MAX.
 */
bool send_recipients_add(
    struct send_recipients *r, struct slice list, struct slice hostname, struct buf *error);
/* Adds one as it is, even when it is there. False: there are SEND_RECIPIENTS_MAX. */
bool send_recipients_add_address(struct send_recipients *r, struct slice address);
/*
 * Adds those of To, Cc and Bcc; of Resent-To, Resent-Cc and Resent-Bcc instead when one of these is
 * there (RFC 5322 §3.6.6). text: a message, or its header block.
 */
bool send_recipients_add_header(
    struct send_recipients *r, struct slice text, struct slice hostname, struct buf *error);

#endif
