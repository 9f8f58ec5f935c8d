/* SPDX-License-Identifier: Apache-2.0 */
/* judge_ehlo.c - EHLO, in clear and in TLS: does the server take it? */
#include "doctor/judge.h"

#include <string.h>

#include "doctor/words.h"

enum { REPLY_READY = 220, REPLY_SYNTAX = 500 };

/* "200" is news, "202" something else: a mail server says 220 (RFC 5321 §4.2). */
static bool
is_greeted_otherwise(const struct doctor_judging *j)
{
	const uint16_t code = doctor_judge_stage(j, PROBE_STAGE_GREETING)->code;

	return code != 0 && code != REPLY_READY;
}

static bool
is_reply_code(const struct probe_stage_fact *s, const char *code)
{
	return strncmp(s->text, code, strlen(code)) == 0;
}

/* 500 to 504 for EHLO and for HELO: it does not know the one command that all servers know. */
static void
consider_header(
    const struct probe_ehlo *e, const struct probe_stage_fact *helo, struct doctor_finding *f)
{
	if (e->code / 10 == REPLY_SYNTAX / 10 && helo->code / 10 == REPLY_SYNTAX / 10)
		doctor_finding_exclude(f,
		    "HELO is not known either, and every mail server knows that: the replies may "
		    "be to something else that was said to the server first, as by a balancer "
		    "with a PROXY header that the server does not expect.");
}

static struct doctor_finding *
judge_refused(const struct doctor_judging *j, const struct probe_stage_fact *s, const char *when)
{
	struct doctor_finding *f = doctor_judge_lmtp(j);

	if (f != NULL)
		return f;
	if (is_greeted_otherwise(j))
		return doctor_judge_not_smtp(j, PROBE_STAGE_GREETING);
	f = doctor_judge_refusal(j, s, "ehlo-refused", when);
	consider_header(&j->probe->dialog.ehlo, s, f);
	return f;
}

static struct doctor_finding *
judge_hello(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, stage);

	switch (s->end) {
	case PROBE_STAGE_REFUSED:
		return judge_refused(j, s, when);
	case PROBE_STAGE_BROKEN:
		return is_reply_code(s, "250") ? doctor_judge_too_long(j, stage, when)
					       : doctor_judge_not_smtp(j, stage);
	case PROBE_STAGE_TIMEOUT:
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
		return doctor_judge_lost(j, stage, when);
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
	case PROBE_STAGE_PASSED:
		break;
	}
	return NULL;
}

/* HELO was taken in place of EHLO, so that the stage has passed. */
static bool
is_ehlo_refused(const struct doctor_judging *j, enum probe_stage stage, const struct probe_ehlo *e)
{
	return e->is_there && e->code / 100 == 5 &&
	       doctor_judge_stage(j, stage)->end == PROBE_STAGE_PASSED;
}

/* RFC 5321 §4.2.4, §4.2.2: 500 to 504 are about the command, the others about who says it. */
static bool
is_command_unknown(const struct probe_ehlo *e)
{
	return e->code / 10 == REPLY_SYNTAX / 10;
}

static struct doctor_finding *
find_out_of_step(const struct doctor_judging *j, enum probe_stage stage, const struct probe_ehlo *e)
{
	struct doctor_finding *f = doctor_judge_find(j, "replies-out-of-step", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "The replies on port %u come one too late, as if the server had been told a line "
	    "before "
	    "this machine said anything.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f,
	    "To EHLO came \"%03u %.100s\", and to HELO, which has no such list, the list of "
	    "extensions: \"%s\".",
	    (unsigned)e->code, e->text, doctor_words_reply(doctor_judge_stage(j, stage)).text);
	doctor_finding_exclude(f,
	    "A balancer that begins with a PROXY header, before a server that does not expect one, "
	    "does that; so does anything else that speaks first.");
	doctor_finding_set(&f->detail, "%03u %.100s", (unsigned)e->code, e->text);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static struct doctor_finding *
find_ehlo_refused(
    const struct doctor_judging *j, const char *when, const char *lost, const struct probe_ehlo *e)
{
	struct doctor_finding *f = doctor_judge_find(j, "ehlo-refused", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "The server on port %u refuses EHLO%s and takes HELO only, with which %s can be used.",
	    (unsigned)j->probe->port, when, lost);
	doctor_judge_prove_helo(e, f);
	doctor_finding_set(&f->detail, "%03u %.100s", (unsigned)e->code, e->text);
	return f;
}

struct doctor_finding *
doctor_judge_ehlo(const struct doctor_judging *j)
{
	const struct probe_ehlo *e = &j->probe->dialog.ehlo;

	if (j->probe->dialog.is_implicit_tls)
		return NULL;
	if (!is_ehlo_refused(j, PROBE_STAGE_EHLO, e))
		return judge_hello(j, PROBE_STAGE_EHLO, "at EHLO");
	if (j->probe->dialog.is_out_of_step)
		return find_out_of_step(j, PROBE_STAGE_EHLO, e);
	/* A server that knows no EHLO is a matter of STARTTLS. */
	return is_command_unknown(e)
		   ? NULL
		   : find_ehlo_refused(j, "", "neither STARTTLS nor a login (AUTH)", e);
}

struct doctor_finding *
doctor_judge_ehlo_tls(const struct doctor_judging *j)
{
	const struct probe_ehlo *e = &j->probe->dialog.ehlo_tls;

	if (!is_ehlo_refused(j, PROBE_STAGE_EHLO_TLS, e))
		return judge_hello(j, PROBE_STAGE_EHLO_TLS, "at EHLO after TLS");
	if (j->probe->dialog.is_out_of_step)
		return find_out_of_step(j, PROBE_STAGE_EHLO_TLS, e);
	return find_ehlo_refused(j, " after TLS", "no login (AUTH)", e);
}
