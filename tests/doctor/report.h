/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - one report about one fixture, for the tests of all reports. */
#ifndef TESTS_DOCTOR_REPORT_H
#define TESTS_DOCTOR_REPORT_H

#include "doctor/report.h"
#include "fixture.h"

typedef void report_fn(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out);

/* The report with a NUL behind it; free(). */
char *report_make(const char *fixture, report_fn *add);
/* Fails unless all words are in text; the array ends with NULL. */
void report_expect(const char *text, const char *const *words);

#endif
