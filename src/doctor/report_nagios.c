/* SPDX-License-Identifier: Apache-2.0 */
/* report_nagios.c - one line for Nagios and its like, with performance data. */
#include <inttypes.h>

#include "doctor/cell.h"
#include "doctor/printable.h"
#include "doctor/report.h"
#include "doctor/way.h"

enum { OK, WARNING, CRITICAL, UNKNOWN };
enum { SENTENCE_MAX = 400, US_PER_MS = 1000, WARN_DAYS = 14 };

static const char *const state_names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

/* The least days that any certificate has left. False: none was seen. */
static bool
find_days_left(const struct doctor_facts *facts, int64_t *ret_days)
{
	bool has_any = false;

	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];
		int64_t days;

		if (p->is_control || !p->dialog.tls.certificate.is_there)
			continue;
		days =
		    doctor_cell_days_left(&p->dialog.tls.certificate, facts->began_unix_ms / 1000);
		if (!has_any || days < *ret_days)
			*ret_days = days;
		has_any = true;
	}
	return has_any;
}

static int
find_state(const struct doctor_facts *facts, const struct doctor_verdict *verdict)
{
	int64_t days = 0;

	if (verdict->is_inconclusive)
		return UNKNOWN;
	if (verdict->exit == DOCTOR_EXIT_PARTIAL)
		return WARNING;
	/* It works, and what leads is a sign of somebody on the way. */
	if (verdict->finding_count != 0 && verdict->findings[0].weight == DOCTOR_WARNING)
		return WARNING;
	if (!verdict->is_fine)
		return CRITICAL;
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].weight != DOCTOR_NOTE)
			return WARNING;
	return find_days_left(facts, &days) && days < WARN_DAYS ? WARNING : OK;
}

/* What stands before the bar is free text, so a bar in it becomes a comma. */
static void
add_sentence(const char *sentence, struct buf *out)
{
	const size_t begin = out->len;

	doctor_printable_add(out, sentence == NULL ? "" : sentence, SENTENCE_MAX, true);
	for (size_t i = begin; i < out->len; i++)
		if (out->ptr[i] == '|')
			out->ptr[i] = ',';
}

static void
add_time(const char *label, uint64_t us, struct buf *out)
{
	(void)buf_addf(
	    out, " %s=%" PRIu64 ".%03" PRIu64 "ms;;;0;", label, us / US_PER_MS, us % US_PER_MS);
}

static void
add_stages(const struct probe_dialog_facts *dialog, struct buf *out)
{
	static const struct {
		enum probe_stage stage;
		const char *label;
	} rows[] = {
		{ PROBE_STAGE_CONNECT, "connect" },
		{ PROBE_STAGE_GREETING, "greeting" },
		{ PROBE_STAGE_EHLO, "ehlo" },
		{ PROBE_STAGE_STARTTLS, "starttls" },
		{ PROBE_STAGE_HANDSHAKE, "handshake" },
		{ PROBE_STAGE_EHLO_TLS, "ehlo_tls" },
		{ PROBE_STAGE_AUTH, "auth" },
		{ PROBE_STAGE_END, "message" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (doctor_cell_stage_passed(dialog, rows[i].stage))
			add_time(rows[i].label, dialog->stages[rows[i].stage].took_us, out);
}

int
doctor_report_nagios(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	const struct doctor_probe *best = doctor_way_best(facts);
	const int state = find_state(facts, verdict);
	int64_t days = 0;

	(void)buf_addf(out, "SUBMISSION %s - ", state_names[state]);
	add_sentence(verdict->sentence, out);
	(void)buf_add_text(out, " |");
	add_time("total", facts->took_us, out);
	if (!facts->name.is_literal)
		add_time("name", facts->name.took_us, out);
	if (best != NULL)
		add_stages(&best->dialog, out);
	if (find_days_left(facts, &days))
		(void)buf_addf(out, " certificate_days=%" PRId64 ";%d:;0:;;", days, WARN_DAYS);
	(void)buf_add_octet(out, '\n');
	return state;
}
