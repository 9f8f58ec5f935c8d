/* SPDX-License-Identifier: Apache-2.0 */
#include "util/rand.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

void
rand_fill(void *ptr, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = getrandom((uint8_t *)ptr + done, len - done, 0);

		if (n < 0 && errno != EINTR)
			abort();
		if (n > 0)
			done += (size_t)n;
	}
}

uint64_t
rand_u64(void)
{
	uint64_t value;

	rand_fill(&value, sizeof value);
	return value;
}

uint64_t
rand_below(uint64_t bound)
{
	uint64_t limit, value;

	assert(bound != 0);
	limit = UINT64_MAX - UINT64_MAX % bound; /* above it values would be biased */
	do
		value = rand_u64();
	while (value >= limit);
	return value % bound;
}
