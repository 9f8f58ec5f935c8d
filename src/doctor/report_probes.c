/* SPDX-License-Identifier: Apache-2.0 */
/* report_probes.c - for each address a table of what its ports said, and one of times. */
#include <inttypes.h>
#include <string.h>

#include "doctor/cell.h"
#include "doctor/grid.h"
#include "doctor/layout.h"
#include "doctor/report_evidence.h"
#include "doctor/view.h"

enum { INDENT = 4, LINE_SIZE = 1024, US_PER_MS = 1000 };

static bool
is_first_of_address(const struct doctor_facts *facts, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (doctor_view_same_ip(&facts->probes[i].address, &facts->probes[at].address))
			return false;
	return true;
}

static void
add_route(const struct probe_route *route, struct buf *line)
{
	if (route == NULL || route->is_loopback)
		return;
	if (route->error != 0) {
		(void)buf_addf(line, ", no way there: %s", strerrordesc_np(route->error));
		return;
	}
	(void)buf_add_text(line, route->has_gateway ? ", by " : "");
	if (route->has_gateway)
		doctor_cell_ip(&route->gateway, line);
	if (route->interface[0] != '\0')
		(void)buf_addf(line, ", %s", route->interface);
}

static void
add_heading(const struct doctor_paper *paper, const struct doctor_facts *facts,
    const struct doctor_probe *probe)
{
	struct buf line;

	buf_init(&line, LINE_SIZE);
	doctor_cell_address(&probe->address, &line);
	add_route(doctor_view_route(facts, probe), &line);
	(void)buf_add_octet(&line, '\0');
	doctor_paper_gap(paper);
	doctor_paper_text(paper, "  ", (const char *)line.ptr);
	buf_done(&line);
}

static void
add_port_name(const struct doctor_probe *probe, struct buf *cell)
{
	(void)buf_addf(cell, "%u", probe->port);
}

static void
add_size_limit(const struct probe_dialog_facts *dialog, struct buf *cell)
{
	const struct probe_ehlo *ehlo = doctor_cell_last_ehlo(dialog);

	if (ehlo != NULL && ehlo->size_max != 0)
		doctor_cell_size(ehlo->size_max, cell);
}

/* The cells' words are ours, or ASCII by the time they come here. */
static void
add_row(struct doctor_grid *grid, const struct doctor_probe *probe, int64_t now_unix_s)
{
	const struct probe_dialog_facts *d = &probe->dialog;

	add_port_name(probe, doctor_grid_cell(grid));
	doctor_cell_tcp(&d->tcp, doctor_grid_cell(grid));
	doctor_cell_tls(d, doctor_grid_cell(grid));
	doctor_cell_certificate(&d->tls.certificate, now_unix_s, doctor_grid_cell(grid));
	doctor_cell_auth(&d->ehlo, doctor_grid_cell(grid));
	doctor_cell_auth(&d->ehlo_tls, doctor_grid_cell(grid));
	add_size_limit(d, doctor_grid_cell(grid));
}

static void
add_said_table(const struct doctor_paper *paper, const struct doctor_facts *facts,
    const struct doctor_probe *first)
{
	static const char *const headings[] = { "port", "TCP", "TLS", "certificate",
		"AUTH before TLS", "AUTH in TLS", "SIZE" };
	const size_t count = sizeof headings / sizeof headings[0];
	struct doctor_grid grid;

	doctor_grid_init(&grid, count);
	for (size_t i = 0; i < count; i++)
		doctor_grid_text(&grid, headings[i]);
	for (size_t i = 0; i < facts->probe_count; i++)
		if (doctor_view_same_ip(&facts->probes[i].address, &first->address))
			add_row(&grid, &facts->probes[i], facts->began_unix_ms / 1000);
	doctor_grid_print(&grid, INDENT, paper->width, paper->out);
	doctor_grid_done(&grid);
}

