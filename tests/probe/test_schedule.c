/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TICK_US = 5000, PORTS_MAX = 70000, SECOND_US = 1000000 };

/* A host that is made up, and what was seen of the schedule. Time moves in ticks. */
struct world {
	size_t count;
	uint64_t delay_us; /* until an answer comes */
	/* Does an answer come to this attempt (1: the first)? */
	bool (*answers)(size_t index, unsigned attempt);
	unsigned parallel, rate_per_s;
	uint64_t now_us;
	size_t waiting_most, started_count, answered_count;
	uint64_t began_us[PORTS_MAX];
	unsigned tries[PORTS_MAX];
	bool is_waiting[PORTS_MAX];
	size_t started_in_second_most;
};

static bool
never(size_t index, unsigned attempt)
{
	(void)index;
	(void)attempt;
	return false;
}

static bool
always(size_t index, unsigned attempt)
{
	(void)index;
	(void)attempt;
	return true;
}

static bool
only_the_tenth(size_t index, unsigned attempt)
{
	(void)attempt;
	return index == 9;
}

/* One SYN in three is lost. */
static bool
two_of_three(size_t index, unsigned attempt)
{
	return (index + attempt) % 3 != 0;
}

static void
begin_some(struct world *w, struct probe_schedule *s)
{
	size_t index;

	while (probe_schedule_next(s, w->now_us, &index)) {
		assert_true(index < w->count);
		assert_false(w->is_waiting[index]);
		w->is_waiting[index] = true;
		w->began_us[index] = w->now_us;
		w->tries[index]++;
		assert_int_equal(probe_schedule_tries(s, index), w->tries[index]);
		w->started_count++;
	}
	if (probe_schedule_waiting_count(s) > w->waiting_most)
		w->waiting_most = probe_schedule_waiting_count(s);
}

static void
answer_some(struct world *w, struct probe_schedule *s)
{
	for (size_t i = 0; i < w->count; i++) {
		if (!w->is_waiting[i] || w->now_us < w->began_us[i] + w->delay_us ||
		    !w->answers(i, w->tries[i]))
			continue;
		w->is_waiting[i] = false;
		w->answered_count++;
		probe_schedule_answered(s, i, w->now_us - w->began_us[i], true, w->now_us);
	}
}

static void
expire_some(struct world *w, struct probe_schedule *s)
{
	size_t index;

	while (probe_schedule_expired(s, w->now_us, &index)) {
		assert_true(w->is_waiting[index]);
		w->is_waiting[index] = false;
	}
}

/* Returns the microseconds that it took. */
static uint64_t
run(struct world *w)
{
	struct probe_schedule *s =
	    probe_schedule_new(w->count, w->parallel, w->rate_per_s, w->now_us);
	const uint64_t began_us = w->now_us;
	size_t second_started = 0;
	uint64_t second_us = w->now_us;

	while (!probe_schedule_is_over(s)) {
		assert_true(w->now_us - began_us < (uint64_t)1000 * SECOND_US);
		begin_some(w, s);
		w->now_us += TICK_US;
		answer_some(w, s);
		expire_some(w, s);
		if (w->now_us - second_us < SECOND_US)
			continue;
		if (w->started_count - second_started > w->started_in_second_most)
			w->started_in_second_most = w->started_count - second_started;
		second_started = w->started_count;
		second_us = w->now_us;
	}
	probe_schedule_free(&s);
	assert_null(s);
	return w->now_us - began_us;
}

static struct world *
make_world(size_t count, bool (*answers)(size_t index, unsigned attempt), uint64_t delay_us)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(count <= PORTS_MAX);
	w->count = count;
	w->answers = answers;
	w->delay_us = delay_us;
	w->parallel = PROBE_SCHEDULE_PARALLEL;
	w->rate_per_s = PROBE_SCHEDULE_RATE;
	w->now_us = 12345678;
	return w;
}

static void
test_a_thousand_silent_ports_take_less_than_ten_seconds(void **state)
{
	struct world *w = make_world(1000, never, 0);

	(void)state;
	assert_in_range(run(w), SECOND_US, 8 * SECOND_US);
	for (size_t i = 0; i < w->count; i++)
		assert_in_range(w->tries[i], 1, 2);
	assert_int_equal(w->started_count, 1000 + PROBE_SCHEDULE_SAMPLE);
	assert_true(w->waiting_most <= PROBE_SCHEDULE_PARALLEL);
	free(w);
}

