/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h - what all parts of the page share: anyone's words, escaped, and the parts themselves.
 *
 * No octet of a peer comes into a page but through doctor_html_text() and its like.
 */
#ifndef DOCTOR_HTML_H
#define DOCTOR_HTML_H

#include "doctor/facts.h"
#include "doctor/verdict.h"
#include "util/buf.h"

/* The style sheet, report.css. */
extern const char doctor_report_css[];

/* Made printable and escaped, for text and for attribute values in double quotes. */
void doctor_html_text(const char *text, struct buf *out);
/* What was written to words, which is empty afterwards. */
void doctor_html_words(struct buf *words, struct buf *out);
/* As doctor_html_text(), but `a command` becomes <code>. */
void doctor_html_advice(const char *text, struct buf *out);

/* Sections of the page; each adds nothing when it has nothing to show. */
void doctor_html_way(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out);
void doctor_html_stages(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out);
void doctor_html_tables(const struct doctor_facts *facts, struct buf *out);

#endif
