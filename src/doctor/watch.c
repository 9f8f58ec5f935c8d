/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.c - what takes too long: a hint of its own, a job that waits in vain, or one in the way.
 *
 * Time is the dearest thing in a check. What a second try has explained, or what matters less than
 * that which waits for its place, is given up.
 */
#include "doctor/run.h"

#include "doctor/pace.h"
#include "doctor/view.h"
#include "util/port.h"

/* Where nothing says how TLS begins, a second connection tries it sooner. */
enum { NO_GREETING_MS = 1000, NO_GREETING_UNUSUAL_MS = 400 };
/* As ports of a host that may not be there: three SYNs are lost by then. */
enum { CONTROL_SILENT_MS = 2200 };
/* So long a stage of large packets may take before it is tried with small ones beside it. */
enum { STALL_MS = 1200, STALL_LONG_MS = 2400, STALL_MAX_MS = 4000 };

/* Were all SYNs of a ladder to the port in vain? */
static bool
is_climbed_in_vain(const struct doctor_probe *p)
{
	return doctor_view_has_path(p) && p->path.end_ttl == 0;
}

bool
run_is_dead(const struct run *r, const struct doctor_probe *p)
{
	if (doctor_view_alive(r->facts, p) != NULL)
		return false;
	for (size_t i = 0; i < r->facts->probe_count; i++) {
		const struct doctor_probe *other = &r->facts->probes[i];

		if (run_is_main(r, other) && is_climbed_in_vain(other) &&
		    doctor_view_same_ip(&other->address, &p->address))
			return true;
	}
	return false;
}

/*
 * Is it the other family that works, while hosts of this one answer as well? Of two addresses of
 * one family the second may be on another continent; that cannot be told from what answers.
 */
static bool
is_way_known(const struct run *r, const struct doctor_probe *p)
{
	for (size_t i = 0; i < r->facts->probe_count; i++) {
		const struct doctor_probe *other = &r->facts->probes[i];

		if (doctor_view_is_v4(other) == doctor_view_is_v4(p) &&
		    doctor_view_is_answered(other))
			return false;
	}
	return doctor_pace_of_family(r->facts, &p->address).is_known;
}

static enum doctor_pace_evidence
evidence_of(const struct run *r, const struct run_job *j)
{
	const struct doctor_probe *p = &r->facts->probes[j->probe];
	const bool is_v4 = doctor_view_is_v4(p);

	/* Another SYN to this port was answered: this one is lost by chance. */
	if (p->path.end_ttl != 0)
		return DOCTOR_PACE_ALONE;
	if (doctor_view_alive(r->facts, p) != NULL)
		return p->is_control || is_climbed_in_vain(p) ||
			       j->yield_count >= RUN_SYNS_OF_OURS - 1
			   ? DOCTOR_PACE_TRIED_TWICE
			   : DOCTOR_PACE_HOST_ANSWERS;
	if (!run_is_dead(r, p))
		return DOCTOR_PACE_ALONE;
	/* What works instead is of more matter than the rest. */
	if (!run_is_main(r, p))
		return j->rank == RUN_SECOND ? DOCTOR_PACE_TRIED_TWICE : DOCTOR_PACE_IN_DEAD_HOST;
	if (doctor_view_open_elsewhere(r->facts, p) != NULL)
		return is_way_known(r, p) ? DOCTOR_PACE_OTHER_ADDRESS_NEAR
					  : DOCTOR_PACE_OTHER_ADDRESS;
	return doctor_view_controls(r->facts, DOCTOR_CONTROL_SUBMISSION, is_v4).alive == 0
		   ? DOCTOR_PACE_ALONE
		   : DOCTOR_PACE_HOST_SILENT;
}

/* How long its SYN may be unanswered before it is silence. */
static uint64_t
silence_ms(const struct run *r, const struct run_job *j)
{
	const struct doctor_pace pace = doctor_pace_of(r->facts);
	const uint64_t ms = doctor_pace_silence_ms(&pace, evidence_of(r, j));
	const bool is_control = r->facts->probes[j->probe].is_control;

	return is_control && ms > CONTROL_SILENT_MS ? CONTROL_SILENT_MS : ms;
}

