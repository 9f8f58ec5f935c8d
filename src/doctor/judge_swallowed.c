/* SPDX-License-Identifier: Apache-2.0 */
/* judge_swallowed.c - connections begin, and nobody's greeting comes: this host's, or others'. */
#include "doctor/judge.h"

#include <string.h>

#include "doctor/view.h"
#include "doctor/words.h"

/* What it said to somebody who began with TLS: "HTTP/1.1 302 Found". */
static const char *
find_http(const struct doctor_judging *j)
{
	for (size_t i = 0; i < j->facts->probe_count; i++) {
		const struct doctor_probe *p = &j->facts->probes[i];
		const struct probe_dialog_facts *other = p->other_mode;
		const char *text = p->dialog.stages[PROBE_STAGE_HANDSHAKE].text;

		if (!doctor_view_same_ip(&p->address, &j->probe->address))
			continue;
		if (strncmp(text, "HTTP/", 5) == 0)
			return text;
		if (other != NULL &&
		    strncmp(other->stages[PROBE_STAGE_HANDSHAKE].text, "HTTP/", 5) == 0)
			return other->stages[PROBE_STAGE_HANDSHAKE].text;
	}
	return NULL;
}

static bool
is_greeted(const struct probe_dialog_facts *d)
{
	return d->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_PASSED;
}

/* The ladder that was answered: of the port, else of another one of its address; NULL: none. */
static const struct doctor_probe *
find_answered_ladder(const struct doctor_judging *j)
{
	return j->probe->path.end_ttl != 0 ? j->probe : doctor_view_measured(j->facts, j->probe);
}

/* Is it the first router that takes the connection, and those to other ports as well? */
static bool
is_taken_next_door(const struct doctor_judging *j, bool is_everywhere)
{
	const struct probe_route *route = doctor_view_route(j->facts, j->probe);
	const struct doctor_probe *control = doctor_view_measured(j->facts, j->probe);
	const struct doctor_probe *own = is_everywhere ? find_answered_ladder(j) : j->probe;

	return route != NULL && route->has_gateway && own != NULL && own->path.end_ttl == 1 &&
	       (control == NULL || control->path.end_ttl == 1);
}

static void
prove_next_door(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_route *route = doctor_view_route(j->facts, j->probe);
	const struct doctor_probe *own = find_answered_ladder(j);
	const bool is_compared = doctor_view_measured(j->facts, own) != NULL;

	doctor_finding_set(&f->where, "%s", "1 hop away");
	doctor_finding_set(&f->offender, "%s", doctor_words_ip(&route->gateway).text);
	doctor_finding_prove(f,
	    "A SYN with a TTL of 1, which no router passes on, is answered on "
	    "port %u%s.",
	    (unsigned)own->port, is_compared ? ", and on others" : "");
}

static void
prove_mute(const struct doctor_view_greetings *greetings, struct doctor_finding *f)
{
	const struct doctor_control *const mute[] = { greetings->first_mute,
		greetings->second_mute };

	for (size_t i = 0; i < sizeof mute / sizeof mute[0]; i++) {
		const struct probe_stage_fact *s = &mute[i]->dialog->stages[PROBE_STAGE_GREETING];

		if (s->end == PROBE_STAGE_TIMEOUT)
			doctor_finding_prove(f,
			    "%s, another host, is open on port %u and silent as well, for %s.",
			    mute[i]->name, (unsigned)mute[i]->port,
			    doctor_words_time(s->took_us).text);
		else
			doctor_finding_prove(f,
			    "%s, another host, is open on port %u and says \"%.100s\".",
			    mute[i]->name, (unsigned)mute[i]->port, s->text);
	}
}

/*
 * Somebody takes the connection for itself, on other ports as well: there is nothing to compare
 * with. That it is the first router the ladder says, and that it is none of the host's doing the
 * silence of others. A login page or a proxy, unless the name is the router's own.
 */
