/* SPDX-License-Identifier: Apache-2.0 */
/* judge_mail.c - a message was submitted: who refused what, and is it worth to try again? */
#include "doctor/cell.h"
#include "doctor/judge.h"

#include <inttypes.h>
#include <string.h>

#include "doctor/view.h"
#include "doctor/words.h"

enum { AUTH_REQUIRED = 530, MESSAGE_TOO_BIG = 552 };

struct mail_rule {
	enum probe_stage stage;
	const char *id, *sentence;
};

/* What a permanent refusal means where nothing in it says more. */
static const struct mail_rule permanent[] = {
	{ PROBE_STAGE_MAIL, "sender-refused", "The server does not take mail from this sender." },
	{ PROBE_STAGE_RCPT, "recipient-refused",
	    "The server does not take mail for this "
	    "recipient." },
	{ PROBE_STAGE_DATA, "message-refused", "The server does not take a message now." },
	{ PROBE_STAGE_END, "message-refused",
	    "The server has read the message and does not take "
	    "it." },
};

static bool
says(const struct probe_stage_fact *s, const char *word)
{
	return strcasestr(s->text, word) != NULL;
}

static bool
is_enhanced(const struct probe_stage_fact *s, uint16_t subject, uint16_t detail)
{
	return s->enhanced[0] != 0 && s->enhanced[1] == subject && s->enhanced[2] == detail;
}

static bool
is_logged_in(const struct probe_dialog_facts *d)
{
	return d->stages[PROBE_STAGE_AUTH].end == PROBE_STAGE_PASSED;
}

/* It says so; or it puts a stranger's recipient off by a rule (x.7.1), which is how it is done. */
static bool
is_greylisting(const struct probe_dialog_facts *d, enum probe_stage stage)
{
	const struct probe_stage_fact *s = &d->stages[stage];

	return says(s, "greylist") || says(s, "graylist") || says(s, "grey list") ||
	       says(s, "gray list") ||
	       (stage == PROBE_STAGE_RCPT && !is_logged_in(d) && s->code / 10 == 45 &&
		   is_enhanced(s, 7, 1) && !says(s, "relay"));
}

static bool
is_relay(const struct probe_stage_fact *s)
{
	return says(s, "relay") && !says(s, "relayed");
}

static bool
is_size(const struct probe_stage_fact *s)
{
	return is_enhanced(s, 3, 4) ||
	       (s->code == MESSAGE_TOO_BIG && (says(s, "size") || says(s, "too big") ||
						  says(s, "too large") || s->enhanced[0] == 0));
}

static struct mail_rule
choose_rule(const struct probe_dialog_facts *d, enum probe_stage stage)
{
	const struct probe_stage_fact *s = &d->stages[stage];

	if (s->code == AUTH_REQUIRED || is_enhanced(s, 7, 0) || says(s, "authentication required"))
		return (struct mail_rule){ stage, "auth-missing",
			"The server wants a login before it takes mail." };
	if (is_size(s))
		return (struct mail_rule){ stage, "size-exceeded",
			"The message is larger than the server takes." };
	if (s->code / 100 == 4 && is_greylisting(d, stage))
		return (struct mail_rule){ stage, "greylisted",
			is_logged_in(d)
			    ? "The server asks to come back later (greylisting), though you are "
			      "logged in, which servers for submission do not do."
			    : "The server asks strangers to come back later (greylisting): that is "
			      "what port 25 is like, not a submission with login." };
	if (s->code / 100 == 4 &&
	    (says(s, "too many") || says(s, "rate") || says(s, "limit") || is_enhanced(s, 7, 28)))
		return (struct mail_rule){ stage, "rate-limited",
			"The server limits how much may be sent, and this is above it." };
	if (stage == PROBE_STAGE_RCPT && is_relay(s))
		return (struct mail_rule){ stage, "relay-denied",
			"The server does not pass mail on for strangers to this recipient." };
	if (s->code / 100 == 4)
		return (struct mail_rule){ stage, "temporary-failure",
			"The server has a trouble of its own and asks to try again later." };
	for (size_t i = 0; i < sizeof permanent / sizeof permanent[0]; i++)
		if (permanent[i].stage == stage)
			return permanent[i];
	return permanent[sizeof permanent / sizeof permanent[0] - 1];
}

