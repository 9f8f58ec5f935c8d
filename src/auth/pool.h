/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h - a fixed number of threads that compare passwords with hashes, beside the loop.
 *
 * The threads share nothing with the loop but the two lists of jobs: a job belongs to the pool from
 * auth_pool_submit() until it is given to on_done, in the loop.
 */
#ifndef AUTH_POOL_H
#define AUTH_POOL_H

#include <stdbool.h>

#include <event2/event.h>

#include "util/secret.h"

struct auth_job {
	struct secret password;
	char *hash;  /* or a decoy (hash.h) */
	void *owner; /* the submitter's own */
	bool is_compared;
	bool matches; /* the answer, when is_compared */
	struct auth_job *next;
};
/* Takes over password; copies hash. Free with auth_job_free(). */
struct auth_job *auth_job_new(struct secret *password, const char *hash, void *owner);
/* Wipes the password. Nulls the pointer. */
void auth_job_free(struct auth_job **j);

struct auth_pool_handler {
	/* In the loop. The job is the handler's. */
	void (*on_done)(void *ctx, struct auth_job *job);
	void *ctx;
};

struct auth_pool;
/* Starts the threads, all signals blocked in them. 0 or -errno. */
int auth_pool_new(struct event_base *base, unsigned thread_count,
    const struct auth_pool_handler *handler, struct auth_pool **ret_pool);
/*
 * Hands job over; false, and the job is still the caller's, when all threads are busy and
 * waiting_max jobs wait already.
 */
bool auth_pool_submit(struct auth_pool *p, struct auth_job *job, size_t waiting_max);
/*
 * Waits for the hashes that are being computed, then ends the threads. Jobs that are not done are
 * given to on_done too, not compared. Nulls the pointer.
 */
void auth_pool_free(struct auth_pool **p);

#endif
