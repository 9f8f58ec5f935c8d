/* SPDX-License-Identifier: Apache-2.0 */
/* judge_auth.c - can one log in here, and did it work when it was tried? */
#include "doctor/cell.h"
#include "doctor/judge.h"

#include "doctor/view.h"
#include "doctor/words.h"
#include "util/port.h"

enum { AUTH_TRANSITION = 432, AUTH_LOCAL_ERROR = 451, AUTH_FAILED = 535, AUTH_NEEDS_TLS = 538 };
enum { ENDLESS_COUNT = 2 }; /* of 334, when the last one made no sense */

/* Is the port one that people submit mail to, so that it should take logins? */
static bool
is_for_submission(const struct doctor_judging *j)
{
	return j->probe->port != PORT_SMTP;
}

static struct doctor_finding *
judge_offer(const struct doctor_judging *j)
{
	const struct probe_ehlo *e = &j->probe->dialog.ehlo_tls;
	const bool is_before_tls = j->probe->dialog.ehlo.has_auth;
	struct doctor_finding *f;

	if (!e->is_there || (e->has_auth && e->mechanisms[0] != '\0') || !is_for_submission(j))
		return NULL;
	f = doctor_judge_find(j, "auth-not-offered", DOCTOR_BROKEN);
	doctor_finding_say(f, "Port %u works, but offers %s.", (unsigned)j->probe->port,
	    is_before_tls ? "a login (AUTH) before TLS only, where a password is read on the way"
			  : "no login (AUTH), not even after TLS");
	doctor_finding_prove(f, "The reply to EHLO after TLS has %s%s.",
	    e->has_auth ? "AUTH, but not one mechanism" : "no AUTH",
	    is_before_tls ? ", the one before TLS has" : "");
	if (e->code / 100 == 5)
		doctor_judge_prove_helo(e, f);
	doctor_finding_exclude(f, "It may take mail from certain addresses without a login, or "
				  "offer it to certain addresses only; that cannot be seen from "
				  "here.");
	return f;
}

static void
note_clear_text(const struct doctor_judging *j)
{
	const struct probe_ehlo *e = &j->probe->dialog.ehlo;
	struct doctor_finding *f;

	if (j->probe->dialog.is_implicit_tls || !e->has_auth)
		return;
	f = doctor_judge_find(j, "auth-in-clear", DOCTOR_WARNING);
	doctor_finding_say(f,
	    "The server offers a login on port %u before TLS: a program that is "
	    "set up wrongly sends the password in clear.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "EHLO before TLS: AUTH %s.", e->mechanisms);
}

static struct doctor_finding *
find_no_mechanism(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "auth-no-mechanism", DOCTOR_BROKEN);

	doctor_finding_say(f, "The server offers no way of logging in that can be used here: %s.",
	    j->probe->dialog.ehlo_tls.mechanisms);
	doctor_finding_prove(f, "EHLO after TLS: AUTH %s.", j->probe->dialog.ehlo_tls.mechanisms);
	doctor_finding_set(&f->detail, "%s", j->probe->dialog.ehlo_tls.mechanisms);
	return f;
}

/* RFC 4954 §6: it has no secret for this mechanism yet, which a login by another makes. */
static bool
is_transition(const struct probe_stage_fact *s)
{
	const bool is_said = s->enhanced[1] == 7 && s->enhanced[2] == 12;

	return is_said || (s->code == AUTH_TRANSITION && s->enhanced[0] == 0);
}

/* By its code, when its words are not known. */
static struct doctor_finding *
find_by_code(const struct doctor_judging *j, const struct probe_stage_fact *s)
{
	const char *id = "auth-policy", *what = "does not allow this login, by a rule of its own";
	struct doctor_finding *f;

	if (is_transition(s)) {
		what = "wants the account's password to be renewed, or used once in another way, "
		       "before it takes this login";
	} else if (s->code / 100 == 4) {
		id = "auth-temporary";
		what = "cannot check logins at the moment";
	} else if (s->code == AUTH_FAILED || s->enhanced[2] == 8) {
		id = "auth-failed";
		what = "does not accept the user name and password";
	}
	f = doctor_judge_find(j, id, DOCTOR_BROKEN);
	doctor_finding_say(f, "The server on port %u %s.", (unsigned)j->probe->port, what);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	return f;
}

/* RFC 4954 §6: 538 5.7.11 asks for what it has: passwords are sent within TLS only. */
static bool
is_for_want_of_tls(const struct probe_stage_fact *s)
{
	return s->code == AUTH_NEEDS_TLS || (s->enhanced[1] == 7 && s->enhanced[2] == 11);
}

static struct doctor_finding *
find_tls_unseen(const struct doctor_judging *j, const struct probe_stage_fact *s)
{
	struct doctor_finding *f = doctor_judge_find(j, "server-fault", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "The server on port %u refuses the login because the connection is not encrypted, but "
	    "it is.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "%s stood before AUTH %s was said.", j->probe->dialog.tls.version,
	    j->probe->dialog.mechanism);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	return f;
}

