/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_interception.c - somebody in between takes the connection, edits it or reads it.
 *
 * Four signs, each enough: the connection ends nearer than the server stands; keywords that are
 * painted over; a certificate made by a product that looks into TLS; a server of another name and
 * certificate than the one behind the next port.
 */
#include "doctor/judge.h"

#include <string.h>

#include "doctor/view.h"
#include "doctor/where.h"
#include "doctor/words.h"

#define IDENTITY_FAULTS                                                                            \
	(PROBE_CERTIFICATE_WRONG_NAME | PROBE_CERTIFICATE_UNTRUSTED | PROBE_CERTIFICATE_SELF_SIGNED)

static void
prove_forger(struct doctor_finding *f, const struct doctor_forger *forger)
{
	doctor_finding_prove(f, "%s", forger->proof);
	if (forger->text[0] != '\0')
		doctor_finding_set(&f->where, "%s", forger->text);
	if (forger->has_who)
		doctor_finding_set(&f->offender, "%s", doctor_words_ip(&forger->who).text);
	if (!forger->is_by_ladder)
		doctor_finding_doubt(f, DOCTOR_LIKELY);
}

static struct doctor_finding *
judge_masked(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *d = &j->probe->dialog;
	const bool works = doctor_view_works(j->probe);
	struct doctor_finding *f;

	if (!d->is_greeting_masked && !d->ehlo.is_masked)
		return NULL;
	f = doctor_judge_find(j, "starttls-masked", works ? DOCTOR_WARNING : DOCTOR_BROKEN);
	doctor_finding_say(f,
	    works ? "A firewall on the way edits what the server says on port %u."
		  : "A firewall on the way paints STARTTLS over on port %u: mail inspection as "
		    "Cisco's (\"fixup\", \"esmtp inspection\") does it.",
	    (unsigned)j->probe->port);
	if (d->is_greeting_masked)
		doctor_finding_prove(f, "The greeting is painted over: \"%s\".",
		    doctor_words_reply(&d->stages[PROBE_STAGE_GREETING]).text);
	if (d->ehlo.is_masked) {
		doctor_finding_prove(
		    f, "EHLO offers \"%s\" where a keyword should be.", d->ehlo.masked);
		doctor_finding_set(&f->detail, "%s", d->ehlo.masked);
	}
	if (j->probe->anyway != NULL && j->probe->anyway->is_tried)
		doctor_finding_prove(f, "STARTTLS, said all the same: %s.",
		    j->probe->anyway->stages[PROBE_STAGE_STARTTLS].end == PROBE_STAGE_PASSED
			? "the server takes it"
			: doctor_words_reply(&j->probe->anyway->stages[PROBE_STAGE_STARTTLS]).text);
	doctor_finding_exclude(f, "No mail server writes such a line by itself.");
	return works ? NULL : f;
}

static struct doctor_finding *
judge_inspected(const struct doctor_judging *j)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;
	struct doctor_finding *f;

	if (!c->is_there || (c->faults & PROBE_CERTIFICATE_INSPECTED) == 0)
		return NULL;
	f = doctor_judge_find(j, "certificate-inspected", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "%s opens the encrypted connection on port %u and shows a certificate of its own "
	    "making instead of the server's.",
	    c->inspector == NULL ? "A product that inspects TLS" : c->inspector,
	    (unsigned)j->probe->port);
	doctor_finding_prove(
	    f, "The certificate says: issued by \"%s\" for \"%s\".", c->issuer, c->subject);
	doctor_finding_set(&f->detail, "%s", c->inspector == NULL ? c->issuer : c->inspector);
	doctor_finding_exclude(f, "A certificate of the server's own would come from a public or "
				  "your own authority, not from such a product.");
	return f;
}

/* Words of "220 mail.example.net ESMTP": who says to be there. */
static struct slice
name_of_greeting(const struct doctor_probe *p)
{
	const char *text = p->dialog.stages[PROBE_STAGE_GREETING].text;

	if (strncmp(text, "220", 3) == 0)
		text += 3;
	text += strspn(text, " -");
	return slice_make(text, strcspn(text, " \r\n"));
}

static struct doctor_finding *
judge_another(const struct doctor_judging *j)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;
	const struct doctor_probe *genuine = doctor_view_genuine(j->facts, j->probe);
	struct doctor_finding *f;

	if (genuine == NULL || !c->is_there || (c->faults & IDENTITY_FAULTS) == 0 ||
	    strcmp(c->key_sha256, genuine->dialog.tls.certificate.key_sha256) == 0 ||
	    slice_equal_nocase(name_of_greeting(j->probe), name_of_greeting(genuine)))
		return NULL;
	f = doctor_judge_find(j, "certificate-of-another", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "Port %u is answered by another server than port %u of the same address: it has "
	    "another name and another certificate.",
	    (unsigned)j->probe->port, (unsigned)genuine->port);
	doctor_finding_prove(f, "Port %u greets with \"%s\" and shows a certificate for \"%s\".",
	    (unsigned)j->probe->port,
	    doctor_words_reply(&j->probe->dialog.stages[PROBE_STAGE_GREETING]).text, c->subject);
	doctor_finding_prove(f, "Port %u greets with \"%s\" and shows a valid one for \"%s\".",
	    (unsigned)genuine->port,
	    doctor_words_reply(&genuine->dialog.stages[PROBE_STAGE_GREETING]).text,
	    genuine->dialog.tls.certificate.subject);
	doctor_finding_set(&f->detail, "%s", c->subject);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	doctor_finding_exclude(f, "A mistake of the server's own settings is possible, but then "
				  "both ports would mostly greet with the same name.");
	return f;
}

