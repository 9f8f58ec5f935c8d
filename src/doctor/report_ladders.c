/* SPDX-License-Identifier: Apache-2.0 */
/* report_ladders.c - the ways to the ports of an address side by side, hop by hop. */
#include "doctor/cell.h"
#include "doctor/grid.h"
#include "doctor/report_evidence.h"
#include "doctor/view.h"

enum { INDENT = 4, LADDERS_MAX = 3, LINE_SIZE = 256 };

/* The ladders of one address. */
struct ladders {
	size_t count;
	const struct doctor_probe *probes[LADDERS_MAX];
	unsigned rung_count; /* of which anything is known */
};

/* Beyond the end and beyond the last answer a ladder has nothing to tell but one more silence. */
static unsigned
rungs_worth_telling(const struct probe_path *path)
{
	const unsigned end =
	    path->end_ttl > path->last_router_ttl ? path->end_ttl : path->last_router_ttl + 1;

	return end < path->count ? end : path->count;
}

static void
gather(const struct doctor_facts *facts, size_t first, struct ladders *ladders)
{
	for (size_t i = first; i < facts->probe_count && ladders->count < LADDERS_MAX; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (p->path.count == 0 ||
		    !doctor_view_same_ip(&p->address, &facts->probes[first].address))
			continue;
		ladders->probes[ladders->count++] = p;
		if (rungs_worth_telling(&p->path) > ladders->rung_count)
			ladders->rung_count = rungs_worth_telling(&p->path);
	}
}

static void
add_hop(const struct probe_path *path, unsigned rung, struct buf *cell)
{
	const struct probe_hop *hop = &path->hops[rung];

	if (rung >= path->count || (path->end_ttl != 0 && rung >= path->end_ttl))
		return;
	switch (hop->kind) {
	case PROBE_HOP_SILENT:
		(void)buf_add_text(cell, "no answer");
		return;
	case PROBE_HOP_ROUTER:
		doctor_cell_ip(&hop->who, cell);
		return;
	case PROBE_HOP_OPEN:
		(void)buf_add_text(cell, "connected");
		return;
	case PROBE_HOP_RESET:
		(void)buf_add_text(cell, "reset");
		return;
	case PROBE_HOP_REJECTED:
		(void)buf_add_text(cell, "rejected by ");
		doctor_cell_ip(&hop->who, cell);
		return;
	case PROBE_HOP_LOCAL:
		(void)buf_add_text(cell, "not allowed here");
		return;
	}
}

/* The time of the first ladder that has an answer there. */
static void
add_hop_time(const struct ladders *ladders, unsigned rung, struct buf *cell)
{
	for (size_t i = 0; i < ladders->count; i++) {
		const struct probe_path *path = &ladders->probes[i]->path;

		if (rung >= path->count || path->hops[rung].kind == PROBE_HOP_SILENT)
			continue;
		doctor_cell_took(path->hops[rung].took_us, cell);
		return;
	}
}

static void
add_table(const struct doctor_paper *paper, const struct ladders *ladders)
{
	struct doctor_grid grid;

	doctor_grid_init(&grid, ladders->count + 2);
	doctor_grid_text(&grid, "hop");
	for (size_t i = 0; i < ladders->count; i++)
		(void)buf_addf(doctor_grid_cell(&grid), "port %u", ladders->probes[i]->port);
	doctor_grid_text(&grid, "time");
	for (unsigned rung = 0; rung < ladders->rung_count; rung++) {
		(void)buf_addf(doctor_grid_cell(&grid), "%u", rung + 1);
		for (size_t i = 0; i < ladders->count; i++)
			add_hop(&ladders->probes[i]->path, rung, doctor_grid_cell(&grid));
		add_hop_time(ladders, rung, doctor_grid_cell(&grid));
	}
	doctor_grid_print(&grid, INDENT, paper->width, paper->out);
	doctor_grid_done(&grid);
}

static void
add_ladders(const struct doctor_paper *paper, const struct ladders *ladders)
{
	struct buf line;

	buf_init(&line, LINE_SIZE);
	(void)buf_add_text(&line, "The way to ");
	doctor_cell_address(&ladders->probes[0]->address, &line);
	(void)buf_add_text(&line, ":");
	(void)buf_add_octet(&line, '\0');
	doctor_paper_gap(paper);
	doctor_paper_text(paper, "  ", (const char *)line.ptr);
	add_table(paper, ladders);
	buf_done(&line);
}

static bool
is_first_ladder(const struct doctor_facts *facts, size_t at)
{
	if (facts->probes[at].path.count == 0)
		return false;
	for (size_t i = 0; i < at; i++)
		if (facts->probes[i].path.count != 0 &&
		    doctor_view_same_ip(&facts->probes[i].address, &facts->probes[at].address))
			return false;
	return true;
}

void
doctor_report_ladders(const struct doctor_paper *paper, const struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->probe_count; i++) {
		struct ladders ladders = { .count = 0 };

		if (!is_first_ladder(facts, i))
			continue;
		gather(facts, i, &ladders);
		add_ladders(paper, &ladders);
	}
}
