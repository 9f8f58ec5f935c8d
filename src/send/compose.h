/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compose.h - the message that is sent, made of what was given.
 *
 * What is missing is added: a From (with a whole message too: cron's often has none), To, Subject,
 * fields of MIME for a body that is not ASCII; then message/filter.h does what a submission server
 * does (Date, Message-ID, no Bcc), so that the message is right whatever the server makes of it.
 */
#ifndef SEND_COMPOSE_H
#define SEND_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message/flaw.h"
#include "send/attachment.h"
#include "util/buf.h"
#include "util/slice.h"

/* Slices and strings are borrowed; NULL: not given. */
struct send_letter {
	struct slice text; /* with CRLF: a message, or a body alone */
	bool is_body;      /* text is a body alone: no line of it is taken for a header field */
	const char *from;  /* address */
	const char *full_name;
	const char *subject;
	const struct slice *to; /* for a To field, where there is none and is_body */
	size_t to_count;
	const char *const *fields; /* further ones, "Name: body", without CRLF */
	size_t field_count;
	const struct send_attachment *attachments; /* with is_body alone */
	size_t attachment_count;
	struct slice hostname;
	uint64_t message_id; /* message/message_id.h */
	uint64_t unix_s;
};

/* Does text begin with a header field, or is it a body alone? */
bool send_has_header(struct slice text);
/*
 * Appends the message to out. SOUND, or a flaw with what it is about (a field, an address) appended
 * to detail.
 */
enum message_flaw send_compose(const struct send_letter *l, struct buf *out, struct buf *detail);
/* What a flaw means, in words that follow "the message": "has no From field". A constant. */
const char *send_flaw_words(enum message_flaw flaw);

#endif
