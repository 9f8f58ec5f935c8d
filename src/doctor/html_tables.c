/* SPDX-License-Identifier: Apache-2.0 */
/* html_tables.c - the evidence as tables, which become lists on a narrow screen. */
#include "doctor/cell.h"
#include "doctor/grid.h"
#include "doctor/html.h"
#include "doctor/way.h"

static void
begin_grid(struct doctor_grid *grid, const char *const *headings, size_t count)
{
	doctor_grid_init(grid, count);
	for (size_t i = 0; i < count; i++)
		doctor_grid_text(grid, headings[i]);
}

static void
add_text(struct slice text, struct buf *out)
{
	struct buf words;

	buf_init(&words, DOCTOR_GRID_CELL_MAX + 1);
	(void)buf_add_slice(&words, text);
	doctor_html_words(&words, out);
	buf_done(&words);
}

static void
add_headings(const struct doctor_grid *grid, struct buf *out)
{
	(void)buf_add_text(out, "<thead><tr>");
	for (size_t i = 0; i < grid->column_count; i++) {
		if (!doctor_grid_has(grid, i))
			continue;
		(void)buf_add_text(out, "<th scope=\"col\">");
		add_text(doctor_grid_at(grid, 0, i), out);
		(void)buf_add_text(out, "</th>");
	}
	(void)buf_add_text(out, "</tr></thead>\n<tbody>\n");
}

/* The label is shown beside the value where there is no room for columns. */
static void
add_row(const struct doctor_grid *grid, size_t row, struct buf *out)
{
	(void)buf_add_text(out, "<tr>");
	for (size_t i = 0; i < grid->column_count; i++) {
		const struct slice text = doctor_grid_at(grid, row, i);

		if (!doctor_grid_has(grid, i))
			continue;
		(void)buf_add_text(out, "<td data-label=\"");
		add_text(doctor_grid_at(grid, 0, i), out);
		(void)buf_add_text(out, "\">");
		add_text(text, out);
		(void)buf_add_text(out, "</td>");
	}
	(void)buf_add_text(out, "</tr>\n");
}

/* Nothing when there are headings only. The grid is done with. */
static void
end_grid(struct doctor_grid *grid, const char *class, const char *caption, struct buf *out)
{
	const size_t rows = doctor_grid_row_count(grid);

	if (rows > 1) {
		(void)buf_addf(
		    out, "<table class=\"%s\">\n<caption>%s</caption>\n", class, caption);
		add_headings(grid, out);
		for (size_t i = 1; i < rows; i++)
			add_row(grid, i, out);
		(void)buf_add_text(out, "</tbody></table>\n");
	}
	doctor_grid_done(grid);
}

static void
add_probe(struct doctor_grid *grid, const struct doctor_probe *probe, int64_t now_unix_s)
{
	const struct probe_dialog_facts *d = &probe->dialog;
	const struct probe_ehlo *ehlo = doctor_cell_last_ehlo(d);
	struct buf *cell;

	doctor_cell_address(&probe->address, doctor_grid_cell(grid));
	(void)buf_addf(doctor_grid_cell(grid), "%u", probe->port);
	doctor_cell_tcp(&d->tcp, doctor_grid_cell(grid));
	doctor_cell_tls(d, doctor_grid_cell(grid));
	doctor_cell_certificate(&d->tls.certificate, now_unix_s, doctor_grid_cell(grid));
	doctor_cell_auth(&d->ehlo, doctor_grid_cell(grid));
	doctor_cell_auth(&d->ehlo_tls, doctor_grid_cell(grid));
	cell = doctor_grid_cell(grid);
	if (ehlo != NULL && ehlo->size_max != 0)
		doctor_cell_size(ehlo->size_max, cell);
}

static void
add_probes(const struct doctor_facts *facts, struct buf *out)
{
	static const char *const headings[] = { "Address", "Port", "TCP", "TLS", "Certificate",
		"AUTH before TLS", "AUTH in TLS", "SIZE" };
	struct doctor_grid grid;

	begin_grid(&grid, headings, sizeof headings / sizeof headings[0]);
	for (size_t i = 0; i < facts->probe_count; i++)
		add_probe(&grid, &facts->probes[i], facts->began_unix_ms / 1000);
	end_grid(&grid, "ports", "Ports", out);
}

static void
add_names(const struct probe_certificate *c, struct buf *cell)
{
	for (size_t i = 0; i < c->name_count && i < PROBE_CERTIFICATE_NAMES_MAX; i++) {
		(void)buf_add_text(cell, i == 0 ? "" : ", ");
		(void)buf_add_text(cell, c->names[i]);
	}
	if (c->name_count > PROBE_CERTIFICATE_NAMES_MAX)
		(void)buf_addf(cell, " and %zu more", c->name_count - PROBE_CERTIFICATE_NAMES_MAX);
}

static void
add_certificate(struct doctor_grid *grid, const struct doctor_probe *probe, int64_t now_unix_s)
{
	const struct probe_certificate *c = &probe->dialog.tls.certificate;

	doctor_cell_endpoint(probe, doctor_grid_cell(grid));
	doctor_cell_certificate(c, now_unix_s, doctor_grid_cell(grid));
	doctor_grid_text(grid, c->subject);
	doctor_grid_text(grid, c->issuer);
	add_names(c, doctor_grid_cell(grid));
	doctor_cell_date(c->not_before_unix_s, doctor_grid_cell(grid));
	doctor_cell_date(c->not_after_unix_s, doctor_grid_cell(grid));
	doctor_grid_text(grid, c->sha256);
}

static void
add_certificates(const struct doctor_facts *facts, struct buf *out)
{
	static const char *const headings[] = { "Port", "State", "Subject", "Issuer", "Names",
		"Valid from", "Valid until", "SHA-256" };
	struct doctor_grid grid;

	begin_grid(&grid, headings, sizeof headings / sizeof headings[0]);
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (!p->is_control && p->dialog.tls.certificate.is_there)
			add_certificate(&grid, p, facts->began_unix_ms / 1000);
	}
	end_grid(&grid, "certificates", "Certificates", out);
}

static void
add_control(struct doctor_grid *grid, const struct doctor_control *control)
{
	struct buf *cell;

	doctor_grid_text(grid, doctor_cell_control(control->kind));
	doctor_grid_text(grid, doctor_cell_is_named(control) ? control->name : "");
	doctor_cell_address(&control->address, doctor_grid_cell(grid));
	cell = doctor_grid_cell(grid);
	if (control->port != 0)
		(void)buf_addf(cell, "%u", control->port);
	cell = doctor_grid_cell(grid);
	doctor_cell_tcp(&control->tcp, cell);
	if (control->is_alive && control->tcp.end != PROBE_TCP_OPEN)
		(void)buf_add_text(cell, cell->len == 0 ? "alive" : ", alive");
}

static void
add_controls(const struct doctor_facts *facts, struct buf *out)
{
	static const char *const headings[] = { "What", "Name", "Address", "Port", "TCP" };
	struct doctor_grid grid;

	begin_grid(&grid, headings, sizeof headings / sizeof headings[0]);
	for (size_t i = 0; i < facts->control_count; i++)
		add_control(&grid, &facts->controls[i]);
	end_grid(&grid, "controls", "For comparison", out);
}

void
doctor_html_tables(const struct doctor_facts *facts, struct buf *out)
{
	if (facts->probe_count == 0 && facts->control_count == 0)
		return;
	(void)buf_add_text(out, "<section>\n<h2>What was seen</h2>\n");
	add_probes(facts, out);
	add_certificates(facts, out);
	add_controls(facts, out);
	(void)buf_add_text(out, "</section>\n");
}
