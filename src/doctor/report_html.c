/* SPDX-License-Identifier: Apache-2.0 */
/* report_html.c - one page that needs nothing from elsewhere and runs no script. */
#include "doctor/advice.h"
#include "doctor/cell.h"
#include "doctor/html.h"
#include "doctor/report.h"
#include "doctor/story.h"

enum { FILLED_SIZE = 8192, WORDS_SIZE = 1024 };

static const char *
class_of(const struct doctor_verdict *verdict)
{
	if (verdict->is_inconclusive || verdict->exit == DOCTOR_EXIT_PARTIAL)
		return "doubt";
	if (!verdict->is_fine)
		return "bad";
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].weight != DOCTOR_NOTE)
			return "doubt";
	return "good";
}

static void
add_head(const struct doctor_facts *facts, struct buf *out)
{
	(void)buf_add_text(out,
	    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Mail submission: ");
	doctor_html_text(doctor_cell_host(facts), out);
	(void)buf_add_text(out, "</title>\n<style>\n");
	(void)buf_add_text(out, doctor_report_css);
	(void)buf_add_text(out, "</style>\n</head>\n");
}

/* A mark that does not need its colour to be understood. */
static const char *
mark_of(const char *class)
{
	if (class[0] == 'g')
		return "<path d=\"M7 12.5l3.5 3.5L17 9\"/>";
	if (class[0] == 'b')
		return "<path d=\"M8 8l8 8M16 8l-8 8\"/>";
	return "<path d=\"M12 6.5v7\"/><path d=\"M12 17.2v.3\"/>";
}

static void
add_verdict(const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	const char *class = class_of(verdict);

	(void)buf_addf(out,
	    "<header class=\"%s\">\n<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">"
	    "<circle cx=\"12\" cy=\"12\" r=\"10.5\"/>%s</svg>\n<div>\n<p class=\"host\">",
	    class, mark_of(class));
	doctor_html_text(doctor_cell_host(facts), out);
	(void)buf_add_text(out, "</p>\n<h1>");
	doctor_html_text(verdict->sentence == NULL ? "" : verdict->sentence, out);
	(void)buf_add_text(out, "</h1>\n");
	if (verdict->use_port != 0)
		(void)buf_addf(
		    out, "<p class=\"use\">Use port <b>%u</b> instead.</p>\n", verdict->use_port);
	(void)buf_add_text(out, "</div>\n</header>\n");
}

static void
add_role(const struct doctor_facts *facts, const struct doctor_advice *advice,
    enum explain_role role, struct buf *out)
{
	struct buf filled;

	buf_init(&filled, FILLED_SIZE);
	(void)buf_addf(out, "<article>\n<h3>%s</h3>\n", explain_role_heading(role));
	for (size_t i = 0; i < advice->count; i++) {
		const struct doctor_finding *f = advice->findings[i];

		buf_clear(&filled);
		doctor_advice_fill(facts, f, f->cause->advice[role], &filled);
		(void)buf_add_octet(&filled, '\0');
		(void)buf_add_text(out, "<p>");
		doctor_html_advice((const char *)filled.ptr, out);
		(void)buf_add_text(out, "</p>\n");
	}
	(void)buf_add_text(out, "</article>\n");
	buf_done(&filled);
}

static void
add_roles(const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	bool has_any = false;

	for (enum explain_role role = EXPLAIN_USER; role < EXPLAIN_ROLE_COUNT; role++) {
		struct doctor_advice advice;

		doctor_advice_gather(verdict, role, &advice);
		if (advice.count == 0)
			continue;
		if (!has_any)
			(void)buf_add_text(
			    out, "<section>\n<h2>What to do</h2>\n<div class=\"roles\">\n");
		has_any = true;
		add_role(facts, &advice, role, out);
	}
	if (has_any)
		(void)buf_add_text(out, "</div>\n</section>\n");
}

static void
add_evidence(const struct doctor_verdict *verdict, size_t at, struct buf *out)
{
	const char *texts[DOCTOR_STORY_EVIDENCE_MAX];
	const size_t count = doctor_story_evidence(verdict, at, texts);

	if (count == 0)
		return;
	(void)buf_add_text(out, "<ul>");
	for (size_t i = 0; i < count; i++) {
		(void)buf_add_text(out, "<li>");
		doctor_html_text(texts[i], out);
		(void)buf_add_text(out, "</li>");
	}
	(void)buf_add_text(out, "</ul>");
}

static const char *
weight_words(enum doctor_weight weight)
{
	switch (weight) {
	case DOCTOR_BROKEN:
		return "Keeps it from working";
	case DOCTOR_WARNING:
		return "Will hurt somebody, or soon";
	case DOCTOR_NOTE:
		return "Worth knowing";
	}
	return "";
}

static void
add_finding(const struct doctor_verdict *verdict, size_t at, struct buf *out)
{
	const struct doctor_finding *f = &verdict->findings[at];

	(void)buf_addf(out, "<li class=\"%s\"><span class=\"weight\">%s",
	    doctor_weight_name(f->weight), weight_words(f->weight));
	if (f->confidence != DOCTOR_CERTAIN)
		(void)buf_addf(out, " (%s)", doctor_confidence_name(f->confidence));
	(void)buf_add_text(out, "</span>");
	doctor_html_text(f->sentence == NULL ? "" : f->sentence, out);
	add_evidence(verdict, at, out);
	if (f->excluded != NULL) {
		(void)buf_add_text(out, "<p class=\"quiet\">Considered: ");
		doctor_html_text(f->excluded, out);
		(void)buf_add_text(out, "</p>");
	}
	(void)buf_add_text(out, "</li>\n");
}

static void
add_findings(const struct doctor_verdict *verdict, struct buf *out)
{
	if (verdict->finding_count == 0)
		return;
	(void)buf_add_text(out, "<section>\n<h2>Why</h2>\n<ul class=\"findings\">\n");
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (!doctor_story_is_told(verdict, i))
			add_finding(verdict, i, out);
	(void)buf_add_text(out, "</ul>\n</section>\n");
}

static void
add_foot(const struct doctor_facts *facts, struct buf *out)
{
	(void)buf_add_text(out, "<footer>Checked at ");
	doctor_cell_moment(facts->began_unix_ms, out);
	(void)buf_add_text(out, " in ");
	doctor_cell_took(facts->took_us, out);
	(void)buf_add_text(out, " by sallyport " SALLYPORT_VERSION ".");
	if (facts->is_cut_short)
		(void)buf_add_text(out, " The time was over before all was tried.");
	(void)buf_add_text(out, "</footer>\n</main>\n</body>\n</html>\n");
}

void
doctor_report_html(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	add_head(facts, out);
	(void)buf_add_text(out, "<body>\n<main>\n");
	add_verdict(facts, verdict, out);
	add_roles(facts, verdict, out);
	doctor_html_way(facts, verdict, out);
	doctor_html_stages(facts, verdict, out);
	add_findings(verdict, out);
	doctor_html_tables(facts, out);
	add_foot(facts, out);
}