/* Small segments and TLS 1.2 have had their try. */
static bool
is_tried_otherwise(const struct run *r, const struct run_job *j)
{
	const struct doctor_probe *p = &r->facts->probes[j->probe];

	return p->small != NULL && p->small->is_tried && run_is_task_over(r, j->probe, RUN_TLS12);
}

/* The first router takes the connection, does not greet, and takes those to other ports too. */
static bool
is_swallowed(const struct run *r, const struct doctor_probe *p)
{
	const struct doctor_probe *control = doctor_view_measured(r->facts, p);
	const struct doctor_view_greetings greetings =
	    doctor_view_greetings(r->facts, doctor_view_is_v4(p));

	return greetings.greeted == 0 && run_is_routed(r, p) && p->path.end_ttl == 1 &&
	       control != NULL && control->path.end_ttl == 1;
}

/*
 * A second try with something changed has gone where this one waits, or all of them have failed.
 */
static bool
is_explained(const struct run *r, const struct run_job *j)
{
	const struct doctor_probe *p = &r->facts->probes[j->probe];

	switch (j->stage) {
	case PROBE_STAGE_GREETING:
		if (is_swallowed(r, p) && run_awake_ms(r) - j->stage_since_ms >= STALL_LONG_MS)
			return true;
		return p->other_mode != NULL && p->port != PORT_SUBMISSIONS &&
		       p->other_mode->stages[PROBE_STAGE_HANDSHAKE].end == PROBE_STAGE_PASSED;
	case PROBE_STAGE_HANDSHAKE:
	case PROBE_STAGE_BULK:
		return is_tried_otherwise(r, j) &&
		       run_awake_ms(r) - j->stage_since_ms >=
			   (p->small->stages[j->stage].end == PROBE_STAGE_PASSED ? STALL_LONG_MS
										 : STALL_MAX_MS);
	case PROBE_STAGE_CONNECT:
	case PROBE_STAGE_EHLO:
	case PROBE_STAGE_STARTTLS:
	case PROBE_STAGE_EHLO_TLS:
	case PROBE_STAGE_AUTH:
	case PROBE_STAGE_MAIL:
	case PROBE_STAGE_RCPT:
	case PROBE_STAGE_DATA:
	case PROBE_STAGE_END:
	case PROBE_STAGE_QUIT:
		break;
	}
	return false;
}

/* Is one that matters more waiting for its place? */
static bool
is_holding_up(const struct run *r, const struct run_job *j)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->state == RUN_WAITING && r->jobs[i]->rank < j->rank)
			return true;
	return false;
}

/* In vain: nothing will come, or what comes is of no matter to the rest. */
static bool
is_in_vain(const struct run *r, const struct run_job *j)
{
	const struct doctor_probe *p = &r->facts->probes[j->probe];
	const struct doctor_pace pace = doctor_pace_of(r->facts);
	const uint64_t waiting_ms = run_job_waiting_ms(j);

	if (waiting_ms != 0 &&
	    (waiting_ms >= silence_ms(r, j) || waiting_ms >= run_silence_max_ms(r)))
		return true;
	if (run_is_minor(r, p) && ((!run_is_busy(r, RUN_CONTROL) && !run_is_asking(r)) ||
				      (waiting_ms != 0 && is_holding_up(r, j))))
		return run_awake_ms(r) - j->began_ms >= doctor_pace_minor_ms(&pace);
	return is_explained(r, j);
}

/*
 * Is it time for another SYN, though nobody wants the place? The kernel would wait for a second;
 * where the host has answered on another port in a few milliseconds, one that is lost is soon known
 * to be. Where routers are on the way the SYNs of the ladder are that to the port which matters.
 */
static bool
is_to_be_sent_again(const struct run *r, const struct run_job *j)
{
	const struct doctor_probe *p = &r->facts->probes[j->probe];
	const bool has_ladder = run_is_main(r, p) && run_is_routed(r, p);

	return !has_ladder && j->rank <= RUN_SECOND && j->yield_count < RUN_SYNS_OF_OURS - 1 &&
	       run_may_yield(j) && doctor_view_alive(r->facts, p) != NULL;
}

