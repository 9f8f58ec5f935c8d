/* SPDX-License-Identifier: Apache-2.0 */
/* job_facts.c - what a dialog has shown, written where it belongs. */
#include "doctor/run.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/alloc.h"

/* Where the facts of a dialog go. */
static struct probe_dialog_facts *
find_place(struct doctor_probe *p, enum run_task task)
{
	struct probe_dialog_facts **place = NULL;

	switch (task) {
	case RUN_DIALOG:
	case RUN_SUBMIT:
		return &p->dialog;
	case RUN_ANYWAY:
		place = &p->anyway;
		break;
	case RUN_SMALL:
		place = &p->small;
		break;
	case RUN_OTHER_MODE:
		place = &p->other_mode;
		break;
	case RUN_TLS12:
		place = &p->tls12;
		break;
	case RUN_AGAIN:
		place = &p->again;
		break;
	case RUN_LADDER:
	case RUN_WITNESS:
	case RUN_ANSWER:
		break;
	}
	assert(place != NULL);
	if (*place == NULL)
		*place = xcalloc(1, sizeof **place);
	return *place;
}

/* What the bulk has shown the first time stays known when the login is a dialog of its own. */
static void
keep_bulk(const struct probe_stage_fact *stage, const struct probe_bulk *bulk,
    struct probe_dialog_facts *after)
{
	if (after->stages[PROBE_STAGE_BULK].end != PROBE_STAGE_SKIPPED &&
	    after->stages[PROBE_STAGE_BULK].end != PROBE_STAGE_NOT_REACHED)
		return;
	after->stages[PROBE_STAGE_BULK] = *stage;
	after->bulk = *bulk;
}

/*
 * What the host answers, it answers to the last SYN; what a router says of nobody being there, it
 * has found out since the first.
 */
void
run_add_silence(const struct run_job *j, struct probe_dialog_facts *f)
{
	const uint64_t since_ms = run_now_ms(j->run) - j->first_ms;
	uint64_t more_us = j->silence->tcp.took_us;

	f->tcp.retransmits += j->silence->tcp.retransmits + 1;
	if (f->tcp.end == PROBE_TCP_OPEN || f->tcp.end == PROBE_TCP_RESET)
		return;
	if (f->tcp.end != PROBE_TCP_SILENT && since_ms * 1000 > f->tcp.took_us)
		more_us = since_ms * 1000 - f->tcp.took_us;
	f->tcp.took_us += more_us;
	f->stages[PROBE_STAGE_CONNECT].took_us += more_us;
	f->took_us += more_us;
}

/* The time was over before the login had begun: what is known of the port stays what it was. */
static void
note_missed_login(struct probe_dialog_facts *f)
{
	struct probe_stage_fact *login = &f->stages[PROBE_STAGE_AUTH];

	login->end = PROBE_STAGE_TIMEOUT;
	(void)snprintf(login->text, sizeof login->text, "the time was over before it began");
	f->is_cut_short = true;
}

static bool
has_missed_login(const struct run_job *j, const struct probe_dialog_facts *f)
{
	return j->task == RUN_SUBMIT && j->run->facts->wants_auth && f->is_cut_short &&
	       f->stages[PROBE_STAGE_AUTH].end == PROBE_STAGE_NOT_REACHED &&
	       f->stages[PROBE_STAGE_AUTH].began_us == 0;
}

void
run_write_facts(struct run_job *j, const struct probe_dialog_facts *facts)
{
	struct probe_dialog_facts *place = find_place(run_probe_of(j), j->task);
	const struct probe_stage_fact stage = place->stages[PROBE_STAGE_BULK];
	const struct probe_bulk bulk = place->bulk;

	if (has_missed_login(j, facts)) {
		note_missed_login(place);
		return;
	}
	*place = *facts;
	place->is_tried = true;
	if (j->task == RUN_SUBMIT)
		keep_bulk(&stage, &bulk, place);
}
