/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terms.h - what MAIL and RCPT asked of the queue: from when and until when a recipient is tried,
 * and what his sender is told. Pure.
 */
#ifndef QUEUE_TERMS_H
#define QUEUE_TERMS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "smtp/mail_params.h"
#include "smtp/rcpt_params.h"
#include "smtp/verdict.h"

#define QUEUE_NEVER UINT64_MAX /* a time that does not come */

/* Bits of store_put_notices(): the sender has a "delayed" report on the recipient, ... */
#define QUEUE_NOTICE_LATE 1u /* because queue.delay_notice was over; none of this kind follows */
#define QUEUE_NOTICE_BY 2u   /* because the time of BY was over */

/* A report that is owed on one recipient (RFC 3464 §2.3.3). */
enum queue_report {
	QUEUE_REPORT_NONE,
	QUEUE_REPORT_FAILED,
	QUEUE_REPORT_DELAYED,
	QUEUE_REPORT_RELAYED,
	QUEUE_REPORT_DELIVERED,
};

struct queue_terms {
	const struct smtp_mail_params *mail;
	uint64_t created_unix_ms; /* when the message was taken */
	unsigned notify;          /* of rcpt_params.h */
	uint32_t notices;         /* what the sender was told: QUEUE_NOTICE_... */
};

/* When a message may be tried first and its lifetime begins: FUTURERELEASE (RFC 4865 §4.2). */
uint64_t queue_terms_start(const struct smtp_mail_params *mail, uint64_t created_unix_ms);
/* From when on a message must not be tried, and fails: by-mode R (RFC 2852 §4.1.3). */
uint64_t queue_terms_end(const struct smtp_mail_params *mail);

/* The bits of the notices that are owed now, of those that were not sent. */
uint32_t queue_terms_notices(
    const struct queue_terms *t, const struct config_queue *c, uint64_t now_unix_ms);
/* When the next notice is owed, or the end comes, after now: worth a try at that time. */
uint64_t queue_terms_next(
    const struct queue_terms *t, const struct config_queue *c, uint64_t now_unix_ms);

enum queue_report queue_terms_on_failure(const struct queue_terms *t);
/* is_lmtp: into a mailbox; otherwise to another server. v is DELIVERED. */
enum queue_report queue_terms_on_success(
    const struct queue_terms *t, const struct smtp_verdict *v, bool is_lmtp, uint64_t now_unix_ms);

#endif
