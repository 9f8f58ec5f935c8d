/* SPDX-License-Identifier: Apache-2.0 */
#include "util/clock.h"

#include <time.h>

static uint64_t
read_us(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now); /* cannot fail for these two clocks */
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t
clock_monotonic_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

uint64_t
clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

uint64_t
clock_unix_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}
