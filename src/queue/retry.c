/* SPDX-License-Identifier: Apache-2.0 */
#include "queue/retry.h"

#include <assert.h>

enum { JITTER_STEPS = 4096 };

uint64_t
queue_retry_delay_ms(const struct config_queue *c, uint32_t attempts, uint64_t random)
{
	uint64_t delay_ms = c->retry_min_ms;

	assert(attempts > 0);
	for (uint32_t i = 1; i < attempts && delay_ms < c->retry_max_ms; i++)
		delay_ms *= 2;
	if (delay_ms > c->retry_max_ms)
		delay_ms = c->retry_max_ms;
	return delay_ms * 4 / 5 + delay_ms * 2 / 5 * (random % JITTER_STEPS) / JITTER_STEPS;
}

bool
queue_retry_is_over(const struct config_queue *c, uint64_t created_unix_ms, uint64_t now_unix_ms)
{
	return now_unix_ms >= created_unix_ms && now_unix_ms - created_unix_ms >= c->lifetime_ms;
}

uint64_t
queue_retry_at(
    const struct config_queue *c, uint64_t created_unix_ms, uint64_t now_unix_ms, uint64_t delay_ms)
{
	uint64_t at = now_unix_ms + delay_ms, end = created_unix_ms + c->lifetime_ms;

	return at > end && end > now_unix_ms ? end : at;
}
