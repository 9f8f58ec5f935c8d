/* SPDX-License-Identifier: Apache-2.0 */
/* measure.h - time in microseconds, and percentiles of it. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/* CLOCK_MONOTONIC: comparable between processes of one machine. */
uint64_t measure_now_us(void);
/* User and system time that this process has used. */
uint64_t measure_cpu_us(void);

struct measure_samples {
	uint32_t *values_us;
	size_t count, size;
};

void measure_add(struct measure_samples *m, uint64_t value_us);
/* All samples of `from` as well: percentiles of several parts are those of all their samples. */
void measure_merge(struct measure_samples *m, const struct measure_samples *from);
/* The value that `percent` of the samples do not exceed; 0 without samples. Sorts. */
uint64_t measure_percentile_us(struct measure_samples *m, unsigned percent);
void measure_done(struct measure_samples *m);

#endif
