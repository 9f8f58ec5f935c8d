/* SPDX-License-Identifier: Apache-2.0 */
/* report_json.c - the whole report in JSON; docs/doctor.schema.json says what may be where. */
#include "doctor/report_json.h"

#include "doctor/advice.h"
#include "doctor/cell.h"
#include "doctor/report.h"

enum { FILLED_MAX = 8192 };

static json_t *
fill(const struct doctor_facts *facts, const struct doctor_finding *finding, const char *text)
{
	struct buf filled;
	json_t *json;

	if (text == NULL)
		return json_null();
	buf_init(&filled, FILLED_MAX);
	doctor_advice_fill(facts, finding, text, &filled);
	(void)buf_add_octet(&filled, '\0');
	json = doctor_json_text((const char *)filled.ptr);
	buf_done(&filled);
	return json;
}

static json_t *
make_advice(const struct doctor_facts *facts, const struct doctor_finding *finding)
{
	json_t *object = json_object();

	for (enum explain_role role = EXPLAIN_USER; role < EXPLAIN_ROLE_COUNT; role++)
		doctor_json_set(object, doctor_cell_role(role),
		    fill(facts, finding, finding->cause->advice[role]));
	return object;
}

/* Where it was found, or null for the host as a whole. */
static json_t *
make_place(const struct doctor_facts *facts, const struct doctor_finding *finding)
{
	json_t *object;

	if (finding->probe >= facts->probe_count)
		return json_null();
	object = json_object();
	doctor_json_set(
	    object, "address", doctor_json_address(&facts->probes[finding->probe].address));
	doctor_json_set(object, "port", doctor_json_number(facts->probes[finding->probe].port));
	return object;
}

json_t *
doctor_json_finding(const struct doctor_facts *facts, const struct doctor_finding *f)
{
	json_t *object = json_object(), *evidence = json_array();

	doctor_json_set(object, "id", doctor_json_text(f->cause->id));
	doctor_json_set(object, "class", doctor_json_text(explain_class_name(f->cause->class)));
	doctor_json_set(object, "weight", doctor_json_text(doctor_weight_name(f->weight)));
	doctor_json_set(
	    object, "confidence", doctor_json_text(doctor_confidence_name(f->confidence)));
	doctor_json_set(object, "sentence", doctor_json_text(f->sentence));
	doctor_json_set(object, "at", make_place(facts, f));
	doctor_json_set(object, "offender", doctor_json_text(f->offender));
	doctor_json_set(object, "where", doctor_json_text(f->where));
	doctor_json_set(object, "detail", doctor_json_text(f->detail));
	for (size_t i = 0; i < f->evidence_count; i++)
		doctor_json_append(evidence, doctor_json_text(f->evidence[i].text));
	doctor_json_set(object, "evidence", evidence);
	doctor_json_set(object, "excluded", doctor_json_text(f->excluded));
	doctor_json_set(object, "advice", make_advice(facts, f));
	doctor_json_set(object, "decide", fill(facts, f, f->cause->decide));
	doctor_json_set(object, "reference", doctor_json_text(f->cause->reference));
	return object;
}

static json_t *
make_verdict(const struct doctor_verdict *verdict)
{
	json_t *object = json_object();

	doctor_json_set(object, "id", doctor_json_text(doctor_cell_verdict(verdict)));
	doctor_json_set(object, "class", doctor_json_text(doctor_exit_name(verdict->exit)));
	doctor_json_set(object, "sentence", doctor_json_text(verdict->sentence));
	doctor_json_set(object, "exit_code", json_integer(verdict->exit));
	doctor_json_set(object, "is_fine", json_boolean(verdict->is_fine));
	doctor_json_set(object, "is_inconclusive", json_boolean(verdict->is_inconclusive));
	doctor_json_set(object, "use_port", doctor_json_count(verdict->use_port));
	return object;
}

static json_t *
make_ports(const struct doctor_facts *facts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < facts->port_count; i++)
		doctor_json_append(list, doctor_json_number(facts->ports[i]));
	return list;
}

json_t *
doctor_json_control(const struct doctor_control *control)
{
	json_t *object = json_object();

	doctor_json_set(object, "kind", doctor_json_text(doctor_cell_control(control->kind)));
	doctor_json_set(object, "name", doctor_json_text(control->name));
	doctor_json_set(object, "address", doctor_json_address(&control->address));
	doctor_json_set(object, "port", doctor_json_count(control->port));
	doctor_json_set(object, "is_alive", json_boolean(control->is_alive));
	doctor_json_set(object, "tcp", doctor_json_tcp(&control->tcp));
	doctor_json_set(object, "path", doctor_json_path(&control->path));
	doctor_json_set(object, "dialog", doctor_json_dialog(control->dialog));
	return object;
}

static void
set_lists(json_t *report, const struct doctor_facts *facts, const struct doctor_verdict *verdict)
{
	json_t *findings = json_array(), *probes = json_array(), *controls = json_array();

	for (size_t i = 0; i < verdict->finding_count; i++)
		doctor_json_append(findings, doctor_json_finding(facts, &verdict->findings[i]));
	for (size_t i = 0; i < facts->probe_count; i++)
		doctor_json_append(probes, doctor_json_probe(&facts->probes[i]));
	for (size_t i = 0; i < facts->control_count; i++)
		doctor_json_append(controls, doctor_json_control(&facts->controls[i]));
	doctor_json_set(report, "findings", findings);
	doctor_json_set(report, "probes", probes);
	doctor_json_set(report, "controls", controls);
}

json_t *
doctor_report_json(const struct doctor_facts *facts, const struct doctor_verdict *verdict)
{
	json_t *report = json_object();

	doctor_json_set(report, "schema", json_integer(DOCTOR_REPORT_SCHEMA));
	doctor_json_set(report, "version", json_string(SALLYPORT_VERSION));
	doctor_json_set(report, "host", doctor_json_text(facts->host));
	doctor_json_set(report, "ports", make_ports(facts));
	doctor_json_set(report, "began", doctor_json_moment(facts->began_unix_ms));
	doctor_json_set(report, "took_ms", doctor_json_ms(facts->took_us));
	doctor_json_set(report, "is_network", json_boolean(facts->is_network));
	doctor_json_set(report, "is_cut_short", json_boolean(facts->is_cut_short));
	doctor_json_set(report, "verdict", make_verdict(verdict));
	set_lists(report, facts, verdict);
	doctor_json_set(report, "name", doctor_json_name(facts));
	doctor_json_set(report, "machine", doctor_json_machine(&facts->machine));
	return report;
}
