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
#include "util/port.h"

void
run_add_once(struct run *r, size_t probe, enum run_task task)
{
	const bool is_main = run_is_main(r, &r->facts->probes[probe]);

	if (!run_has(r, probe, task))
		(void)run_add(r, probe, task, is_main ? RUN_FIRST : RUN_SECOND);
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

static void
consider_refusal(struct run *r, size_t at, const struct probe_dialog_facts *d)
{
	const struct probe_stage_fact *s = &d->stages[PROBE_STAGE_GREETING];

	if (s->end == PROBE_STAGE_REFUSED && s->code / 100 == 4)
		run_try_alone(r, at, false);
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
	if (is_suspicious(d))
		run_climb(r, at, false);
	else
		run_climb_near(r, at);
}

static bool
is_quiet(const struct run *r, size_t at)
{
	const struct doctor_pace pace = doctor_pace_of(r->facts);
	const struct run_job *j = run_find(r, at, RUN_DIALOG);

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
	run_plan_alternative(r, &p->address, PORT_SUBMISSION);
	run_plan_alternative(r, &p->address, PORT_SUBMISSIONS);
}

/* Whether TLS should have come first there is yet to be seen: that would explain it all. */
static bool
is_mode_open(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];

	if (!run_is_unusual(r, p) || p->dialog.tcp.end != PROBE_TCP_OPEN ||
	    !is_ended_badly(&p->dialog, PROBE_STAGE_GREETING))
		return false;
	run_add_once(r, at, RUN_OTHER_MODE);
	return !run_is_task_over(r, at, RUN_OTHER_MODE);
}

static void
consider(struct run *r, size_t at)
{
	const struct doctor_probe *p = &r->facts->probes[at];
	const struct probe_dialog_facts *d = &p->dialog;

	if (p->is_control || run_is_minor(r, p) || is_mode_open(r, at))
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
		run_climb(r, at, true);
		/* Some SYN of the ladder was taken: others are lost by chance. */
		if (d->is_tried && doctor_view_is_taken_by_ladder(p))
			run_try_alone(r, at, false);
		else if (d->is_tried)
			run_doubt_silence(r, at);
		break;
	case PROBE_TCP_RESET:
		run_climb(r, at, false);
		if (!run_climb_to_reset(r, at))
			return;
		break;
	case PROBE_TCP_REJECTED:
	case PROBE_TCP_UNREACHABLE:
		run_climb(r, at, false);
		break;
	case PROBE_TCP_LOCAL:
	case PROBE_TCP_OPEN:
		return;
	}
	run_ask_others(r, doctor_view_is_v4(p), false);
}

static void
consider_all(struct run *r)
{
	for (size_t i = 0; i < r->facts->probe_count; i++)
		consider(r, i);
}

/* Does the second try tell more than the first? */
static bool
is_better(const struct doctor_probe *p, const struct run_job *second, bool is_unlucky)
{
	if (second != NULL && second->is_late && p->again->tcp.end == PROBE_TCP_REJECTED)
		return true;
	return (p->dialog.stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_REFUSED || is_unlucky) &&
	       p->again->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_PASSED;
}

/* The server was busy with our other connections: what it says to one alone is what counts. */
static void
prefer_second(const struct run *r, size_t at)
{
	struct doctor_probe *p = &r->facts->probes[at];
	const enum probe_tcp_end tcp = p->dialog.tcp.end;
	const struct run_job *j = run_find(r, at, RUN_AGAIN);
	const bool is_unlucky = (tcp == PROBE_TCP_RESET || tcp == PROBE_TCP_SILENT) && j != NULL &&
				(j->is_alone || j->is_late);
	struct probe_dialog_facts first;

	if (p->again == NULL || !is_better(p, j, is_unlucky))
		return;
	first = p->dialog;
	p->dialog = *p->again;
	*p->again = first;
}

/* Has it got as far as to a reply of whoever is there? */
static bool
is_answered_in_tls(const struct probe_dialog_facts *d)
{
	const enum probe_stage_end end = d->stages[PROBE_STAGE_GREETING].end;

	return d->is_implicit_tls &&
	       (end == PROBE_STAGE_PASSED || end == PROBE_STAGE_REFUSED ||
		   end == PROBE_STAGE_BROKEN) &&
	       d->stages[PROBE_STAGE_HANDSHAKE].end == PROBE_STAGE_PASSED;
}

/* Nothing said how TLS begins there, and it is from the first octet on: that dialog counts. */
static void
prefer_tls(const struct run *r, size_t at)
{
	struct doctor_probe *p = &r->facts->probes[at];
	struct probe_dialog_facts first;

	if (!run_is_unusual(r, p) || !run_is_task_over(r, at, RUN_DIALOG) ||
	    !run_is_task_over(r, at, RUN_OTHER_MODE) || p->other_mode == NULL ||
	    p->dialog.is_implicit_tls || !is_answered_in_tls(p->other_mode) ||
	    p->dialog.stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_PASSED)
		return;
	first = p->dialog;
	p->dialog = *p->other_mode;
	*p->other_mode = first;
}

/* Login and message go to one port of one address, once. */
static void
submit(struct run *r)
{
	static const uint16_t liked[] = { PORT_SUBMISSION, PORT_SUBMISSIONS, 0 };

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
	prefer_tls(r, probe);
	run_follow_all(r);
	run_start_ready(r);
}
