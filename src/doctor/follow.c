/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follow.c - what was seen decides what is looked at next.
 *
 * consider() looks at one port of one address as it is now and adds the jobs that would say more,
 * each once. It is called whenever a job has ended and now and then, so nothing has to remember
 * what waits for what. When all is well it adds next to nothing.
 */
#include "doctor/run.h"

#include <string.h>

#include "doctor/pace.h"
#include "doctor/view.h"
#include "doctor/where.h"

enum { SUBMISSION = 587, SUBMISSIONS = 465 };
enum { SHORT_LADDER = 2, PARALLEL = 2 };
enum { INVESTIGATED_MAX = 4 }; /* control ports of a family: those of two addresses */

static struct run_job *
find_job(const struct run *r, size_t probe, enum run_task task)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->probe == probe && r->jobs[i]->task == task)
			return r->jobs[i];
	return NULL;
}

void
run_add_once(struct run *r, size_t probe, enum run_task task)
{
	const bool is_main = run_is_main(r, &r->facts->probes[probe]);

	if (!run_has(r, probe, task))
		(void)run_add(r, probe, task, is_main ? RUN_FIRST : RUN_SECOND);
}

static void
add_ladder(struct run *r, size_t probe, unsigned hop_max, unsigned parallel)
{
	struct run_job *j;

	if (run_has(r, probe, RUN_LADDER))
		return;
	j = run_add(r, probe, RUN_LADDER, RUN_SECOND);
	if (j == NULL)
		return;
	j->hop_max = hop_max < PROBE_HOPS_MAX ? hop_max : PROBE_HOPS_MAX;
	j->is_short = hop_max == SHORT_LADDER;
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
	const struct run_job *j = find_job(r, at, RUN_DIALOG);

	if (control != NULL && control->path.end_ttl > 1)
		add_ladder(r, at, control->path.end_ttl + 1, 0);
	else if (control != NULL || j == NULL || j->state == RUN_OVER ||
		 run_job_waiting_ms(j) >= 2 * doctor_pace_quiet_ms(&pace))
		add_ladder(r, at, 0, 0);
}

/* Other ports of the host, how far packets come, other hosts. */
static void
investigate(struct run *r, size_t at, bool is_silent)
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

/* Have the ladders been climbed that investigate() asks for? */
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

static bool
is_ended_badly(const struct probe_dialog_facts *d, enum probe_stage stage)
{
	const enum probe_stage_end end = d->stages[stage].end;

	return end == PROBE_STAGE_TIMEOUT || end == PROBE_STAGE_CLOSED ||
	       end == PROBE_STAGE_RESET || end == PROBE_STAGE_BROKEN;
}

static bool
is_starttls_hidden(const struct probe_dialog_facts *d)
{
	return !d->is_implicit_tls && d->ehlo.is_there && !d->ehlo.has_starttls;
}

/* Whose certificate is it? One that is only old is the server's own. */
static bool
is_identity_doubtful(const struct probe_dialog_facts *d)
{
	const unsigned faults = PROBE_CERTIFICATE_WRONG_NAME | PROBE_CERTIFICATE_SELF_SIGNED |
				PROBE_CERTIFICATE_UNTRUSTED | PROBE_CERTIFICATE_INSPECTED;

	return d->tls.certificate.is_there && (d->tls.certificate.faults & faults) != 0;
}

/* Does the connection look as if somebody in between had made it? */
static bool
is_suspicious(const struct probe_dialog_facts *d)
{
	return d->is_greeting_masked || d->ehlo.is_masked || is_starttls_hidden(d) ||
	       is_identity_doubtful(d) || is_ended_badly(d, PROBE_STAGE_GREETING) ||
	       is_ended_badly(d, PROBE_STAGE_EHLO) || is_ended_badly(d, PROBE_STAGE_STARTTLS);
}

bool
run_is_cured_by_small(const struct doctor_probe *p)
{
	return p->small != NULL &&
	       p->small->stages[PROBE_STAGE_HANDSHAKE].end == PROBE_STAGE_PASSED;
}

