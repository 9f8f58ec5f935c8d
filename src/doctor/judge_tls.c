/* SPDX-License-Identifier: Apache-2.0 */
/* judge_tls.c - the handshake, and what a second one with something changed says about the first */
#include "doctor/cell.h"
#include "doctor/judge.h"

#include <string.h>

#include "doctor/view.h"
#include "doctor/words.h"

static bool
is_handshake_passed(const struct probe_dialog_facts *d)
{
	return d != NULL && d->is_tried &&
	       d->stages[PROBE_STAGE_HANDSHAKE].end == PROBE_STAGE_PASSED && !d->tls.is_legacy;
}

static void
prove_handshake(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_dialog_facts *d = &j->probe->dialog;

	doctor_finding_prove(f, "The handshake with %s ended after %s: %s%s%s.",
	    doctor_words_endpoint(j->probe).text,
	    doctor_words_time(d->stages[PROBE_STAGE_HANDSHAKE].took_us).text,
	    doctor_cell_trouble(d->tls.trouble), d->tls.error[0] == '\0' ? "" : ", ", d->tls.error);
	if (d->tls.error[0] != '\0')
		doctor_finding_set(&f->detail, "%s", d->tls.error);
}

/* With TLS 1.2 at most, or with small segments, it went well. */
static void
prove_second(const struct doctor_judging *j, struct doctor_finding *f)
{
	if (is_handshake_passed(j->probe->tls12))
		doctor_finding_prove(f, "With TLS 1.2 at most it succeeds: the server, or "
					"something on the way, does not bear TLS 1.3.");
	else if (j->probe->tls12 != NULL && j->probe->tls12->is_tried)
		doctor_finding_exclude(f, "TLS 1.3 is not to blame: with TLS 1.2 it fails, too.");
}

static struct doctor_finding *
find_trouble(const struct doctor_judging *j, const char *id, const char *before, const char *after)
{
	struct doctor_finding *f = doctor_judge_find(j, id, DOCTOR_BROKEN);

	doctor_finding_say(f, "%s port %u%s.", before, (unsigned)j->probe->port, after);
	prove_handshake(j, f);
	prove_second(j, f);
	return f;
}

/* The server's part of the handshake is the first that fills whole packets. */
static struct doctor_finding *
find_hole(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "path-mtu-in", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Large packets from the server to this machine are lost on the way, so TLS hangs on "
	    "port %u.",
	    (unsigned)j->probe->port);
	prove_handshake(j, f);
	doctor_finding_prove(f, "With small segments the same handshake succeeds.");
	doctor_finding_exclude(f, "The server's TLS is fine, and the port is not filtered.");
	return f;
}

static bool
is_greeted_in_clear(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *other = j->probe->other_mode;

	return other != NULL && other->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_PASSED;
}

static struct doctor_finding *
find_web(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "not-smtp", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "What answers on port %u is a web server without TLS, no mail server.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "Instead of a TLS handshake it said: \"%s\".",
	    j->probe->dialog.stages[PROBE_STAGE_HANDSHAKE].text);
	doctor_finding_exclude(f,
	    "A login page of the network, which takes all connections for itself, looks the same.");
	doctor_finding_set(&f->detail, "%s", j->probe->dialog.stages[PROBE_STAGE_HANDSHAKE].text);
	return f;
}

static struct doctor_finding *
find_not_tls(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *d = &j->probe->dialog;
	struct doctor_finding *f;

	if (!d->is_implicit_tls)
		return find_trouble(j, "tls-failed", "The server accepts STARTTLS on",
		    ", but then does not speak TLS");
	if (doctor_view_is_web(j->probe) && !is_greeted_in_clear(j))
		return find_web(j);
	f = doctor_judge_find(j, "tls-on-plain-port", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "Port %u of this server speaks in clear at first (as port 587 does) instead of TLS "
	    "from the first byte on.",
	    (unsigned)j->probe->port);
	prove_handshake(j, f);
	if (is_greeted_in_clear(j))
		doctor_finding_prove(f, "Left alone, it greets in clear: \"%s\".",
		    doctor_words_reply(&j->probe->other_mode->stages[PROBE_STAGE_GREETING]).text);
	return f;
}

static struct doctor_finding *
find_old(const struct doctor_judging *j)
{
	struct doctor_finding *f = find_trouble(j, "tls-version-old", "The server's TLS on",
	    " is too old: it has no version that is still safe");
	const struct probe_tls *tls = &j->probe->dialog.tls;

	if (tls->is_legacy && tls->version[0] != '\0') {
		doctor_finding_prove(f, "All that it speaks is %s.", tls->version);
		doctor_finding_set(&f->detail, "%s", tls->version);
	}
	return f;
}

