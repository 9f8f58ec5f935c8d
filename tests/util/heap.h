/* SPDX-License-Identifier: Apache-2.0 */
/* heap.h - how much memory a test has, also where AddressSanitizer brings a heap of its own. */
#ifndef TESTS_UTIL_HEAP_H
#define TESTS_UTIL_HEAP_H

#include <malloc.h>
#include <stddef.h>

/* <sanitizer/allocator_interface.h>; NULL without AddressSanitizer. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* Octets that are allocated and not freed. */
static inline size_t
heap_len(void)
{
	return __sanitizer_get_current_allocated_bytes != NULL
		   ? __sanitizer_get_current_allocated_bytes()
		   : mallinfo2().uordblks;
}

#endif
