/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hop.h - a next hop: the jobs that wait for a connection to it, its connections, its back-off.
 *
 * When no connection can be had, all that waits gets the reason as its verdict at once, and so does
 * what comes until the back-off is over: queue knows when to try a message again, and a dead next
 * hop must not hold the jobs that others could have.
 *
 * RFC 5321 §4.5.4.1: a host that cannot be reached is remembered; what it answers to MAIL is not.
 */
#ifndef DELIVERY_HOP_H
#define DELIVERY_HOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "delivery/context.h"
#include "delivery/job.h"
#include "delivery/session.h"
#include "smtp/verdict.h"

#define DELIVERY_HOP_BACKOFF_MIN_MS 1000
#define DELIVERY_HOP_BACKOFF_MAX_MS 60000
/* With several next hops: how long a job may wait for a connection before it is given back. */
#define DELIVERY_HOP_WAIT_MAX_MS 60000

TAILQ_HEAD(delivery_job_list, delivery_job);
TAILQ_HEAD(delivery_session_list, delivery_session);

struct delivery_hop {
	const struct delivery_context *context;
	const struct config_next_hop *config;
	struct delivery_job_list jobs;         /* that wait, by priority, then oldest first */
	struct delivery_session_list sessions; /* idle ones first */
	size_t job_count, session_count;
	size_t connecting_count; /* sessions that were not ready yet */
	uint32_t connections_max;
	uint64_t connections_until_ms; /* then the configured maximum is tried again */
	uint64_t down_until_ms;
	uint64_t backoff_ms; /* 0: the last attempt to connect succeeded */
	struct smtp_verdict down_verdict;
	struct net_address good; /* the address that was reached last; len 0: none */
	struct event *patience;  /* for the oldest job that waits */
	bool is_retired;
};

struct delivery_hop *delivery_hop_new(
    const struct delivery_context *context, const struct config_next_hop *config);
/* Drops connections and waiting jobs without a word. */
void delivery_hop_free(struct delivery_hop **hop);

/* Takes the job over. It may be done before this returns. */
void delivery_hop_add(struct delivery_hop *hop, struct delivery_job *job);
/* No more jobs will come: close what is idle, let the rest finish. Jobs that wait go to heir. */
void delivery_hop_retire(struct delivery_hop *hop, struct delivery_hop *heir);
/* Queue is gone, its jobs with it: drop them, and the connections that work on one. */
void delivery_hop_abandon(struct delivery_hop *hop);
/* The process stops: drop the jobs that wait, close what is idle. */
void delivery_hop_drain(struct delivery_hop *hop);

/* From sessions. The next job, or NULL; it is the session's then. */
struct delivery_job *delivery_hop_take_job(struct delivery_hop *hop);
/* To be done first, by this or another connection. */
void delivery_hop_give_back(struct delivery_hop *hop, struct delivery_job *job);
/* Its first MAIL is wanted. */
void delivery_hop_session_ready(struct delivery_hop *hop);
/* Among the idle ones, or no longer. */
void delivery_hop_session_idle(struct delivery_hop *hop, struct delivery_session *s, bool is_idle);
/* The session frees itself. v: why no address could be had, or NULL when that is not so. */
void delivery_hop_session_gone(
    struct delivery_hop *hop, struct delivery_session *s, const struct smtp_verdict *v);

#endif
