/* SPDX-License-Identifier: Apache-2.0 */
/* rand.h - octets from the kernel's generator. */
#ifndef UTIL_RAND_H
#define UTIL_RAND_H

#include <stddef.h>
#include <stdint.h>

/* Aborts when the kernel gives none: nothing here is safe without. */
void rand_fill(void *ptr, size_t len);
uint64_t rand_u64(void);
/* Uniform in [0, bound); bound must not be 0. */
uint64_t rand_below(uint64_t bound);

#endif
