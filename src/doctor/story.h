/* SPDX-License-Identifier: Apache-2.0 */
/* story.h - findings that say the same of several addresses are told once, with all evidence. */
#ifndef DOCTOR_STORY_H
#define DOCTOR_STORY_H

#include <stdbool.h>
#include <stddef.h>

#include "doctor/verdict.h"

/* Has an earlier finding said the same, with the same weight? */
bool doctor_story_is_told(const struct doctor_verdict *verdict, size_t at);

#define DOCTOR_STORY_EVIDENCE_MAX 16
/*
 * The evidence of finding `at` and of those after it that say the same: texts[0 ...], each once,
 * borrowed from the verdict. Returns how many.
 */
size_t doctor_story_evidence(
    const struct doctor_verdict *verdict, size_t at, const char *texts[DOCTOR_STORY_EVIDENCE_MAX]);

#endif
