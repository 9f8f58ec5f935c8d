/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.c - from findings about ports to one answer.
 *
 * The answer is about submission: port 587, and 465 instead of it. Ports 25 and 2525 are looked at
 * for what they say about the others; closed, they are worth a note. Ports that the reader has
 * named are all meant.
 */
#include "doctor/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/merge.h"
#include "doctor/view.h"
#include "doctor/words.h"
#include "util/alloc.h"

enum { SUBMISSION = 587, SUBMISSIONS = 465, ALTERNATIVE = 2525 };
/* More than one port of one address can add, and the answer over all. */
enum { FINDINGS_RESERVED = 24 };

/* Both have been tried: which tells more? The one that came further. */
static bool
is_telling(const struct doctor_facts *facts, const struct doctor_finding *f,
    const struct doctor_finding *than)
{
	const struct doctor_probe *a = &facts->probes[f->probe], *b = &facts->probes[than->probe];
	const bool is_local = f->cause->class == EXPLAIN_CLASS_LOCAL;

	if (is_local != (than->cause->class == EXPLAIN_CLASS_LOCAL))
		return !is_local;
	return doctor_view_progress(a) > doctor_view_progress(b);
}

/* Of very many addresses the last ones are not judged: the others have said it all. */
static bool
has_room(const struct doctor_verdict *verdict)
{
	return verdict->finding_count < DOCTOR_FINDINGS_MAX - FINDINGS_RESERVED;
}

static void
judge_subject(
    const struct doctor_facts *facts, struct doctor_subject *s, struct doctor_verdict *verdict)
{
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];
		const struct doctor_judging j = { facts, verdict, i, p };

		if (p->port != s->port || p->is_control || !has_room(verdict) ||
		    p->dialog.tcp.end == PROBE_TCP_NOT_TRIED)
			continue;
		s->broken[i] = doctor_judge_probe(&j);
		s->tried++;
		s->working += s->broken[i] == NULL;
		if (s->broken[i] != NULL &&
		    (s->deciding == NULL || is_telling(facts, s->broken[i], s->deciding)))
			s->deciding = s->broken[i];
	}
}

static void
subject_init(struct doctor_subject *s, const struct doctor_facts *facts, uint16_t port)
{
	*s = (struct doctor_subject){ .port = port };
	s->broken = xcalloc(facts->probe_count + 1, sizeof(struct doctor_finding *));
}

static void
subject_done(struct doctor_subject *s)
{
	free(s->broken);
	s->broken = NULL;
}

/* All findings that were added since have at most that weight. */
static void
lighten(struct doctor_verdict *verdict, size_t since, enum doctor_weight weight)
{
	for (size_t i = since; i < verdict->finding_count; i++)
		if (verdict->findings[i].weight < weight)
			verdict->findings[i].weight = weight;
}

static bool
is_unreached(const struct doctor_finding *f)
{
	return f->cause->class == EXPLAIN_CLASS_LOCAL ||
	       f->cause->class == EXPLAIN_CLASS_FILTERED || f->cause->class == EXPLAIN_CLASS_CLOSED;
}

/* A port that is not asked about. True when it works somewhere. */
static bool
judge_side(const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict)
{
	const size_t since = verdict->finding_count;
	struct doctor_subject s;
	bool works;

	subject_init(&s, facts, port);
	judge_subject(facts, &s, verdict);
	works = s.working != 0;
	lighten(verdict, since,
	    port == SUBMISSIONS && s.deciding != NULL && !is_unreached(s.deciding) ? DOCTOR_WARNING
										   : DOCTOR_NOTE);
	subject_done(&s);
	return works;
}

/* Is it one of those where mail can be submitted instead? Only over TLS that verifies. */
static uint16_t
choose_other_port(const struct doctor_facts *facts, uint16_t port)
{
	static const uint16_t choices[] = { SUBMISSION, SUBMISSIONS, ALTERNATIVE };

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
	return port == SUBMISSIONS ? "SSL/TLS" : "STARTTLS";
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

static bool
is_about_mechanisms(const struct doctor_finding *f)
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
	return is_about_mechanisms(f) && !takes_passwords(facts, other) ? 0 : other;
}

/* The finding's sentence, and what works instead. */
static void
conclude(const struct doctor_facts *facts, const struct doctor_finding *f, uint16_t port,
    struct doctor_verdict *verdict)
{
	const size_t len = strlen(f->sentence);
	const int bare = (int)(len != 0 && f->sentence[len - 1] == '.' ? len - 1 : len);
	const uint16_t other = find_way_around(facts, f, port);
	const bool is_server_fine =
	    (f->cause->class == EXPLAIN_CLASS_FILTERED && !is_by_server(facts, f)) ||
	    f->cause->class == EXPLAIN_CLASS_INTERCEPTED || f->cause->class == EXPLAIN_CLASS_PATH;

