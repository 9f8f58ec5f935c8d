/* SPDX-License-Identifier: Apache-2.0 */
/* retry.h - when a deferred recipient is tried again (RFC 5321 §4.2.1, §4.5.4.1). Pure. */
#ifndef QUEUE_RETRY_H
#define QUEUE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

/*
 * The delay after `attempts` failed attempts (at least 1): retry_min doubled for each further one,
 * at most retry_max, times a factor in [0.8, 1.2) chosen by random, so that what failed together
 * does not come back together.
 */
uint64_t queue_retry_delay_ms(const struct config_queue *c, uint32_t attempts, uint64_t random);

/* Has the message been tried for its whole lifetime? */
bool queue_retry_is_over(
    const struct config_queue *c, uint64_t created_unix_ms, uint64_t now_unix_ms);

/* When to try again: now + delay, or at the end of the lifetime if that is sooner: a last try. */
uint64_t queue_retry_at(const struct config_queue *c, uint64_t created_unix_ms,
    uint64_t now_unix_ms, uint64_t delay_ms);

#endif
