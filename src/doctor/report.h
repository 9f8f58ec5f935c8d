/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - facts and verdict, for people and for programs. Pure but for the descriptor-free
 * buffer that each appends to. */
#ifndef DOCTOR_REPORT_H
#define DOCTOR_REPORT_H

#include <stdbool.h>

#include <jansson.h>

#include "doctor/facts.h"
#include "doctor/verdict.h"
#include "util/buf.h"

/* The answer, what to do for each role, then the evidence. */
void doctor_report_text(const struct doctor_facts *facts, const struct doctor_verdict *verdict,
    bool has_colours, struct buf *out);
/* The schema is in docs/doctor.md; its version is in the object. The caller's to json_decref(). */
json_t *doctor_report_json(const struct doctor_facts *facts, const struct doctor_verdict *verdict);
/* One line for Nagios, with performance data; its exit code (0 ok, 1 warning, 2 critical, 3). */
int doctor_report_nagios(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out);
/* The message to the provider, the hoster or the server's administrator, whoever it concerns. */
void doctor_report_letter(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out);
/* One page, nothing loaded from elsewhere. */
void doctor_report_html(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out);

#endif
