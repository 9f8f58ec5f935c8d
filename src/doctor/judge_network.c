/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_network.c - is submission possible from this network at all?
 *
 * One host says nothing about a network. Several that are run by different people do: what none of
 * them answers is blocked here, and what one answers is not. What answers may be somebody in
 * between, so some are asked who they are (judge_reference.h).
 */
#include "doctor/judge.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor/judge_reference.h"
#include "doctor/words.h"
#include "util/port.h"

struct tally {
	size_t tried, open, silent, refused;
	size_t mute;
	size_t own;                                                /* this machine itself said no */
	const struct doctor_control *proven, *altered, *first_own; /* NULL: none */
	char names[256];                                           /* of those that did not open */
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

/* Did it get no further than this machine's own rules? */
static bool
is_own_refusal(const struct doctor_facts *facts, const struct doctor_control *c)
{
	const struct probe_tcp *tcp = &c->tcp;

	if (tcp->end == PROBE_TCP_REJECTED)
		return tcp->has_icmp && probe_host_owns(&facts->machine, &tcp->icmp.offender);
	return tcp->end == PROBE_TCP_LOCAL && (tcp->error == EACCES || tcp->error == EPERM);
}

static void
count_answer(struct tally *t, const struct doctor_control *c)
{
	const enum doctor_reference_answer answer = doctor_judge_reference(c);

	t->mute += answer == DOCTOR_REFERENCE_MUTE;
	if (answer == DOCTOR_REFERENCE_PROVEN && t->proven == NULL)
		t->proven = c;
	if (doctor_judge_is_altered(answer) &&
	    (t->altered == NULL ||
		(answer != DOCTOR_REFERENCE_MUTE &&
		    doctor_judge_reference(t->altered) == DOCTOR_REFERENCE_MUTE)))
		t->altered = c;
}

static struct tally
count(const struct doctor_facts *facts, enum doctor_control_kind kind)
{
	struct tally t = { 0 };
	size_t len = 0;

	for (size_t i = 0; i < facts->control_count; i++) {
		const struct doctor_control *c = &facts->controls[i];
		const enum probe_tcp_end end = best_end(facts, i);

		if (c->kind != kind || end == PROBE_TCP_NOT_TRIED)
			continue;
		count_answer(&t, c);
		if (is_counted(facts, i))
			continue;
		t.tried++;
		t.open += end == PROBE_TCP_OPEN;
		t.silent += end == PROBE_TCP_SILENT;
		t.refused += end == PROBE_TCP_RESET || end == PROBE_TCP_REJECTED;
		if (end != PROBE_TCP_OPEN && is_own_refusal(facts, c) && t.own++ == 0)
			t.first_own = c;
		if (end != PROBE_TCP_OPEN && len < sizeof t.names)
			len += (size_t)snprintf(t.names + len, sizeof t.names - len, "%s%.60s",
			    len == 0 ? "" : ", ", c->name);
	}
	return t;
}

/* Nobody proves to be the host, and somebody else is seen. */
static bool
is_intercepted(const struct tally *t)
{
	return t->proven == NULL && t->altered != NULL;
}

static bool
is_usable(const struct tally *t)
{
	return t->open != 0 && !is_intercepted(t);
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
	if (t->proven != NULL)
		doctor_finding_prove(f, "%s:%u proves by its certificate that it is the host.",
		    t->proven->name, port);
}

/* Ends the sentence with what works instead. */
static void
advise_port(struct doctor_verdict *verdict, struct doctor_finding *f, const struct tally *tls,
    const struct tally *other)
{
	if (is_usable(tls)) {
		verdict->use_port = PORT_SUBMISSIONS;
		doctor_finding_say(f, "%s; port 465 (SSL/TLS) works.", f->sentence);
	} else if (is_usable(other)) {
		verdict->use_port = PORT_ALTERNATIVE;
		doctor_finding_say(f,
		    "%s; port 2525 (STARTTLS) works, where the mail provider offers it.",
		    f->sentence);
	} else {
		doctor_finding_say(f, "%s; submission is not possible from here.", f->sentence);
	}
}

static void
find_intercepted(struct doctor_verdict *verdict, const struct tally *mail, const struct tally *tls,
    const struct tally *other)
{
	struct doctor_finding *f = doctor_judge_intercepted(verdict, mail->altered);

	advise_port(verdict, f, tls, other);
	if (mail->mute == 1 && doctor_judge_reference(mail->altered) == DOCTOR_REFERENCE_MUTE)
		doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	doctor_finding_exclude(f, "It is not that host's fault: elsewhere it has STARTTLS and a "
				  "certificate for its name.");
}

/* No host was asked at all: that says nothing about the network. */
static bool
is_kept_in(const struct tally *mail)
{
	return mail->tried != 0 && mail->own == mail->tried;
}

static void
find_kept_in(struct doctor_verdict *verdict, const struct doctor_facts *facts,
    const struct tally *mail, const struct tally *tls, const struct tally *other)
{
	const struct probe_tcp *tcp = &mail->first_own->tcp;
	const bool is_rejected = tcp->end == PROBE_TCP_REJECTED;
	const char *ports = is_kept_in(tls) ? "ports 587 and 465" : "port 587";
	struct doctor_finding *f = doctor_finding_add(verdict,
	    is_rejected ? "local-firewall" : "local-denied", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_set(&f->port, "587");
	doctor_finding_set(&f->where, "on this machine");
	if (is_rejected)
		doctor_finding_say(
		    f, "The firewall of this machine itself rejects connections to %s", ports);
	else
		doctor_finding_say(
		    f, "This machine does not allow the program to connect to %s", ports);
	advise_port(verdict, f, tls, other);
	if (is_rejected)
		doctor_finding_prove(f, "The SYN to %s:587 was answered by %s with %s.",
		    mail->first_own->name, doctor_words_who(facts, &tcp->icmp.offender).text,
		    doctor_words_icmp(&tcp->icmp).text);
	else
		doctor_finding_prove(f, "connect() to %s:587: %s (%s); nothing was sent.",
		    mail->first_own->name, strerrordesc_np(tcp->error),
		    strerrorname_np(tcp->error));
	doctor_finding_exclude(f, "The network is not the cause: what said no is this machine.");
}

static void
find_blocked(struct doctor_verdict *verdict, const struct tally *mail, const struct tally *tls,
    const struct tally *other)
{
	struct doctor_finding *f = doctor_finding_add(verdict,
	    mail->refused > mail->silent ? "port-rejected" : "port-filtered", DOCTOR_BROKEN,
	    DOCTOR_NO_PROBE);

	doctor_finding_set(&f->port, "587");
	doctor_finding_set(&f->where, "on this network");
	doctor_finding_say(f, "%s blocked on this network%s",
	    is_usable(tls) || tls->tried == 0 || tls->open != 0 ? "Port 587 is"
								: "Ports 587 and 465 are",
	    is_intercepted(tls) ? " and port 465 is intercepted" : "");
	advise_port(verdict, f, tls, other);
	if (mail->tried < 2)
		doctor_finding_doubt(f, DOCTOR_LIKELY);
	doctor_finding_exclude(f, "It is not one server's fault: all of those that were tried are "
				  "shut, and other ports of them answer.");
}

/* Names that everybody knows, and the name server knows none of them. */
static struct doctor_finding *
find_denied(struct doctor_verdict *verdict, const struct doctor_facts *facts)
{
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "name-filtered", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_say(f,
	    "The name server of this machine denies all %zu reference hosts, %s among them: it "
	    "filters names, or it does not know those of the Internet.",
	    facts->names.asked, facts->name.text);
	doctor_judge_prove_name(facts, f);
	doctor_finding_exclude(f, "The name server works: it answered that there are no such "
				  "names.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static struct doctor_finding *
find_unexplained(struct doctor_verdict *verdict, const struct doctor_facts *facts)
{
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "inconclusive", DOCTOR_BROKEN, DOCTOR_NO_PROBE);
	char text[IP_TEXT_SIZE];

	doctor_finding_say(f, "None of the reference hosts' names can be looked up here, so that "
			      "nothing can be said of this network's ports.");
	doctor_finding_prove(
	    f, "No name of the list gave an address, and no connection was tried.");
	for (size_t i = 0; i < facts->machine.resolver_count; i++) {
		ip_print(&facts->machine.resolvers[i], text);
		doctor_finding_prove(f, "A name server of this machine is %s.", text);
	}
	if (facts->machine.resolver_count == 0)
		doctor_finding_prove(f, "This machine has no name server of its own.");
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/* By the first of them, which was looked at closely. */
static struct doctor_finding *
explain_names(struct doctor_verdict *verdict, const struct doctor_facts *facts)
{
	struct doctor_finding *f = NULL;

	if (facts->name.text[0] == '\0')
		return NULL;
	if (facts->names.asked > 1 && facts->names.missing == facts->names.asked)
		return find_denied(verdict, facts);
	if (facts->name.is_filtered)
		f = doctor_judge_made_up(facts, verdict);
	return f == NULL ? doctor_judge_name(facts, verdict) : f;
}

/* "No mail server can be reached from here by its name; the name server ..." */
static void
say_names(struct doctor_finding *f)
{
	doctor_finding_say(f, "No mail server can be reached from here by its name; %c%s",
	    tolower((unsigned char)f->sentence[0]), f->sentence + 1);
}

/*
 * Without an address of any of them nothing was tried: that is no fact about the network's ports.
 */
static void
find_no_name(struct doctor_verdict *verdict, const struct doctor_facts *facts)
{
	const struct doctor_names *n = &facts->names;
	struct doctor_finding *f = explain_names(verdict, facts);

	if (f != NULL)
		say_names(f);
	else
		f = find_unexplained(verdict, facts);
	if (n->asked != 0)
		doctor_finding_prove(f,
		    "None of the names of %zu reference hosts gave an address to try: %zu "
		    "questions "
		    "failed, %zu names are not there, %zu lead to this machine itself.",
		    n->asked, n->failed, n->missing, n->nowhere);
}

static void
find_cut_off(
    struct doctor_verdict *verdict, const struct doctor_facts *facts, const struct tally *mail)
{
	struct doctor_finding *f;

	if (mail->tried == 0) {
		find_no_name(verdict, facts);
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
	    is_usable(tls)        ? ", and port 465 is open as well"
	    : is_intercepted(tls) ? "; port 465 is intercepted"
	    : tls->tried != 0     ? "; port 465 is not open"
				  : "");
	doctor_finding_set(&f->port, "587");
	if (mail->proven == NULL)
		doctor_finding_doubt(f, DOCTOR_LIKELY);
	verdict->is_fine = true;
}

void
doctor_judge_network(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct tally mail = count(facts, DOCTOR_CONTROL_SUBMISSION);
	const struct tally tls = count(facts, DOCTOR_CONTROL_TLS);
	const struct tally other = count(facts, DOCTOR_CONTROL_ALTERNATIVE);
	const struct tally web = count(facts, DOCTOR_CONTROL_WEB);
	struct doctor_finding *f;

	if (is_intercepted(&mail))
		find_intercepted(verdict, &mail, &tls, &other);
	else if (mail.open != 0)
		find_possible(verdict, &mail, &tls);
	else if (is_kept_in(&mail))
		find_kept_in(verdict, facts, &mail, &tls, &other);
	else if (tls.open != 0 || web.open != 0 || other.open != 0)
		find_blocked(verdict, &mail, &tls, &other);
	else
		find_cut_off(verdict, facts, &mail);
	f = &verdict->findings[0];
	if (mail.tried != 0 || tls.tried != 0 || other.tried != 0) {
		prove(f, PORT_SUBMISSION, &mail);
		prove(f, PORT_SUBMISSIONS, &tls);
		prove(f, PORT_ALTERNATIVE, &other);
		prove(f, PORT_HTTPS, &web);
	}
	verdict->exit = doctor_finding_exit(f);
	verdict->is_inconclusive = verdict->exit == DOCTOR_EXIT_INCONCLUSIVE;
	doctor_finding_set(&verdict->sentence, "%s", f->sentence);
}
