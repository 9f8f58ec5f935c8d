/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/judge_reference.h"

#include "doctor/words.h"

/* Whose certificate is it? Of one that is only old, or a clock that is wrong, we are not to say. */
#define IDENTITY_FAULTS                                                                            \
	(PROBE_CERTIFICATE_WRONG_NAME | PROBE_CERTIFICATE_SELF_SIGNED | PROBE_CERTIFICATE_UNTRUSTED)

static enum doctor_reference_answer
judge_certificate(const struct probe_certificate *c)
{
	if ((c->faults & PROBE_CERTIFICATE_INSPECTED) != 0)
		return DOCTOR_REFERENCE_INSPECTED;
	if ((c->faults & PROBE_CERTIFICATE_NO_ROOTS) != 0)
		return (c->faults & PROBE_CERTIFICATE_WRONG_NAME) != 0 ? DOCTOR_REFERENCE_STRANGER
								       : DOCTOR_REFERENCE_UNCLEAR;
	if ((c->faults & IDENTITY_FAULTS) != 0)
		return DOCTOR_REFERENCE_STRANGER;
	return c->faults == 0 ? DOCTOR_REFERENCE_PROVEN : DOCTOR_REFERENCE_UNCLEAR;
}

static bool
is_cut(enum probe_stage_end end)
{
	return end == PROBE_STAGE_TIMEOUT || end == PROBE_STAGE_CLOSED || end == PROBE_STAGE_RESET;
}

/* The first thing that a server shows: its greeting, or with implicit TLS its handshake. */
static enum doctor_reference_answer
judge_beginning(const struct probe_dialog_facts *d)
{
	const enum probe_stage first =
	    d->is_implicit_tls ? PROBE_STAGE_HANDSHAKE : PROBE_STAGE_GREETING;

	if (is_cut(d->stages[first].end))
		return DOCTOR_REFERENCE_MUTE;
	if (d->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_BROKEN ||
	    d->tls.trouble == PROBE_TLS_NOT_TLS)
		return DOCTOR_REFERENCE_NOT_SMTP;
	return DOCTOR_REFERENCE_UNCLEAR;
}

enum doctor_reference_answer
doctor_judge_reference(const struct doctor_control *control)
{
	const struct probe_dialog_facts *d = control->dialog;

	if (d == NULL || control->tcp.end != PROBE_TCP_OPEN)
		return DOCTOR_REFERENCE_UNHEARD;
	if (d->tls.certificate.is_there)
		return judge_certificate(&d->tls.certificate);
	if (d->is_greeting_masked || d->ehlo.is_masked)
		return DOCTOR_REFERENCE_MASKED;
	if (!d->is_implicit_tls && d->ehlo.is_there && !d->ehlo.has_starttls)
		return DOCTOR_REFERENCE_STRIPPED;
	return judge_beginning(d);
}

bool
doctor_judge_is_altered(enum doctor_reference_answer answer)
{
	return answer >= DOCTOR_REFERENCE_MUTE;
}

static const char *
cause_of(enum doctor_reference_answer answer)
{
	switch (answer) {
	case DOCTOR_REFERENCE_INSPECTED:
		return "certificate-inspected";
	case DOCTOR_REFERENCE_STRIPPED:
		return "starttls-stripped";
	case DOCTOR_REFERENCE_MASKED:
		return "starttls-masked";
	case DOCTOR_REFERENCE_UNHEARD:
	case DOCTOR_REFERENCE_PROVEN:
	case DOCTOR_REFERENCE_UNCLEAR:
	case DOCTOR_REFERENCE_MUTE:
	case DOCTOR_REFERENCE_STRANGER:
	case DOCTOR_REFERENCE_NOT_SMTP:
		break;
	}
	return "proxy-transparent";
}

static void
prove_certificate(struct doctor_finding *f, const struct doctor_control *control)
{
	const struct probe_certificate *c = &control->dialog->tls.certificate;

	doctor_finding_prove(f, "%s:%u shows a certificate for \"%s\", issued by \"%s\".",
	    control->name, (unsigned)control->port, c->subject, c->issuer);
}