static struct doctor_finding *
judge_swallowed(const struct doctor_judging *j)
{
	const struct doctor_view_greetings greetings =
	    doctor_view_greetings(j->facts, doctor_view_is_v4(j->probe));
	const struct probe_route *route = doctor_view_route(j->facts, j->probe);
	const bool is_everywhere = doctor_view_is_swallowed(&greetings);
	const bool is_by_router = is_taken_next_door(j, is_everywhere);
	const char *http = find_http(j);
	struct doctor_finding *f;

	if (is_greeted(&j->probe->dialog) || (!is_by_router && !is_everywhere))
		return NULL;
	f = doctor_judge_find(j, "proxy-transparent", DOCTOR_BROKEN);
	if (is_by_router)
		doctor_finding_say(f,
		    "Your router, %s, takes connections to port %u for itself and does not pass "
		    "them on: a login page of this network, or a proxy.",
		    doctor_words_ip(&route->gateway).text, (unsigned)j->probe->port);
	else
		doctor_finding_say(f,
		    "Something on the way takes connections to port %u, of this host and of "
		    "others, and does not pass them on: a login page of this network, or a proxy.",
		    (unsigned)j->probe->port);
	if (is_by_router)
		prove_next_door(j, f);
	doctor_finding_prove(f, "Whoever takes it does not greet as a mail server does.");
	if (is_everywhere)
		prove_mute(&greetings, f);
	if (http != NULL)
		doctor_finding_prove(f, "It speaks HTTP: \"%.100s\".", http);
	if (is_by_router && !is_everywhere)
		doctor_finding_exclude(f,
		    "If %s is that router's own address, then it is the router that "
		    "has no mail server.",
		    doctor_words_address(&j->probe->address).text);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

/* The port of that address with as long a way as this one has; NULL: none is known to have. */
static const struct doctor_probe *
find_as_far(const struct doctor_judging *j)
{
	const struct doctor_probe *genuine = doctor_view_genuine(j->facts, j->probe), *p = j->probe;
	const struct doctor_probe *measured = doctor_view_measured(j->facts, p);

	if (genuine == NULL)
		return NULL;
	if (measured != NULL && p->path.end_ttl > 1)
		return p->path.end_ttl == measured->path.end_ttl ? measured : NULL;
	return p->answer_ttl != 0 && p->answer_ttl == genuine->answer_ttl ? genuine : NULL;
}

/*
 * The host takes the connection itself, as far as can be seen, and yet nobody's words come through
 * on this port, whichever host is asked: a filter that looks at packets and not at connections.
 */
static struct doctor_finding *
judge_muffled(const struct doctor_judging *j)
{
	const struct doctor_view_greetings greetings =
	    doctor_view_greetings(j->facts, doctor_view_is_v4(j->probe));
	const struct doctor_probe *as_far = find_as_far(j);
	struct doctor_finding *f;

	if (j->probe->dialog.stages[PROBE_STAGE_GREETING].end != PROBE_STAGE_TIMEOUT ||
	    !doctor_view_is_swallowed(&greetings) || as_far == NULL)
		return NULL;
	f = doctor_judge_find(j, "port-filtered", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "A filter on the way lets connections to port %u begin, of this host and of others, "
	    "and drops what is said on them.",
	    (unsigned)j->probe->port);
	if (as_far->path.end_ttl != 0 && j->probe->path.end_ttl != 0)
		doctor_finding_prove(f,
		    "The connection is taken at the host's own distance: a SYN needs a TTL of %u, "
		    "as one to port %u does.",
		    (unsigned)j->probe->path.end_ttl, (unsigned)as_far->port);
	else
		doctor_finding_prove(f,
		    "The connection is taken at the host's own distance: its answers arrive with a "
		    "TTL of %u, as those of port %u do.",
		    (unsigned)j->probe->answer_ttl, (unsigned)as_far->port);
	prove_mute(&greetings, f);
	doctor_finding_exclude(f, "A login page of this network, or a proxy, would answer from "
				  "nearer than the host stands.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

struct doctor_finding *
doctor_judge_swallowed(const struct doctor_judging *j)
{
	struct doctor_finding *f = judge_muffled(j);

	return f == NULL ? judge_swallowed(j) : f;
}
