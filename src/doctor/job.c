/* SPDX-License-Identifier: Apache-2.0 */
/* job.c - a job from its start to its end: a dialog, a ladder, or the TTL of an answer. */
#include "doctor/run.h"

#include <stdlib.h>

#include "doctor/limit.h"
#include "doctor/pace.h"
#include "doctor/view.h"
#include "util/alloc.h"

enum { LADDER_MS = 1000, SHORT_LADDER_MS = 300, ANSWER_MS = 1500 };

struct doctor_probe *
run_probe_of(const struct run_job *j)
{
	return &j->run->facts->probes[j->probe];
}

static void
on_dialog(void *arg, const struct probe_dialog_facts *facts)
{
	struct run_job *j = arg;
	struct probe_dialog_facts *all = xmalloc(sizeof *all);

	j->dialog = NULL;
	*all = *facts;
	if (j->silence != NULL)
		run_add_silence(j, all);
	free(j->silence);
	j->silence = NULL;
	if (j->is_yielding && facts->tcp.end == PROBE_TCP_SILENT) {
		j->silence = all;
		j->state = RUN_WAITING;
		return;
	}
	j->is_yielding = false;
	run_write_facts(j, all);
	free(all);
	run_job_end(j);
	run_follow(j->run, j->probe, j->task);
}

void
run_job_yield(struct run_job *j)
{
	j->is_yielding = true;
	j->yield_count++;
	probe_dialog_stop(&j->dialog);
	j->is_yielding = false;
}

void
run_job_settle(struct run_job *j)
{
	run_write_facts(j, j->silence);
	free(j->silence);
	j->silence = NULL;
	run_job_end(j);
	run_follow(j->run, j->probe, j->task);
}

static void
on_ladder(void *arg, const struct probe_path *path)
{
	struct run_job *j = arg;

	j->ladder = NULL;
	run_job_end(j);
	if (j->is_late)
		doctor_limit_add(&run_probe_of(j)->path, path);
	else
		run_probe_of(j)->path = *path;
	run_follow(j->run, j->probe, j->task);
}

static void
on_witness(void *arg, const struct probe_path *path)
{
	struct run_job *j = arg;

	j->ladder = NULL;
	run_job_end(j);
	doctor_limit_hear(run_probe_of(j), path);
	run_follow(j->run, j->probe, j->task);
}

static void
on_answer(void *arg, uint8_t ttl)
{
	struct run_job *j = arg;

	j->answer = NULL;
	run_job_end(j);
	run_probe_of(j)->answer_ttl = ttl;
	run_follow(j->run, j->probe, j->task);
}

static void
start_dialog(struct run_job *j)
{
	run_set_dialog(j);
	j->dialog =
	    probe_dialog_start(j->run->base, &run_probe_of(j)->address, &j->options, on_dialog, j);
}

static bool
may_send(void *arg)
{
	return run_may_connect(arg);
}

/* As many routers are between as the ladder had rungs below the end. */
static void
start_answer(struct run_job *j)
{
	const struct doctor_probe *p = run_probe_of(j);
	const struct probe_answer_options options = {
		.timeout_ms = ANSWER_MS,
		.routers = p->path.end_ttl == 0 ? 0 : p->path.end_ttl - 1,
		.may_send = may_send,
		.send_arg = j->run,
	};

	j->answer = probe_answer_ttl_start(j->run->base, &p->address, &options, on_answer, j);
}

static void
start_ladder(struct run_job *j)
{
	const struct doctor_probe *far = doctor_view_measured(j->run->facts, run_probe_of(j));
	const struct doctor_pace pace = doctor_pace_of(j->run->facts);
	const struct probe_path_options options = {
		.timeout_ms = j->is_short ? SHORT_LADDER_MS : LADDER_MS,
		.hop_max = j->hop_max == 0 ? PROBE_HOPS_MAX : j->hop_max,
		.parallel = j->parallel,
		.reach = far == NULL ? 0 : far->path.end_ttl,
		.may_send = may_send,
		.send_arg = j->run,
		.gap = j->gap,
		.rtt_us = pace.is_known ? pace.rtt_us + 1 : 0,
	};

	j->ladder =
	    probe_path_start(j->run->base, &run_probe_of(j)->address, &options, on_ladder, j);
}

/* None of its SYNs comes as far as to the host. */
static void
start_witness(struct run_job *j)
{
	const struct doctor_facts *f = j->run->facts;
	const struct doctor_probe *witness = doctor_view_measured(f, run_probe_of(j));
	const struct doctor_pace pace = doctor_pace_of(f);
	const struct probe_path_options options = {
		.timeout_ms = SHORT_LADDER_MS,
		.hop_max = doctor_limit_top(f, run_probe_of(j)),
		.reach = witness->path.end_ttl,
		.rtt_us = pace.is_known ? pace.rtt_us + 1 : 0,
	};

	j->ladder = probe_path_start(j->run->base, &witness->address, &options, on_witness, j);
}

void
run_job_start(struct run_job *j)
{
	switch (j->task) {
	case RUN_DIALOG:
	case RUN_ANYWAY:
	case RUN_SMALL:
	case RUN_OTHER_MODE:
	case RUN_TLS12:
	case RUN_AGAIN:
	case RUN_SUBMIT:
		start_dialog(j);
		break;
	case RUN_LADDER:
		start_ladder(j);
		break;
	case RUN_WITNESS:
		start_witness(j);
		break;
	case RUN_ANSWER:
		start_answer(j);
		break;
	}
}

uint64_t
run_job_waiting_ms(const struct run_job *j)
{
	const uint64_t before_ms = j->silence == NULL ? 0 : j->silence->tcp.took_us / 1000;
	uint64_t ms;

	if (j->dialog == NULL)
		return run_awake_part_ms(j->run, before_ms, j->lost_ms);
	if (probe_dialog_stage(j->dialog) != PROBE_STAGE_CONNECT)
		return 0;
	ms = probe_dialog_waiting_ms(j->dialog);
	return ms == 0 ? 0 : run_awake_part_ms(j->run, before_ms + ms, j->lost_ms);
}
