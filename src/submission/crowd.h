/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd.h - how many sessions each client address has: one address of IPv4, a /64 of IPv6.
 *
 * Memory is bounded by the number of sessions: an address without one is forgotten.
 */
#ifndef SUBMISSION_CROWD_H
#define SUBMISSION_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "util/map.h"

/* `crowd_init(&c, rand_u64())` starts one; the seed keeps clients from aiming at one slot. */
struct crowd {
	uint64_t seed;
	struct map places;
};

void crowd_init(struct crowd *c, uint64_t seed);
/* Whoever is in is forgotten. */
void crowd_done(struct crowd *c);
/* One more of this group (ip_group()), unless there are max already: then false. */
bool crowd_enter(struct crowd *c, uint64_t group, uint32_t max);
/* One that has entered goes. */
void crowd_leave(struct crowd *c, uint64_t group);

#endif
