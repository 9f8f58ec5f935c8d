/* SPDX-License-Identifier: Apache-2.0 */
/* judge_starttls.c - is STARTTLS offered and taken? Why it is not, as far as that can be told */
#include "doctor/judge.h"

#include "doctor/view.h"
#include "doctor/words.h"

/* What was said to STARTTLS, which nobody had offered; NULL: it was not tried. */
static const struct probe_stage_fact *
find_anyway(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *anyway = j->probe->anyway;

	return anyway == NULL || !anyway->is_tried ? NULL : &anyway->stages[PROBE_STAGE_STARTTLS];
}

static void
prove_anyway(struct doctor_finding *f, const struct probe_stage_fact *said)
{
	if (said != NULL && said->end != PROBE_STAGE_NOT_REACHED)
		doctor_finding_prove(f, "STARTTLS, said all the same, is answered with \"%s\".",
		    doctor_words_reply(said).text);
}

bool
doctor_judge_is_starttls_known(const struct doctor_probe *p)
{
	return p->anyway != NULL &&
	       p->anyway->stages[PROBE_STAGE_STARTTLS].end == PROBE_STAGE_PASSED;
}

bool
doctor_judge_is_helo_only(const struct doctor_probe *p)
{
	const struct probe_dialog_facts *d = &p->dialog;

	return d->ehlo.is_there && d->ehlo.code / 100 == 5 &&
	       d->stages[PROBE_STAGE_EHLO].end == PROBE_STAGE_PASSED;
}

void
doctor_judge_prove_helo(const struct probe_ehlo *e, struct doctor_finding *f)
{
	doctor_finding_prove(f, "EHLO is answered with \"%03u %.100s\", HELO is accepted.",
	    (unsigned)e->code, e->text);
}

/* Without EHLO there is no list of what the server can do, so nothing of it can be used. */
static struct doctor_finding *
find_helo_only(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "ehlo-unknown", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "The server on port %u, or something before it, refuses EHLO and knows the old HELO "
	    "only: neither STARTTLS nor a login (AUTH) can be used.",
	    (unsigned)j->probe->port);
	doctor_judge_prove_helo(&j->probe->dialog.ehlo, f);
	prove_anyway(f, find_anyway(j));
	if (doctor_judge_is_starttls_known(j->probe))
		doctor_finding_exclude(f,
		    "The server knows STARTTLS, and a server that does knows EHLO: most likely a "
		    "firewall before it, with an old inspection of mail, refuses EHLO in its "
		    "place.");
	else
		doctor_finding_exclude(f,
		    "A very old server and a firewall that inspects mail look "
		    "the same; compare from another network.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static void
weigh_anyway(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_stage_fact *said = find_anyway(j);

	prove_anyway(f, said);
	if (said == NULL) {
		doctor_finding_doubt(f, DOCTOR_LIKELY);
		return;
	}
	if (said->code / 100 != 2) {
		doctor_finding_exclude(f,
		    "No sign that it is taken out on the way: the keyword is not painted over, and "
		    "the command is not understood.");
		return;
	}
	doctor_finding_prove(f, "A yes would be 220 (RFC 3207, section 4).");
	doctor_finding_exclude(f,
	    "That reply is no sign that STARTTLS is taken out on the way: some servers say yes to "
	    "commands that they do not know.");
}

static struct doctor_finding *
find_missing(const struct doctor_judging *j)
{
	const struct probe_ehlo *e = &j->probe->dialog.ehlo;
	struct doctor_finding *f;

	if (doctor_judge_is_helo_only(j->probe))
		return find_helo_only(j);
	f = doctor_judge_find(j, "starttls-missing", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "The server does not offer STARTTLS on port %u: no encryption, so no "
	    "safe way to log in.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "Its reply to EHLO has no STARTTLS%s%s.",
	    e->has_auth ? ", but offers AUTH in clear: " : "", e->has_auth ? e->mechanisms : "");
	weigh_anyway(j, f);
	doctor_finding_exclude(f, "That something on the way removes both is possible; compare "
				  "from another network.");
	return f;
}

/* By a no, or by a reply that is none: RFC 3207 §4 has 220 for a yes. */
static struct doctor_finding *
find_refused(const struct doctor_judging *j, const struct probe_stage_fact *said)
{
	struct doctor_finding *f = doctor_judge_find(j, "starttls-refused", DOCTOR_BROKEN);

	if (said->end == PROBE_STAGE_REFUSED)
		doctor_finding_say(f, "The server offers STARTTLS on port %u, but refuses it.",
		    (unsigned)j->probe->port);
	else
		doctor_finding_say(f,
		    "The server offers STARTTLS on port %u, but does not answer it with 220, which "
		    "is how encryption begins.",
		    (unsigned)j->probe->port);
	doctor_finding_prove(f, "It said: \"%s\".", doctor_words_reply(said).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(said).text);
	return f;
}

/* What came in clear is thrown away by us; programs that keep it take it for the server's. */
static void
warn_of_injection(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *d = &j->probe->dialog;
	struct doctor_finding *f;

	if (d->injected_len == 0 || d->stages[PROBE_STAGE_HANDSHAKE].end != PROBE_STAGE_PASSED)
		return;
	f = doctor_judge_find(j, "starttls-injected", DOCTOR_WARNING);
	doctor_finding_say(f,
	    "Text in clear came behind the reply to STARTTLS on port %u: programs that keep it "
	    "believe that it was said within TLS.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(
	    f, "%u octets before the handshake: \"%s\".", (unsigned)d->injected_len, d->injected);
	doctor_finding_exclude(f, "The server's own software and something on the way that adds it "
				  "look the same; compare from another network.");
	doctor_finding_set(&f->detail, "%s", d->injected);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
}

struct doctor_finding *
doctor_judge_starttls(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, PROBE_STAGE_STARTTLS);

	if (j->probe->dialog.is_implicit_tls || !j->probe->dialog.ehlo.is_there)
		return NULL;
	warn_of_injection(j);
	switch (s->end) {
	case PROBE_STAGE_SKIPPED:
	case PROBE_STAGE_NOT_REACHED:
		return j->probe->dialog.ehlo.has_starttls ? NULL : find_missing(j);
	case PROBE_STAGE_REFUSED:
		return find_refused(j, s);
	case PROBE_STAGE_BROKEN:
		if (s->code != 0)
			return find_refused(j, s);
		return doctor_judge_lost(j, PROBE_STAGE_STARTTLS, "at STARTTLS");
	case PROBE_STAGE_TIMEOUT:
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
		return doctor_judge_lost(j, PROBE_STAGE_STARTTLS, "at STARTTLS");
	case PROBE_STAGE_PASSED:
		break;
	}
	return NULL;
}
