/* SPDX-License-Identifier: Apache-2.0 */
/* tables.h - what tools/make-causes and tools/make-messages make of the data files. */
#ifndef EXPLAIN_TABLES_H
#define EXPLAIN_TABLES_H

#include <stddef.h>

#include "explain/cause.h"

extern const struct explain_cause explain_causes[]; /* in the order of causes.txt */
extern const size_t explain_cause_count;

#endif
