/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_mute_tls.c - TLS from the first octet on comes about, and then nobody greets.
 *
 * A web server on a port of mail, a login page that ends TLS itself, or a proxy without its server:
 * to choose another kind of encryption does not help there.
 */
#include "doctor/judge.h"

#include "doctor/cell.h"

const struct probe_dialog_facts *
doctor_judge_dialog_in_tls(const struct doctor_probe *p)
{
	const struct probe_dialog_facts *d = p->dialog.is_implicit_tls ? &p->dialog : p->other_mode;

	return d != NULL && d->stages[PROBE_STAGE_HANDSHAKE].end == PROBE_STAGE_PASSED ? d : NULL;
}

static void
prove_tls(
    const struct doctor_judging *j, const struct probe_dialog_facts *in, struct doctor_finding *f)
{
	const struct probe_certificate *c = &in->tls.certificate;
	const struct probe_dialog_facts *clear =
	    in == &j->probe->dialog ? j->probe->other_mode : &j->probe->dialog;

	doctor_finding_prove(f, "A TLS handshake with %s succeeds (%s).",
	    doctor_words_endpoint(j->probe).text, in->tls.version);
	if ((c->faults & PROBE_CERTIFICATE_WRONG_NAME) != 0)
		doctor_finding_prove(f, "The certificate that came is not for %s, but for %s.",
		    doctor_words_host(j->facts), c->name_count != 0 ? c->names[0] : c->subject);
	else if (c->faults != 0)
		doctor_finding_prove(f, "The certificate that came, %s, is not valid for %s.",
		    c->subject, doctor_words_host(j->facts));
	if (clear != NULL && clear->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_TIMEOUT)
		doctor_finding_prove(f, "In clear text no greeting came within %s.",
		    doctor_words_time(clear->stages[PROBE_STAGE_GREETING].took_us).text);
}

static struct doctor_finding *
find_other_service(const struct doctor_judging *j, const struct probe_stage_fact *greeting)
{
	struct doctor_finding *f = doctor_judge_find(j, "not-smtp", DOCTOR_BROKEN);

	doctor_finding_say(f, "Port %u begins with TLS, and what answers in it is no mail server.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(
	    f, "Instead of \"220 ...\" it said: \"%s\".", doctor_words_reply(greeting).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(greeting).text);
	return f;
}

static struct doctor_finding *
find_mute(const struct doctor_judging *j, const struct probe_stage_fact *greeting)
{
	const bool is_silent = greeting->end == PROBE_STAGE_TIMEOUT;
	struct doctor_finding *f =
	    doctor_judge_find(j, is_silent ? "greeting-missing" : "greeting-closed", DOCTOR_BROKEN);

	if (is_silent)
		doctor_finding_say(f,
		    "Port %u begins with TLS, but no mail server greets in it: nothing came within "
		    "%s.",
		    (unsigned)j->probe->port, doctor_words_time(greeting->took_us).text);
	else
		doctor_finding_say(f,
		    "Port %u begins with TLS, but the connection ends there without a word: %s.",
		    (unsigned)j->probe->port, doctor_cell_stage_end(greeting->end));
	doctor_finding_exclude(f,
	    "A web server on this port, a login page of the network that ends TLS itself, and a "
	    "proxy whose server is gone look the same.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

struct doctor_finding *
doctor_judge_mute_tls(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *in = doctor_judge_dialog_in_tls(j->probe);
	struct doctor_finding *f = NULL;

	if (in == NULL)
		return NULL;
	switch (in->stages[PROBE_STAGE_GREETING].end) {
	case PROBE_STAGE_TIMEOUT:
		/* Half a greeting is somebody who speaks. */
		if (in->stages[PROBE_STAGE_GREETING].partial_len == 0)
			f = find_mute(j, &in->stages[PROBE_STAGE_GREETING]);
		break;
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
		f = find_mute(j, &in->stages[PROBE_STAGE_GREETING]);
		break;
	case PROBE_STAGE_BROKEN:
		f = find_other_service(j, &in->stages[PROBE_STAGE_GREETING]);
		break;
	case PROBE_STAGE_REFUSED:
	case PROBE_STAGE_PASSED:
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
		break;
	}
	if (f != NULL)
		prove_tls(j, in, f);
	return f;
}
