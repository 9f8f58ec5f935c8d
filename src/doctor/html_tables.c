/* SPDX-License-Identifier: Apache-2.0 */
/* html_tables.c - the evidence as tables, which become lists on a narrow screen. */
#include "doctor/cell.h"
#include "doctor/html.h"
#include "doctor/way.h"

enum { WORDS_SIZE = 1024 };

static void
begin_table(const char *class, const char *caption, const char *const *headings, size_t count,
    struct buf *out)
{
	(void)buf_addf(
	    out, "<table class=\"%s\">\n<caption>%s</caption>\n<thead><tr>", class, caption);
	for (size_t i = 0; i < count; i++)
		(void)buf_addf(out, "<th scope=\"col\">%s</th>", headings[i]);
	(void)buf_add_text(out, "</tr></thead>\n<tbody>\n");
}

static void
end_table(struct buf *out)
{
	(void)buf_add_text(out, "</tbody></table>\n");
}

/* Takes what words holds. The label is shown beside the value where there is no room for columns.
 */
static void
add_cell(const char *label, struct buf *words, struct buf *out)
{
	if (words->len == 0) {
		(void)buf_add_text(out, "<td></td>");
		return;
	}
	(void)buf_addf(out, "<td data-label=\"%s\">", label);
	doctor_html_words(words, out);
	(void)buf_add_text(out, "</td>");
}

static const char *const probe_headings[] = { "Address", "Port", "TCP", "TLS", "Certificate",
	"AUTH before TLS", "AUTH in TLS", "SIZE" };

static void
add_probe(const struct doctor_probe *probe, int64_t now_unix_s, struct buf *out)
{
	const struct probe_dialog_facts *d = &probe->dialog;
	const struct probe_ehlo *ehlo = doctor_cell_last_ehlo(d);
	struct buf words;

	buf_init(&words, WORDS_SIZE);
	(void)buf_add_text(out, "<tr>");
	doctor_cell_address(&probe->address, &words);
	add_cell(probe_headings[0], &words, out);
	(void)buf_addf(&words, "%u", probe->port);
	add_cell(probe_headings[1], &words, out);
	doctor_cell_tcp(&d->tcp, &words);
	add_cell(probe_headings[2], &words, out);
	doctor_cell_tls(d, &words);
	add_cell(probe_headings[3], &words, out);
	doctor_cell_certificate(&d->tls.certificate, now_unix_s, &words);
	add_cell(probe_headings[4], &words, out);
	doctor_cell_auth(&d->ehlo, &words);
	add_cell(probe_headings[5], &words, out);
	doctor_cell_auth(&d->ehlo_tls, &words);
	add_cell(probe_headings[6], &words, out);
	if (ehlo != NULL && ehlo->size_max != 0)
		doctor_cell_size(ehlo->size_max, &words);
	add_cell(probe_headings[7], &words, out);
	(void)buf_add_text(out, "</tr>\n");
	buf_done(&words);
}

static void
add_probes(const struct doctor_facts *facts, struct buf *out)
{
	if (facts->probe_count == 0)
		return;
	begin_table("ports", "Ports", probe_headings,
	    sizeof probe_headings / sizeof probe_headings[0], out);
	for (size_t i = 0; i < facts->probe_count; i++)
		add_probe(&facts->probes[i], facts->began_unix_ms / 1000, out);
	end_table(out);
}

static const char *const certificate_headings[] = { "Port", "Subject", "Issuer", "Names",
	"Valid from", "Valid until", "SHA-256" };

static void
add_names(const struct probe_certificate *c, struct buf *words)
{
	for (size_t i = 0; i < c->name_count && i < PROBE_CERTIFICATE_NAMES_MAX; i++) {
		(void)buf_add_text(words, i == 0 ? "" : ", ");
		(void)buf_add_text(words, c->names[i]);
	}
	if (c->name_count > PROBE_CERTIFICATE_NAMES_MAX)
		(void)buf_addf(words, " and %zu more", c->name_count - PROBE_CERTIFICATE_NAMES_MAX);
}

static void
add_certificate(const struct doctor_probe *probe, struct buf *out)
{
	const struct probe_certificate *c = &probe->dialog.tls.certificate;
	struct buf words;

	buf_init(&words,
	    (size_t)PROBE_CERTIFICATE_NAMES_MAX * (PROBE_CERTIFICATE_TEXT_SIZE + 2) + WORDS_SIZE);
	(void)buf_add_text(out, "<tr>");
	doctor_cell_endpoint(probe, &words);
	add_cell(certificate_headings[0], &words, out);
	(void)buf_add_text(&words, c->subject);
	add_cell(certificate_headings[1], &words, out);
	(void)buf_add_text(&words, c->issuer);
	add_cell(certificate_headings[2], &words, out);
	add_names(c, &words);
	add_cell(certificate_headings[3], &words, out);
	doctor_cell_date(c->not_before_unix_s, &words);
	add_cell(certificate_headings[4], &words, out);
	doctor_cell_date(c->not_after_unix_s, &words);
	add_cell(certificate_headings[5], &words, out);
	(void)buf_add_text(&words, c->sha256);
	add_cell(certificate_headings[6], &words, out);
	(void)buf_add_text(out, "</tr>\n");
	buf_done(&words);
}

static void
add_certificates(const struct doctor_facts *facts, struct buf *out)
{
	bool has_any = false;

	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (p->is_control || !p->dialog.tls.certificate.is_there)
			continue;
		if (!has_any)
			begin_table("certificates", "Certificates", certificate_headings,
			    sizeof certificate_headings / sizeof certificate_headings[0], out);
		has_any = true;
		add_certificate(p, out);
	}
	if (has_any)
		end_table(out);
}

static const char *const control_headings[] = { "What", "Name", "Address", "Port", "TCP" };

static void
add_control(const struct doctor_control *control, struct buf *out)
{
	struct buf words;

	buf_init(&words, WORDS_SIZE);
	(void)buf_add_text(out, "<tr>");
	(void)buf_add_text(&words, doctor_cell_control(control->kind));
	add_cell(control_headings[0], &words, out);
	(void)buf_add_text(&words, control->name);
	add_cell(control_headings[1], &words, out);
	doctor_cell_address(&control->address, &words);
	add_cell(control_headings[2], &words, out);
	if (control->port != 0)
		(void)buf_addf(&words, "%u", control->port);
	add_cell(control_headings[3], &words, out);
	doctor_cell_tcp(&control->tcp, &words);
	if (control->is_alive && control->tcp.end != PROBE_TCP_OPEN)
		(void)buf_add_text(&words, words.len == 0 ? "alive" : ", alive");
	add_cell(control_headings[4], &words, out);
	(void)buf_add_text(out, "</tr>\n");
	buf_done(&words);
}

static void
add_controls(const struct doctor_facts *facts, struct buf *out)
{
	if (facts->control_count == 0)
		return;
	begin_table("controls", "For comparison", control_headings,
	    sizeof control_headings / sizeof control_headings[0], out);
	for (size_t i = 0; i < facts->control_count; i++)
		add_control(&facts->controls[i], out);
	end_table(out);
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
