/* SPDX-License-Identifier: Apache-2.0 */
/*
 * house.h - a queue process in a test: the real store in a scratch directory, and a submission and
 * a delivery process that the test plays itself over real channels.
 */
#ifndef TESTS_QUEUE_HOUSE_H
#define TESTS_QUEUE_HOUSE_H

#include "proc/wire.h"
#include "queue/state.h"
#include "util/buf.h"

#define HOUSE_JOBS_MAX 16

struct house_job {
	uint64_t number, message_id, size;
	char sender[256], parameters[1024];
	char recipients[8][256], recipient_parameters[8][256];
	size_t recipient_count;
	struct buf text;
	bool lost;
};

struct house {
	char directory[64];
	struct proc_child child;
	struct config *config;
	struct queue *queue;
	struct ipc *submission, *delivery; /* the test's ends */
	uint64_t credit_len;
	size_t stored_count;
	enum wire_stored stored_status; /* of the last */
	uint64_t stored_id;
	struct house_job jobs[HOUSE_JOBS_MAX];
	size_t job_count;
	bool dsn_passed, by_passed; /* what outcomes say */
	bool pull;                  /* ask for more text as it comes */
};

/* extra_config is added to a config with two next hops, "a" (two recipients a job) and "b". */
void house_open(struct house *h, const char *extra_config);
void house_close(struct house *h);
/* The queue process dies and comes back; the peers too. */
void house_restart(struct house *h);
void house_connect_submission(struct house *h);
void house_connect_delivery(struct house *h);
/* Run the loop until done(h), for at most ten seconds; fails the test otherwise. */
void house_run_until(struct house *h, bool (*done)(const struct house *h));
/* A message of one line for these recipients (NULL-terminated). */
void house_send(struct house *h, uint64_t id, const char *sender, const char *const *recipients);
/* The same with what MAIL and each RCPT said, in their stored forms. */
void house_send_with(struct house *h, uint64_t id, const char *parameters,
    const char *const *recipients, const char *recipient_parameters);
void house_send_ready(struct house *h, uint32_t count);
/* The same verdict for all recipients of a job. */
void house_send_outcome(struct house *h, const struct house_job *j, enum smtp_verdict_class class);
/* Rows of one message: recipients in that state. 0 when the message is gone. */
size_t house_count(const struct house *h, uint64_t id, enum store_recipient_state state);
size_t house_message_count(const struct house *h);

bool house_has_stored(const struct house *h); /* one answer since the last house_send() */
bool house_has_job(const struct house *h);    /* a job with its whole text */
bool house_is_saved(const struct house *h);   /* nothing leased, nothing waits for the disk */

#endif
