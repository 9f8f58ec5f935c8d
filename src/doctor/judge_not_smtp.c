/* SPDX-License-Identifier: Apache-2.0 */
/* judge_not_smtp.c - what answers is no mail server, or none that mail programs can talk to */
#include "doctor/judge.h"

#include <string.h>

#include "doctor/words.h"
#include "smtp/client.h"

struct doctor_finding *
doctor_judge_not_smtp(const struct doctor_judging *j, enum probe_stage stage)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, stage);
	struct doctor_finding *f = doctor_judge_find(j, "not-smtp", DOCTOR_BROKEN);

	doctor_finding_say(
	    f, "What answers on port %u is no mail server.", (unsigned)j->probe->port);
	doctor_finding_prove(f, "Instead of \"%s ...\" it said: \"%s\".",
	    stage == PROBE_STAGE_GREETING ? "220" : "250", doctor_words_reply(s).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	return f;
}

struct doctor_finding *
doctor_judge_too_long(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, stage);
	struct doctor_finding *f = doctor_judge_find(j, "not-smtp", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "What answers on port %u speaks like a mail server, but its reply %s is longer than "
	    "mail programs read.",
	    (unsigned)j->probe->port, when);
	doctor_finding_prove(f,
	    "After %d lines, or a line of %d octets, the reply was still not over: \"%s\".",
	    SMTP_CLIENT_REPLY_LINES_MAX, SMTP_CLIENT_LINE_MAX, doctor_words_reply(s).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

/* LMTP knows no EHLO, only LHLO (RFC 2033 §4.1), and its servers greet with their protocol. */
static bool
speaks_lmtp(const struct doctor_judging *j)
{
	return doctor_judge_stage(j, PROBE_STAGE_EHLO)->code / 100 == 5 &&
	       strcasestr(doctor_judge_stage(j, PROBE_STAGE_GREETING)->text, "LMTP") != NULL;
}

struct doctor_finding *
doctor_judge_lmtp(const struct doctor_judging *j)
{
	struct doctor_finding *f;

	if (!speaks_lmtp(j))
		return NULL;
	f = doctor_judge_find(j, "not-smtp", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "What answers on port %u speaks LMTP, by which mail is put into mailboxes: it is no "
	    "server for submission.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "It greets with \"%s\", and says \"%s\" to EHLO.",
	    doctor_words_reply(doctor_judge_stage(j, PROBE_STAGE_GREETING)).text,
	    doctor_words_reply(doctor_judge_stage(j, PROBE_STAGE_EHLO)).text);
	doctor_finding_set(&f->detail, "LMTP");
	return f;
}
