/* SPDX-License-Identifier: Apache-2.0 */
#include "job_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixture.h"

/* Probes and run have nothing of their own to find it by. */
static struct world *world;

/* The clock of the run is in began_ms here: nothing else reads it. */
uint64_t
run_now_ms(const struct run *r)
{
	return r->began_ms;
}

bool
run_is_main(const struct run *r, const struct doctor_probe *p)
{
	(void)r;
	return p->port == 587;
}

bool
run_is_unusual(const struct run *r, const struct doctor_probe *p)
{
	(void)r;
	return p->port == PORT_UNUSUAL;
}

bool
run_may_connect(struct run *r)
{
	return r == &world->run;
}

void
run_job_end(struct run_job *j)
{
	j->state = RUN_OVER;
}

void
run_follow(struct run *r, size_t probe, enum run_task task)
{
	assert_ptr_equal(r, &world->run);
	assert_int_equal(probe, world->job.probe);
	assert_int_equal(task, world->job.task);
	world->follow_count++;
}

struct probe_dialog *
probe_dialog_start(struct event_base *base, const struct net_address *to,
    const struct probe_dialog_options *options, probe_dialog_fn *done, void *arg)
{
	struct probe_dialog *d = calloc(1, sizeof *d);

	(void)base;
	assert_non_null(d);
	assert_ptr_equal(to, &world->facts.probes[0].address);
	world->dialog = *options;
	d->done = done;
	d->arg = arg;
	return d;
}

void
probe_dialog_stop(struct probe_dialog **dialog)
{
	struct probe_dialog *d = *dialog;

	*dialog = NULL;
	d->done(d->arg, world->shown);
	free(d);
}

enum probe_stage
probe_dialog_stage(const struct probe_dialog *dialog)
{
	return dialog->stage;
}

uint64_t
probe_dialog_waiting_ms(const struct probe_dialog *dialog)
{
	return dialog->waiting_ms;
}

struct probe_ladder *
probe_path_start(struct event_base *base, const struct net_address *to,
    const struct probe_path_options *options, probe_path_fn *done, void *arg)
{
	struct probe_ladder *l = calloc(1, sizeof *l);

	(void)base;
	(void)to;
	assert_non_null(l);
	world->ladder = *options;
	l->done = done;
	l->arg = arg;
	return l;
}

struct probe_answer *
probe_answer_ttl_start(struct event_base *base, const struct net_address *to,
    const struct probe_answer_options *options, probe_answer_fn *done, void *arg)
{
	struct probe_answer *a = calloc(1, sizeof *a);

	(void)base;
	(void)to;
	assert_non_null(a);
	assert_int_not_equal(options->timeout_ms, 0);
	assert_non_null(options->may_send);
	world->routers = options->routers;
	a->done = done;
	a->arg = arg;
	return a;
}

int
job_world_set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->shown = calloc(1, sizeof *w->shown);
	assert_non_null(w->shown);
	fixture_begin(&w->facts, "192.0.2.10", NULL);
	(void)fixture_add_probe(&w->facts, "192.0.2.10", 587);
	w->run.options = &w->options;
	w->run.facts = &w->facts;
	w->run.deadline_ms = TIME_MS;
	w->job.run = &w->run;
	*state = world = w;
	return 0;
}

int
job_world_tear_down(void **state)
{
	struct world *w = *state;

	free(w->job.dialog);
	free(w->job.ladder);
	free(w->job.answer);
	free(w->job.silence);
	free(w->shown);
	doctor_facts_done(&w->facts);
	free(w);
	return 0;
}

void
job_world_start(struct world *w, enum run_task task)
{
	free(w->job.dialog);
	w->job.dialog = NULL;
	w->job.task = task;
	w->job.state = RUN_RUNNING;
	run_job_start(&w->job);
}
