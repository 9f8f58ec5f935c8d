/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world.h - link, hop and sessions on one loop, between a fake queue and a fake next hop on the
 * loopback interface. A real clock runs, but no test waits for it.
 */
#ifndef TESTS_DELIVERY_WORLD_H
#define TESTS_DELIVERY_WORLD_H

#include "delivery/context.h"
#include "delivery/hop.h"
#include "delivery/link.h"
#include "fake_hop.h"
#include "fake_queue.h"

struct world {
	struct event_base *base;
	struct delivery_context context;
	struct config_next_hop config;
	struct delivery_hop *hop;
	struct delivery_link *link;
	struct fake_queue queue;
	struct fake_hop peer;
	bool is_idle;
};

extern char world_tls_name[]; /* what the next hop's certificate must show */

/* The next hop listens at path, or on an ephemeral port where it is NULL. */
void world_open(struct world *w, const char *path);
void world_close(struct world *w);
/* A new channel to a new queue; the old one must be gone. */
void world_connect_queue(struct world *w);
/* Turns the loop until *count has reached least; fails the test after some seconds. */
void world_wait(struct world *w, const unsigned *count, unsigned least);
/* Turns the loop some times, for what must not happen. */
void world_settle(struct world *w);
/* A small message for recipients, which are separated by spaces; returns the job's index. */
size_t world_send(struct world *w, const char *recipients);
/* reason may be NULL: any. */
void world_check(const struct world *w, size_t job, size_t recipient, enum smtp_verdict_class class,
    const char *reason);

#endif
