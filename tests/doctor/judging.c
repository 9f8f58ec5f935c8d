/* SPDX-License-Identifier: Apache-2.0 */
#include "judging.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define HOST "192.0.2.10"

enum { MS = 1000 };

/* "ICMP 3 13 10.0.0.1", "ICMP6 1 1 2001:db8:f::1 1200" */
static void
set_icmp(struct probe_tcp *tcp, const char *words)
{
	char from[64] = "", *rest;
	const unsigned long type = strtoul(words + strcspn(words, " "), &rest, 10);
	const unsigned long code = strtoul(rest, &rest, 10);
	const size_t len = strcspn(rest + 1, " ");
	const unsigned long ms = rest[1 + len] == ' ' ? strtoul(rest + 1 + len, NULL, 10) : 4;

	assert_in_range(len, 1, sizeof from - 1);
	memcpy(from, rest + 1, len);
	*tcp = (struct probe_tcp){
		.end = PROBE_TCP_REJECTED,
		.error = EHOSTUNREACH,
		.has_icmp = true,
		.icmp = { .is_v6 = words[4] == '6',
		    .type = (uint8_t)type,
		    .code = (uint8_t)code,
		    .offender = fixture_ip(from) },
		.took_us = (uint64_t)ms * MS,
	};
}

static void
set_tcp(struct probe_tcp *tcp, const char *words)
{
	if (strncmp(words, "ICMP", 4) == 0)
		set_icmp(tcp, words);
	else if (strcmp(words, "silent") == 0)
		fixture_set_silent(tcp);
	else if (strcmp(words, "reset") == 0)
		fixture_set_reset(tcp);
	else if (strcmp(words, "unreachable") == 0)
		*tcp = (struct probe_tcp){ .end = PROBE_TCP_UNREACHABLE, .error = ENETUNREACH };
	else
		*tcp = (struct probe_tcp){ .end = PROBE_TCP_OPEN };
}

static void
add_row(struct doctor_facts *facts, const struct judging_row *row)
{
	struct doctor_probe *p =
	    fixture_add_probe(facts, row->address == NULL ? HOST : row->address, row->port);

	if (strcmp(row->tcp, "healthy") == 0)
		fixture_set_healthy(p);
	else if (strcmp(row->tcp, "open") == 0)
		fixture_set_open(p);
	else
		set_tcp(&p->dialog.tcp, row->tcp);
	if (row->hops != NULL)
		fixture_set_path(&p->path, row->port, row->hops);
	p->answer_ttl = row->answer_ttl;
}

/* A dialog that went well until somebody in between had a word in it. */
static void
alter(struct probe_dialog_facts *d, const char *words)
{
	const enum probe_stage first =
	    d->is_implicit_tls ? PROBE_STAGE_HANDSHAKE : PROBE_STAGE_GREETING;
	struct probe_certificate *c = &d->tls.certificate;

	if (strcmp(words, "stranger") == 0) {
		c->faults = PROBE_CERTIFICATE_WRONG_NAME;
	} else if (strcmp(words, "inspected") == 0) {
		c->faults = PROBE_CERTIFICATE_INSPECTED | PROBE_CERTIFICATE_UNTRUSTED;
		c->inspector = "Avast";
	} else {
		d->tls = (struct probe_tls){ .trouble = PROBE_TLS_NOT_TRIED };
		d->ehlo.has_starttls = false;
	}
	d->ehlo.is_masked = strcmp(words, "masked") == 0;
	if (strcmp(words, "mute") != 0 && strcmp(words, "not SMTP") != 0 &&
	    strcmp(words, "busy") != 0)
		return;
	d->ehlo = (struct probe_ehlo){ 0 };
	d->stages[first] = (struct probe_stage_fact){ 0 };
	if (strcmp(words, "mute") == 0)
		d->stages[first].end = PROBE_STAGE_TIMEOUT;
	else if (strcmp(words, "busy") == 0)
		d->stages[first].end = PROBE_STAGE_REFUSED;
	else if (d->is_implicit_tls)
		d->tls.trouble = PROBE_TLS_NOT_TLS;
	else
		d->stages[first].end = PROBE_STAGE_BROKEN;
}

static void
hear(struct doctor_control *c, const char *words)
{
	struct doctor_probe *p = calloc(1, sizeof *p);

	assert_non_null(p);
	p->port = c->port;
	p->dialog.is_implicit_tls = c->port == 465;
	fixture_set_healthy(p);
	c->dialog = malloc(sizeof *c->dialog);
	assert_non_null(c->dialog);
	*c->dialog = p->dialog;
	free(p);
	if (strcmp(words, "healthy") != 0)
		alter(c->dialog, words);
}

static void
add_control(struct doctor_facts *facts, const struct judging_control *row)
{
	static const uint16_t ports[] = { [DOCTOR_CONTROL_SUBMISSION] = 587,
		[DOCTOR_CONTROL_TLS] = 465,
		[DOCTOR_CONTROL_ALTERNATIVE] = 2525,
		[DOCTOR_CONTROL_WEB] = 443,
		[DOCTOR_CONTROL_GATEWAY] = 53,
		[DOCTOR_CONTROL_RESOLVER] = 53 };
	struct doctor_control *c = fixture_add_control(
	    facts, row->kind, "other.example.com", "203.0.113.9", ports[row->kind]);

	set_tcp(&c->tcp, row->tcp);
	if (c->tcp.end == PROBE_TCP_OPEN && strcmp(row->tcp, "open") != 0)
		hear(c, row->tcp);
	c->is_alive = c->tcp.end == PROBE_TCP_OPEN || c->tcp.end == PROBE_TCP_RESET;
}

