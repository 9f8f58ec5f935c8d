/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.c - from findings about ports to one answer.
 *
 * The answer is about submission: port 587, and 465 instead of it. Ports 25 and 2525 are looked at
 * for what they say about the others; closed, they are worth a note. Ports that the reader has
 * named are all meant.
 */
#include "doctor/judge.h"

#include <string.h>

#include "doctor/merge.h"
#include "util/port.h"

/* Something worth to be the answer though mail goes out. */
static const struct doctor_finding *
find_worrying(const struct doctor_verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct doctor_finding *f = &verdict->findings[i];

		if (f->weight == DOCTOR_WARNING && f->cause->class == EXPLAIN_CLASS_INTERCEPTED)
			return f;
	}
	return NULL;
}

static bool
has_port(const struct doctor_facts *facts, uint16_t port)
{
	for (size_t i = 0; i < facts->port_count; i++)
		if (facts->ports[i] == port)
			return true;
	return false;
}

/* Of the ports that the reader has named, the first that is broken; else the first. */
static struct doctor_finding *
judge_given(const struct doctor_facts *facts, struct doctor_verdict *verdict, uint16_t *ret_port)
{
	struct doctor_finding *worst = NULL;

	*ret_port = facts->ports[0];
	for (size_t i = 0; i < facts->port_count; i++) {
		struct doctor_finding *f = doctor_judge_main_port(facts, facts->ports[i], verdict);

		if (f == NULL || (worst != NULL && worst->weight <= f->weight))
			continue;
		worst = f;
		*ret_port = facts->ports[i];
	}
	return worst;
}

/* Told by another finding: that the port is closed is but a note then, at every address. */
static void
lighten_closed(const struct doctor_facts *facts, struct doctor_verdict *verdict, uint16_t port)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		struct doctor_finding *f = &verdict->findings[i];

		if (strcmp(f->cause->id, "port-closed") == 0 && f->probe != DOCTOR_NO_PROBE &&
		    facts->probes[f->probe].port == port)
			f->weight = DOCTOR_NOTE;
	}
}

static struct doctor_finding *
judge_usual(const struct doctor_facts *facts, struct doctor_verdict *verdict, uint16_t *ret_port)
{
	struct doctor_finding *f, *missing;

	*ret_port = has_port(facts, PORT_SUBMISSION) || facts->port_count == 0 ? PORT_SUBMISSION
									       : facts->ports[0];
	f = doctor_judge_main_port(facts, *ret_port, verdict);
	for (size_t i = 0; i < facts->port_count; i++)
		if (facts->ports[i] != *ret_port)
			doctor_judge_side_port(facts, facts->ports[i], verdict);
	missing = f == NULL ? NULL : doctor_judge_port_missing(facts, f, verdict);
	if (missing == NULL)
		return f;
	lighten_closed(facts, verdict, *ret_port);
	return missing;
}

/* A password goes nowhere but over TLS that is verified. */
static bool
is_login_untried(const struct doctor_facts *facts)
{
	if (!facts->wants_auth)
		return false;
	for (size_t i = 0; i < facts->probe_count; i++) {
		const enum probe_stage_end end =
		    facts->probes[i].dialog.stages[PROBE_STAGE_AUTH].end;

		if (end != PROBE_STAGE_NOT_REACHED && end != PROBE_STAGE_SKIPPED)
			return false;
	}
	return true;
}

/* Put the deciding finding first, and the rest in order. */
static void
lead(struct doctor_verdict *verdict, const struct doctor_finding *f)
{
	const struct doctor_finding first = *f;
	const size_t at = (size_t)(f - verdict->findings);

	memmove(verdict->findings + 1, verdict->findings, at * sizeof first);
	verdict->findings[0] = first;
	for (size_t i = 1; i < verdict->finding_count; i++)
		for (size_t k = i;
		     k > 1 && verdict->findings[k - 1].weight > verdict->findings[k].weight; k--) {
			const struct doctor_finding swapped = verdict->findings[k];

			verdict->findings[k] = verdict->findings[k - 1];
			verdict->findings[k - 1] = swapped;
		}
}

static void
judge_host(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct doctor_finding *f = doctor_judge_name(facts, verdict);
	uint16_t port = facts->port_count == 0 ? PORT_SUBMISSION : facts->ports[0];

	doctor_judge_half_name(facts, verdict);
	if (f == NULL)
		f = doctor_judge_made_up(facts, verdict);
	if (f == NULL)
		f = facts->is_port_given ? judge_given(facts, verdict, &port)
					 : judge_usual(facts, verdict, &port);
	if (f == NULL)
		f = find_worrying(verdict);
	if (f == NULL) {
		verdict->is_fine = true;
		f = doctor_judge_fine(facts, port, verdict);
	}
	if (is_login_untried(facts) && !doctor_judge_is_about_mechanisms(f))
		doctor_finding_exclude(&verdict->findings[f - verdict->findings],
		    "The login was not tried: a password goes over TLS that is verified only.");
	if (!verdict->is_fine)
		doctor_judge_prove_done(facts, &verdict->findings[f - verdict->findings]);
	if (!verdict->is_fine || facts->name.is_localhost)
		doctor_judge_hosts_file(facts, &verdict->findings[f - verdict->findings]);
	doctor_judge_conclude(facts, f, port, verdict);
	lead(verdict, f);
	doctor_merge_addresses(facts, verdict);
	doctor_merge_ports(verdict);
}

void
doctor_judge(const struct doctor_facts *facts, struct doctor_verdict *ret_verdict)
{
	*ret_verdict = (struct doctor_verdict){ .exit = DOCTOR_EXIT_FINE };
	if (facts->is_network)
		doctor_judge_network(facts, ret_verdict);
	else
		judge_host(facts, ret_verdict);
}
