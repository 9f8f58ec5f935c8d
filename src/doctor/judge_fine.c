/* SPDX-License-Identifier: Apache-2.0 */
/* judge_fine.c - nothing keeps mail from going out: what was seen to work */
#include "doctor/judge.h"

#include "doctor/view.h"
#include "doctor/words.h"

enum { SUBMISSIONS = 465 };

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