static void
fill(struct doctor_facts *facts, const struct judging_case *t)
{
	fixture_begin(facts, HOST, t->v6);
	for (size_t i = 0; i < JUDGING_ROWS && t->rows[i].tcp != NULL; i++)
		add_row(facts, &t->rows[i]);
	for (size_t i = 0; i < JUDGING_CONTROLS && t->controls[i].tcp != NULL; i++)
		add_control(facts, &t->controls[i]);
	if (t->change != NULL)
		t->change(facts);
}

static bool
has_finding(const struct doctor_verdict *v, const char *id)
{
	for (size_t i = 0; i < v->finding_count; i++)
		if (strcmp(v->findings[i].cause->id, id) == 0)
			return true;
	return false;
}

/* What is so in every verdict: no claim without evidence, whole sentences, one answer. */
static void
check_laws(const struct judging_case *t, const struct doctor_verdict *v)
{
	if (v->sentence == NULL || v->finding_count == 0)
		fail_msg("%s: no answer", t->name);
	if (v->is_fine != (v->exit == DOCTOR_EXIT_FINE) ||
	    v->is_inconclusive != (v->exit == DOCTOR_EXIT_INCONCLUSIVE))
		fail_msg("%s: exit %d does not fit", t->name, (int)v->exit);
	for (size_t i = 0; i < v->finding_count; i++) {
		const struct doctor_finding *f = &v->findings[i];

		if (f->sentence == NULL) {
			fail_msg("%s: finding %s says nothing", t->name, f->cause->id);
			return;
		}
		if (f->sentence[strlen(f->sentence) - 1] != '.')
			fail_msg("%s: finding %s is no sentence: %s", t->name, f->cause->id,
			    f->sentence);
		if (f->evidence_count == 0)
			fail_msg("%s: no evidence for %s", t->name, f->sentence);
		if (i > 1 && f->weight < v->findings[i - 1].weight)
			fail_msg("%s: %s comes too late", t->name, f->cause->id);
		if (strcasestr(f->sentence, "ISP ") != NULL)
			fail_msg("%s guesses who it is: %s", t->name, f->sentence);
	}
}

static void
check_answer(const struct judging_case *t, const struct doctor_verdict *v)
{
	const struct doctor_finding *first = &v->findings[0];

	if (strcmp(first->cause->id, t->cause) != 0)
		fail_msg("%s: %s, not %s: %s", t->name, first->cause->id, t->cause, v->sentence);
	if (v->exit != t->exit)
		fail_msg("%s: exit %d, not %d", t->name, (int)v->exit, (int)t->exit);
	if (v->use_port != t->use_port)
		fail_msg("%s: use port %u, not %u", t->name, v->use_port, t->use_port);
	if (first->confidence != t->confidence)
		fail_msg("%s: confidence %d, not %d", t->name, (int)first->confidence,
		    (int)t->confidence);
	if (t->says != NULL && strstr(v->sentence, t->says) == NULL)
		fail_msg("%s: no \"%s\" in: %s", t->name, t->says, v->sentence);
	if (t->besides != NULL && !has_finding(v, t->besides))
		fail_msg("%s: nothing is said of %s", t->name, t->besides);
}

void
judging_check(const struct judging_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct doctor_facts *facts = calloc(1, sizeof *facts);
		struct doctor_verdict *verdict = calloc(1, sizeof *verdict);

		assert_non_null(facts);
		assert_non_null(verdict);
		fill(facts, &cases[i]);
		doctor_judge(facts, verdict);
		check_laws(&cases[i], verdict);
		check_answer(&cases[i], verdict);
		doctor_verdict_done(verdict);
		doctor_facts_done(facts);
		free(verdict);
		free(facts);
	}
}

struct probe_dialog_facts *
judging_dialog(struct doctor_facts *facts)
{
	return &facts->probes[0].dialog;
}

/* The stage ends so, and none behind it was reached. */
void
judging_end_at(struct doctor_facts *facts, enum probe_stage stage, enum probe_stage_end end,
    uint16_t code, const char *text)
{
	struct probe_dialog_facts *d = judging_dialog(facts);

	for (unsigned i = stage; i < PROBE_STAGE_COUNT; i++)
		d->stages[i] = (struct probe_stage_fact){ 0 };
	d->stages[stage].end = end;
	d->stages[stage].code = code;
	d->stages[stage].took_us = 4000000;
	(void)snprintf(d->stages[stage].text, sizeof d->stages[stage].text, "%s", text);
	if (stage <= PROBE_STAGE_EHLO_TLS)
		d->ehlo_tls.is_there = d->ehlo_tls.has_auth = false;
	if (stage <= PROBE_STAGE_HANDSHAKE)
		d->tls.certificate.is_there = false;
	if (stage <= PROBE_STAGE_EHLO)
		d->ehlo.is_there = d->ehlo.has_starttls = false;
}

struct probe_dialog_facts *
judging_add_second(struct probe_dialog_facts **place)
{
	*place = calloc(1, sizeof **place);
	assert_non_null(*place);
	(*place)->is_tried = true;
	(*place)->tcp.end = PROBE_TCP_OPEN;
	return *place;
}
