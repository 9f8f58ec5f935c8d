/* SPDX-License-Identifier: Apache-2.0 */
/* advice.h - what each reader can do, out of all findings, each cause once. */
#ifndef DOCTOR_ADVICE_H
#define DOCTOR_ADVICE_H

#include <stddef.h>

#include "doctor/facts.h"
#include "doctor/verdict.h"
#include "util/buf.h"

#define DOCTOR_ADVICE_MAX 5 /* causes that one role is told of; nobody reads more at once */

struct doctor_advice {
	size_t count;
	const struct doctor_finding *findings[DOCTOR_ADVICE_MAX]; /* the weightiest first */
};

/* Borrows the findings. Notes ask for nothing: they give no advice. */
void doctor_advice_gather(
    const struct doctor_verdict *verdict, enum explain_role role, struct doctor_advice *ret_advice);
/* A text of the finding's cause with this case's words for those in braces. */
void doctor_advice_fill(const struct doctor_facts *facts, const struct doctor_finding *finding,
    const char *text, struct buf *out);

#endif
