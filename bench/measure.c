/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/measure.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "util/alloc.h"

enum { SIZE_FIRST = 4096 };

uint64_t
measure_now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t
measure_cpu_us(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

void
measure_add(struct measure_samples *m, uint64_t value_us)
{
	if (m->count == m->size) {
		m->size = m->size == 0 ? SIZE_FIRST : m->size * 2;
		m->values_us = xrealloc(m->values_us, m->size * sizeof m->values_us[0]);
	}
	m->values_us[m->count++] = value_us > UINT32_MAX ? UINT32_MAX : (uint32_t)value_us;
}

void
measure_merge(struct measure_samples *m, const struct measure_samples *from)
{
	for (size_t i = 0; i < from->count; i++)
		measure_add(m, from->values_us[i]);
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

uint64_t
measure_percentile_us(struct measure_samples *m, unsigned percent)
{
	if (m->count == 0)
		return 0;
	qsort(m->values_us, m->count, sizeof m->values_us[0], compare);
	return m->values_us[(m->count - 1) * percent / 100];
}

void
measure_done(struct measure_samples *m)
{
	free(m->values_us);
	*m = (struct measure_samples){ 0 };
}
