/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finding.h - how the judge writes down what it found.
 *
 * All texts are printf's; the finding owns what comes out.
 */
#ifndef DOCTOR_FINDING_H
#define DOCTOR_FINDING_H

#include <stddef.h>

#include "doctor/verdict.h"

#define DOCTOR_NO_PROBE SIZE_MAX /* about the host as a whole */

/*
 * A new finding of that cause, certain until said otherwise. The pointer is good until the findings
 * are sorted. id must be one of causes.txt, and there must be room.
 */
struct doctor_finding *doctor_finding_add(
    struct doctor_verdict *verdict, const char *id, enum doctor_weight weight, size_t probe);
/* This case, as a whole sentence with its full stop; the one before may be part of it. */
void doctor_finding_say(struct doctor_finding *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* One more fact that supports it. Facts beyond the maximum are left out. */
void doctor_finding_prove(struct doctor_finding *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What else was thought of, and why it is not so; one more sentence. */
void doctor_finding_exclude(struct doctor_finding *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Set one of the words of a finding, &f->where and the like. */
void doctor_finding_set(char **word, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Not surer than that. */
void doctor_finding_doubt(struct doctor_finding *f, enum doctor_confidence confidence);
/* Give the evidence of the second to the first, and drop the second; first < second. */
void doctor_finding_merge(struct doctor_verdict *verdict, size_t first, size_t second);
/* The exit code for a cause: by its class, but for what is no trouble at all. */
enum doctor_exit doctor_finding_exit(const struct doctor_finding *f);

#endif
