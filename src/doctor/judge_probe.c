/* SPDX-License-Identifier: Apache-2.0 */
/* judge_probe.c - one port of one address: the first rule that finds it broken has the word */
#include "doctor/judge.h"

#include "doctor/view.h"
#include "doctor/words.h"

typedef struct doctor_finding *judge_fn(const struct doctor_judging *j);

/* In the order of the dialog, but for what explains what else looks wrong. */
static judge_fn *const rules[] = {
	doctor_judge_interception,
	doctor_judge_client_certificate,
	doctor_judge_greeting,
	doctor_judge_ehlo,
	doctor_judge_starttls,
	doctor_judge_handshake,
	doctor_judge_ehlo_tls,
	doctor_judge_certificate,
	doctor_judge_path,
	doctor_judge_auth,
	doctor_judge_mail,
};

struct doctor_finding *
doctor_judge_find(const struct doctor_judging *j, const char *id, enum doctor_weight weight)
{
	struct doctor_finding *f = doctor_finding_add(j->verdict, id, weight, j->at);

	doctor_finding_set(&f->port, "%u", (unsigned)j->probe->port);
	return f;
}

const struct probe_stage_fact *
doctor_judge_stage(const struct doctor_judging *j, enum probe_stage stage)
{
	return &j->probe->dialog.stages[stage];
}

/* Silence, and yet of many SYNs some were taken: no filter does that. */
static struct doctor_finding *
find_lossy(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *again = j->probe->again;
	struct doctor_finding *f = doctor_judge_find(j, "inconclusive", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u is not blocked, but packets get lost on the way: some connections come about "
	    "and others do not.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f,
	    "%s did not answer within %s, and then took a SYN with a TTL of %u.",
	    doctor_words_endpoint(j->probe).text,
	    doctor_words_time(j->probe->dialog.tcp.took_us).text, (unsigned)j->probe->path.end_ttl);
	if (again != NULL && again->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_PASSED)
		doctor_finding_prove(f, "A second connection was greeted: \"%s\".",
		    doctor_words_reply(&again->stages[PROBE_STAGE_GREETING]).text);
	doctor_finding_exclude(f,
	    "A bad radio link, an overloaded line, and a firewall that limits "
	    "new connections look like this. Try again some minutes later.");
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/* A second try went where the first did not: neither can be relied on. */
static struct doctor_finding *
judge_contradiction(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *once = &j->probe->dialog, *again = j->probe->again;
	struct doctor_finding *f;

	if (once->tcp.end == PROBE_TCP_SILENT && doctor_view_is_taken_by_ladder(j->probe))
		return find_lossy(j);
	if (again == NULL || !again->is_tried || once->tcp.end == again->tcp.end ||
	    again->stages[PROBE_STAGE_GREETING].end != PROBE_STAGE_PASSED)
		return NULL;
	f = doctor_judge_find(j, "inconclusive", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "Port %u is unreliable: the first connection failed (%s), the second was greeted.",
	    (unsigned)j->probe->port, probe_tcp_end_name(once->tcp.end));
	doctor_finding_prove(f, "%s: %s after %s, then %s after %s.",
	    doctor_words_endpoint(j->probe).text, probe_tcp_end_name(once->tcp.end),
	    doctor_words_time(once->tcp.took_us).text, probe_tcp_end_name(again->tcp.end),
	    doctor_words_time(again->tcp.took_us).text);
	doctor_finding_exclude(f, "Lost packets, an overloaded server, or several machines behind "
				  "one address look like this. Try again some minutes later.");
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/* Beside our other connections it was not answered, alone it was taken. */
static void
warn_of_loss(const struct doctor_judging *j)
{
	const struct probe_tcp *tcp = &j->probe->again->tcp;
	struct doctor_finding *f = doctor_judge_find(j, "inconclusive", DOCTOR_WARNING);

	doctor_finding_say(f,
	    "Packets to port %u get lost, or only so many connections at a time are let through: "
	    "one was not answered, a second one was.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "%s: silence for %s, then a greeting.",
	    doctor_words_endpoint(j->probe).text, doctor_words_time(tcp->took_us).text);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
}

static void
warn_of_limit(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *other = j->probe->again;
	struct doctor_finding *f;

	if (other == NULL || !other->is_tried)
		return;
	if (other->tcp.end == PROBE_TCP_SILENT)
		warn_of_loss(j);
	if (other->tcp.end != PROBE_TCP_RESET)
		return;
	f = doctor_judge_find(j, "rate-limited", DOCTOR_NOTE);
	doctor_finding_say(f,
	    "The server, or a firewall before it, takes only so many connections at a time: one to "
	    "port %u was reset while others were open, and taken when it was alone.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "%s: a reset after %s, then a greeting.",
	    doctor_words_endpoint(j->probe).text, doctor_words_time(other->tcp.took_us).text);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
}

static struct doctor_finding *
judge_open(const struct doctor_judging *j)
{
	struct doctor_finding *f = NULL;

	warn_of_limit(j);
	for (size_t i = 0; i < sizeof rules / sizeof rules[0] && f == NULL; i++)
		f = rules[i](j);
	return f;
}

struct doctor_finding *
doctor_judge_probe(const struct doctor_judging *j)
{
	struct doctor_finding *f = judge_contradiction(j);

	if (f != NULL)
		return f;
	switch (j->probe->dialog.tcp.end) {
	case PROBE_TCP_OPEN:
		return judge_open(j);
	case PROBE_TCP_LOCAL:
		return doctor_judge_local(j);
	case PROBE_TCP_SILENT:
		f = doctor_judge_captive(j);
		return f != NULL ? f : doctor_judge_silent(j);
	case PROBE_TCP_RESET:
		return doctor_judge_reset(j);
	case PROBE_TCP_REJECTED:
		f = doctor_judge_captive(j);
		return f != NULL ? f : doctor_judge_rejected(j);
	case PROBE_TCP_UNREACHABLE:
		return doctor_judge_unreachable(j);
	case PROBE_TCP_NOT_TRIED:
		break;
	}
	return NULL;
}
