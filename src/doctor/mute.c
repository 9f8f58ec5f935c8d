/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mute.c - the port is open, and nobody greets.
 *
 * A server may let all wait for its greeting, and then nothing but waiting helps. A login page of
 * the network, or a proxy, looks the same on this port; but it is as silent in the place of other
 * hosts. So these are listened to, and only when not one of them greets the waiting ends early.
 */
#include "doctor/run.h"

#include "doctor/view.h"

/* As long as a greeting hardly ever takes. */
enum { NO_GREETING_MS = 1000 };

/* Is it connected, and waiting for the first word of the server for that long? */
static bool
is_waiting_for_words(const struct run *r, const struct run_job *j)
{
	return j->task == RUN_DIALOG && j->state == RUN_RUNNING && j->dialog != NULL &&
	       (j->stage == PROBE_STAGE_GREETING || j->stage == PROBE_STAGE_HANDSHAKE) &&
	       probe_dialog_stage(j->dialog) == j->stage &&
	       run_awake_ms(r) - j->stage_since_ms >= NO_GREETING_MS;
}

/* What answered the handshake was no TLS, as a web server's is none, and it does not greet. */
static bool
is_waiting_in_clear(const struct run *r, const struct run_job *j)
{
	return j->task == RUN_OTHER_MODE && j->state == RUN_RUNNING && j->dialog != NULL &&
	       probe_dialog_stage(j->dialog) == PROBE_STAGE_GREETING &&
	       run_awake_ms(r) - j->began_ms >= NO_GREETING_MS;
}

/* It said something, and that is no greeting; or it has not said a word until the end. */
static bool
is_ended_without(const struct doctor_probe *p)
{
	const enum probe_stage_end end = p->dialog.stages[PROBE_STAGE_GREETING].end;

	return p->dialog.is_tried && (end == PROBE_STAGE_TIMEOUT || end == PROBE_STAGE_BROKEN);
}

static bool
is_mute(const struct run *r, const struct run_job *j)
{
	const struct doctor_probe *p = &r->facts->probes[j->probe];

	return run_is_main(r, p) && run_is_routed(r, p) &&
	       (is_waiting_for_words(r, j) || is_waiting_in_clear(r, j) || is_ended_without(p));
}

/* Would it go on waiting for what does not come? */
static bool
is_of_no_use(const struct run_job *j)
{
	switch (j->task) {
	case RUN_DIALOG:
		return j->dialog != NULL &&
		       (probe_dialog_stage(j->dialog) == PROBE_STAGE_GREETING ||
			   probe_dialog_stage(j->dialog) == PROBE_STAGE_HANDSHAKE);
	case RUN_SMALL:
	case RUN_OTHER_MODE:
	case RUN_TLS12:
	case RUN_AGAIN:
		return true;
	case RUN_ANYWAY:
	case RUN_SUBMIT:
	case RUN_LADDER:
	case RUN_WITNESS:
	case RUN_ANSWER:
		break;
	}
	return false;
}

static void
give_up_family(struct run *r, bool is_v4)
{
	for (size_t i = 0; i < r->job_count; i++) {
		struct run_job *j = r->jobs[i];

		if (j->state != RUN_OVER && is_of_no_use(j) &&
		    doctor_view_is_v4(&r->facts->probes[j->probe]) == is_v4)
			run_give_up(j);
	}
}

/* Of the ports that matter, is there one that has greeted? Then the network lets some through. */
static bool
has_greeted(const struct run *r, bool is_v4)
{
	for (size_t i = 0; i < r->facts->probe_count; i++) {
		const struct doctor_probe *p = &r->facts->probes[i];

		if (run_is_main(r, p) && doctor_view_is_v4(p) == is_v4 &&
		    p->dialog.stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_PASSED)
			return true;
	}
	return false;
}

static void
watch_family(struct run *r, bool is_v4)
{
	const struct doctor_view_greetings greetings = doctor_view_greetings(r->facts, is_v4);

	if (doctor_view_is_swallowed(&greetings) && !run_is_listening(r, is_v4) &&
	    !has_greeted(r, is_v4))
		give_up_family(r, is_v4);
}

void
run_watch_mute(struct run *r)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (is_mute(r, r->jobs[i]))
			run_ask_others(
			    r, doctor_view_is_v4(&r->facts->probes[r->jobs[i]->probe]), true);
	watch_family(r, true);
	watch_family(r, false);
}
