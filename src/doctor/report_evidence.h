/* SPDX-License-Identifier: Apache-2.0 */
/* report_evidence.h - the facts as tables of text, for report_text.c and the letter. */
#ifndef DOCTOR_REPORT_EVIDENCE_H
#define DOCTOR_REPORT_EVIDENCE_H

#include "doctor/facts.h"
#include "doctor/paper.h"

/* What the name led to. */
void doctor_report_name(const struct doctor_paper *paper, const struct doctor_facts *facts);
/* For each address: its ports, what they said, and the time of each stage. */
void doctor_report_probes(const struct doctor_paper *paper, const struct doctor_facts *facts);
/* The way to each address, hop by hop, where it was looked at: ports side by side. */
void doctor_report_ladders(const struct doctor_paper *paper, const struct doctor_facts *facts);
/* Other machines that were asked for comparison. */
void doctor_report_controls(const struct doctor_paper *paper, const struct doctor_facts *facts);
/* When, from where, and how long it took. */
void doctor_report_end(const struct doctor_paper *paper, const struct doctor_facts *facts);

#endif
