/* SPDX-License-Identifier: Apache-2.0 */
/* judge_instead.c - the port is broken: does another one of the same server work instead of it? */
#include "doctor/judge.h"

#include <stdio.h>
#include <string.h>

#include "doctor/view.h"
#include "util/port.h"

/* Is it one of those where mail can be submitted instead? Only over TLS that verifies. */
static uint16_t
choose_other_port(const struct doctor_facts *facts, uint16_t port)
{
	static const uint16_t choices[] = { PORT_SUBMISSION, PORT_SUBMISSIONS, PORT_ALTERNATIVE };

	for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
		for (size_t k = 0; k < facts->probe_count; k++)
			if (choices[i] != port && facts->probes[k].port == choices[i] &&
			    doctor_view_works(&facts->probes[k]) &&
			    facts->probes[k].dialog.ehlo_tls.has_auth)
				return choices[i];
	return 0;
}

static const char *
mode_of(uint16_t port)
{
	return port == PORT_SUBMISSIONS ? "SSL/TLS" : "STARTTLS";
}

/* Does the server's own side shut us out? */
static bool
is_by_server(const struct doctor_facts *facts, const struct doctor_finding *f)
{
	const struct probe_tcp *tcp;

	if (f->probe == DOCTOR_NO_PROBE)
		return false;
	tcp = &facts->probes[f->probe].dialog.tcp;
	return strcmp(f->cause->id, "server-blocks-you") == 0 ||
	       (tcp->end == PROBE_TCP_REJECTED &&
		   doctor_view_is_target(facts, &tcp->icmp.offender));
}

/* Has the server read a login or a message and said no? Its other ports are no way around that. */
static bool
is_decided_by_server(const struct doctor_facts *facts, const struct doctor_finding *f)
{
	if (f->probe == DOCTOR_NO_PROBE)
		return false;
	for (unsigned stage = PROBE_STAGE_AUTH; stage <= PROBE_STAGE_END; stage++)
		if (facts->probes[f->probe].dialog.stages[stage].end == PROBE_STAGE_REFUSED)
			return true;
	return false;
}

bool
doctor_judge_is_about_mechanisms(const struct doctor_finding *f)
{
	return strcmp(f->cause->id, "auth-no-mechanism") == 0;
}

/* Can one log in with a password there, where what the first port offers is of no use? */
static bool
takes_passwords(const struct doctor_facts *facts, uint16_t port)
{
	static const char *const mechanisms[] = { "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256",
		"SCRAM-SHA-1" };

	for (size_t i = 0; i < facts->probe_count; i++)
		for (size_t k = 0; k < sizeof mechanisms / sizeof mechanisms[0]; k++)
			if (facts->probes[i].port == port && doctor_view_works(&facts->probes[i]) &&
			    probe_ehlo_offers(&facts->probes[i].dialog.ehlo_tls, mechanisms[k]))
				return true;
	return false;
}

/* A port that is a way around what was found; 0: none. */
static uint16_t
find_way_around(const struct doctor_facts *facts, const struct doctor_finding *f, uint16_t port)
{
	uint16_t other = 0;

	if (f->weight == DOCTOR_BROKEN && !is_decided_by_server(facts, f))
		other = choose_other_port(facts, port);
	return doctor_judge_is_about_mechanisms(f) && !takes_passwords(facts, other) ? 0 : other;
}

/* Nothing of the host works, and it may be another host than the one that is meant. */
static struct doctor_words
tell_hosts_file(const struct doctor_facts *facts, const struct doctor_finding *f)
{
	const struct probe_name *n = &facts->name;
	const bool is_about_host = f->cause->class == EXPLAIN_CLASS_CLOSED ||
				   f->cause->class == EXPLAIN_CLASS_FILTERED ||
				   f->cause->class == EXPLAIN_CLASS_SILENT;
	struct doctor_words words = { .text = "" };

	if (n->is_from_hosts && n->address_count != 0 && is_about_host &&
	    strcasecmp(n->text, "localhost") != 0)
		(void)snprintf(words.text, sizeof words.text,
		    "; its address, %.64s, is from the hosts file of this machine, not from DNS",
		    doctor_words_address(&n->addresses[0]).text);
	return words;
}

void
doctor_judge_conclude(const struct doctor_facts *facts, const struct doctor_finding *f,
    uint16_t port, struct doctor_verdict *verdict)
{
	const size_t len = strlen(f->sentence);
	const int bare = (int)(len != 0 && f->sentence[len - 1] == '.' ? len - 1 : len);
	const uint16_t other = find_way_around(facts, f, port);
	const struct doctor_words done = doctor_judge_tell_done(facts);
	const bool is_server_fine =
	    (f->cause->class == EXPLAIN_CLASS_FILTERED && !is_by_server(facts, f)) ||
	    f->cause->class == EXPLAIN_CLASS_INTERCEPTED || f->cause->class == EXPLAIN_CLASS_PATH;

	verdict->use_port = other;
	verdict->exit = doctor_finding_exit(f);
	verdict->is_inconclusive = verdict->exit == DOCTOR_EXIT_INCONCLUSIVE;
	if (other == 0)
		doctor_finding_set(&verdict->sentence, "%.*s%s%s.", bare, f->sentence,
		    tell_hosts_file(facts, f).text, done.text);
	else
		doctor_finding_set(&verdict->sentence, "%.*s; %s%u works (%s)%s.", bare,
		    f->sentence, is_server_fine ? "the server itself is fine: port " : "port ",
		    (unsigned)other, mode_of(other), done.text);
}

struct doctor_finding *
doctor_judge_port_missing(const struct doctor_facts *facts, const struct doctor_finding *closed,
    struct doctor_verdict *verdict)
{
	const struct doctor_probe *p;
	struct doctor_finding *f;
	uint16_t other;

	if (strcmp(closed->cause->id, "port-closed") != 0)
		return NULL;
	p = &facts->probes[closed->probe];
	other = choose_other_port(facts, p->port);
	if (other == 0)
		return NULL;
	f = doctor_finding_add(verdict, "submission-port-missing", DOCTOR_BROKEN, closed->probe);
	doctor_finding_set(&f->port, "%u", (unsigned)p->port);
	doctor_finding_set(&f->detail, "%u", (unsigned)other);
	doctor_finding_say(
	    f, "%s does not offer submission on port %u.", facts->host, (unsigned)p->port);
	doctor_finding_prove(f, "%s", closed->sentence);
	for (size_t i = 0; i < closed->evidence_count; i++)
		doctor_finding_prove(f, "%s", closed->evidence[i].text);
	doctor_finding_prove(f, "Port %u of it takes logins over verified TLS.", (unsigned)other);
	f->confidence = closed->confidence;
	return f;
}
