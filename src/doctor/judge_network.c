/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_network.c - is submission possible from this network at all?
 *
 * One host says nothing about a network. Several that are run by different people do: what none of
 * them answers is blocked here, and what one answers is not.
 */
#include "doctor/judge.h"

#include <stdio.h>
#include <string.h>

#include "doctor/words.h"

struct tally {
	size_t tried, open, silent, refused;
	char names[256]; /* of those that did not open */
};

/* The same host by its other family, which has been counted. */
static bool
is_counted(const struct doctor_facts *facts, size_t at)
{
	const struct doctor_control *c = &facts->controls[at];

	for (size_t i = 0; i < at; i++)
		if (facts->controls[i].kind == c->kind &&
		    strcmp(facts->controls[i].name, c->name) == 0)
			return true;
	return false;
}

/* How the host answers, by the family that does better. */
static enum probe_tcp_end
best_end(const struct doctor_facts *facts, size_t at)
{
	const struct doctor_control *c = &facts->controls[at];
	enum probe_tcp_end end = c->tcp.end;

	for (size_t i = at; i < facts->control_count; i++)
		if (facts->controls[i].kind == c->kind &&
		    facts->controls[i].tcp.end == PROBE_TCP_OPEN &&
		    strcmp(facts->controls[i].name, c->name) == 0)
			end = PROBE_TCP_OPEN;
	return end;
}

static struct tally
count(const struct doctor_facts *facts, enum doctor_control_kind kind)
{
	struct tally t = { 0 };
	size_t len = 0;

	for (size_t i = 0; i < facts->control_count; i++) {
		const struct doctor_control *c = &facts->controls[i];
		const enum probe_tcp_end end = best_end(facts, i);

		if (c->kind != kind || end == PROBE_TCP_NOT_TRIED || is_counted(facts, i))
			continue;
		t.tried++;
		t.open += end == PROBE_TCP_OPEN;
		t.silent += end == PROBE_TCP_SILENT;
		t.refused += end == PROBE_TCP_RESET || end == PROBE_TCP_REJECTED;
		if (end != PROBE_TCP_OPEN && len < sizeof t.names)
			len += (size_t)snprintf(t.names + len, sizeof t.names - len, "%s%.60s",
			    len == 0 ? "" : ", ", c->name);
	}
	return t;
}

static void
prove(struct doctor_finding *f, unsigned port, const struct tally *t)
{
	if (t->tried == 0)
		doctor_finding_prove(f, "Port %u was not tried.", port);
	else if (t->open == t->tried)
		doctor_finding_prove(f, "Port %u: open at all %zu reference hosts.", port, t->open);
	else
		doctor_finding_prove(f,
		    "Port %u: open at %zu of %zu reference hosts, silent at %zu, refused at %zu "
		    "(%s).",
		    port, t->open, t->tried, t->silent, t->refused, t->names);
}

static void
find_blocked(struct doctor_verdict *verdict, const struct tally *mail, const struct tally *tls)
{
	struct doctor_finding *f = doctor_finding_add(verdict,
	    mail->refused > mail->silent ? "port-rejected" : "port-filtered", DOCTOR_BROKEN,
	    DOCTOR_NO_PROBE);

	doctor_finding_set(&f->port, "587");
	doctor_finding_set(&f->where, "on this network");
	if (tls->open != 0) {
		verdict->use_port = 465;
		doctor_finding_say(f, "Port 587 is blocked on this network; port 465 (SSL/TLS) "
				      "works.");
	} else {
		doctor_finding_say(f,
		    "Ports 587 and 465 are blocked on this network: submission is "
		    "not possible from here.");
	}
	if (mail->tried < 2)
		doctor_finding_doubt(f, DOCTOR_LIKELY);
	doctor_finding_exclude(f, "It is not one server's fault: all of those that were tried are "
				  "shut, and other ports of them answer.");
}

static void
find_cut_off(
    struct doctor_verdict *verdict, const struct doctor_facts *facts, const struct tally *mail)
{
	struct doctor_finding *f;

	if (mail->tried == 0) {
		f = doctor_finding_add(verdict, "resolver-down", DOCTOR_BROKEN, DOCTOR_NO_PROBE);
		doctor_finding_say(f, "No reference host could be tried: none of their names can "
				      "be looked up.");
		doctor_finding_doubt(f, DOCTOR_LIKELY);
		return;
	}
	f = doctor_finding_add(verdict, "network-down", DOCTOR_BROKEN, DOCTOR_NO_PROBE);
	doctor_finding_say(f, "Nothing outside answers: neither mail ports nor the web. There is "
			      "no way to the Internet from here, or a firewall keeps everything "
			      "in.");
	doctor_finding_prove(f, "There is %s default route for IPv4 and %s for IPv6.",
	    facts->machine.has_v4 ? "a" : "no", facts->machine.has_v6 ? "one" : "none");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
}

static void
find_possible(struct doctor_verdict *verdict, const struct tally *mail, const struct tally *tls)
{
	struct doctor_finding *f = doctor_finding_add(verdict, "ok", DOCTOR_NOTE, DOCTOR_NO_PROBE);

	doctor_finding_say(f,
	    "Submission is possible from this network: %zu of %zu reference hosts answer on port "
	    "587%s.",
	    mail->open, mail->tried,
	    tls->open != 0    ? ", and port 465 is open as well"
	    : tls->tried != 0 ? "; port 465 is not open"
			      : "");
	doctor_finding_set(&f->port, "587");
	verdict->is_fine = true;
}

void
doctor_judge_network(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct tally mail = count(facts, DOCTOR_CONTROL_SUBMISSION);
	const struct tally tls = count(facts, DOCTOR_CONTROL_TLS);
	const struct tally web = count(facts, DOCTOR_CONTROL_WEB);
	struct doctor_finding *f;

	if (mail.open != 0)
		find_possible(verdict, &mail, &tls);
	else if (tls.open != 0 || web.open != 0)
		find_blocked(verdict, &mail, &tls);
	else
		find_cut_off(verdict, facts, &mail);
	f = &verdict->findings[0];
	prove(f, 587, &mail);
	prove(f, 465, &tls);
	prove(f, 443, &web);
	verdict->exit = doctor_finding_exit(f);
	verdict->is_inconclusive = verdict->exit == DOCTOR_EXIT_INCONCLUSIVE;
	doctor_finding_set(&verdict->sentence, "%s", f->sentence);
}
