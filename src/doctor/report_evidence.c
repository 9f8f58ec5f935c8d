/* SPDX-License-Identifier: Apache-2.0 */
/* report_evidence.c - the name, the controls, and when and from where it was looked at. */
#include "doctor/report_evidence.h"

#include "doctor/cell.h"
#include "doctor/grid.h"

enum { INDENT = 4, LINE_SIZE = 1024 };

static const char *
name_words(enum probe_name_end end)
{
	switch (end) {
	case PROBE_NAME_NOT_ASKED:
		return "";
	case PROBE_NAME_FOUND:
		return "found";
	case PROBE_NAME_NO_ADDRESS:
		return "none";
	case PROBE_NAME_NO_NAME:
		return "there is no such name";
	case PROBE_NAME_FAILED:
		return "the question failed";
	case PROBE_NAME_BOGUS:
		return "the answer is not genuine (DNSSEC)";
	case PROBE_NAME_TIMEOUT:
		return "no answer";
	}
	return "";
}

static bool
is_of_family(const struct net_address *address, bool is_v4)
{
	struct ip ip;

	return net_address_ip(address, &ip) && ip_is_v4(&ip) == is_v4;
}

static void
add_family(const struct probe_name *name, bool is_v4, struct doctor_grid *grid)
{
	const struct probe_name_family *family = is_v4 ? &name->v4 : &name->v6;
	const char *before = "";
	struct buf *cell;

	if (family->end == PROBE_NAME_NOT_ASKED)
		return;
	doctor_grid_text(grid, is_v4 ? "IPv4 addresses" : "IPv6 addresses");
	cell = doctor_grid_cell(grid);
	if (family->end != PROBE_NAME_FOUND) {
		(void)buf_add_text(
		    cell, family->error != NULL ? family->error : name_words(family->end));
		return;
	}
	for (size_t i = 0; i < name->address_count; i++)
		if (is_of_family(&name->addresses[i], is_v4)) {
			(void)buf_add_text(cell, before);
			doctor_cell_address(&name->addresses[i], cell);
			before = " ";
		}
	if (family->left_out != 0)
		(void)buf_addf(cell, ", and %zu more, not looked at", family->left_out);
}

static void
add_resolver(const struct probe_resolver_state *resolver, struct doctor_grid *grid)
{
	struct buf *cell;

	doctor_grid_text(grid, "resolver");
	cell = doctor_grid_cell(grid);
	doctor_cell_ip(&resolver->ip, cell);
	if (resolver->is_udp_answered) {
		(void)buf_add_text(cell, " answers in ");
		doctor_cell_took(resolver->udp_took_us, cell);
	} else if (resolver->is_tcp_answered) {
		(void)buf_add_text(cell, " answers over TCP only");
	} else if (resolver->is_udp_rejected || resolver->is_tcp_rejected) {
		(void)buf_add_text(cell, " rejects questions");
	} else {
		(void)buf_add_text(cell, " does not answer");
	}
}

void
doctor_report_name(const struct doctor_paper *paper, const struct doctor_facts *facts)
{
	const struct probe_name *name = &facts->name;
	struct doctor_grid grid;

	if (name->is_literal || name->text[0] == '\0')
		return;
	doctor_grid_init(&grid, 2);
	doctor_grid_text(&grid, "name");
	doctor_paper_words(paper, name->text, doctor_grid_cell(&grid));
	if (name->completed[0] != '\0') {
		struct buf *cell;

		doctor_grid_text(&grid, "found as");
		cell = doctor_grid_cell(&grid);
		doctor_paper_words(paper, name->completed, cell);
		(void)buf_add_text(cell, ", by the search list of /etc/resolv.conf");
	}
	doctor_grid_text(&grid, name->is_from_hosts ? "told by" : "time");
	if (name->is_from_hosts)
		doctor_grid_text(&grid, "/etc/hosts, not DNS");
	else
		doctor_cell_took(name->took_us, doctor_grid_cell(&grid));
	add_family(name, false, &grid);
	add_family(name, true, &grid);
	for (size_t i = 0; i < name->resolver_count; i++)
		add_resolver(&name->resolvers[i], &grid);
	doctor_grid_print(&grid, INDENT, paper->width, paper->out);
	doctor_grid_done(&grid);
}

static const char *
control_words(enum doctor_control_kind kind)
{
	switch (kind) {
	case DOCTOR_CONTROL_SUBMISSION:
	case DOCTOR_CONTROL_TLS:
	case DOCTOR_CONTROL_ALTERNATIVE:
		return "mail server";
	case DOCTOR_CONTROL_WEB:
		return "web server";
	case DOCTOR_CONTROL_GATEWAY:
		return "your router";
	case DOCTOR_CONTROL_RESOLVER:
		return "resolver";
	}
	return "";
}

static void
add_control(const struct doctor_paper *paper, const struct doctor_control *control,
    struct doctor_grid *grid)
{
	struct buf *cell;

	doctor_grid_text(grid, control_words(control->kind));
	cell = doctor_grid_cell(grid);
	if (doctor_cell_is_named(control))
		doctor_paper_words(paper, control->name, cell);
	if (control->address.len != 0) {
		(void)buf_add_text(cell, cell->len == 0 ? "" : " ");
		doctor_cell_address(&control->address, cell);
	}
	cell = doctor_grid_cell(grid);
	if (control->port != 0)
		(void)buf_addf(cell, "%u", control->port);
	cell = doctor_grid_cell(grid);
	if (control->address.len == 0)
		(void)buf_add_text(cell, "name not found");
	else
		doctor_cell_tcp(&control->tcp, cell);
	if (control->is_alive && control->tcp.end != PROBE_TCP_OPEN)
		(void)buf_add_text(cell, cell->len == 0 ? "alive" : ", alive");
}

void
doctor_report_controls(const struct doctor_paper *paper, const struct doctor_facts *facts)
{
	static const char *const headings[] = { "what", "who", "port", "TCP" };
	struct doctor_grid grid;

	if (facts->control_count == 0)
		return;
	doctor_paper_gap(paper);
	doctor_paper_text(paper, "  ", "For comparison:");
	doctor_grid_init(&grid, sizeof headings / sizeof headings[0]);
	for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
		doctor_grid_text(&grid, headings[i]);
	for (size_t i = 0; i < facts->control_count; i++)
		add_control(paper, &facts->controls[i], &grid);
	doctor_grid_print(&grid, INDENT, paper->width, paper->out);
	doctor_grid_done(&grid);
}

void
doctor_report_end(const struct doctor_paper *paper, const struct doctor_facts *facts)
{
	struct buf line;

	buf_init(&line, LINE_SIZE);
	(void)buf_add_text(&line, "Checked at ");
	doctor_cell_moment(facts->began_unix_ms, &line);
	(void)buf_add_text(&line, ", in ");
	doctor_cell_took(facts->took_us, &line);
	(void)buf_add_text(&line, ", by sallyport " SALLYPORT_VERSION ".");
	if (facts->is_cut_short)
		(void)buf_add_text(&line, " The time was over before all was tried.");
	(void)buf_add_octet(&line, '\0');
	doctor_paper_gap(paper);
	doctor_paper_text(paper, "", (const char *)line.ptr);
	buf_done(&line);
}