static void
test_all_silent_ports_of_a_host_that_answers_are_tried_twice(void **state)
{
	struct world *w = make_world(1000, only_the_tenth, 30000);

	(void)state;
	assert_in_range(run(w), SECOND_US, 8 * SECOND_US);
	assert_int_equal(w->answered_count, 1);
	for (size_t i = 0; i < w->count; i++)
		assert_int_equal(w->tries[i], i == 9 ? 1 : 2);
	free(w);
}

static void
test_answers_speed_it_up_to_the_rate(void **state)
{
	struct world *w = make_world(1000, always, 20000);

	(void)state;
	assert_in_range(run(w), 1000 * SECOND_US / PROBE_SCHEDULE_RATE - 100000, 2 * SECOND_US);
	assert_int_equal(w->answered_count, 1000);
	assert_int_equal(w->started_count, 1000);
	free(w);
}

static void
test_it_begins_with_few_at_a_time(void **state)
{
	static const uint64_t now_us = 777;
	struct probe_schedule *s = probe_schedule_new(4, 256, 1000, now_us);
	size_t index;

	(void)state;
	for (size_t i = 0; i < PROBE_SCHEDULE_FIRST; i++) {
		assert_true(probe_schedule_next(s, now_us + 10000, &index));
		assert_int_equal(index, i);
	}
	assert_false(probe_schedule_next(s, now_us + 10000, &index));
	probe_schedule_answered(s, 1, 500, true, now_us + 10500);
	assert_true(probe_schedule_next(s, now_us + 12000, &index));
	assert_int_equal(index, 3);
	probe_schedule_free(&s);
}

static void
test_neither_rate_nor_number_at_a_time_is_passed(void **state)
{
	static const struct {
		unsigned parallel, rate_per_s;
		bool (*answers)(size_t, unsigned);
	} cases[] = {
		{ 1, 1000, never },
		{ 1, 10, always },
		{ 2, 1000, always },
		{ 20, 100, never },
		{ 500, 50, never },
		{ 500, 3000, always },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world *w = make_world(200, cases[i].answers, 1000);

		w->parallel = cases[i].parallel;
		w->rate_per_s = cases[i].rate_per_s;
		(void)run(w);
		assert_true(w->waiting_most <= cases[i].parallel);
		/* A burst after a pause may come on top, of a fiftieth of a second. */
		assert_true(w->started_in_second_most <=
			    cases[i].rate_per_s + cases[i].rate_per_s / 50 + 1);
		free(w);
	}
}

static void
test_what_was_lost_is_found_at_the_second_attempt(void **state)
{
	struct world *w = make_world(300, two_of_three, 10000);

	(void)state;
	(void)run(w);
	assert_int_equal(w->answered_count, 300);
	free(w);
}

/* The second attempts come as slowly as it may get, when they are answered. */
static void
test_answers_to_second_attempts_only_halve_the_rate(void **state)
{
	struct world *w = make_world(6000, two_of_three, 10000);
	struct world *even = make_world(8000, always, 10000);

	(void)state;
	assert_true(run(w) > run(even) + (uint64_t)2 * SECOND_US);
	assert_int_equal(w->started_count, even->started_count);
	free(w);
	free(even);
}

static void
test_the_first_of_a_silent_host_waits_for_the_word_that_it_is_absent(void **state)
{
	struct world *w = make_world(1, never, 0);

	(void)state;
	assert_in_range(
	    run(w), PROBE_SCHEDULE_ABSENT_US, PROBE_SCHEDULE_ABSENT_US + (uint64_t)2 * TICK_US);
	assert_int_equal(w->tries[0], 1);
	free(w);
}

/* At the end of a silence the newest are alive, whoever of them the last router tells of it. */
static void
test_those_of_the_last_second_wait_for_that_word_too(void **state)
{
	struct world *w = make_world(1000, never, 0);
	struct probe_schedule *s =
	    probe_schedule_new(w->count, w->parallel, w->rate_per_s, w->now_us);
	const uint64_t word_us = w->now_us + PROBE_SCHEDULE_ABSENT_US;
	size_t old_count = 0;

	(void)state;
	for (; w->now_us < word_us - TICK_US; w->now_us += TICK_US) {
		begin_some(w, s);
		expire_some(w, s);
	}
	assert_true(w->started_count > (size_t)2 * PROBE_SCHEDULE_PARALLEL);
	for (size_t i = 0; i < w->started_count; i++) {
		if (w->began_us[i] + (uint64_t)2 * SECOND_US >= word_us)
			assert_true(w->is_waiting[i]);
		old_count += w->is_waiting[i] && w->began_us[i] + (uint64_t)SECOND_US < word_us;
	}
	assert_true(old_count > PROBE_SCHEDULE_PARALLEL / 2);
	w->now_us = word_us;
	expire_some(w, s);
	for (size_t i = 0; i < w->started_count; i++)
		assert_int_equal(w->is_waiting[i], w->began_us[i] + (uint64_t)SECOND_US > word_us);
	probe_schedule_free(&s);
	free(w);
}

