/* SPDX-License-Identifier: Apache-2.0 */
/* judge_reply.c - what a server says when it says no: by its words, else by its code */
#include "doctor/judge.h"

#include <string.h>

#include "doctor/words.h"
#include "explain/explain.h"

enum { TITLE_SIZE = 512, REPLY_GOING_AWAY = 421, ENHANCED_POLICY = 7 };

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

/* Who turns clients away at the door has not looked at any login, and at no mail. */
static bool
is_too_early(const struct doctor_judging *j, const struct probe_stage_fact *s,
    const struct explain_cause *cause)
{
	return s < j->probe->dialog.stages + PROBE_STAGE_AUTH &&
	       (cause->class != EXPLAIN_CLASS_POLICY || explain_cause_is_about_mail(cause));
}

/* Who is turned away at the door has not sent anything yet: it is connections that are counted. */
static void
say_cause(const struct doctor_judging *j, const struct explain_cause *cause, bool is_at_door,
    struct doctor_finding *f)
{
	const struct explain_words words = { .host = j->facts->host };
	struct buf title;

	if (is_at_door && strcmp(cause->id, "rate-limited") == 0) {
		doctor_finding_say(f,
		    "%s limits how many connections it takes, or how often, and turns this machine "
		    "away.",
		    j->facts->host);
		return;
	}
	buf_init(&title, TITLE_SIZE);
	explain_cause_fill(cause->title, &words, &title);
	doctor_finding_say(f, "%.*s", (int)title.len, (const char *)title.ptr);
	buf_done(&title);
}

struct doctor_finding *
doctor_judge_reply(const struct doctor_judging *j, const struct probe_stage_fact *s)
{
	const struct doctor_words reply = doctor_words_reply(s);
	const struct explain_cause *cause = find_cause(&reply);
	const bool is_at_door = s < j->probe->dialog.stages + PROBE_STAGE_AUTH;
	struct doctor_finding *f;

	if (cause == NULL || is_too_early(j, s, cause))
		return NULL;
	f = doctor_judge_find(j, cause->id, DOCTOR_BROKEN);
	say_cause(j, cause, is_at_door, f);
	doctor_finding_set(&f->detail, "%s", reply.text);
	return f;
}

/* "too many", "rate", and 421 with 4.7.x: the server counts. */
static bool
is_rate_limit(const struct probe_stage_fact *s)
{
	static const char *const words[] = { "too many", "rate limit", "ratelimit", "throttl",
		"too fast", "too much", "connection limit", "concurrent" };

	if (s->code / 100 != 4 && s->code / 100 != 5)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasestr(s->text, words[i]) != NULL)
			return true;
	return s->code == REPLY_GOING_AWAY && s->enhanced[0] == 4 &&
	       s->enhanced[1] == ENHANCED_POLICY;
}

/* By its code, when its words are not known. */
static struct doctor_finding *
find_by_code(const struct doctor_judging *j, const struct probe_stage_fact *s, const char *id,
    const char *when)
{
	const char *what = "turns this machine away";
	struct doctor_finding *f;

	if (is_rate_limit(s)) {
		id = "rate-limited";
		what = "limits how often or from where one may connect, and says so";
	} else if (s->code / 100 == 4) {
		id = "temporary-failure";
		what = "has a trouble of its own and asks to come back later,";
	}
	f = doctor_judge_find(j, id, DOCTOR_BROKEN);
	doctor_finding_say(f, "The server %s %s on port %u.", what, when, (unsigned)j->probe->port);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	return f;
}

struct doctor_finding *
doctor_judge_refusal(const struct doctor_judging *j, const struct probe_stage_fact *s,
    const char *id, const char *when)
{
	struct doctor_finding *f = doctor_judge_reply(j, s);

	if (f == NULL)
		f = find_by_code(j, s, id, when);
	doctor_finding_prove(f, "It said %s: \"%s\".", when, doctor_words_reply(s).text);
	doctor_finding_exclude(f, "The port is not blocked: the server answered.");
	return f;
}
