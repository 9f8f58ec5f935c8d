/* SPDX-License-Identifier: Apache-2.0 */
/* judge_subject.c - one port of the host, over all of its addresses */
#include "doctor/judge.h"

#include <stdlib.h>

#include "doctor/view.h"
#include "doctor/words.h"
#include "util/alloc.h"
#include "util/port.h"

/* More than one port of one address can add, and the answer over all. */
enum { FINDINGS_RESERVED = 24 };

/* Both have been tried: which tells more? The one that came further. */
static bool
is_telling(const struct doctor_facts *facts, const struct doctor_finding *f,
    const struct doctor_finding *than)
{
	const struct doctor_probe *a = &facts->probes[f->probe], *b = &facts->probes[than->probe];
	const bool is_local = f->cause->class == EXPLAIN_CLASS_LOCAL;

	if (is_local != (than->cause->class == EXPLAIN_CLASS_LOCAL))
		return !is_local;
	return doctor_view_progress(a) > doctor_view_progress(b);
}

/* Of very many addresses the last ones are not judged: the others have said it all. */
static bool
has_room(const struct doctor_verdict *verdict)
{
	return verdict->finding_count < DOCTOR_FINDINGS_MAX - FINDINGS_RESERVED;
}

static void
judge_addresses(
    const struct doctor_facts *facts, struct doctor_subject *s, struct doctor_verdict *verdict)
{
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];
		const struct doctor_judging j = { facts, verdict, i, p };

		if (p->port != s->port || p->is_control || !has_room(verdict) ||
		    p->dialog.tcp.end == PROBE_TCP_NOT_TRIED)
			continue;
		s->broken[i] = doctor_judge_probe(&j);
		s->tried++;
		s->working += s->broken[i] == NULL;
		if (s->broken[i] != NULL &&
		    (s->deciding == NULL || is_telling(facts, s->broken[i], s->deciding)))
			s->deciding = s->broken[i];
	}
}

static void
subject_init(struct doctor_subject *s, const struct doctor_facts *facts, uint16_t port)
{
	*s = (struct doctor_subject){ .port = port };
	s->broken = xcalloc(facts->probe_count + 1, sizeof(struct doctor_finding *));
}

static void
subject_done(struct doctor_subject *s)
{
	free(s->broken);
	s->broken = NULL;
}

/* All findings that were added since have at most that weight. */
static void
lighten(struct doctor_verdict *verdict, size_t since, enum doctor_weight weight)
{
	for (size_t i = since; i < verdict->finding_count; i++)
		if (verdict->findings[i].weight < weight)
			verdict->findings[i].weight = weight;
}

static bool
is_unreached(const struct doctor_finding *f)
{
	return f->cause->class == EXPLAIN_CLASS_LOCAL ||
	       f->cause->class == EXPLAIN_CLASS_FILTERED || f->cause->class == EXPLAIN_CLASS_CLOSED;
}

void
doctor_judge_side_port(
    const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict)
{
	const size_t since = verdict->finding_count;
	struct doctor_subject s;

	subject_init(&s, facts, port);
	judge_addresses(facts, &s, verdict);
	lighten(verdict, since,
	    port == PORT_SUBMISSIONS && s.deciding != NULL && !is_unreached(s.deciding)
		? DOCTOR_WARNING
		: DOCTOR_NOTE);
	subject_done(&s);
}

static struct doctor_finding *
find_untried(const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict)
{
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "inconclusive", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_set(&f->port, "%u", (unsigned)port);
	doctor_finding_say(f, "Port %u of %s could not be tried in the time there was.",
	    (unsigned)port, facts->host);
	doctor_finding_prove(f, "The check took %s.", doctor_words_time(facts->took_us).text);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/*
 * Login and message are tried at one address only. What fails there says nothing about how the
 * others differ: it is the answer, and no trouble of a family.
 */
static struct doctor_finding *
find_submission(const struct doctor_facts *facts, const struct doctor_subject *s)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		if (s->broken[i] != NULL && doctor_view_is_submitted(&facts->probes[i]))
			return s->broken[i];
	return NULL;
}

static void
soften_others(const struct doctor_facts *facts, const struct doctor_subject *s,
    const struct doctor_finding *answer)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		if (s->broken[i] != NULL && s->broken[i] != answer &&
		    s->broken[i]->weight < DOCTOR_WARNING)
			s->broken[i]->weight = DOCTOR_WARNING;
}

struct doctor_finding *
doctor_judge_main_port(
    const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict)
{
	struct doctor_finding *f;
	struct doctor_subject s;

	subject_init(&s, facts, port);
	judge_addresses(facts, &s, verdict);
	f = find_submission(facts, &s);
	if (s.tried == 0)
		f = find_untried(facts, port, verdict);
	else if (f != NULL)
		soften_others(facts, &s, f);
	else if (s.working != 0 && s.deciding != NULL)
		f = doctor_judge_family(facts, &s, verdict);
	else if (s.working == 0)
		f = s.deciding;
	subject_done(&s);
	return f;
}
