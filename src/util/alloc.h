/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc.h - allocation that aborts when memory is out.
 *
 * Every size that a peer can choose is checked against a named limit before it comes here, so
 * running out is the machine's fault and there is no sensible way on: the process dies, the
 * supervisor restarts it, and the queue is safe on disk.
 */
#ifndef UTIL_ALLOC_H
#define UTIL_ALLOC_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *ptr, size_t size);
char *xstrdup(const char *text);

#endif