static void
prove_words(struct doctor_finding *f, const struct doctor_control *control)
{
	const struct probe_dialog_facts *d = control->dialog;
	const struct doctor_words greeting = doctor_words_reply(&d->stages[PROBE_STAGE_GREETING]);

	if (greeting.text[0] != '\0')
		doctor_finding_prove(f, "%s:%u says first: \"%s\".", control->name,
		    (unsigned)control->port, greeting.text);
	else if (d->tls.error[0] != '\0')
		doctor_finding_prove(f, "%s:%u, TLS handshake: %s.", control->name,
		    (unsigned)control->port, d->tls.error);
	else
		doctor_finding_prove(f, "%s:%u took the connection after %s, and said nothing.",
		    control->name, (unsigned)control->port,
		    doctor_words_time(control->tcp.took_us).text);
	if (d->ehlo.masked[0] != '\0')
		doctor_finding_prove(
		    f, "EHLO offers \"%s\" where a keyword should be.", d->ehlo.masked);
	else if (d->ehlo.is_there && !d->ehlo.has_starttls)
		doctor_finding_prove(f, "Its reply to EHLO does not offer STARTTLS.");
}

static void
say_stranger(struct doctor_finding *f, const struct doctor_control *control)
{
	doctor_finding_say(f,
	    "Port %u is intercepted on this network: what answers for %s has a certificate for "
	    "\"%s\"",
	    (unsigned)control->port, control->name, control->dialog->tls.certificate.subject);
}

static void
say_inspected(struct doctor_finding *f, const struct doctor_control *control)
{
	const char *who = control->dialog->tls.certificate.inspector;

	doctor_finding_set(&f->detail, "%s", who == NULL ? "a product that inspects TLS" : who);
	doctor_finding_say(f,
	    "Port %u is intercepted here: %s opens the encrypted connection to %s and shows a "
	    "certificate of its own making",
	    (unsigned)control->port, f->detail, control->name);
}

/* "what answers for HOST" and so on */
static void
say_words(struct doctor_finding *f, const struct doctor_control *control, const char *what)
{
	doctor_finding_say(f,
	    "Port %u is intercepted on this network: what answers in the place of %s %s",
	    (unsigned)control->port, control->name, what);
}

static void
say(struct doctor_finding *f, const struct doctor_control *control,
    enum doctor_reference_answer answer)
{
	switch (answer) {
	case DOCTOR_REFERENCE_STRANGER:
		say_stranger(f, control);
		return;
	case DOCTOR_REFERENCE_INSPECTED:
		say_inspected(f, control);
		return;
	case DOCTOR_REFERENCE_NOT_SMTP:
		say_words(f, control, "is no mail server");
		return;
	case DOCTOR_REFERENCE_STRIPPED:
		say_words(f, control, "does not offer STARTTLS, which that host has");
		return;
	case DOCTOR_REFERENCE_MASKED:
		say_words(f, control, "paints over what it says");
		return;
	case DOCTOR_REFERENCE_MUTE:
		say_words(f, control, "takes the connection and says nothing");
		return;
	case DOCTOR_REFERENCE_UNHEARD:
	case DOCTOR_REFERENCE_PROVEN:
	case DOCTOR_REFERENCE_UNCLEAR:
		return;
	}
}

struct doctor_finding *
doctor_judge_intercepted(struct doctor_verdict *verdict, const struct doctor_control *control)
{
	const enum doctor_reference_answer answer = doctor_judge_reference(control);
	struct doctor_finding *f =
	    doctor_finding_add(verdict, cause_of(answer), DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_set(&f->port, "%u", (unsigned)control->port);
	doctor_finding_set(&f->where, "on this network");
	say(f, control, answer);
	if (control->dialog->tls.certificate.is_there)
		prove_certificate(f, control);
	else
		prove_words(f, control);
	if (answer == DOCTOR_REFERENCE_MUTE)
		doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}