void
run_try_old_tls(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];

	if (run_is_main(r, p) && !run_is_cured_by_small(p))
		run_add_once(r, at, RUN_TLS12);
}

static void
consider_handshake(struct run *r, size_t at, const struct probe_dialog_facts *d)
{
	switch (d->tls.trouble) {
	case PROBE_TLS_TIMEOUT:
	case PROBE_TLS_TIMEOUT_LATER:
		run_add_once(r, at, RUN_SMALL);
		run_try_old_tls(r, at);
		break;
	case PROBE_TLS_ALERT:
	case PROBE_TLS_CLOSED:
	case PROBE_TLS_OTHER:
		run_try_old_tls(r, at);
		break;
	case PROBE_TLS_NOT_TLS:
		if (d->is_implicit_tls)
			run_add_once(r, at, RUN_OTHER_MODE);
		break;
	case PROBE_TLS_FINE:
	case PROBE_TLS_NOT_TRIED:
	case PROBE_TLS_VERSION:
	case PROBE_TLS_NO_CIPHER:
		break;
	}
}

/* Turned away while our own other connections were open: perhaps because of them. */
static void
try_alone(struct run *r, size_t at, bool is_refused)
{
	struct run_job *j;

	if (run_has(r, at, RUN_AGAIN))
		return;
	j = run_add(r, at, RUN_AGAIN, RUN_FIRST);
	if (j != NULL) {
		j->is_alone = true;
		j->is_refused = is_refused;
	}
}

static void
consider_refusal(struct run *r, size_t at, const struct probe_dialog_facts *d)
{
	const struct probe_stage_fact *s = &d->stages[PROBE_STAGE_GREETING];

	if (s->end == PROBE_STAGE_REFUSED && s->code / 100 == 4)
		try_alone(r, at, false);
}

static void
consider_open(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];
	const struct probe_dialog_facts *d = &p->dialog;

	consider_refusal(r, at, d);
	consider_handshake(r, at, d);
	if (d->stages[PROBE_STAGE_BULK].end == PROBE_STAGE_TIMEOUT)
		run_add_once(r, at, RUN_SMALL);
	if (is_starttls_hidden(d))
		run_add_once(r, at, RUN_ANYWAY);
	if (is_ended_badly(d, PROBE_STAGE_GREETING))
		run_add_once(r, at, RUN_OTHER_MODE);
	if (d->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_CLOSED ||
	    d->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_RESET)
		run_add_once(r, at, RUN_AGAIN);
	if (!run_is_main(r, p))
		return;
	if (is_suspicious(d)) {
		investigate(r, at, false);
	} else if (run_is_routed(r, p) && may_investigate(r, p)) {
		/* A proxy next door that passes all on shows by this alone. */
		add_ladder(r, at, SHORT_LADDER, 1);
		if (p->path.end_ttl != 0)
			measure_control(r, p, PARALLEL);
	}
}

static bool
is_quiet(const struct run *r, size_t at)
{
	const struct doctor_pace pace = doctor_pace_of(r->facts);
	const struct run_job *j = find_job(r, at, RUN_DIALOG);

	return j != NULL && j->state != RUN_OVER &&
	       run_job_waiting_ms(j) >= doctor_pace_quiet_ms(&pace);
}

/* A port that the reader has named fails: would the usual ones do? */
static void
consider_alternatives(struct run *r, const struct doctor_probe *p)
{
	const struct probe_dialog_facts *d = &p->dialog;

	if (!r->facts->is_port_given || !run_is_main(r, p) || !d->is_tried ||
	    d->tcp.end == PROBE_TCP_LOCAL || doctor_view_works(p))
		return;
	run_plan_alternative(r, &p->address, SUBMISSION);
	run_plan_alternative(r, &p->address, SUBMISSIONS);
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
 * Who has sent the reset? When the ladders show nobody on the way, perhaps it was meant for one
 * connection too many of ours: that is tried alone, before the answers are measured, which leaves
 * connections behind that are only half made. True: somebody on the way did.
 */
static bool
consider_reset(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];
	struct doctor_forger forger;

	if (!is_climbed(r, p))
		return false;
	doctor_where_forged(r->facts, p, &forger);
	if (!forger.is_seen)
		try_alone(r, at, true);
	/* The router before the reset is seen: it is known who sent it. */
	if (forger.is_by_ladder && p->path.last_router_ttl + 1 == p->path.end_ttl)
		return true;
	if (run_is_task_over(r, at, RUN_AGAIN))
		measure_answers(r, at);
	return forger.is_seen;
}

