/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate alone: who has a place, for how long, and who yields it. The probes that it starts and
 * stops are stood in for by what they show of themselves, and the clock is set by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/limit.h"
#include "doctor/run.h"

enum { PROBES = 12, LONG_MS = 60000 };

struct probe_dialog {
	enum probe_stage stage;
	uint64_t waiting_ms;
};

struct probe_ladder {
	unsigned places;
};

struct probe_answer {
	unsigned places;
};

/* The clock of the run is in began_ms here: nothing else reads it. */
uint64_t
run_now_ms(const struct run *r)
{
	return r->began_ms;
}

void
run_wake(struct run *r)
{
	(void)r;
}

bool
run_is_dead(const struct run *r, const struct doctor_probe *p)
{
	(void)r;
	return p->is_control;
}

void
run_job_start(struct run_job *j)
{
	if (j->task == RUN_LADDER) {
		j->ladder = calloc(1, sizeof *j->ladder);
		assert_non_null(j->ladder);
		j->ladder->places = 2;
		return;
	}
	j->dialog = calloc(1, sizeof *j->dialog);
	assert_non_null(j->dialog);
}

void
probe_dialog_cancel(struct probe_dialog **dialog)
{
	free(*dialog);
	*dialog = NULL;
}

void
probe_dialog_stop(struct probe_dialog **dialog)
{
	probe_dialog_cancel(dialog);
}

void
run_job_yield(struct run_job *j)
{
	j->yield_count++;
	j->state = RUN_WAITING;
	probe_dialog_cancel(&j->dialog);
}

void
run_job_settle(struct run_job *j)
{
	free(j->silence);
	j->silence = NULL;
	run_job_end(j);
}

uint64_t
run_job_waiting_ms(const struct run_job *j)
{
	return j->dialog == NULL ? 0 : j->dialog->waiting_ms;
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

unsigned
probe_path_places(const struct probe_ladder *ladder)
{
	return ladder->places;
}

void
probe_path_cancel(struct probe_ladder **ladder)
{
	free(*ladder);
	*ladder = NULL;
}

unsigned
probe_answer_places(const struct probe_answer *answer)
{
	return answer->places;
}

void
probe_answer_ttl_cancel(struct probe_answer **answer)
{
	assert_null(*answer);
}

struct fixture {
	struct doctor_check_options options;
	struct doctor_facts facts;
	struct run run;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->facts.probe_count = PROBES;
	f->facts.probes = calloc(PROBES, sizeof *f->facts.probes);
	assert_non_null(f->facts.probes);
	f->run.options = &f->options;
	f->run.facts = &f->facts;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->run.job_count; i++)
		run_job_free(&f->run.jobs[i]);
	free(f->facts.probes);
	free(f);
	return 0;
}

static void
add_dialogs(struct run *r, size_t count, enum run_rank rank)
{
	for (size_t i = 0; i < count; i++)
		assert_non_null(run_add(r, r->job_count % PROBES, RUN_DIALOG, rank));
}

static size_t
count_running(const struct run *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->job_count; i++)
		count += r->jobs[i]->state == RUN_RUNNING;
	return count;
}

static void
end_job(struct run_job *j)
{
	probe_dialog_cancel(&j->dialog);
	probe_path_cancel(&j->ladder);
	run_job_end(j);
}

static void
test_there_are_three_places_or_as_many_as_are_wanted(void **state)
{
	struct fixture *f = *state;

	add_dialogs(&f->run, 8, RUN_FIRST);
	run_start_ready(&f->run);
	assert_int_equal(count_running(&f->run), DOCTOR_CONNECTIONS);
	run_start_ready(&f->run);
	assert_int_equal(count_running(&f->run), DOCTOR_CONNECTIONS);
	assert_false(run_may_connect(&f->run));
	f->options.connections = 5;
	run_start_ready(&f->run);
	assert_int_equal(count_running(&f->run), 5);
}

static void
test_a_place_that_is_free_goes_to_the_best_rank_that_waits(void **state)
{
	struct fixture *f = *state;
	struct run *r = &f->run;

	add_dialogs(r, 4, RUN_MINOR);
	add_dialogs(r, 1, RUN_SECOND);
	add_dialogs(r, 1, RUN_FIRST);
	run_start_ready(r);
	assert_int_equal(r->jobs[5]->state, RUN_RUNNING);
	assert_int_equal(r->jobs[4]->state, RUN_RUNNING);
	assert_int_equal(r->jobs[0]->state, RUN_RUNNING);
	assert_int_equal(r->jobs[1]->state, RUN_WAITING);
	end_job(r->jobs[5]);
	run_start_ready(r);
	assert_int_equal(r->jobs[1]->state, RUN_RUNNING);
}

