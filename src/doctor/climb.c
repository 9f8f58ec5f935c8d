/* SPDX-License-Identifier: Apache-2.0 */
/* climb.c - how far packets come: ladders of the port, and of another one to compare with */
#include "doctor/run.h"

#include "doctor/limit.h"
#include "doctor/pace.h"
#include "doctor/view.h"
#include "doctor/where.h"

enum { SHORT_LADDER = 2, PARALLEL = 2 };
/* Silent hops in a row that end a ladder which only tells where an address of several is lost. */
enum { SPARE_GAP = 3 };
enum { INVESTIGATED_MAX = 4 }; /* control ports of a family: those of two addresses */

static void
add_ladder(struct run *r, size_t probe, unsigned hop_max, unsigned parallel)
{
	const struct doctor_probe *p = &r->facts->probes[probe];
	struct run_job *j;

	if (run_has(r, probe, RUN_LADDER))
		return;
	j = run_add(r, probe, RUN_LADDER, run_is_main(r, p) ? RUN_FIRST : RUN_SECOND);
	if (j == NULL)
		return;
	j->hop_max = hop_max < PROBE_HOPS_MAX ? hop_max : PROBE_HOPS_MAX;
	j->is_short = hop_max == SHORT_LADDER;
	j->gap = doctor_view_open_elsewhere(r->facts, p) == NULL ? 0 : SPARE_GAP;
	j->parallel = parallel < run_connection_max(r) ? parallel : run_connection_max(r);
}

/* Are there routers on the way? */
bool
run_is_routed(const struct run *r, const struct doctor_probe *p)
{
	const struct probe_route *route = doctor_view_route(r->facts, p);

	return route != NULL && route->has_gateway && !route->is_loopback;
}

/* Of very many addresses that fail, the first of a family are looked into. */
static bool
may_investigate(const struct run *r, const struct doctor_probe *p)
{
	const struct doctor_facts *f = r->facts;
	size_t count = 0;

	for (size_t i = 0; i < f->probe_count; i++) {
		const struct doctor_probe *other = &f->probes[i];

		if (!other->is_control || doctor_view_is_v4(other) != doctor_view_is_v4(p))
			continue;
		if (doctor_view_same_ip(&other->address, &p->address))
			return true;
		count++;
	}
	return count < INVESTIGATED_MAX;
}

/* Have the control ports of that address had their turn? */
static bool
are_controls_over(const struct run *r, const struct doctor_probe *p)
{
	for (size_t i = 0; i < r->facts->probe_count; i++) {
		const struct doctor_probe *other = &r->facts->probes[i];

		if (other->is_control && !other->dialog.is_tried &&
		    doctor_view_same_ip(&other->address, &p->address))
			return false;
	}
	return true;
}

/* The port to compare with: open, and best one that has nothing to do with mail. */
static const struct doctor_probe *
choose_control(const struct run *r, const struct doctor_probe *p)
{
	const struct doctor_probe *best = NULL;

	for (size_t i = 0; i < r->facts->probe_count; i++) {
		const struct doctor_probe *other = &r->facts->probes[i];

		if (other->port == p->port || !doctor_view_is_answered(other) ||
		    !doctor_view_same_ip(&other->address, &p->address))
			continue;
		if (best == NULL ||
		    (other->dialog.tcp.end == PROBE_TCP_OPEN) >
			(best->dialog.tcp.end == PROBE_TCP_OPEN) ||
		    (other->dialog.tcp.end == best->dialog.tcp.end && other->is_control &&
			!best->is_control))
			best = other;
	}
	return best;
}

static void
measure_control(struct run *r, const struct doctor_probe *p, unsigned parallel)
{
	const struct doctor_probe *control = choose_control(r, p);

	if (control == NULL ||
	    (!are_controls_over(r, p) &&
		!(control->is_control && control->dialog.tcp.end == PROBE_TCP_OPEN)))
		return;
	add_ladder(r, (size_t)(control - r->facts->probes), 0, parallel);
}

/* Has another port of that address been as silent for as long? Then none will show the distance. */
static bool
is_other_port_quiet(const struct run *r, const struct doctor_probe *p, uint64_t quiet_ms)
{
	for (size_t i = 0; i < r->job_count; i++) {
		const struct run_job *j = r->jobs[i];
		const struct doctor_probe *other = &r->facts->probes[j->probe];

		if (j->task == RUN_DIALOG && j->state == RUN_RUNNING && other->port != p->port &&
		    doctor_view_same_ip(&other->address, &p->address) &&
		    run_job_waiting_ms(j) >= quiet_ms)
			return true;
	}
	return false;
}

/*
 * How far SYNs to a silent port come: no further than the host is away by what another port of it
 * has shown, so that few come to the port itself; all the way when nothing has shown it in time.
 */
