/* SPDX-License-Identifier: Apache-2.0 */
/* window.h - which lines of a log belong to its last failure. */
#ifndef EXPLAIN_WINDOW_H
#define EXPLAIN_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/*
 * The first line that belongs to what happened at text[at], which is in `line`. Lines of syslog
 * belong together when the same process wrote them, one after the other; else some lines before it
 * do, for exceptions name their cause far from their end.
 */
uint32_t explain_window_begin(struct slice text, size_t at, uint32_t line);

#endif