static void
test_a_ladder_takes_as_many_places_as_it_has_connections(void **state)
{
	struct fixture *f = *state;
	struct run *r = &f->run;

	assert_non_null(run_add(r, 0, RUN_LADDER, RUN_FIRST));
	add_dialogs(r, 3, RUN_SECOND);
	run_start_ready(r);
	assert_int_equal(count_running(r), 2);
	r->jobs[0]->ladder->places = 0;
	run_start_ready(r);
	assert_int_equal(count_running(r), 4);
}

/* What SYNs wait before they make room, with so many jobs and a round trip in ms (0: unknown). */
static const struct {
	size_t jobs;
	uint64_t rtt_ms, patience_ms;
} patience[] = {
	{ 4, 0, 1150 },   /* all fits: as long as a SYN and the next one take */
	{ 15, 0, 920 },   /* five turns within 4.6 s */
	{ 300, 0, 250 },  /* never less */
	{ 4, 100, 440 },  /* four round trips and a little, where others were answered */
	{ 4, 5, 60 },     /* be they short */
	{ 15, 900, 920 }, /* and never more than its share */
};

static void
test_patience_is_a_share_of_the_time_and_a_few_round_trips(void **state)
{
	for (size_t i = 0; i < sizeof patience / sizeof patience[0]; i++) {
		struct fixture *f;
		struct run_job *first;

		assert_int_equal(set_up(state), 0);
		f = *state;
		add_dialogs(&f->run, patience[i].jobs, RUN_FIRST);
		f->facts.probes[PROBES - 1].dialog.tcp =
		    (struct probe_tcp){ .end = patience[i].rtt_ms == 0 ? PROBE_TCP_NOT_TRIED
								       : PROBE_TCP_OPEN,
			    .took_us = patience[i].rtt_ms * 1000 };
		run_start_ready(&f->run);
		first = f->run.jobs[0];
		first->dialog->waiting_ms = patience[i].patience_ms - 1;
		run_start_ready(&f->run);
		assert_int_equal(first->yield_count, 0);
		first->dialog->waiting_ms = patience[i].patience_ms;
		run_start_ready(&f->run);
		if (first->yield_count != 1)
			fail_msg("row %zu: the place was kept", i);
		assert_int_equal(count_running(&f->run), DOCTOR_CONNECTIONS);
		(void)tear_down(state);
	}
	*state = NULL;
}

static void
test_a_second_turn_is_longer_and_comes_after_all_first_ones(void **state)
{
	struct fixture *f = *state;
	struct run *r = &f->run;

	f->options.connections = 1;
	add_dialogs(r, 3, RUN_FIRST);
	for (size_t turn = 0; turn < 3; turn++) {
		run_start_ready(r);
		assert_int_equal(r->jobs[turn]->state, RUN_RUNNING);
		r->jobs[turn]->dialog->waiting_ms = 1150;
	}
	run_start_ready(r);
	assert_int_equal(r->jobs[0]->state, RUN_WAITING);
	/* Whose first turn is over does not go for one whose second would begin. */
	assert_int_equal(r->jobs[2]->state, RUN_RUNNING);
	end_job(r->jobs[2]);
	run_start_ready(r);
	assert_int_equal(r->jobs[0]->state, RUN_RUNNING);
	r->jobs[0]->dialog->waiting_ms = 2299;
	run_start_ready(r);
	assert_int_equal(r->jobs[0]->yield_count, 1);
	r->jobs[0]->dialog->waiting_ms = 2300;
	run_start_ready(r);
	assert_int_equal(r->jobs[0]->yield_count, 2);
	assert_int_equal(r->jobs[1]->state, RUN_RUNNING);
}

static void
test_who_is_connected_does_not_yield_and_what_matters_least_goes_first(void **state)
{
	struct fixture *f = *state;
	struct run *r = &f->run;

	add_dialogs(r, 1, RUN_FIRST);
	add_dialogs(r, 1, RUN_CONTROL);
	add_dialogs(r, 1, RUN_MINOR);
	run_start_ready(r);
	for (size_t i = 0; i < 3; i++)
		r->jobs[i]->dialog->waiting_ms = LONG_MS;
	r->jobs[2]->dialog->stage = PROBE_STAGE_GREETING;
	add_dialogs(r, 1, RUN_SECOND);
	run_start_ready(r);
	assert_int_equal(r->jobs[2]->state, RUN_RUNNING);
	assert_int_equal(r->jobs[1]->state, RUN_WAITING);
	assert_int_equal(r->jobs[0]->state, RUN_RUNNING);
	assert_int_equal(r->jobs[3]->state, RUN_RUNNING);
}

