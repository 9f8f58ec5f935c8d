/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/where.h"

#include <stdio.h>
#include <string.h>

#include "doctor/view.h"
#include "doctor/words.h"

/* The router at a hop of a ladder; NULL: silent, or something else. */
static const struct ip *
router_at(const struct probe_path *path, unsigned hop)
{
	if (hop == 0 || hop > path->count || path->hops[hop - 1].kind != PROBE_HOP_ROUTER)
		return NULL;
	return &path->hops[hop - 1].who;
}

/* The first router behind hop that is seen there; 0: none. */
static unsigned
next_router(const struct probe_path *path, unsigned hop)
{
	for (unsigned i = hop + 1; i <= path->count; i++)
		if (router_at(path, i) != NULL)
			return i;
	return 0;
}

/* No router answers for the port. */
static void
place_before_first(
    const struct doctor_facts *facts, const struct probe_path *control, struct doctor_where *where)
{
	const struct ip *first = router_at(control, 1);

	if (where->distance == 1) {
		where->side = DOCTOR_SIDE_SERVER;
		(void)snprintf(where->text, sizeof where->text,
		    "on this machine or on the server; no router is between them");
	} else if (first != NULL) {
		where->side = DOCTOR_SIDE_HERE;
		(void)snprintf(where->text, sizeof where->text,
		    "on this machine or at the first router, %.80s",
		    doctor_words_who(facts, first).text);
	} else if (next_router(control, 0) != 0) {
		where->side = DOCTOR_SIDE_HERE;
		(void)snprintf(where->text, sizeof where->text, "on this machine or before hop %u",
		    next_router(control, 0));
	} else {
		(void)snprintf(where->text, sizeof where->text,
		    "at a place that cannot be seen: no router on the way shows itself");
	}
}

/* Some router did. */
static void
place_behind(
    const struct doctor_facts *facts, const struct probe_path *control, struct doctor_where *where)
{
	const struct doctor_words who = doctor_words_who(facts, &where->who);
	const unsigned next = next_router(control, where->hop);

	if (next != 0) {
		where->side = DOCTOR_SIDE_BETWEEN;
		(void)snprintf(where->text, sizeof where->text,
		    "%.32s, at %.100s or just behind it", doctor_words_hops(where->hop).text,
		    who.text);
	} else if (where->distance == where->hop + 1) {
		where->side = DOCTOR_SIDE_SERVER;
		(void)snprintf(where->text, sizeof where->text,
		    "at the last router, %.100s, or at the server itself", who.text);
	} else if (where->distance != 0) {
		where->side = DOCTOR_SIDE_UNKNOWN;
		(void)snprintf(where->text, sizeof where->text,
		    "behind hop %u, %.100s; the server is hop %u", where->hop, who.text,
		    where->distance);
	} else {
		(void)snprintf(where->text, sizeof where->text, "at hop %u, %.100s, or behind it",
		    where->hop, who.text);
	}
}

static void
write_proof(
    const struct doctor_probe *p, const struct doctor_probe *control, struct doctor_where *where)
{
	char ours[96];

	if (where->hop == 0)
		(void)snprintf(
		    ours, sizeof ours, "no router answers SYNs to port %u", (unsigned)p->port);
	else
		(void)snprintf(ours, sizeof ours,
		    "the last router that answers SYNs to port %u is hop %u", (unsigned)p->port,
		    where->hop);
	if (control == NULL)
		(void)snprintf(where->proof, sizeof where->proof,
		    "SYNs with small TTL: %s; there is no port that works to compare with.", ours);
	else
		(void)snprintf(where->proof, sizeof where->proof,
		    "SYNs with small TTL: %s; to port %u routers answer up to hop %u and the "
		    "server at hop %u.",
		    ours, (unsigned)control->port, control->path.last_router_ttl,
		    control->path.end_ttl);
}

void
doctor_where_dropped(
    const struct doctor_facts *facts, const struct doctor_probe *p, struct doctor_where *where)
{
	static const struct probe_path none = { 0 };
	const struct doctor_probe *control = doctor_view_measured(facts, p);
	const struct probe_path *path = control == NULL ? &none : &control->path;
	const struct probe_route *route = doctor_view_route(facts, p);
	const struct ip *who;

	*where = (struct doctor_where){ .distance = path->end_ttl };
	if (route != NULL && route->is_loopback) {
		where->side = DOCTOR_SIDE_HERE;
		(void)snprintf(where->text, sizeof where->text, "on this machine");
		return;
	}
	if (!doctor_view_has_path(p))
		return;
	where->hop = p->path.last_router_ttl;
	who = router_at(&p->path, where->hop);
	if (who != NULL) {
		where->has_who = true;
		where->who = *who;
		place_behind(facts, path, where);
	} else {
		place_before_first(facts, path, where);
	}
	write_proof(p, control, where);
}

unsigned
doctor_where_hop(
    const struct doctor_facts *facts, const struct doctor_probe *p, const struct ip *who)
{
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *other = &facts->probes[i];

		if (!doctor_view_same_ip(&other->address, &p->address))
			continue;
		for (unsigned hop = 1; hop <= other->path.count; hop++) {
			const struct ip *at = router_at(&other->path, hop);

			if (at != NULL && memcmp(at, who, sizeof *at) == 0)
				return hop;
		}
	}
	return 0;
}

