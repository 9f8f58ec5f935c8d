/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.c - who may go to the host: so many connections at a time, and no more.
 *
 * Servers and the scanners' enemies before them count connections (testers that open many are
 * answered 421, and tell their readers nonsense). A SYN may be answered as long as its socket is
 * there, so it counts like a connection. One that nobody has answered for a while makes room for
 * others: its socket is closed, so that the kernel does not send it again and a late answer meets a
 * reset, and it begins anew when there is a place.
 */
#include "doctor/run.h"

#include <assert.h>
#include <stdlib.h>

#include "doctor/limit.h"
#include "doctor/pace.h"
#include "util/alloc.h"

/* So long the server still counts what is closed, when it is the server that counts. */
enum { CALM_MS = 250 };
/* The first turn of all jobs, and all the turns of those that are never answered. */
enum { ALL_STARTED_MS = 4600, ALL_SILENT_MS = 7000 };
/* Of one turn; the kernel sends a SYN again after 1 s. */
enum { PATIENCE_MAX_MS = 1150, PATIENCE_MIN_MS = 250 };

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

struct run_job *
run_find(const struct run *r, size_t probe, enum run_task task)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->probe == probe && r->jobs[i]->task == task)
			return r->jobs[i];
	return NULL;
}

bool
run_has(const struct run *r, size_t probe, enum run_task task)
{
	return run_find(r, probe, task) != NULL;
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

bool
run_is_sending(const struct run *r)
{
	for (size_t i = 0; i < r->job_count; i++) {
		const struct run_job *j = r->jobs[i];

		if (j->task == RUN_SUBMIT && j->dialog != NULL &&
		    probe_dialog_stage(j->dialog) == PROBE_STAGE_END)
			return true;
	}
	return false;
}

void
run_try_alone(struct run *r, size_t at, bool is_refused)
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
add_late(struct run *r, size_t at, enum run_task task, unsigned hop_max)
{
	struct run_job *j = run_add(r, at, task, RUN_FIRST);

	if (j == NULL)
		return;
	j->is_late = true;
	j->hop_max = hop_max;
}

void
run_try_late(struct run *r, size_t at, unsigned hop_max)
{
	if (run_has(r, at, RUN_AGAIN) ||
	    run_now_ms(r) + DOCTOR_LIMIT_PAUSE_MS + DOCTOR_LIMIT_ANSWER_MS > r->deadline_ms)
		return;
	add_late(r, at, RUN_AGAIN, 0);
	/* Behind it: who rejects may say one thing, and the others where they are. */
	add_late(r, at, RUN_LADDER, hop_max);
}

unsigned
run_connection_max(const struct run *r)
{
	return r->options->connections == 0 ? DOCTOR_CONNECTIONS : r->options->connections;
}

static uint64_t
at_least(uint64_t ms, uint64_t least_ms)
{
	return ms < least_ms ? least_ms : ms;
}

/*
 * Of the turn that it has: where others have answered, an answer would be here; where not one of
 * many SYNs was answered, this one will hardly be.
 */
static uint64_t
patience_ms(const struct run_job *j)
{
	const struct run *r = j->run;
	const struct doctor_pace pace = doctor_pace_of(r->facts);
	const uint64_t turns = (r->job_count + run_connection_max(r) - 1) / run_connection_max(r);
	const uint64_t turn_ms = doctor_pace_turn_ms(&pace);
	uint64_t ms = at_least(ALL_STARTED_MS / at_least(turns, 1), PATIENCE_MIN_MS);

	if (run_is_dead(r, &r->facts->probes[j->probe]))
		return doctor_pace_quiet_ms(&pace);
	if (turn_ms < ms)
		ms = turn_ms;
	if (ms > PATIENCE_MAX_MS)
		ms = PATIENCE_MAX_MS;
	/* What is further away than that is reached in a later turn. */
	return ms << j->yield_count;
}

uint64_t
run_silence_max_ms(const struct run *r)
{
	uint64_t count = 0;

	for (size_t i = 0; i < r->job_count; i++) {
		const struct run_job *j = r->jobs[i];

		count += j->task == RUN_DIALOG &&
			 (j->state == RUN_WAITING || run_job_waiting_ms(j) != 0 ||
			     r->facts->probes[j->probe].dialog.tcp.end == PROBE_TCP_SILENT);
	}
	return (uint64_t)ALL_SILENT_MS * run_connection_max(r) / at_least(count, 1);
}

static bool
is_ladder(const struct run_job *j)
{
	return j->task == RUN_LADDER || j->task == RUN_WITNESS;
}

/* How many connections it makes at the moment. */
static unsigned
places_of(const struct run_job *j)
{
	if (j->state != RUN_RUNNING)
		return 0;
	if (j->answer != NULL)
		return probe_answer_places(j->answer);
	return is_ladder(j) ? probe_path_places(j->ladder) : 1;
}

static unsigned
count_taken(const struct run *r)
{
	unsigned count = 0;

	for (size_t i = 0; i < r->job_count; i++)
		count += places_of(r->jobs[i]);
	return count;
}

bool
run_may_yield(const struct run_job *j)
{
	return j->state == RUN_RUNNING && j->dialog != NULL && !j->is_alone && !j->is_late &&
	       probe_dialog_stage(j->dialog) == PROBE_STAGE_CONNECT &&
	       probe_dialog_waiting_ms(j->dialog) >= patience_ms(j);
}

/* Of those whose turn is over, and that have had so many before: what matters least. */
static struct run_job *
find_yielding(const struct run *r, unsigned turn_count)
{
	struct run_job *worst = NULL;

	for (size_t i = 0; i < r->job_count; i++) {
		struct run_job *j = r->jobs[i];

		if (run_may_yield(j) && j->yield_count >= turn_count &&
		    (worst == NULL || j->rank > worst->rank))
			worst = j;
	}
	return worst;
}

/* For one that has had so many turns. */
static bool
make_room(struct run *r, unsigned turn_count)
{
	struct run_job *j;

	if (count_taken(r) < run_connection_max(r))
		return true;
	j = find_yielding(r, turn_count);
	if (j == NULL)
		return false;
	run_job_yield(j);
	return count_taken(r) < run_connection_max(r);
}

bool
run_may_connect(struct run *r)
{
	return make_room(r, 0);
}

/*
 * May it go? Who wants to be alone not while another is open, nor right after: the other side still
 * counts what we have just closed. A firewall that does forgets it in a few round trips.
 */
static bool
is_calm_enough(const struct run_job *j)
{
	const struct run *r = j->run;
	const struct doctor_pace pace = doctor_pace_of(r->facts);
	const uint64_t calm_ms = j->is_refused ? doctor_pace_moment_ms(&pace) : CALM_MS;

	if (j->is_late)
		return run_now_ms(r) - r->asked_ms >= DOCTOR_LIMIT_PAUSE_MS;
	return !j->is_alone || (count_taken(r) == 0 && run_now_ms(r) - r->ended_ms >= calm_ms);
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
 * To measure answers leaves connections behind that are half made: it comes after those that want
 * to be alone. One at a time: each is quick when it may have a connection beside another.
 */
static bool
may_measure(const struct run *r)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->task == RUN_ANSWER && r->jobs[i]->state == RUN_RUNNING)
			return false;
	return !is_one_shy(r);
}