	verdict->use_port = other;
	verdict->exit = doctor_finding_exit(f);
	verdict->is_inconclusive = verdict->exit == DOCTOR_EXIT_INCONCLUSIVE;
	if (other == 0)
		doctor_finding_set(&verdict->sentence, "%s", f->sentence);
	else
		doctor_finding_set(&verdict->sentence, "%.*s; %s%u works (%s).", bare, f->sentence,
		    is_server_fine ? "the server itself is fine: port " : "port ", (unsigned)other,
		    mode_of(other));
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

/* 587 is closed, and that is all: the server wants 465. */
static struct doctor_finding *
find_port_missing(const struct doctor_facts *facts, const struct doctor_finding *closed,
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

/* "Submission works: ..." of the first address where it does. */
static struct doctor_finding *
find_fine(const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict)
{
	struct doctor_finding *f = doctor_finding_add(verdict, "ok", DOCTOR_NOTE, DOCTOR_NO_PROBE);
	const struct doctor_probe *p = NULL;

	for (size_t i = 0; i < facts->probe_count && p == NULL; i++)
		if (facts->probes[i].port == port && doctor_view_works(&facts->probes[i]))
			p = &facts->probes[i];
	doctor_finding_set(&f->port, "%u", (unsigned)port);
	if (p == NULL) {
		doctor_finding_say(f, "Port %u of %s works.", (unsigned)port, facts->host);
		return f;
	}
	f->probe = (size_t)(p - facts->probes);
	if (!p->dialog.ehlo_tls.has_auth)
		doctor_finding_say(f,
		    "Port %u of %s works with %s (%s, certificate valid until %s), but takes "
		    "no login: it is for mail between servers, not for submission.",
		    (unsigned)port, facts->host, p->dialog.is_implicit_tls ? "SSL/TLS" : "STARTTLS",
		    p->dialog.tls.version,
		    doctor_words_date(p->dialog.tls.certificate.not_after_unix_s).text);
	else
		doctor_finding_say(f,
		    "Submission works: %s, port %u with %s (%s, certificate valid until "
		    "%s).",
		    facts->host, (unsigned)port, p->dialog.is_implicit_tls ? "SSL/TLS" : "STARTTLS",
		    p->dialog.tls.version,
		    doctor_words_date(p->dialog.tls.certificate.not_after_unix_s).text);
	doctor_finding_prove(f, "All stages passed at %s in %s.", doctor_words_endpoint(p).text,
	    doctor_words_time(p->dialog.took_us).text);
	if (p->dialog.is_implicit_tls && port != SUBMISSIONS)
		doctor_finding_prove(f,
		    "Port %u does not greet in clear: it begins with TLS at "
		    "once, as port 465 does.",
		    (unsigned)port);
	if (facts->wants_auth && p->dialog.stages[PROBE_STAGE_AUTH].end == PROBE_STAGE_PASSED)
		doctor_finding_prove(f, "The login with %s succeeded.", p->dialog.mechanism);
	if (facts->wants_mail && p->dialog.stages[PROBE_STAGE_END].end == PROBE_STAGE_PASSED)
		doctor_finding_prove(f, "The message was taken: \"%s\"%s%s.",
		    doctor_words_reply(&p->dialog.stages[PROBE_STAGE_END]).text,
		    p->dialog.queue_id[0] == '\0' ? "" : ", queue id ", p->dialog.queue_id);
	return f;
}

static struct doctor_finding *
find_untried(const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict)
{
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "inconclusive", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_set(&f->port, "%u", (unsigned)port);
	doctor_finding_say(f, "Port %u of %s could not be tried in the time there was.",
	    (unsigned)port, facts->host);
	doctor_finding_prove(f, "The check took %s.", doctor_words_time(facts->took_us).text);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/*
 * Login and message are tried at one address only. What fails there says nothing about how the
 * others differ: it is the answer, and no trouble of a family.
 */
static struct doctor_finding *
find_submission(const struct doctor_facts *facts, const struct doctor_subject *s)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		if (s->broken[i] != NULL && doctor_view_is_submitted(&facts->probes[i]))
			return s->broken[i];
	return NULL;
}

static void
soften_others(const struct doctor_facts *facts, const struct doctor_subject *s,
    const struct doctor_finding *answer)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		if (s->broken[i] != NULL && s->broken[i] != answer &&
		    s->broken[i]->weight < DOCTOR_WARNING)
			s->broken[i]->weight = DOCTOR_WARNING;
}

/* The port that is asked about: the finding that is the answer, or NULL when it works. */
static struct doctor_finding *
judge_main(const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict)
{
	struct doctor_finding *f;
	struct doctor_subject s;

	subject_init(&s, facts, port);
	judge_subject(facts, &s, verdict);
	f = find_submission(facts, &s);
	if (s.tried == 0)
		f = find_untried(facts, port, verdict);
	else if (f != NULL)
		soften_others(facts, &s, f);
	else if (s.working != 0 && s.deciding != NULL)
		f = doctor_judge_family(facts, &s, verdict);
	else if (s.working == 0)
		f = s.deciding;
	subject_done(&s);
	return f;
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
		struct doctor_finding *f = judge_main(facts, facts->ports[i], verdict);

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

	*ret_port =
	    has_port(facts, SUBMISSION) || facts->port_count == 0 ? SUBMISSION : facts->ports[0];
	f = judge_main(facts, *ret_port, verdict);
	for (size_t i = 0; i < facts->port_count; i++)
		if (facts->ports[i] != *ret_port)
			(void)judge_side(facts, facts->ports[i], verdict);
	missing = f == NULL ? NULL : find_port_missing(facts, f, verdict);
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

static void
judge_host(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct doctor_finding *f = doctor_judge_name(facts, verdict);
	uint16_t port = facts->port_count == 0 ? SUBMISSION : facts->ports[0];

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
		f = find_fine(facts, port, verdict);
	}
	if (is_login_untried(facts) && !is_about_mechanisms(f))
		doctor_finding_exclude(&verdict->findings[f - verdict->findings],
		    "The login was not tried: a password goes over TLS that is verified only.");
	if (!verdict->is_fine || facts->name.is_localhost)
		doctor_judge_hosts_file(facts, &verdict->findings[f - verdict->findings]);
	conclude(facts, f, port, verdict);
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
