/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the two clocks. The pure folders never call these: they are given the time. */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that never jumps: for timeouts and intervals. */
uint64_t clock_monotonic_ms(void);
/* Microseconds of the same clock: for what is measured. */
uint64_t clock_monotonic_us(void);
/* Milliseconds since 1970 UTC: for what people or a disk will read. */
uint64_t clock_unix_ms(void);

#endif
