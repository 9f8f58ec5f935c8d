/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grade.h - one mark for a list of findings. The rule, from the top, the first line that fits:
 *
 *   F    a critical finding, or three or more that are high
 *   D    one or two that are high
 *   C    two or more that are medium
 *   B    one that is medium, or four or more that are low
 *   A    one to three that are low
 *   A+   none but info
 *
 * Info never counts. When the audit could not be taken to its end (the server sent us away, names
 * could not be looked up), nothing better than B is given: not all has been seen. What the reader
 * left out with --only or --skip does not count either way, and the report says so.
 */
#ifndef AUDIT_GRADE_H
#define AUDIT_GRADE_H

#include <stdbool.h>

#include "audit/finding.h"

/* "A+", "A", "B", "C", "D" or "F"; a constant. */
const char *audit_grade(const struct audit_findings *list, bool is_complete);

#endif
