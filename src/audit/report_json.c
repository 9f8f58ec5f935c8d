/* SPDX-License-Identifier: Apache-2.0 */
/* report_json.c - the result of an audit for programs. */
#include "audit/json.h"
#include "audit/report.h"

enum { SCHEMA_VERSION = 1 };

static json_t *
make_finding(const struct audit_finding *f)
{
	const struct audit_kind *kind = audit_kind_of(f->id);
	json_t *object = json_object(), *evidence = json_array();

	for (size_t i = 0; i < f->evidence_count; i++)
		audit_json_append(evidence, audit_json_text(f->evidence[i]));
	audit_json_set(object, "id", audit_json_text(kind->id));
	audit_json_set(object, "severity", audit_json_text(audit_severity_name(kind->severity)));
	audit_json_set(object, "title", audit_json_text(kind->title));
	audit_json_set(object, "evidence", evidence);
	audit_json_set(object, "fix", audit_json_text(kind->fix));
	audit_json_set(object, "reference", audit_json_text(kind->reference));
	return object;
}

static json_t *
make_findings(const struct audit_result *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->findings.count; i++)
		audit_json_append(array, make_finding(r->findings.all[i]));
	return array;
}

static json_t *
make_counts(const struct audit_result *r)
{
	json_t *object = json_object();

	for (int i = 0; i < AUDIT_SEVERITY_COUNT; i++)
		audit_json_set(object, audit_severity_name((enum audit_severity)i),
		    json_integer(
			(json_int_t)audit_findings_count(&r->findings, (enum audit_severity)i)));
	return object;
}

static json_t *
make_gaps(const struct audit_result *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->gap_count; i++) {
		json_t *gap = json_object();

		audit_json_set(gap, "check", audit_json_text(audit_check_name(r->gaps[i].check)));
		audit_json_set(gap, "wanted", json_boolean(r->gaps[i].is_wanted_so));
		audit_json_set(gap, "why", audit_json_text(r->gaps[i].why));
		audit_json_append(array, gap);
	}
	return array;
}

/* A port, or null when it was left out. */
static json_t *
make_port(uint16_t port)
{
	return port == 0 ? json_null() : json_integer(port);
}

static json_t *
make_addresses(const struct audit_result *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->address_count; i++)
		audit_json_append(array, audit_json_text(r->addresses[i]));
	return array;
}

static json_t *
make_inventories(const struct audit_result *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < 2; i++)
		if (r->inventories[i].is_there)
			audit_json_append(array, audit_inventory_json(&r->inventories[i]));
	return array;
}

json_t *
audit_report_json(const struct audit_options *options, const struct audit_result *result)
{
	json_t *object = json_object();

	audit_json_set(object, "schema", json_integer(SCHEMA_VERSION));
	audit_json_set(object, "host", audit_json_text(options->host));
	audit_json_set(object, "address", audit_json_text(result->address));
	audit_json_set(object, "addresses", make_addresses(result));
	audit_json_set(object, "port", make_port(options->port));
	audit_json_set(object, "port_address", audit_json_text(result->port_addresses[0]));
	audit_json_set(object, "tls_port", make_port(options->tls_port));
	audit_json_set(object, "tls_port_address", audit_json_text(result->port_addresses[1]));
	audit_json_set(object, "domain", audit_json_text(result->domain));
	audit_json_set(object, "domain_guessed", json_boolean(result->is_domain_guessed));
	audit_json_set(object, "began_unix_ms", json_integer((json_int_t)result->began_unix_ms));
	audit_json_set(object, "took_ms", json_integer((json_int_t)result->took_ms));
	audit_json_set(object, "connections", json_integer(result->connection_count));
	audit_json_set(object, "failed_logins", json_integer(result->failed_login_count));
	audit_json_set(object, "reachable", json_boolean(result->is_reachable));
	audit_json_set(object, "sent_away", json_boolean(result->is_sent_away));
	audit_json_set(object, "complete", json_boolean(result->is_complete));
	audit_json_set(object, "grade", audit_json_text(result->grade));
	audit_json_set(object, "counts", make_counts(result));
	audit_json_set(object, "findings", make_findings(result));
	audit_json_set(object, "inventory", make_inventories(result));
	audit_json_set(object, "gaps", make_gaps(result));
	return object;
}
