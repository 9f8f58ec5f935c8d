/* SPDX-License-Identifier: Apache-2.0 */
/* html_stages.c - the stages of each dialog as bars on a line of time. */
#include <inttypes.h>
#include <string.h>

#include "doctor/cell.h"
#include "doctor/html.h"
#include "doctor/way.h"

enum { PER_MILLE = 1000, LINE_SIZE = 1024 };

static const char *
end_words(enum probe_stage_end end)
{
	switch (end) {
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
	case PROBE_STAGE_PASSED:
		return "";
	case PROBE_STAGE_REFUSED:
		return "refused";
	case PROBE_STAGE_TIMEOUT:
		return "no answer";
	case PROBE_STAGE_CLOSED:
		return "closed";
	case PROBE_STAGE_RESET:
		return "reset";
	case PROBE_STAGE_BROKEN:
		return "failed";
	}
	return "";
}

/* "bulk" is for tables, where there is no room. */
static const char *
title_of(enum probe_stage stage)
{
	return stage == PROBE_STAGE_BULK ? "large packets" : doctor_cell_stage(stage);
}

static bool
is_reached(const struct probe_stage_fact *stage)
{
	return stage->end != PROBE_STAGE_NOT_REACHED && stage->end != PROBE_STAGE_SKIPPED;
}

/* Left edge and width of the bar in tenths of a per cent of the whole. */
static void
add_bar(const struct probe_stage_fact *stage, uint64_t whole_us, struct buf *out)
{
	uint64_t left = stage->began_us * PER_MILLE / whole_us;
	uint64_t width = stage->took_us * PER_MILLE / whole_us;

	left = left > PER_MILLE ? PER_MILLE : left;
	width = width > PER_MILLE - left ? PER_MILLE - left : width;
	(void)buf_addf(out,
	    "<span class=\"track\"><span style=\"margin-left:%" PRIu64 ".%" PRIu64
	    "%%;width:%" PRIu64 ".%" PRIu64 "%%\"></span></span>",
	    left / 10, left % 10, width / 10, width % 10);
}

static void
add_stage(
    enum probe_stage at, const struct probe_stage_fact *stage, uint64_t whole_us, struct buf *out)
{
	const bool is_passed = stage->end == PROBE_STAGE_PASSED;

	(void)buf_addf(out, "<li%s><span class=\"stage\">%s</span>",
	    is_passed ? "" : " class=\"failed\"", title_of(at));
	add_bar(stage, whole_us, out);
	(void)buf_add_text(out, "<span class=\"took\">");
	doctor_cell_took(stage->took_us, out);
	(void)buf_add_text(out, "</span>");
	if (!is_passed) {
		(void)buf_addf(out, "<span class=\"words\">%s", end_words(stage->end));
		if (stage->code != 0)
			(void)buf_addf(out, ": %u", stage->code);
		(void)buf_add_text(out, " ");
		doctor_html_text(stage->text, out);
		(void)buf_add_text(out, "</span>");
	}
	(void)buf_add_text(out, "</li>\n");
}

/* The end of the last stage: what 100 % is. */
static uint64_t
whole_of(const struct probe_dialog_facts *dialog)
{
	uint64_t whole = 1;

	for (size_t i = 0; i < PROBE_STAGE_COUNT; i++) {
		const struct probe_stage_fact *s = &dialog->stages[i];

		if (is_reached(s) && s->began_us + s->took_us > whole)
			whole = s->began_us + s->took_us;
	}
	return whole;
}

/* Stages in the order in which they came: with implicit TLS the handshake is the first of all. */
static void
add_stages(const struct probe_dialog_facts *dialog, uint64_t whole_us, struct buf *out)
{
	const bool is_tls = dialog->is_implicit_tls;

	for (enum probe_stage i = PROBE_STAGE_CONNECT; i <= PROBE_STAGE_QUIT; i++) {
		if (is_tls && i == PROBE_STAGE_HANDSHAKE)
			continue;
		if (is_tls && i == PROBE_STAGE_GREETING &&
		    is_reached(&dialog->stages[PROBE_STAGE_HANDSHAKE]))
			add_stage(PROBE_STAGE_HANDSHAKE, &dialog->stages[PROBE_STAGE_HANDSHAKE],
			    whole_us, out);
		if (is_reached(&dialog->stages[i]))
			add_stage(i, &dialog->stages[i], whole_us, out);
	}
}

static bool
has_stages(const struct doctor_probe *probe)
{
	return probe->dialog.is_tried && !probe->is_control &&
	       is_reached(&probe->dialog.stages[PROBE_STAGE_CONNECT]) &&
	       probe->dialog.tcp.end == PROBE_TCP_OPEN;
}

static void
add_dialog(const struct doctor_probe *probe, bool is_open, struct buf *out)
{
	const uint64_t whole_us = whole_of(&probe->dialog);

	(void)buf_addf(out, "<details%s><summary>", is_open ? " open" : "");
	doctor_cell_endpoint(probe, out);
	(void)buf_add_text(out, " <span class=\"quiet\">");
	doctor_cell_took(whole_us, out);
	(void)buf_add_text(out, "</span></summary>\n<ol class=\"stages\">\n");
	add_stages(&probe->dialog, whole_us, out);
	(void)buf_add_text(out, "</ol></details>\n");
}

void
doctor_html_stages(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	const struct doctor_probe *chosen = doctor_way_probe(facts, verdict);
	bool has_any = false;

	if (chosen != NULL && !has_stages(chosen))
		chosen = doctor_way_best(facts);
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (!has_stages(p))
			continue;
		if (!has_any)
			(void)buf_add_text(out, "<section>\n<h2>Time of each stage</h2>\n");
		has_any = true;
		add_dialog(p, p == chosen, out);
	}
	if (has_any)
		(void)buf_add_text(out, "</section>\n");
}