static void
test_patience_follows_the_answers(void **state)
{
	struct probe_schedule *s = probe_schedule_new(3, 3, 1000, 0);
	size_t index;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_true(probe_schedule_next(s, 1000 * (i + 1), &index));
	assert_false(probe_schedule_expired(s, 900000, &index));
	/* It took 200 ms, so three times that is patience enough. */
	probe_schedule_answered(s, 0, 200000, true, 201000);
	assert_false(probe_schedule_expired(s, 600000, &index));
	assert_true(probe_schedule_expired(s, 610000, &index));
	assert_true(probe_schedule_expired(s, 610000, &index));
	assert_false(probe_schedule_is_over(s));
	/* The second time it is twice as much. */
	assert_true(probe_schedule_next(s, 620000, &index));
	assert_false(probe_schedule_expired(s, 620000 + 1190000, &index));
	assert_true(probe_schedule_expired(s, 620000 + 1210000, &index));
	probe_schedule_free(&s);
}

static void
test_want_on_this_machine_means_later_and_fewer(void **state)
{
	struct probe_schedule *s = probe_schedule_new(3, 3, 1000, 0);
	size_t index;

	(void)state;
	assert_true(probe_schedule_next(s, 100000, &index));
	assert_true(probe_schedule_next(s, 110000, &index));
	probe_schedule_postponed(s, index);
	assert_false(probe_schedule_next(s, 5000000, &index));
	probe_schedule_answered(s, 0, 1000, true, 120000);
	assert_true(probe_schedule_next(s, 200000, &index));
	assert_int_equal(index, 2);
	assert_false(probe_schedule_next(s, 300000, &index));
	probe_schedule_answered(s, 2, 1000, true, 300000);
	assert_true(probe_schedule_next(s, 400000, &index));
	assert_int_equal(index, 1);
	assert_int_equal(probe_schedule_tries(s, 1), 1);
	probe_schedule_refused(s, 1);
	assert_true(probe_schedule_is_over(s));
	probe_schedule_free(&s);
}

static void
test_all_ports_there_are_come_to_an_end(void **state)
{
	struct world *w = make_world(65535, two_of_three, 5000);

	(void)state;
	w->rate_per_s = 100000;
	w->parallel = 4000;
	(void)run(w);
	assert_int_equal(w->answered_count, 65535);
	free(w);
}

static void
test_nothing_to_try_is_over_at_once(void **state)
{
	struct probe_schedule *s = probe_schedule_new(0, 1, 1, 0);
	size_t index;

	(void)state;
	assert_true(probe_schedule_is_over(s));
	assert_false(probe_schedule_next(s, 1, &index));
	probe_schedule_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_thousand_silent_ports_take_less_than_ten_seconds),
		cmocka_unit_test(test_all_silent_ports_of_a_host_that_answers_are_tried_twice),
		cmocka_unit_test(test_answers_speed_it_up_to_the_rate),
		cmocka_unit_test(test_it_begins_with_few_at_a_time),
		cmocka_unit_test(test_neither_rate_nor_number_at_a_time_is_passed),
		cmocka_unit_test(test_what_was_lost_is_found_at_the_second_attempt),
		cmocka_unit_test(test_answers_to_second_attempts_only_halve_the_rate),
		cmocka_unit_test(
		    test_the_first_of_a_silent_host_waits_for_the_word_that_it_is_absent),
		cmocka_unit_test(test_those_of_the_last_second_wait_for_that_word_too),
		cmocka_unit_test(test_patience_follows_the_answers),
		cmocka_unit_test(test_want_on_this_machine_means_later_and_fewer),
		cmocka_unit_test(test_all_ports_there_are_come_to_an_end),
		cmocka_unit_test(test_nothing_to_try_is_over_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
