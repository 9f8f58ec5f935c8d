/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_queue.h - queue's end of a channel: sends jobs and bodies within what is asked for, and
 * keeps the outcomes.
 */
#ifndef TESTS_DELIVERY_FAKE_QUEUE_H
#define TESTS_DELIVERY_FAKE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "proc/ipc.h"
#include "smtp/verdict.h"
#include "util/slice.h"

#define FAKE_QUEUE_JOBS_MAX 64
#define FAKE_QUEUE_RECIPIENTS_MAX 8

struct fake_job {
	struct slice body;
	size_t body_sent, body_granted;
	size_t body_stop; /* body is not sent beyond this */
	size_t recipient_count;
	bool is_done;
	struct smtp_verdict verdicts[FAKE_QUEUE_RECIPIENTS_MAX];
};

struct fake_queue {
	struct ipc *ipc;
	struct fake_job jobs[FAKE_QUEUE_JOBS_MAX]; /* the number of a job is its index + 1 */
	size_t job_count;
	uint32_t ready; /* jobs asked for and not sent */
	unsigned outcome_count, rewind_count, pull_count;
	bool is_closed; /* the other side cut the channel */

	/* To be set by the test: of the next jobs, in the stored form; NULL: nothing said. */
	const char *parameters, *recipient_parameters;
};

/* Takes over fd. */
void fake_queue_init(struct fake_queue *q, struct event_base *base, int fd);
void fake_queue_done(struct fake_queue *q);
/*
 * One job for next hop "hop"; recipients are separated by spaces. body is borrowed and sent up to
 * body_stop. Returns the job's index.
 */
size_t fake_queue_send(
    struct fake_queue *q, const char *recipients, struct slice body, size_t body_stop);
void fake_queue_send_lost(struct fake_queue *q, size_t job);

#endif