/* STARTTLS is gone, or refused, and somebody who could do it is in between. */
static bool
lacks_starttls(const struct probe_dialog_facts *d)
{
	return !d->is_implicit_tls && d->ehlo.is_there &&
	       d->stages[PROBE_STAGE_STARTTLS].end != PROBE_STAGE_PASSED;
}

static struct doctor_finding *
find_stripped(const struct doctor_judging *j, const struct doctor_forger *forger)
{
	struct doctor_finding *f = doctor_judge_find(j, "starttls-stripped", DOCTOR_BROKEN);

	if (doctor_judge_is_helo_only(j->probe)) {
		doctor_finding_say(f,
		    "EHLO is refused on port %u by something on the way%s%s, so that neither "
		    "STARTTLS nor a login can be used; a password or mail sent there would be "
		    "readable.",
		    (unsigned)j->probe->port, forger->text[0] == '\0' ? "" : ", ", forger->text);
		doctor_judge_prove_helo(&j->probe->dialog.ehlo, f);
		return f;
	}
	doctor_finding_say(f,
	    "STARTTLS is taken out of the conversation on port %u by something on the way%s%s; "
	    "a password or mail sent there would be readable.",
	    (unsigned)j->probe->port, forger->text[0] == '\0' ? "" : ", ", forger->text);
	doctor_finding_prove(f, "The server's reply to EHLO on port %u does not offer STARTTLS.",
	    (unsigned)j->probe->port);
	return f;
}

static struct doctor_finding *
find_proxy(const struct doctor_judging *j, const struct doctor_forger *forger)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;
	const bool works = doctor_view_works(j->probe);
	struct doctor_finding *f =
	    doctor_judge_find(j, "proxy-transparent", works ? DOCTOR_WARNING : DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u is intercepted: a transparent proxy%s%s takes the connection in the server's "
	    "place%s.",
	    (unsigned)j->probe->port, forger->text[0] == '\0' ? "" : ", ", forger->text,
	    works ? "; it passes TLS on untouched" : "");
	prove_forger(f, forger);
	if (c->is_there && c->faults != 0)
		doctor_finding_prove(f,
		    "The certificate shown there is for \"%s\", issued by "
		    "\"%s\".",
		    c->subject, c->issuer);
	if (works)
		doctor_finding_exclude(f, "It does not read what is sent: the certificate is the "
					  "server's own, and valid.");
	return works ? NULL : f;
}

/* Does what greets there bear another name than the next port of the same address? */
static bool
is_named_otherwise(const struct doctor_judging *j)
{
	const struct doctor_probe *genuine = doctor_view_genuine(j->facts, j->probe);

	return genuine != NULL &&
	       !slice_equal_nocase(name_of_greeting(j->probe), name_of_greeting(genuine));
}

static struct doctor_finding *
judge_proxy(const struct doctor_judging *j)
{
	struct doctor_forger forger;
	struct doctor_finding *f;

	doctor_where_forged(j->facts, j->probe, &forger);
	if (!forger.is_seen)
		return doctor_judge_swallowed(j);
	if (!lacks_starttls(&j->probe->dialog) || is_named_otherwise(j))
		return find_proxy(j, &forger);
	f = find_stripped(j, &forger);
	prove_forger(f, &forger);
	return f;
}

/* Said all the same, STARTTLS is understood: the server has it. */
static struct doctor_finding *
judge_stripped(const struct doctor_judging *j)
{
	static const struct doctor_forger nobody = { 0 };
	const struct probe_dialog_facts *d = &j->probe->dialog;
	const struct doctor_probe *elsewhere = doctor_view_open_elsewhere(j->facts, j->probe);
	/* With HELO alone the server may not say what it has. */
	const bool is_understood =
	    doctor_judge_is_starttls_known(j->probe) && !doctor_judge_is_helo_only(j->probe);
	const bool is_elsewhere = elsewhere != NULL && elsewhere->dialog.ehlo.has_starttls;
	struct doctor_finding *f;

	if (!lacks_starttls(d) || d->ehlo.has_starttls || (!is_understood && !is_elsewhere))
		return NULL;
	f = find_stripped(j, &nobody);
	if (is_understood)
		doctor_finding_prove(f,
		    "Yet STARTTLS, said all the same, is answered with "
		    "\"%s\".",
		    doctor_words_reply(&j->probe->anyway->stages[PROBE_STAGE_STARTTLS]).text);
	if (is_elsewhere)
		doctor_finding_prove(f, "At the host's other address, %s, it is offered.",
		    doctor_words_endpoint(elsewhere).text);
	if (!is_understood)
		doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

struct doctor_finding *
doctor_judge_interception(const struct doctor_judging *j)
{
	struct doctor_finding *f = judge_masked(j);

	if (f == NULL)
		f = judge_inspected(j);
	if (f == NULL)
		f = judge_proxy(j);
	if (f == NULL)
		f = judge_stripped(j);
	if (f == NULL)
		f = judge_another(j);
	return f;
}