static void
climb_silent(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];
	const struct doctor_probe *control = doctor_view_measured(r->facts, p);
	const struct doctor_pace pace = doctor_pace_of(r->facts);
	const uint64_t quiet_ms = doctor_pace_quiet_ms(&pace);
	const struct run_job *j = run_find(r, at, RUN_DIALOG);

	if (control != NULL && control->path.end_ttl > 1)
		add_ladder(r, at, control->path.end_ttl + 1, 0);
	else if (control != NULL || j == NULL || j->state == RUN_OVER ||
		 run_now_ms(r) - j->first_ms >= 2 * quiet_ms ||
		 (doctor_view_alive(r->facts, p) == NULL && is_other_port_quiet(r, p, quiet_ms)))
		add_ladder(r, at, 0, 0);
}

/* Other ports of the host, how far packets come, other hosts. */
void
run_climb(struct run *r, size_t at, bool is_silent)
{
	const struct doctor_probe *p = &r->facts->probes[at];

	if (!may_investigate(r, p))
		return;
	run_plan_controls(r, &p->address);
	if (!run_is_routed(r, p))
		return;
	if (is_silent)
		climb_silent(r, at);
	else
		add_ladder(r, at, 0, PARALLEL);
	/* The SYNs that are not answered keep their places. */
	measure_control(r, p, is_silent ? 1 : PARALLEL);
}

static bool
is_hearing_witness(const struct run *r, size_t at)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->task == RUN_WITNESS && r->jobs[i]->probe == at &&
		    r->jobs[i]->state != RUN_OVER)
			return true;
	return false;
}

void
run_doubt_silence(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];

	switch (doctor_limit_of(r->facts, p)) {
	case DOCTOR_LIMIT_NONE:
		break;
	case DOCTOR_LIMIT_TO_TEST:
		if (!is_hearing_witness(r, at))
			(void)run_add(r, at, RUN_WITNESS, RUN_FIRST);
		break;
	case DOCTOR_LIMIT_LIKELY:
		run_try_late(r, at, doctor_view_measured(r->facts, p)->path.end_ttl - 1);
		break;
	}
}

/* Have the ladders been climbed that run_climb() asks for? */
static bool
is_climbed(const struct run *r, const struct doctor_probe *p)
{
	for (size_t i = 0; i < r->job_count; i++) {
		const struct run_job *j = r->jobs[i];

		if (j->task == RUN_LADDER && j->state != RUN_OVER &&
		    doctor_view_same_ip(&r->facts->probes[j->probe].address, &p->address))
			return false;
	}
	return are_controls_over(r, p);
}

/* How far away are those that answer on this port, and on another of that address? */
static void
measure_answers(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];
	const struct doctor_probe *control = choose_control(r, p);

	if (!run_is_routed(r, p) || !may_investigate(r, p))
		return;
	run_add_once(r, at, RUN_ANSWER);
	if (control != NULL)
		run_add_once(r, (size_t)(control - r->facts->probes), RUN_ANSWER);
}

/*
 * May the reset of a port have been meant for another connection of ours, made before it? Not when
 * the first of all, to the same port, got one as well.
 */
static bool
was_one_of_many(const struct run *r, size_t at)
{
	const struct doctor_probe *probes = r->facts->probes;

	for (size_t i = 0; i < r->job_count; i++) {
		const struct run_job *j = r->jobs[i];

		if (j->was_first)
			return j->task != RUN_DIALOG || probes[j->probe].port != probes[at].port ||
			       probes[j->probe].dialog.tcp.end != PROBE_TCP_RESET;
	}
	return true;
}

/*
 * Who has sent the reset? When the ladders show nobody on the way, perhaps it was meant for one
 * connection too many of ours, unless it was the first: that is tried alone, before the answers are
 * measured, which leaves connections behind that are only half made. True: somebody on the way did.
 */
bool
run_climb_to_reset(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];
	struct doctor_forger forger;

	if (!is_climbed(r, p))
		return false;
	doctor_where_forged(r->facts, p, &forger);
	if (!forger.is_seen && was_one_of_many(r, at))
		run_try_alone(r, at, true);
	/* The router before the reset is seen: it is known who sent it. */
	if (forger.is_by_ladder && p->path.last_router_ttl + 1 == p->path.end_ttl)
		return true;
	if (run_is_task_over(r, at, RUN_AGAIN))
		measure_answers(r, at);
	return forger.is_seen;
}

void
run_climb_near(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];

	if (!run_is_routed(r, p) || !may_investigate(r, p))
		return;
	add_ladder(r, at, SHORT_LADDER, 1);
	if (p->path.end_ttl != 0)
		measure_control(r, p, PARALLEL);
}
