/* SPDX-License-Identifier: Apache-2.0 */
/* report_text.c - the result of an audit for people. */
#include "audit/report.h"

#include <string.h>

enum { WIDTH = 78, EVIDENCE_SHOWN = 6 };

static const char *
colour_of(enum audit_severity severity)
{
	switch (severity) {
	case AUDIT_CRITICAL:
	case AUDIT_HIGH:
		return "\033[1;31m";
	case AUDIT_MEDIUM:
		return "\033[1;33m";
	case AUDIT_LOW:
		return "\033[33m";
	case AUDIT_INFO:
		return "\033[36m";
	}
	return "";
}

/* Words, broken into lines with an indent. */
static void
add_wrapped(struct buf *out, const char *text, size_t indent)
{
	size_t column = indent;

	while (*text != '\0') {
		const size_t len = strcspn(text, " ");

		if (column > indent && column + 1 + len > WIDTH) {
			(void)buf_addf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			(void)buf_add_octet(out, ' ');
			column++;
		}
		(void)buf_add(out, text, len);
		column += len;
		text += len + (text[len] == ' ');
	}
	(void)buf_add_octet(out, '\n');
}

static void
add_labelled(struct buf *out, const char *label, const char *text)
{
	(void)buf_addf(out, "  %-10s ", label);
	add_wrapped(out, text, 13);
}

static void
add_evidence(struct buf *out, const struct audit_finding *f)
{
	for (size_t i = 0; i < f->evidence_count && i < EVIDENCE_SHOWN; i++)
		add_labelled(out, i == 0 ? "seen" : "", f->evidence[i]);
	if (f->evidence_count > EVIDENCE_SHOWN)
		(void)buf_addf(out, "  %-11s... and %zu more (--json lists them)\n", "",
		    f->evidence_count - EVIDENCE_SHOWN);
}

static void
add_finding(struct buf *out, const struct audit_finding *f, bool has_colours)
{
	const struct audit_kind *kind = audit_kind_of(f->id);

	(void)buf_addf(out, "\n%s%-8s%s  ", has_colours ? colour_of(kind->severity) : "",
	    audit_severity_name(kind->severity), has_colours ? "\033[0m" : "");
	add_wrapped(out, kind->title, 10);
	add_evidence(out, f);
	add_labelled(out, "fix", kind->fix);
	add_labelled(out, "see", kind->reference);
	add_labelled(out, "id", kind->id);
}

static void
add_gaps(struct buf *out, const struct audit_result *r)
{
	if (r->gap_count > 0)
		(void)buf_add_text(out, "\nNot looked at:\n");
	for (size_t i = 0; i < r->gap_count; i++)
		add_labelled(out, audit_check_name(r->gaps[i].check), r->gaps[i].why);
}

static void
add_counts(struct buf *out, const struct audit_result *r)
{
	for (int i = AUDIT_SEVERITY_COUNT - 1; i >= 0; i--)
		(void)buf_addf(out, "%s%zu %s", i == AUDIT_SEVERITY_COUNT - 1 ? "" : ", ",
		    audit_findings_count(&r->findings, (enum audit_severity)i),
		    audit_severity_name((enum audit_severity)i));
}

static void
add_looked_at(struct buf *out, const struct audit_options *o, const struct audit_result *r)
{
	const char *last = r->address;

	(void)buf_addf(out, "Looked at: %s", r->address);
	for (size_t i = 0; i < 2; i++) {
		const uint16_t port = i == 0 ? o->port : o->tls_port;
		const char *address = r->port_addresses[i];

		if (port == 0)
			continue;
		if (address[0] != '\0' && strcmp(address, last) != 0)
			(void)buf_addf(out, "; %s", last = address);
		(void)buf_addf(out, ", port %u", (unsigned)port);
	}
}

static bool
is_looked_at(const struct audit_result *r, const char *address)
{
	return strcmp(address, r->port_addresses[0]) == 0 ||
	       strcmp(address, r->port_addresses[1]) == 0;
}

/* They may be other machines, with other faults. */
static void
add_other_addresses(struct buf *out, const struct audit_result *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->address_count; i++)
		if (!is_looked_at(r, r->addresses[i]))
			(void)buf_addf(
			    out, "%s%s", count++ == 0 ? "Not looked at: " : ", ", r->addresses[i]);
	if (count > 0)
		(void)buf_addf(out,
		    ", of the %zu addresses of this host; --address ADDRESS looks at one of "
		    "them.\n",
		    r->address_count);
}

/* "tls, relay"; ports are always looked at, so they are named only when nothing else is. */
static size_t
add_checks(struct buf *out, unsigned checks)
{
	const unsigned ports = 1U << AUDIT_CHECK_PORTS;
	size_t count = 0;

	if ((checks & ~ports) != 0)
		checks &= ~ports;
	for (int i = 0; i < AUDIT_CHECK_COUNT; i++)
		if ((checks & 1U << i) != 0)
			(void)buf_addf(out, "%s%s", count++ == 0 ? "" : ", ",
			    audit_check_name((enum audit_check)i));
	return count;
}

/* A grade is of the whole. */
static void
add_grade(struct buf *out, const struct audit_options *o, const struct audit_result *r)
{
	if (r->grade != NULL) {
		(void)buf_addf(out, "%s: grade %s (", o->host, r->grade);
	} else {
		(void)buf_addf(out, "%s: no grade: only ", o->host);
		(void)buf_add_text(out,
		    add_checks(out, o->checks) == 1 ? " was looked at (" : " were looked at (");
	}
	add_counts(out, r);
	(void)buf_add_text(out, ")\n");
}

static void
add_summary(struct buf *out, const struct audit_options *o, const struct audit_result *r)
{
	if (!r->is_reachable) {
		(void)buf_addf(out, "%s could not be audited.\n", o->host);
		return;
	}
	add_grade(out, o, r);
	if (!r->is_complete && r->grade != NULL)
		(void)buf_add_text(
		    out, "Not all could be seen, so no grade above B is given; see the end.\n");
	add_looked_at(out, o, r);
	if (r->domain[0] != '\0')
		(void)buf_addf(out, "; sender's domain %s%s", r->domain,
		    r->is_domain_guessed ? " (guessed from the host's name)" : "");
	(void)buf_addf(out, "; %u connections, %u failed login%s, %llu.%llu s.\n",
	    r->connection_count, r->failed_login_count, r->failed_login_count == 1 ? "" : "s",
	    (unsigned long long)r->took_ms / 1000, (unsigned long long)r->took_ms % 1000 / 100);
	add_other_addresses(out, r);
}

void
audit_report_text(const struct audit_options *options, const struct audit_result *result,
    bool has_colours, struct buf *out)
{
	add_summary(out, options, result);
	for (size_t i = 0; i < result->findings.count; i++)
		add_finding(out, result->findings.all[i], has_colours);
	if (result->is_reachable && result->findings.count == 0)
		(void)buf_add_text(out, "\nNothing was found.\n");
	for (size_t i = 0; i < 2; i++)
		if (result->inventories[i].is_there)
			audit_inventory_text(&result->inventories[i], out);
	add_gaps(out, result);
}

void
audit_report_kinds(struct buf *out)
{
	for (int i = 0; i < AUDIT_ID_COUNT; i++) {
		const struct audit_kind *kind = audit_kind_of((enum audit_id)i);

		(void)buf_addf(out, "%s\t%s\t%s\n", kind->id, audit_severity_name(kind->severity),
		    kind->title);
	}
}
