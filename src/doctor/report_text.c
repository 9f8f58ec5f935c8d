/* SPDX-License-Identifier: Apache-2.0 */
/* report_text.c - the report for people at a terminal: the answer, what to do, then why. */
#include <inttypes.h>

#include "doctor/advice.h"
#include "doctor/cell.h"
#include "doctor/layout.h"
#include "doctor/report.h"
#include "doctor/report_evidence.h"
#include "doctor/story.h"

enum { ADVICE_TEXT_MAX = 4096 };

static enum doctor_colour
colour_of(const struct doctor_verdict *verdict)
{
	if (verdict->is_inconclusive)
		return DOCTOR_COLOUR_DOUBTFUL;
	if (!verdict->is_fine)
		return DOCTOR_COLOUR_BAD;
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].weight != DOCTOR_NOTE)
			return DOCTOR_COLOUR_DOUBTFUL;
	return DOCTOR_COLOUR_GOOD;
}

static void
add_advice(const struct doctor_paper *paper, const struct doctor_facts *facts,
    const struct doctor_advice *advice, enum explain_role role)
{
	struct buf text;

	buf_init(&text, ADVICE_TEXT_MAX);
	(void)buf_addf(paper->out, "  %s:\n", explain_role_heading(role));
	for (size_t i = 0; i < advice->count; i++) {
		const struct doctor_finding *finding = advice->findings[i];

		buf_clear(&text);
		doctor_advice_fill(facts, finding, finding->cause->advice[role], &text);
		(void)buf_add_octet(&text, '\0');
		doctor_paper_text(
		    paper, advice->count > 1 ? "    - " : "    ", (const char *)text.ptr);
	}
	buf_done(&text);
}

static void
add_roles(const struct doctor_paper *paper, const struct doctor_facts *facts,
    const struct doctor_verdict *verdict)
{
	bool has_title = false;

	for (enum explain_role role = EXPLAIN_USER; role < EXPLAIN_ROLE_COUNT; role++) {
		struct doctor_advice advice;

		doctor_advice_gather(verdict, role, &advice);
		if (advice.count == 0)
			continue;
		if (!has_title)
			doctor_paper_title(paper, "What to do");
		has_title = true;
		add_advice(paper, facts, &advice, role);
	}
}

static const char *
mark_of(enum doctor_weight weight)
{
	switch (weight) {
	case DOCTOR_BROKEN:
		return "  ! ";
	case DOCTOR_WARNING:
		return "  * ";
	case DOCTOR_NOTE:
		return "  - ";
	}
	return "";
}

static const char *
confidence_words(enum doctor_confidence confidence)
{
	switch (confidence) {
	case DOCTOR_CERTAIN:
		return "";
	case DOCTOR_LIKELY:
		return " (likely)";
	case DOCTOR_POSSIBLE:
		return " (possible)";
	}
	return "";
}

static void
add_sentence(const struct doctor_paper *paper, const struct doctor_finding *finding)
{
	struct buf sentence;

	buf_init(&sentence, ADVICE_TEXT_MAX);
	(void)buf_addf(&sentence, "%s%s", finding->sentence == NULL ? "" : finding->sentence,
	    confidence_words(finding->confidence));
	(void)buf_add_octet(&sentence, '\0');
	doctor_paper_text(paper, mark_of(finding->weight), (const char *)sentence.ptr);
	buf_done(&sentence);
}

static void
add_excluded(const struct doctor_paper *paper, const char *excluded)
{
	struct buf line;

	buf_init(&line, ADVICE_TEXT_MAX);
	(void)buf_addf(&line, "Considered: %s", excluded);
	(void)buf_add_octet(&line, '\0');
	doctor_paper_text(paper, "      - ", (const char *)line.ptr);
	buf_done(&line);
}

/* The table of ports is evidence enough for notes; that of the answer is told, whatever it is. */
static void
add_finding(const struct doctor_paper *paper, const struct doctor_verdict *verdict, size_t at)
{
	const struct doctor_finding *finding = &verdict->findings[at];
	const char *texts[DOCTOR_STORY_EVIDENCE_MAX];
	const size_t count = doctor_story_evidence(verdict, at, texts);

	add_sentence(paper, finding);
	if (finding->weight == DOCTOR_NOTE && at != 0)
		return;
	for (size_t i = 0; i < count; i++)
		doctor_paper_text(paper, "      - ", texts[i]);
	if (finding->excluded != NULL)
		add_excluded(paper, finding->excluded);
}

static void
add_findings(const struct doctor_paper *paper, const struct doctor_verdict *verdict)
{
	if (verdict->finding_count == 0)
		return;
	doctor_paper_title(paper, "Why");
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (!doctor_story_is_told(verdict, i))
			add_finding(paper, verdict, i);
}

void
doctor_report_text(const struct doctor_facts *facts, const struct doctor_verdict *verdict,
    unsigned style, struct buf *out)
{
	const struct doctor_paper paper = { out, style, DOCTOR_LAYOUT_WIDTH };

	doctor_paper_coloured(
	    &paper, colour_of(verdict), verdict->sentence == NULL ? "" : verdict->sentence);
	add_roles(&paper, facts, verdict);
	add_findings(&paper, verdict);
	doctor_paper_title(&paper, "What was seen");
	doctor_report_name(&paper, facts);
	doctor_report_probes(&paper, facts);
	doctor_report_ladders(&paper, facts);
	doctor_report_controls(&paper, facts);
	doctor_report_end(&paper, facts);
}
