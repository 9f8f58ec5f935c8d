/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/story.h"

#include <string.h>

/* Told with more weight before, it need not be told as a note. */
static bool
is_told_by(const struct doctor_finding *a, const struct doctor_finding *b)
{
	return a->weight <= b->weight && a->cause == b->cause && a->sentence != NULL &&
	       b->sentence != NULL && strcmp(a->sentence, b->sentence) == 0;
}

static bool
says_the_same(const struct doctor_finding *a, const struct doctor_finding *b)
{
	return a->weight == b->weight && a->sentence != NULL && b->sentence != NULL &&
	       strcmp(a->sentence, b->sentence) == 0;
}

bool
doctor_story_is_told(const struct doctor_verdict *verdict, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is_told_by(&verdict->findings[i], &verdict->findings[at]))
			return true;
	return false;
}

static bool
has_text(const char *const *texts, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(texts[i], text) == 0)
			return true;
	return false;
}

size_t
doctor_story_evidence(
    const struct doctor_verdict *verdict, size_t at, const char *texts[DOCTOR_STORY_EVIDENCE_MAX])
{
	size_t count = 0;

	for (size_t i = at; i < verdict->finding_count; i++) {
		const struct doctor_finding *f = &verdict->findings[i];

		if (i != at && !says_the_same(f, &verdict->findings[at]))
			continue;
		for (size_t k = 0; k < f->evidence_count && count < DOCTOR_STORY_EVIDENCE_MAX; k++)
			if (!has_text(texts, count, f->evidence[k].text))
				texts[count++] = f->evidence[k].text;
	}
	return count;
}
