/* SPDX-License-Identifier: Apache-2.0 */
/* judge_reply.c - what a server says when it says no: the catalogue of messages knows many of them
 */
#include "doctor/judge.h"

#include <stdio.h>

#include "doctor/words.h"
#include "explain/explain.h"

enum { TITLE_SIZE = 512 };

/* Is it about who sends or what, and not about the way here? */
static bool
is_for_replies(const struct explain_cause *cause)
{
	return cause->class == EXPLAIN_CLASS_AUTH || cause->class == EXPLAIN_CLASS_POLICY ||
	       cause->class == EXPLAIN_CLASS_SIZE;
}

/* The cause that its words, not its code alone, stand for; NULL: they are not known. */
static const struct explain_cause *
find_cause(const struct doctor_words *reply)
{
	struct explain_answer answer;

	explain_text(slice_of(reply->text), &answer);
	if (answer.count == 0 || answer.results[0].evidence != EXPLAIN_BY_REPLY_TEXT ||
	    !is_for_replies(answer.results[0].cause))
		return NULL;
	return answer.results[0].cause;
}

struct doctor_finding *
doctor_judge_reply(const struct doctor_judging *j, const struct probe_stage_fact *s)
{
	const struct doctor_words reply = doctor_words_reply(s);
	const struct explain_cause *cause = find_cause(&reply);
	const struct explain_words words = { .host = j->facts->host };
	struct doctor_finding *f;
	struct buf title;

	/* Who turns clients away at the door has not looked at any login. */
	if (cause == NULL || (s < j->probe->dialog.stages + PROBE_STAGE_AUTH &&
				 cause->class != EXPLAIN_CLASS_POLICY))
		return NULL;
	f = doctor_judge_find(j, cause->id, DOCTOR_BROKEN);
	buf_init(&title, TITLE_SIZE);
	explain_cause_fill(cause->title, &words, &title);
	doctor_finding_say(f, "%.*s", (int)title.len, (const char *)title.ptr);
	buf_done(&title);
	doctor_finding_set(&f->detail, "%s", reply.text);
	return f;
}
