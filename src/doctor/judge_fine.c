/* SPDX-License-Identifier: Apache-2.0 */
/* judge_fine.c - nothing keeps mail from going out: what was seen to work */
#include "doctor/judge.h"

#include <stdio.h>

#include "doctor/view.h"
#include "doctor/words.h"
#include "util/port.h"

/* Where the message went; NULL: none was taken. */
static const struct doctor_probe *
find_taken(const struct doctor_facts *facts)
{
	for (size_t i = 0; facts->wants_mail && i < facts->probe_count; i++)
		if (facts->probes[i].dialog.stages[PROBE_STAGE_END].end == PROBE_STAGE_PASSED)
			return &facts->probes[i];
	return NULL;
}

static const struct doctor_probe *
find_logged_in(const struct doctor_facts *facts)
{
	for (size_t i = 0; facts->wants_auth && i < facts->probe_count; i++)
		if (facts->probes[i].dialog.stages[PROBE_STAGE_AUTH].end == PROBE_STAGE_PASSED)
			return &facts->probes[i];
	return NULL;
}

void
doctor_judge_prove_done(const struct doctor_facts *facts, struct doctor_finding *f)
{
	const struct doctor_probe *in = find_logged_in(facts), *taken = find_taken(facts);

	if (in != NULL)
		doctor_finding_prove(f, "The login with %s succeeded at %s.", in->dialog.mechanism,
		    doctor_words_endpoint(in).text);
	if (taken != NULL)
		doctor_finding_prove(f, "The message was taken at %s: \"%s\"%s%s.",
		    doctor_words_endpoint(taken).text,
		    doctor_words_reply(&taken->dialog.stages[PROBE_STAGE_END]).text,
		    taken->dialog.queue_id[0] == '\0' ? "" : ", queue id ", taken->dialog.queue_id);
}

struct doctor_words
doctor_judge_tell_done(const struct doctor_facts *facts)
{
	const struct doctor_probe *taken = find_taken(facts);
	struct doctor_words words = { .text = "" };

	if (taken != NULL)
		(void)snprintf(words.text, sizeof words.text, "; the message was taken%s%s",
		    taken->dialog.queue_id[0] == '\0' ? "" : ", queue id ", taken->dialog.queue_id);
	else if (find_logged_in(facts) != NULL && !facts->wants_mail)
		(void)snprintf(words.text, sizeof words.text, "; the login succeeded");
	return words;
}

struct doctor_finding *
doctor_judge_fine(const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict)
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
	if (p->dialog.is_implicit_tls && port != PORT_SUBMISSIONS)
		doctor_finding_prove(f,
		    "Port %u does not greet in clear: it begins with TLS at "
		    "once, as port 465 does.",
		    (unsigned)port);
	doctor_judge_prove_done(facts, f);
	return f;
}
