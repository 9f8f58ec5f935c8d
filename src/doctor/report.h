/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - facts and verdict, for people and for programs. Pure: each appends to a buffer. */
#ifndef DOCTOR_REPORT_H
#define DOCTOR_REPORT_H

#include <jansson.h>

#include "doctor/facts.h"
#include "doctor/verdict.h"
#include "util/buf.h"

#define DOCTOR_REPORT_MAX ((size_t)4 * 1024 * 1024) /* octets; none comes near it */

/* Flags. */
enum doctor_style {
	DOCTOR_STYLE_PLAIN = 0,
	DOCTOR_STYLE_COLOURS = 1 << 0, /* escape sequences for a terminal */
	DOCTOR_STYLE_UTF8 = 1 << 1,    /* else ASCII alone */
};

/* The answer, what to do for each role, then the evidence; in lines of 80 characters. */
void doctor_report_text(const struct doctor_facts *facts, const struct doctor_verdict *verdict,
    unsigned style, struct buf *out);

#define DOCTOR_REPORT_SCHEMA 1
/* For json_dump*(): times have three digits behind the point, not seventeen. */
#define DOCTOR_REPORT_JSON_FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(12))
/* By docs/doctor.schema.json, whose number is in the object. The caller's to json_decref(). */
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