static void
watch_stage(struct run *r, struct run_job *j)
{
	const struct doctor_probe *p = &r->facts->probes[j->probe];
	const enum probe_stage stage = probe_dialog_stage(j->dialog);
	const uint64_t patience_ms = run_is_unusual(r, p) ? NO_GREETING_UNUSUAL_MS : NO_GREETING_MS;
	uint64_t since_ms;

	if (stage != j->stage) {
		j->stage = stage;
		j->stage_since_ms = run_awake_ms(r);
	}
	if (p->is_control || run_is_minor(r, p) || run_job_waiting_ms(j) != 0)
		return;
	since_ms = run_awake_ms(r) - j->stage_since_ms;
	if (stage == PROBE_STAGE_GREETING && since_ms >= patience_ms)
		run_add_once(r, j->probe, RUN_OTHER_MODE);
	if ((stage == PROBE_STAGE_HANDSHAKE || stage == PROBE_STAGE_BULK) && since_ms >= STALL_MS)
		run_add_once(r, j->probe, RUN_SMALL);
	if (stage == PROBE_STAGE_HANDSHAKE && since_ms >= STALL_MS)
		run_try_old_tls(r, j->probe);
}

static bool
is_first_waiting(const struct run *r)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->state == RUN_WAITING && r->jobs[i]->rank == RUN_FIRST)
			return true;
	return false;
}

/* What hangs on a port that matters less makes room for what can tell more. */
static bool
is_in_the_way(const struct run *r, const struct run_job *j)
{
	return j->rank != RUN_FIRST && run_job_waiting_ms(j) == 0 &&
	       run_awake_ms(r) - j->stage_since_ms >= STALL_MS && is_first_waiting(r);
}

/* SYNs that nobody has taken, and ladders: each may use up what a router has to say. */
static bool
is_asking_routers(const struct run *r)
{
	for (size_t i = 0; i < r->job_count; i++) {
		const struct run_job *j = r->jobs[i];

		if (j->state == RUN_RUNNING && !j->is_late &&
		    (j->ladder != NULL || run_job_waiting_ms(j) != 0))
			return true;
	}
	for (size_t i = 0; i < r->other_count; i++)
		if (r->others[i].attempt != NULL)
			return true;
	return false;
}

/* A router that rejects does so at once. */
static bool
is_silent_again(const struct run *r, const struct run_job *j)
{
	const struct doctor_pace pace = doctor_pace_of(r->facts);

	return j->is_late && j->dialog != NULL &&
	       run_job_waiting_ms(j) >= doctor_pace_quiet_ms(&pace);
}

void
run_watch(struct run *r)
{
	if (is_asking_routers(r))
		r->asked_ms = run_now_ms(r);
	for (size_t i = 0; i < r->job_count; i++) {
		struct run_job *j = r->jobs[i];

		if (j->task == RUN_TLS12 && j->state != RUN_OVER &&
		    run_is_cured_by_small(&r->facts->probes[j->probe]))
			run_give_up(j);
		if (is_silent_again(r, j))
			run_give_up(j);
		if (j->task != RUN_DIALOG || (j->state != RUN_RUNNING && j->silence == NULL))
			continue;
		if (j->dialog != NULL)
			watch_stage(r, j);
		if (is_in_vain(r, j) || is_in_the_way(r, j))
			run_give_up(j);
		else if (is_to_be_sent_again(r, j))
			run_job_yield(j);
	}
	run_watch_others(r);
	run_watch_mute(r);
	run_follow_all(r);
}

/* What is asked of others tells nothing more. */
static bool
is_all_well(const struct run *r)
{
	for (size_t i = 0; i < r->facts->probe_count; i++)
		if (run_is_main(r, &r->facts->probes[i]) &&
		    !doctor_view_works(&r->facts->probes[i]))
			return false;
	return r->facts->probe_count != 0;
}

bool
run_is_complete(struct run *r)
{
	return r->is_named && !run_is_busy(r, RUN_MINOR) && (!run_is_asking(r) || is_all_well(r));
}