static struct doctor_finding *
find_refused(const struct doctor_judging *j, enum probe_stage stage)
{
	const struct probe_stage_fact *s = &j->probe->dialog.stages[stage];
	const struct probe_dialog_facts *d = &j->probe->dialog;
	const struct mail_rule rule = choose_rule(d, stage);
	struct doctor_finding *f = is_greylisting(d, stage) ? NULL : doctor_judge_reply(j, s);

	if (f == NULL) {
		f = doctor_judge_find(j, rule.id, DOCTOR_BROKEN);
		doctor_finding_say(f, "%s", rule.sentence);
		doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	}
	doctor_finding_prove(f, "Port %u answered at %s: \"%s\".", (unsigned)j->probe->port,
	    doctor_cell_stage(stage), doctor_words_reply(s).text);
	return f;
}

/* Known without a word of the message: what EHLO says of sizes. */
static struct doctor_finding *
judge_size(const struct doctor_judging *j)
{
	const uint64_t max = j->probe->dialog.ehlo_tls.size_max;
	struct doctor_finding *f;

	if (max == 0 || j->facts->message_len <= max)
		return NULL;
	f = doctor_judge_find(j, "size-exceeded", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "The message has %" PRIu64 " octets; the server takes up to %" PRIu64 ".",
	    j->facts->message_len, max);
	doctor_finding_prove(
	    f, "EHLO on port %u: SIZE %" PRIu64 ".", (unsigned)j->probe->port, max);
	doctor_finding_set(&f->detail, "%" PRIu64, max);
	return f;
}

/* Whether the server has taken it nobody knows once the text was sent, and no reply came. */
static void
tell_fate(struct doctor_finding *f, enum probe_stage stage)
{
	if (stage == PROBE_STAGE_END)
		doctor_finding_exclude(f, "The text was on its way: the message may have been "
					  "taken all the same. Look for it before it is sent "
					  "again.");
	else
		doctor_finding_exclude(f, "Nothing of the message was sent: it was not taken.");
}

static struct doctor_finding *
find_lost(const struct doctor_judging *j, enum probe_stage stage)
{
	const struct probe_stage_fact *s = &j->probe->dialog.stages[stage];
	const bool is_timeout = s->end == PROBE_STAGE_TIMEOUT;
	struct doctor_finding *f;

	if (is_timeout && j->probe->dialog.is_cut_short) {
		f = doctor_judge_too_slow(j, stage, "while the message was submitted");
		tell_fate(f, stage);
		return f;
	}
	f = doctor_judge_find(j, is_timeout ? "dialog-timeout" : "connection-lost", DOCTOR_BROKEN);
	doctor_finding_say(f, "%s on port %u while the message was submitted.",
	    is_timeout ? "The server did not answer any more" : "The connection was lost",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "The stage %s ended with: %s%s%s.", doctor_cell_stage(stage),
	    probe_stage_end_name(s->end), s->text[0] == '\0' ? "" : ", ",
	    doctor_words_reply(s).text);
	tell_fate(f, stage);
	return f;
}

struct doctor_finding *
doctor_judge_mail(const struct doctor_judging *j)
{
	struct doctor_finding *f = judge_size(j);

	if (!j->facts->wants_mail || f != NULL)
		return f;
	for (unsigned stage = PROBE_STAGE_MAIL; stage <= PROBE_STAGE_END; stage++) {
		switch (j->probe->dialog.stages[stage].end) {
		case PROBE_STAGE_REFUSED:
			return find_refused(j, (enum probe_stage)stage);
		case PROBE_STAGE_TIMEOUT:
		case PROBE_STAGE_CLOSED:
		case PROBE_STAGE_RESET:
		case PROBE_STAGE_BROKEN:
			return find_lost(j, (enum probe_stage)stage);
		case PROBE_STAGE_NOT_REACHED:
		case PROBE_STAGE_SKIPPED:
		case PROBE_STAGE_PASSED:
			break;
		}
	}
	return NULL;
}
