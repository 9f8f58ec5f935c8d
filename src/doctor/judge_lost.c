/* SPDX-License-Identifier: Apache-2.0 */
/* judge_lost.c - a dialog that stopped in the middle: who is silent, or who has ended it? */
#include "doctor/cell.h"
#include "doctor/judge.h"

#include "doctor/words.h"

enum { FAR_US = 1500000 };

/*
 * Who is it that is silent? What the peer's kernel has not acknowledged has not come there; then it
 * is not the server that is slow.
 */
static void
prove_waiting(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_bulk *b = &j->probe->dialog.bulk;

	if (b->unsent_len != 0 && b->retransmits != 0)
		doctor_finding_prove(f,
		    "The last %u octets that we sent were never acknowledged, after %u "
		    "retransmissions: they are lost on the way, or their acknowledgement is.",
		    (unsigned)b->unsent_len, b->retransmits);
	else
		doctor_finding_exclude(f, "Nothing of ours is lost on the way: all of it was "
					  "acknowledged.");
}

struct doctor_finding *
doctor_judge_too_slow(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	struct doctor_finding *f = doctor_judge_find(j, "inconclusive", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u answers, but so slowly that the time of this check was over %s: whether "
	    "submission works cannot be said.",
	    (unsigned)j->probe->port, when);
	for (unsigned i = PROBE_STAGE_CONNECT; i < stage; i++)
		if (doctor_judge_stage(j, i)->end == PROBE_STAGE_PASSED)
			doctor_finding_prove(f, "The stage %s took %s.", doctor_cell_stage(i),
			    doctor_words_time(doctor_judge_stage(j, i)->took_us).text);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/*
 * Packets take so long that what we have waited was not long. A SYN goes out anew before its answer
 * comes then, so that it was sent twice says nothing.
 */
static bool
is_far(const struct doctor_judging *j)
{
	return j->probe->dialog.tcp.took_us > FAR_US;
}

static struct doctor_finding *
find_hanging(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	const struct probe_bulk *b = &j->probe->dialog.bulk;
	const struct probe_stage_fact *s = doctor_judge_stage(j, stage);
	struct doctor_finding *f;

	if (is_far(j))
		return doctor_judge_too_slow(j, stage, when);
	f = doctor_judge_find(j, "dialog-timeout", DOCTOR_BROKEN);
	if (b->unsent_len != 0 && b->retransmits != 0)
		doctor_finding_say(f,
		    "What this machine sends %s on port %u does not arrive; before that the server "
		    "answered.",
		    when, (unsigned)j->probe->port);
	else if (s->partial_len != 0)
		doctor_finding_say(f,
		    "The server on port %u begins to answer %s, but did not come to an end within "
		    "%s.",
		    (unsigned)j->probe->port, when, doctor_words_time(s->took_us).text);
	else
		doctor_finding_say(f,
		    "The server on port %u does not answer any more %s: nothing came within %s.",
		    (unsigned)j->probe->port, when, doctor_words_time(s->took_us).text);
	prove_waiting(j, f);
	return f;
}

struct doctor_finding *
doctor_judge_lost(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, stage);
	struct doctor_finding *f;

	if (s->end == PROBE_STAGE_TIMEOUT && j->probe->dialog.is_cut_short)
		return doctor_judge_too_slow(j, stage, when);
	if (s->end == PROBE_STAGE_TIMEOUT) {
		f = find_hanging(j, stage, when);
	} else {
		f = doctor_judge_find(j, "connection-lost", DOCTOR_BROKEN);
		doctor_finding_say(f, "The connection to port %u was lost %s: %s.",
		    (unsigned)j->probe->port, when, doctor_cell_stage_end(s->end));
	}
	doctor_finding_prove(f, "The stage %s of %s ended after %s%s%s.", doctor_cell_stage(stage),
	    doctor_words_endpoint(j->probe).text, doctor_words_time(s->took_us).text,
	    s->text[0] == '\0' ? "" : ": ", s->text[0] == '\0' ? "" : doctor_words_reply(s).text);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}
