/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.c - who may go to the host: so many connections at a time, and no more.
 *
 * Servers and the scanners' enemies before them count connections (testers that open many are
 * answered 421, and tell their readers nonsense). A SYN that nobody answers is no connection; it
 * gives its place up after a patience that lets all jobs have their turn in time.
 */
#include "doctor/run.h"

#include <assert.h>
#include <stdlib.h>

#include "doctor/pace.h"
#include "util/alloc.h"

/* So long the server still counts what is closed, when it is the server that counts. */
enum { CALM_MS = 250 };
/* A SYN that is lost is sent again after 1 s: who gives its place up before may see it
 * answered late, beside those that took the place. */
enum { PATIENCE_MAX_MS = 1150, PATIENCE_MIN_MS = 100, ALL_STARTED_MS = 4600 };

struct run_job *
run_add(struct run *r, size_t probe, enum run_task task, enum run_rank rank)
{
	struct run_job *j;

	assert(probe < r->facts->probe_count);
	if (r->job_count == RUN_JOBS_MAX)
		return NULL;
	j = xcalloc(1, sizeof *j);
	*j = (struct run_job){ .run = r, .task = task, .rank = rank, .probe = probe };
	r->jobs[r->job_count++] = j;
	return j;
}

bool
run_has(const struct run *r, size_t probe, enum run_task task)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->probe == probe && r->jobs[i]->task == task)
			return true;
	return false;
}

bool
run_is_task_over(const struct run *r, size_t probe, enum run_task task)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->probe == probe && r->jobs[i]->task == task)
			return r->jobs[i]->state == RUN_OVER;
	return true;
}

bool
run_is_busy(const struct run *r, enum run_rank rank_max)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->state != RUN_OVER && r->jobs[i]->rank <= rank_max)
			return true;
	return false;
}

unsigned
run_connection_max(const struct run *r)
{
	return r->options->connections == 0 ? DOCTOR_CONNECTIONS : r->options->connections;
}

/* Where not one of many SYNs was answered this one will hardly be. */
static uint64_t
patience_ms(const struct run_job *j)
{
	const struct run *r = j->run;
	const struct doctor_pace pace = doctor_pace_of(r->facts);
	const uint64_t turns = (r->job_count + run_connection_max(r) - 1) / run_connection_max(r);
	const uint64_t ms = ALL_STARTED_MS / (turns == 0 ? 1 : turns);

	if (run_is_dead(r, &r->facts->probes[j->probe]))
		return doctor_pace_quiet_ms(&pace);
	if (ms > PATIENCE_MAX_MS)
		return PATIENCE_MAX_MS;
	return ms < PATIENCE_MIN_MS ? PATIENCE_MIN_MS : ms;
}

/* How many connections it makes at a time. SYNs of a ladder that do not reach the host are none. */
static unsigned
places_of(const struct run_job *j)
{
	return j->task == RUN_LADDER ? j->parallel : 1;
}

static bool
takes_place(const struct run_job *j)
{
	if (j->state != RUN_RUNNING)
		return false;
	return j->task == RUN_LADDER || run_job_waiting_ms(j) < patience_ms(j);
}

static unsigned
count_taken(const struct run *r)
{
	unsigned count = 0;

	for (size_t i = 0; i < r->job_count; i++)
		count += takes_place(r->jobs[i]) ? places_of(r->jobs[i]) : 0;
	return count;
}

bool
run_may_talk(const struct run *r)
{
	return count_taken(r) <= run_connection_max(r);
}

/*
 * May it go? Who wants to be alone not while another is open, nor right after: the other side still
 * counts what we have just closed. A firewall that does forgets it in a few round trips.
 */
static bool
is_calm_enough(const struct run_job *j, unsigned taken)
{
	const struct run *r = j->run;
	const struct doctor_pace pace = doctor_pace_of(r->facts);
	const uint64_t calm_ms = j->is_refused ? doctor_pace_moment_ms(&pace) : CALM_MS;

	return !j->is_alone || (taken == 0 && run_now_ms(r) - r->ended_ms >= calm_ms);
}

/* Does one wait to be tried alone? */
static bool
is_one_shy(const struct run *r)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->state == RUN_WAITING && r->jobs[i]->is_alone)
			return true;
	return false;
}

/*
 * A ladder takes what places there are, one at least. To measure answers leaves connections behind
 * that are half made: it comes after those that want to be alone.
 */
static bool
has_place(struct run_job *j, unsigned taken)
{
	const unsigned max = run_connection_max(j->run);

	if (j->task == RUN_ANSWER && is_one_shy(j->run))
		return false;
	if (j->task == RUN_LADDER && taken < max && j->parallel > max - taken)
		j->parallel = max - taken;
	return places_of(j) == 0 || taken + places_of(j) <= max;
}

/* The next to go: of the best rank the one that has waited longest; NULL: none. */
static struct run_job *
next_job(const struct run *r, unsigned taken)
{
	struct run_job *best = NULL;

	for (size_t i = 0; i < r->job_count; i++) {
		struct run_job *j = r->jobs[i];

		if (j->state != RUN_WAITING || (best != NULL && best->rank <= j->rank))
			continue;
		if (!has_place(j, taken) || !is_calm_enough(j, taken))
			continue;
		best = j;
	}
	return best;
}

void
run_job_end(struct run_job *j)
{
	j->state = RUN_OVER;
	if (j->task != RUN_LADDER && j->task != RUN_ANSWER)
		j->run->ended_ms = run_now_ms(j->run);
	run_wake(j->run);
}

static bool
is_one_alone(const struct run *r)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->state == RUN_RUNNING && r->jobs[i]->is_alone)
			return true;
	return false;
}

void
run_start_ready(struct run *r)
{
	while (!r->is_over) {
		const unsigned taken = count_taken(r);
		struct run_job *j = next_job(r, taken);

		if (j == NULL || is_one_alone(r))
			return;
		j->state = RUN_RUNNING;
		j->began_ms = j->stage_since_ms = run_now_ms(r);
		run_job_start(j);
	}
}

void
run_give_up(struct run_job *j)
{
	if (j->dialog != NULL) {
		probe_dialog_stop(&j->dialog);
		return;
	}
	probe_path_cancel(&j->ladder);
	probe_answer_ttl_cancel(&j->answer);
	run_job_end(j);
}

void
run_job_free(struct run_job **j)
{
	if (*j == NULL)
		return;
	probe_dialog_cancel(&(*j)->dialog);
	probe_path_cancel(&(*j)->ladder);
	probe_answer_ttl_cancel(&(*j)->answer);
	free(*j);
	*j = NULL;
}