/* 451, whatever its words: where the logins are looked up something fails. 4.7.z is
   a rule. */
static bool
is_own_trouble(const struct probe_stage_fact *s)
{
	return s->code == AUTH_LOCAL_ERROR && s->enhanced[1] != 7;
}

static struct doctor_finding *
find_refused(const struct doctor_judging *j, const struct probe_stage_fact *s)
{
	struct doctor_finding *f = NULL;

	if (is_for_want_of_tls(s))
		f = find_tls_unseen(j, s);
	else if (!is_own_trouble(s))
		f = doctor_judge_reply(j, s);
	if (f == NULL)
		f = find_by_code(j, s);
	doctor_finding_prove(f, "AUTH %s was answered: \"%s\".", j->probe->dialog.mechanism,
	    doctor_words_reply(s).text);
	doctor_finding_exclude(f, "The port is not blocked and TLS works: the server has read the "
				  "login. It was tried once.");
	return f;
}

/* It stands open: neither a yes nor a no. */
static struct doctor_finding *
find_cut_short(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *d = &j->probe->dialog;
	const bool is_begun = d->mechanism[0] != '\0';
	struct doctor_finding *f = doctor_judge_find(j, "inconclusive", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u works, but so slowly that the time of this check was over before the login "
	    "had %s: whether the login is right cannot be said.",
	    (unsigned)j->probe->port, is_begun ? "its answer" : "begun");
	for (unsigned i = PROBE_STAGE_CONNECT; i < PROBE_STAGE_AUTH; i++)
		if (d->stages[i].end == PROBE_STAGE_PASSED)
			doctor_finding_prove(f, "The stage %s took %s.", doctor_cell_stage(i),
			    doctor_words_time(d->stages[i].took_us).text);
	if (is_begun)
		doctor_finding_prove(f, "AUTH %s had no answer within %s; it was tried once.",
		    d->mechanism, doctor_words_time(d->stages[PROBE_STAGE_AUTH].took_us).text);
	else
		doctor_finding_prove(f, "No password was sent.");
	doctor_finding_exclude(f, "The port is not blocked, and TLS works. --timeout gives the "
				  "check more time.");
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/* It asks again and again. No mechanism needs more, so the login was given up. */
static struct doctor_finding *
find_endless(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *d = &j->probe->dialog;
	struct doctor_finding *f = doctor_judge_find(j, "dialog-timeout", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "The server on port %u asks for more at each step of the login (334) and says neither "
	    "yes nor no; the login was given up.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f,
	    "AUTH %s was answered with 334 %u times, the last time after the login had been "
	    "cancelled with \"*\" (RFC 4954 §4).",
	    d->mechanism, (unsigned)d->challenge_count);
	doctor_finding_exclude(f, "The port is not blocked and TLS works. Whether user name and "
				  "password are right cannot be said; the fault is the server's.");
	return f;
}

static struct doctor_finding *
find_lost(const struct doctor_judging *j, const struct probe_stage_fact *s)
{
	const bool is_timeout = s->end == PROBE_STAGE_TIMEOUT;
	struct doctor_finding *f;

	if (is_timeout && j->probe->dialog.is_cut_short)
		return find_cut_short(j);
	if (s->end == PROBE_STAGE_BROKEN && j->probe->dialog.challenge_count >= ENDLESS_COUNT)
		return find_endless(j);
	f = doctor_judge_find(j, is_timeout ? "dialog-timeout" : "connection-lost", DOCTOR_BROKEN);
	doctor_finding_say(f, "%s on port %u at the login.",
	    is_timeout ? "The server did not answer any more" : "The connection was lost",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "The stage ended with: %s%s%s.", probe_stage_end_name(s->end),
	    s->text[0] == '\0' ? "" : ", ", doctor_words_reply(s).text);
	return f;
}

static struct doctor_finding *
judge_login(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = &j->probe->dialog.stages[PROBE_STAGE_AUTH];

	switch (s->end) {
	case PROBE_STAGE_REFUSED:
		return find_refused(j, s);
	case PROBE_STAGE_SKIPPED:
		return j->probe->dialog.mechanism[0] == '\0' && doctor_view_works(j->probe)
			   ? find_no_mechanism(j)
			   : NULL;
	case PROBE_STAGE_TIMEOUT:
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
	case PROBE_STAGE_BROKEN:
		return find_lost(j, s);
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_PASSED:
		break;
	}
	return NULL;
}

struct doctor_finding *
doctor_judge_auth(const struct doctor_judging *j)
{
	struct doctor_finding *f;

	note_clear_text(j);
	f = judge_offer(j);
	if (f == NULL && j->facts->wants_auth)
		f = judge_login(j);
	return f;
}