/* It began; who is it that does not hear the other? */
static struct doctor_finding *
find_hanging(const struct doctor_judging *j)
{
	const struct probe_bulk *b = &j->probe->dialog.bulk;
	const bool is_lost = b->unsent_len != 0 && b->retransmits != 0;
	struct doctor_finding *f = find_trouble(j, "tls-timeout", "The TLS handshake on",
	    is_lost ? " hangs: what this machine sends in it is lost on the way"
		    : " hangs: the server's part of it does not come");

	if (is_lost)
		doctor_finding_prove(f,
		    "Of our part %u octets were never acknowledged, after %u retransmissions; what "
		    "was said before TLS had come through.",
		    (unsigned)b->unsent_len, b->retransmits);
	else
		doctor_finding_exclude(f, "Our part of it is not lost: it was acknowledged.");
	return f;
}

/* It has asked for a certificate of ours and will not do without. */
static bool
wants_certificate(const struct probe_dialog_facts *d)
{
	const enum probe_stage_end end = d->stages[PROBE_STAGE_HANDSHAKE].end;
	/* With TLS 1.3 the handshake is over for us when the server looks for our certificate. */
	const enum probe_stage_end next =
	    d->stages[d->is_implicit_tls ? PROBE_STAGE_GREETING : PROBE_STAGE_EHLO_TLS].end;

	if (!d->tls.asks_for_certificate)
		return false;
	if (end == PROBE_STAGE_PASSED)
		return next == PROBE_STAGE_BROKEN || next == PROBE_STAGE_CLOSED ||
		       next == PROBE_STAGE_RESET;
	return end == PROBE_STAGE_BROKEN && d->tls.trouble == PROBE_TLS_ALERT;
}

struct doctor_finding *
doctor_judge_client_certificate(const struct doctor_judging *j)
{
	struct doctor_finding *f;

	if (!wants_certificate(&j->probe->dialog))
		return NULL;
	f = doctor_judge_find(j, "certificate-client-wanted", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "The server on port %u lets only those in who show a certificate of their own (a "
	    "client certificate).",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f,
	    "In the handshake with %s it asked for one; we have none, and it "
	    "ended the connection.",
	    doctor_words_endpoint(j->probe).text);
	if (j->probe->dialog.tls.error[0] != '\0')
		doctor_finding_prove(f, "OpenSSL says: %s.", j->probe->dialog.tls.error);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static struct doctor_finding *
judge_trouble(const struct doctor_judging *j)
{
	const bool is_hole = is_handshake_passed(j->probe->small);

	switch (j->probe->dialog.tls.trouble) {
	case PROBE_TLS_NOT_TLS:
		return find_not_tls(j);
	case PROBE_TLS_VERSION:
		return find_old(j);
	case PROBE_TLS_NO_CIPHER:
		return find_trouble(j, "tls-no-cipher",
		    "The server and this machine have no cipher in common on", "");
	case PROBE_TLS_ALERT:
	case PROBE_TLS_OTHER:
		if (strstr(j->probe->dialog.tls.error, "unrecognized name") != NULL)
			return find_trouble(j, "tls-failed", "The server ends the TLS handshake on",
			    j->facts->name.is_literal
				? ": it wants to be asked for by its name, not by its address"
				: ": it has no certificate for the name that it was asked for");
		return find_trouble(
		    j, "tls-failed", "The TLS handshake on", " fails: the server ends it");
	case PROBE_TLS_CLOSED:
		return find_trouble(j, "tls-closed",
		    "The connection is closed in the middle of the TLS handshake on", "");
	case PROBE_TLS_TIMEOUT:
	case PROBE_TLS_TIMEOUT_LATER:
		if (is_hole)
			return find_hole(j);
		return find_hanging(j);
	case PROBE_TLS_FINE:
	case PROBE_TLS_NOT_TRIED:
		break;
	}
	return NULL;
}

/* With TLS 1.3 a server says only after the handshake that it does not like it. */
static bool
is_ended_later(const struct probe_dialog_facts *d)
{
	const struct probe_stage_fact *s = &d->stages[PROBE_STAGE_EHLO_TLS];

	return s->end == PROBE_STAGE_BROKEN && s->code == 0 && strcasestr(s->text, "alert") != NULL;
}

static struct doctor_finding *
find_ended_later(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = &j->probe->dialog.stages[PROBE_STAGE_EHLO_TLS];
	struct doctor_finding *f = doctor_judge_find(j, "tls-failed", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "The server ends TLS on port %u right after the handshake; one that wants a "
	    "certificate of the client does so.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "It said: \"%s\".", doctor_words_reply(s).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	return f;
}

struct doctor_finding *
doctor_judge_handshake(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *d = &j->probe->dialog;

	if (d->tls.is_legacy)
		return find_old(j);
	if (is_ended_later(d))
		return find_ended_later(j);
	if (d->stages[PROBE_STAGE_HANDSHAKE].end == PROBE_STAGE_PASSED)
		return NULL;
	return judge_trouble(j);
}