static void
add_stage(const struct probe_stage_fact *stage, struct buf *cell)
{
	const uint64_t tenths = stage->took_us / (US_PER_MS / 10);

	switch (stage->end) {
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
		return;
	case PROBE_STAGE_PASSED:
		if (tenths < 100)
			(void)buf_addf(cell, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
		else
			(void)buf_addf(cell, "%" PRIu64, tenths / 10);
		return;
	case PROBE_STAGE_REFUSED:
		(void)buf_addf(cell, "said %u", stage->code);
		return;
	case PROBE_STAGE_TIMEOUT:
		(void)buf_add_text(cell, "silence");
		return;
	case PROBE_STAGE_CLOSED:
		(void)buf_add_text(cell, "closed");
		return;
	case PROBE_STAGE_RESET:
		(void)buf_add_text(cell, "reset");
		return;
	case PROBE_STAGE_BROKEN:
		(void)buf_add_text(cell, "broken");
		return;
	}
}

static bool
has_stages(const struct doctor_probe *probe)
{
	return probe->dialog.is_tried &&
	       probe->dialog.stages[PROBE_STAGE_CONNECT].end == PROBE_STAGE_PASSED;
}

static void
add_times(struct doctor_grid *grid, const struct doctor_probe *probe)
{
	add_port_name(probe, doctor_grid_cell(grid));
	for (size_t i = 0; i < PROBE_STAGE_QUIT; i++)
		add_stage(&probe->dialog.stages[i], doctor_grid_cell(grid));
}

static void
add_time_table(const struct doctor_paper *paper, const struct doctor_facts *facts,
    const struct doctor_probe *first)
{
	struct doctor_grid grid;
	bool has_any = false;

	doctor_grid_init(&grid, PROBE_STAGE_QUIT + 1);
	doctor_grid_text(&grid, "port");
	for (enum probe_stage i = PROBE_STAGE_CONNECT; i < PROBE_STAGE_QUIT; i++)
		doctor_grid_text(&grid, doctor_cell_stage(i));
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (!has_stages(p) || !doctor_view_same_ip(&p->address, &first->address))
			continue;
		add_times(&grid, p);
		has_any = true;
	}
	if (has_any) {
		doctor_paper_gap(paper);
		doctor_paper_text(paper, "    ", "Time of each stage in ms:");
		doctor_grid_print(&grid, INDENT, paper->width, paper->out);
	}
	doctor_grid_done(&grid);
}

/* The stage that was not passed, with the words that came or ours about it. NULL: none. */
static const struct probe_stage_fact *
failed_stage(const struct probe_dialog_facts *dialog, enum probe_stage *ret_stage)
{
	for (enum probe_stage i = PROBE_STAGE_GREETING; i < PROBE_STAGE_QUIT; i++) {
		const struct probe_stage_fact *s = &dialog->stages[i];

		if (s->end > PROBE_STAGE_PASSED && s->text[0] != '\0') {
			*ret_stage = i;
			return s;
		}
	}
	return NULL;
}

static void
add_failure(const struct doctor_paper *paper, const struct doctor_probe *probe)
{
	enum probe_stage at = PROBE_STAGE_CONNECT;
	const struct probe_stage_fact *stage = failed_stage(&probe->dialog, &at);
	struct buf line;

	if (stage == NULL)
		return;
	buf_init(&line, LINE_SIZE);
	(void)buf_addf(&line, "%u, %s: ", probe->port, doctor_cell_stage(at));
	if (stage->code != 0)
		(void)buf_addf(&line, "%u ", stage->code);
	(void)buf_add(&line, stage->text, strnlen(stage->text, sizeof stage->text));
	(void)buf_add_octet(&line, '\0');
	doctor_paper_text(paper, "    ", (const char *)line.ptr);
	buf_done(&line);
}

static void
add_address(const struct doctor_paper *paper, const struct doctor_facts *facts,
    const struct doctor_probe *first)
{
	add_heading(paper, facts, first);
	add_said_table(paper, facts, first);
	add_time_table(paper, facts, first);
	for (size_t i = 0; i < facts->probe_count; i++)
		if (doctor_view_same_ip(&facts->probes[i].address, &first->address))
			add_failure(paper, &facts->probes[i]);
}

void
doctor_report_probes(const struct doctor_paper *paper, const struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		if (is_first_of_address(facts, i))
			add_address(paper, facts, &facts->probes[i]);
}
