/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link.h - the channel to queue, which gives jobs as far as we have said that we are ready.
 */
#ifndef DELIVERY_LINK_H
#define DELIVERY_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/event.h>

#include "delivery/job.h"

/* Jobs that queue may have with us at a time. With their windows: at most 8 MiB of bodies. */
#define DELIVERY_LINK_JOBS_MAX 64

struct delivery_link;

struct delivery_link_handler {
	/* Takes the job over; its next_hop says where it goes. */
	void (*on_job)(void *owner, struct delivery_job *job);
	/* Queue is gone. The owner must drop all jobs, then delivery_link_free(). */
	void (*on_lost)(void *owner);
	/* No job is left. */
	void (*on_idle)(void *owner);
};

/* Takes over fd. handler is borrowed. Nothing comes before delivery_link_ready(). */
struct delivery_link *delivery_link_new(
    struct event_base *base, int fd, const struct delivery_link_handler *handler, void *owner);
/* All jobs must be gone. Nulls the pointer. */
void delivery_link_free(struct delivery_link **l);
/* Ask for jobs, and go on asking for a new one for each that is done. */
void delivery_link_ready(struct delivery_link *l);
/* Ask for no more. */
void delivery_link_stop(struct delivery_link *l);
size_t delivery_link_job_count(const struct delivery_link *l);

#endif