static void
consider(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];
	const struct probe_dialog_facts *d = &p->dialog;

	if (p->is_control || run_is_minor(r, p))
		return;
	consider_alternatives(r, p);
	if (d->is_tried && d->tcp.end == PROBE_TCP_OPEN) {
		consider_open(r, at);
		return;
	}
	if (!run_is_main(r, p) || (!d->is_tried && !is_quiet(r, at)))
		return;
	switch (d->tcp.end) {
	case PROBE_TCP_NOT_TRIED: /* yet */
	case PROBE_TCP_SILENT:
		investigate(r, at, true);
		/* Some SYN of the ladder was taken: others are lost by chance. */
		if (d->is_tried && doctor_view_is_taken_by_ladder(p))
			try_alone(r, at, false);
		break;
	case PROBE_TCP_RESET:
		investigate(r, at, false);
		if (!consider_reset(r, at))
			return;
		break;
	case PROBE_TCP_REJECTED:
	case PROBE_TCP_UNREACHABLE:
		investigate(r, at, false);
		break;
	case PROBE_TCP_LOCAL:
	case PROBE_TCP_OPEN:
		return;
	}
	run_ask_others(r, doctor_view_is_v4(p));
}

static void
consider_all(struct run *r)
{
	for (size_t i = 0; i < r->facts->probe_count; i++)
		consider(r, i);
}

/* The server was busy with our other connections: what it says to one alone is what counts. */
static void
prefer_second(const struct run *r, size_t at)
{
	struct doctor_probe *p = &r->facts->probes[at];
	const enum probe_tcp_end tcp = p->dialog.tcp.end;
	const struct run_job *j = find_job(r, at, RUN_AGAIN);
	const bool is_unlucky =
	    (tcp == PROBE_TCP_RESET || tcp == PROBE_TCP_SILENT) && j != NULL && j->is_alone;
	struct probe_dialog_facts first;

	if (p->again == NULL ||
	    (p->dialog.stages[PROBE_STAGE_GREETING].end != PROBE_STAGE_REFUSED && !is_unlucky) ||
	    p->again->stages[PROBE_STAGE_GREETING].end != PROBE_STAGE_PASSED)
		return;
	first = p->dialog;
	p->dialog = *p->again;
	*p->again = first;
}

/* Login and message go to one port of one address, once. */
static void
submit(struct run *r)
{
	static const uint16_t liked[] = { 587, 465, 0 };

	if (r->is_submitted || (!r->facts->wants_auth && !r->facts->wants_mail) ||
	    run_is_busy(r, RUN_SECOND))
		return;
	for (size_t k = 0; k < sizeof liked / sizeof liked[0]; k++) {
		for (size_t i = 0; i < r->facts->probe_count; i++) {
			const struct doctor_probe *p = &r->facts->probes[i];

			if ((p->port != liked[k] && !(liked[k] == 0 && run_is_main(r, p))) ||
			    !doctor_view_works(p))
				continue;
			r->is_submitted = true;
			(void)run_add(r, i, RUN_SUBMIT, RUN_FIRST);
			return;
		}
	}
}

void
run_follow_all(struct run *r)
{
	consider_all(r);
	submit(r);
}

void
run_follow(struct run *r, size_t probe, enum run_task task)
{
	if (task == RUN_AGAIN)
		prefer_second(r, probe);
	run_follow_all(r);
	run_start_ready(r);
}
