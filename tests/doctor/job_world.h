/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job_world.h - a job alone: the probes and the rest of the run are stood in for, what was asked of
 * them is kept, and the clock is set by hand (began_ms of the run).
 */
#ifndef DOCTOR_TEST_JOB_WORLD_H
#define DOCTOR_TEST_JOB_WORLD_H

#include "doctor/run.h"

enum { PORT_UNUSUAL = 2587, PORT_CONTROL = 443, TIME_MS = 10000 };

struct probe_dialog {
	probe_dialog_fn *done;
	void *arg;
	enum probe_stage stage;
	uint64_t waiting_ms;
};

struct probe_ladder {
	probe_path_fn *done;
	void *arg;
};

struct probe_answer {
	probe_answer_fn *done;
	void *arg;
};

struct world {
	struct doctor_check_options options;
	struct doctor_facts facts;
	struct run run;
	struct run_job job;
	struct probe_dialog_facts *shown; /* by the dialog, when it ends */
	/* What was asked of the probes last, and how often the run was told of an end. */
	struct probe_dialog_options dialog;
	struct probe_path_options ladder;
	unsigned routers, follow_count;
};

int job_world_set_up(void **state);
int job_world_tear_down(void **state);

/* Begins the task anew, as if the run had come to it. */
void job_world_start(struct world *w, enum run_task task);

#endif