static bool
may_go(const struct run_job *j)
{
	return j->state == RUN_WAITING && is_calm_enough(j) &&
	       (j->task != RUN_ANSWER || may_measure(j->run));
}

/* Has none been begun yet? */
static bool
is_first_of_all(const struct run *r)
{
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->state != RUN_WAITING || r->jobs[i]->yield_count != 0)
			return false;
	return true;
}

static bool
is_before(const struct run_job *a, const struct run_job *b)
{
	return a->yield_count != b->yield_count ? a->yield_count < b->yield_count
						: a->rank < b->rank;
}

/* The next to go: of those with the fewest turns the best rank, the first; NULL: none. */
static struct run_job *
next_job(const struct run *r)
{
	struct run_job *best = NULL;

	for (size_t i = 0; i < r->job_count; i++) {
		struct run_job *j = r->jobs[i];

		if (may_go(j) && (best == NULL || is_before(j, best)))
			best = j;
	}
	return best;
}

void
run_job_end(struct run_job *j)
{
	j->state = RUN_OVER;
	if (!is_ladder(j) && j->task != RUN_ANSWER)
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
		struct run_job *j = next_job(r);

		if (j == NULL || is_one_alone(r) || !make_room(r, j->yield_count))
			return;
		j->was_first = is_first_of_all(r);
		j->state = RUN_RUNNING;
		j->began_ms = j->stage_since_ms = run_awake_ms(r);
		if (j->yield_count == 0) {
			j->first_ms = run_now_ms(r);
			j->lost_ms = r->lost_ms;
		}
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
	if (j->silence != NULL) {
		run_job_settle(j);
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
	free((*j)->silence);
	free(*j);
	*j = NULL;
}