/*
 * A connection that is taken for the TTL behind a router's own: by that router, which looks at the
 * TTL before it forwards (a SYN proxy does it then), or by the next. Where the answers do not tell,
 * no more is known.
 */
static bool
is_taken_behind(const struct doctor_probe *p, const struct doctor_probe *control)
{
	const int distance = doctor_view_distance(p->answer_ttl);
	const bool is_told = distance >= 0 && (unsigned)distance + 1 < control->path.end_ttl;

	return !is_told && p->dialog.tcp.end == PROBE_TCP_OPEN && p->path.end_ttl > 1 &&
	       router_at(&p->path, p->path.end_ttl - 1) != NULL;
}

static void
name_range(
    const struct doctor_facts *facts, const struct doctor_probe *p, struct doctor_forger *forger)
{
	const struct ip *who = router_at(&p->path, p->path.end_ttl - 1);

	(void)snprintf(forger->text, sizeof forger->text,
	    "behind %.120s and not farther than %u hops", doctor_words_who(facts, who).text,
	    p->path.end_ttl);
}

/* Give the hop its name and its words. */
static void
name_forger(const struct doctor_facts *facts, const struct doctor_probe *control,
    struct doctor_forger *forger)
{
	const struct ip *who = router_at(&control->path, forger->hop);

	if (who == NULL) {
		if (forger->hop != 0)
			(void)snprintf(forger->text, sizeof forger->text, "%.32s",
			    doctor_words_hops(forger->hop).text);
		return;
	}
	forger->has_who = true;
	forger->who = *who;
	(void)snprintf(forger->text, sizeof forger->text, "%.32s, at %.120s",
	    doctor_words_hops(forger->hop).text, doctor_words_who(facts, who).text);
}

/* A router that resets what it forwards answers for the TTL behind its own hop; one that takes
 * connections over does so with its own. */
static unsigned
locate_end(const struct doctor_probe *p, const struct doctor_probe *control)
{
	const unsigned end = p->path.end_ttl;
	const int distance = doctor_view_distance(p->answer_ttl);

	if (distance >= 0 && (unsigned)distance + 1 < control->path.end_ttl)
		return (unsigned)distance + 1;
	if (p->path.last_router_ttl + 1 == end && end > 1)
		return p->dialog.tcp.end == PROBE_TCP_OPEN ? end : end - 1;
	return end;
}

/*
 * That a TTL does not reach the server on the other port is shown by a router where it ran out, or
 * further on. Where all is silent the SYNs may just be lost.
 */
static bool
is_nearer(const struct doctor_probe *p, const struct doctor_probe *control)
{
	return p->path.end_ttl < control->path.end_ttl &&
	       control->path.last_router_ttl >= p->path.end_ttl;
}

static void
compare_ladders(
    const struct doctor_probe *p, const struct doctor_probe *control, struct doctor_forger *forger)
{
	forger->is_compared = true;
	if (!is_nearer(p, control))
		return;
	forger->is_seen = forger->is_by_ladder = true;
	forger->hop = locate_end(p, control);
	(void)snprintf(forger->proof, sizeof forger->proof,
	    "A SYN to port %u is answered with a TTL of %u already, which does not reach the "
	    "server: port %u needs %u.",
	    (unsigned)p->port, p->path.end_ttl, (unsigned)control->port, control->path.end_ttl);
}

static void
compare_answers(
    const struct doctor_probe *p, const struct doctor_probe *control, struct doctor_forger *forger)
{
	const int ours = doctor_view_distance(p->answer_ttl);
	const int its = doctor_view_distance(control->answer_ttl);

	if (ours < 0 || its < 0)
		return;
	forger->is_compared = true;
	if (forger->is_seen || ours >= its)
		return;
	forger->is_seen = true;
	forger->hop = (unsigned)ours + 1;
	(void)snprintf(forger->proof, sizeof forger->proof,
	    "The answers of port %u arrive with a TTL of %u, those of port %u with %u: they come "
	    "from %d router%s nearer.",
	    (unsigned)p->port, (unsigned)p->answer_ttl, (unsigned)control->port,
	    (unsigned)control->answer_ttl, its - ours, its - ours == 1 ? "" : "s");
}

/* The port of that address to compare with: one that answers, and from the furthest. */
static const struct doctor_probe *
find_control(const struct doctor_facts *facts, const struct doctor_probe *p)
{
	const struct doctor_probe *measured = doctor_view_measured(facts, p);

	for (size_t i = 0; i < facts->probe_count && measured == NULL; i++) {
		const struct doctor_probe *other = &facts->probes[i];

		if (other->port != p->port && other->answer_ttl != 0 &&
		    doctor_view_same_ip(&other->address, &p->address))
			measured = other;
	}
	return measured;
}

void
doctor_where_forged(
    const struct doctor_facts *facts, const struct doctor_probe *p, struct doctor_forger *forger)
{
	const struct doctor_probe *control = find_control(facts, p);

	*forger = (struct doctor_forger){ 0 };
	if (control == NULL)
		return;
	if (p->path.end_ttl != 0 && control->path.end_ttl != 0)
		compare_ladders(p, control, forger);
	compare_answers(p, control, forger);
	if (forger->is_by_ladder && is_taken_behind(p, control))
		name_range(facts, p, forger);
	else if (forger->is_seen)
		name_forger(facts, control, forger);
}
