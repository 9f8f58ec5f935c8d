/* SPDX-License-Identifier: Apache-2.0 */
/* place.h - what the text around a message says of where it happened. */
#ifndef EXPLAIN_PLACE_H
#define EXPLAIN_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "explain/explain.h"
#include "explain/tables.h"
#include "util/slice.h"

/* Does the text around [begin, begin + len) have what the entry asks for? */
bool explain_place_holds(enum explain_place place, struct slice text, size_t begin, size_t len);
/* Fill host, port and user from the line at `at`, then from what is around it. */
void explain_place_read(struct slice text, size_t at, struct explain_answer *answer);

#endif
