/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/limit.h"

#include "doctor/view.h"

static bool
is_router(const struct probe_path *path, unsigned hop)
{
	return hop <= path->count && path->hops[hop - 1].kind == PROBE_HOP_ROUTER;
}

unsigned
doctor_limit_top(const struct doctor_facts *facts, const struct doctor_probe *p)
{
	const struct doctor_probe *control = doctor_view_measured(facts, p);
	const unsigned last = control == NULL ? 0 : control->path.end_ttl - 1;
	const unsigned next = p->path.last_router_ttl + 1;

	return next < last ? next : last;
}

void
doctor_limit_add(struct probe_path *path, const struct probe_path *later)
{
	for (unsigned hop = 1; hop <= later->count && hop <= path->count; hop++) {
		if (path->hops[hop - 1].kind != PROBE_HOP_SILENT || !is_router(later, hop))
			continue;
		path->hops[hop - 1] = later->hops[hop - 1];
		if (hop > path->last_router_ttl)
			path->last_router_ttl = hop;
	}
}

void
doctor_limit_hear(struct doctor_probe *p, const struct probe_path *witness)
{
	if (p->witness_count++ == 0) {
		p->witness = *witness;
		return;
	}
	for (unsigned hop = 1; hop <= p->witness.count; hop++)
		if (!is_router(witness, hop))
			p->witness.hops[hop - 1].kind = PROBE_HOP_SILENT;
}

/*
 * Who forwards looks at the TTL first: the last router that answers for the port may be the one
 * that rejects it, and the next, which would have rejected before that. No other has seen a SYN.
 */
static bool
do_all_speak(const struct probe_path *path, const struct doctor_probe *p, unsigned top)
{
	const unsigned last = p->path.last_router_ttl;

	for (unsigned hop = last == 0 ? 1 : last; hop <= top; hop++)
		if (!is_router(path, hop))
			return false;
	return true;
}

enum doctor_limit
doctor_limit_of(const struct doctor_facts *facts, const struct doctor_probe *p)
{
	const struct doctor_probe *control = doctor_view_measured(facts, p);
	const unsigned top = doctor_limit_top(facts, p);

	if (p->dialog.tcp.end != PROBE_TCP_SILENT || !doctor_view_has_path(p) || top == 0)
		return DOCTOR_LIMIT_NONE;
	if (p->path.end_ttl != 0)
		return p->path.hops[p->path.end_ttl - 1].kind == PROBE_HOP_REJECTED
			   ? DOCTOR_LIMIT_LIKELY
			   : DOCTOR_LIMIT_NONE;
	if (!do_all_speak(&control->path, p, top))
		return DOCTOR_LIMIT_LIKELY;
	if (p->witness_count != 0 && !do_all_speak(&p->witness, p, top))
		return DOCTOR_LIMIT_LIKELY;
	return p->witness_count < DOCTOR_LIMIT_WITNESSES ? DOCTOR_LIMIT_TO_TEST : DOCTOR_LIMIT_NONE;
}