static void
test_who_wants_to_be_alone_waits_for_calm_and_keeps_others_out(void **state)
{
	struct fixture *f = *state;
	struct run *r = &f->run;

	add_dialogs(r, 1, RUN_FIRST);
	run_start_ready(r);
	run_try_alone(r, 0, false);
	run_try_alone(r, 0, false);
	assert_int_equal(r->job_count, 2);
	run_start_ready(r);
	assert_int_equal(r->jobs[1]->state, RUN_WAITING);
	r->began_ms = 1000;
	end_job(r->jobs[0]);
	r->began_ms = 1249;
	run_start_ready(r);
	assert_int_equal(r->jobs[1]->state, RUN_WAITING);
	r->began_ms = 1250;
	run_start_ready(r);
	assert_int_equal(r->jobs[1]->state, RUN_RUNNING);
	add_dialogs(r, 1, RUN_FIRST);
	run_start_ready(r);
	assert_int_equal(r->jobs[2]->state, RUN_WAITING);
}

static void
test_routers_are_given_a_pause_before_they_are_asked_again(void **state)
{
	struct fixture *f = *state;
	struct run *r = &f->run;

	r->deadline_ms = 10000;
	r->began_ms = r->asked_ms = 300;
	run_try_late(r, 0, 2);
	run_try_late(r, 0, 2);
	run_try_late(r, 1, 2);
	assert_int_equal(r->job_count, 4);
	r->began_ms = 300 + DOCTOR_LIMIT_PAUSE_MS - 1;
	run_start_ready(r);
	assert_int_equal(count_running(r), 0);
	r->began_ms++;
	run_start_ready(r);
	assert_int_equal(r->jobs[0]->task, RUN_AGAIN);
	assert_int_equal(r->jobs[0]->state, RUN_RUNNING);
	assert_int_equal(r->jobs[1]->task, RUN_LADDER);
	assert_int_equal(r->jobs[1]->hop_max, 2);
	assert_int_equal(r->jobs[1]->state, RUN_RUNNING);
	/* It keeps its place to the end, which is near. */
	r->jobs[0]->dialog->waiting_ms = LONG_MS;
	assert_false(run_may_yield(r->jobs[0]));
}

static void
test_without_time_for_a_pause_there_is_none(void **state)
{
	struct fixture *f = *state;
	struct run *r = &f->run;

	r->deadline_ms = 10000;
	r->began_ms = 10000 - DOCTOR_LIMIT_PAUSE_MS;
	run_try_late(r, 0, 2);
	assert_int_equal(r->job_count, 0);
}

static void
test_answers_are_measured_one_port_after_the_other(void **state)
{
	struct fixture *f = *state;
	struct run *r = &f->run;

	assert_non_null(run_add(r, 0, RUN_ANSWER, RUN_FIRST));
	assert_non_null(run_add(r, 1, RUN_ANSWER, RUN_FIRST));
	run_start_ready(r);
	assert_int_equal(r->jobs[0]->state, RUN_RUNNING);
	assert_int_equal(r->jobs[1]->state, RUN_WAITING);
	end_job(r->jobs[0]);
	run_start_ready(r);
	assert_int_equal(r->jobs[1]->state, RUN_RUNNING);
}

static void
test_only_the_first_connection_of_all_is_the_first(void **state)
{
	struct fixture *f = *state;
	struct run *r = &f->run;

	f->options.connections = 1;
	add_dialogs(r, 2, RUN_FIRST);
	run_start_ready(r);
	assert_true(r->jobs[0]->was_first);
	r->jobs[0]->dialog->waiting_ms = LONG_MS;
	run_start_ready(r);
	assert_int_equal(r->jobs[1]->state, RUN_RUNNING);
	assert_false(r->jobs[1]->was_first);
	/* Begun anew it has others before it. */
	end_job(r->jobs[1]);
	run_start_ready(r);
	assert_int_equal(r->jobs[0]->state, RUN_RUNNING);
	assert_false(r->jobs[0]->was_first);
}

static void
test_there_is_a_bound_to_all_jobs(void **state)
{
	struct fixture *f = *state;

	add_dialogs(&f->run, RUN_JOBS_MAX, RUN_FIRST);
	assert_null(run_add(&f->run, 0, RUN_DIALOG, RUN_FIRST));
	assert_int_equal(f->run.job_count, RUN_JOBS_MAX);
	run_start_ready(&f->run);
	assert_int_equal(count_running(&f->run), DOCTOR_CONNECTIONS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_there_are_three_places_or_as_many_as_are_wanted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_place_that_is_free_goes_to_the_best_rank_that_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_ladder_takes_as_many_places_as_it_has_connections, set_up, tear_down),
		cmocka_unit_test(test_patience_is_a_share_of_the_time_and_a_few_round_trips),
		cmocka_unit_test_setup_teardown(
		    test_a_second_turn_is_longer_and_comes_after_all_first_ones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_who_is_connected_does_not_yield_and_what_matters_least_goes_first, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    test_who_wants_to_be_alone_waits_for_calm_and_keeps_others_out, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    test_routers_are_given_a_pause_before_they_are_asked_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_without_time_for_a_pause_there_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_answers_are_measured_one_port_after_the_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_only_the_first_connection_of_all_is_the_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_there_is_a_bound_to_all_jobs, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
