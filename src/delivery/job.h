/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - one message for one next hop: envelope, verdicts, and a window on the body.
 *
 * A body that fits WIRE_BODY_WINDOW is kept whole, so that it can be sent several times: to a next
 * hop that takes fewer recipients at a time than the job has, or after a connection that was found
 * dead. Of a larger body only what has come and not yet gone is kept, and it is asked for again.
 */
#ifndef DELIVERY_JOB_H
#define DELIVERY_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "proc/wire.h"
#include "smtp/verdict.h"
#include "util/buf.h"
#include "util/slice.h"

struct delivery_job;
struct delivery_session;

/* What a job asks of where it came from. */
struct delivery_job_handler {
	void (*on_pull)(void *owner, struct delivery_job *job, uint32_t len);
	void (*on_rewind)(void *owner, struct delivery_job *job);
	/* All verdicts are there. The owner reports them and frees the job. */
	void (*on_done)(void *owner, struct delivery_job *job);
	/* The job was given up without verdicts. The owner frees it. */
	void (*on_drop)(void *owner, struct delivery_job *job);
};

struct delivery_job {
	const struct delivery_job_handler *handler;
	void *owner;
	uint64_t number; /* on the channel */
	uint64_t message_id;
	struct slice next_hop, sender;
	struct slice *recipients;
	struct smtp_rcpt_params *recipient_params; /* of each */
	size_t recipient_count;
	struct smtp_verdict *verdicts; /* those of [0, settled_count) are filled */
	size_t settled_count;
	struct smtp_mail_params params;
	uint64_t size;        /* of the body */
	uint64_t received_ms; /* when the job came */

	struct delivery_session *session; /* who works on it; NULL: it waits in a hop */
	bool was_stale;                   /* was begun on a connection that was found dead */
	TAILQ_ENTRY(delivery_job) entry;  /* of the hop's list */

	struct buf body;        /* octets [body_offset, body_offset + body.len) of the body */
	size_t body_used;       /* of those, already gone */
	uint64_t body_offset;   /* more than 0: what was before is no longer here */
	uint64_t body_granted;  /* how far queue may send */
	uint32_t body_unpulled; /* gone, and not yet granted anew */
	bool is_body_lost;      /* the rest of the body will not come */
	uint8_t *strings;       /* what the slices point into */
};

/* Copies what m borrows. */
struct delivery_job *delivery_job_new(const struct delivery_job_handler *handler, void *owner,
    uint64_t number, const struct wire_job *m, uint64_t now_ms);
void delivery_job_free(struct delivery_job **job);

/* False when octets come that were not granted, or beyond the size. */
bool delivery_job_add_body(struct delivery_job *job, struct slice octets);
/* The next octets to send, at most SMTP_CLIENT_TEXT_MAX; empty when they have not come yet. */
struct slice delivery_job_text(const struct delivery_job *job);
/* Are len more octets the rest of the body? */
bool delivery_job_ends_after(const struct delivery_job *job, size_t len);
void delivery_job_text_sent(struct delivery_job *job, size_t len);
/* Has the body come to its end? */
bool delivery_job_has_all(const struct delivery_job *job);
/* Back to the start of the body. False when it cannot be had again. */
bool delivery_job_rewind(struct delivery_job *job);

/* Takes v over, for the next recipient. */
void delivery_job_settle_next(struct delivery_job *job, struct smtp_verdict v);
/* Copies v to all recipients that have no verdict, then on_done: the job is gone. */
void delivery_job_settle_rest(struct delivery_job *job, const struct smtp_verdict *v);
/* The same with a reason of our own: deferred, 4.3.detail (RFC 3463 §3.4, mail system). */
void delivery_job_defer_rest(struct delivery_job *job, uint16_t detail, const char *reason);
/* on_drop: the job is gone. */
void delivery_job_drop(struct delivery_job *job);

#endif
