/* SPDX-License-Identifier: Apache-2.0 */
/*
 * throttle.h - failed logins by client address: one address of IPv4, a /64 of IPv6.
 *
 * A table of fixed size: when a set is full, the address whose last failure is the oldest is
 * forgotten. Which addresses share a set depends on a random number, so that nobody can aim.
 * Reads no clock; times are monotonic milliseconds.
 */
#ifndef AUTH_THROTTLE_H
#define AUTH_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define AUTH_THROTTLE_ADDRESSES 65536

/* From the config: so many failures within so long. failures 0: no limit. */
struct auth_throttle_limit {
	uint32_t failures;
	uint64_t within_ms;
};

struct auth_throttle;
struct auth_throttle *auth_throttle_new(uint64_t seed);
void auth_throttle_free(struct auth_throttle **t);

/* Has this address (in text; what is none counts as one address) reached the limit? */
bool auth_throttle_is_over(const struct auth_throttle *t, struct slice peer,
    struct auth_throttle_limit limit, uint64_t now_ms);
/* Counts a failure. True when it is the one that reaches the limit. */
bool auth_throttle_add(
    struct auth_throttle *t, struct slice peer, struct auth_throttle_limit limit, uint64_t now_ms);

#endif
