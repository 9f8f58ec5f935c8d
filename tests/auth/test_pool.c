/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/hash.h"
#include "auth/pool.h"

enum { JOBS = 64, THREADS = 4 };

struct answers {
	struct event_base *base;
	unsigned count, wanted, matches, not_compared;
	bool of_job[JOBS];
};

static void
on_done(void *ctx, struct auth_job *job)
{
	struct answers *a = ctx;
	bool *answer = job->owner;

	*answer = job->matches;
	a->matches += job->is_compared && job->matches;
	a->not_compared += !job->is_compared;
	auth_job_free(&job);
	if (++a->count == a->wanted)
		(void)event_base_loopbreak(a->base);
}

static struct auth_pool *
start(struct answers *a, unsigned threads)
{
	const struct auth_pool_handler handler = { on_done, a };
	struct auth_pool *p = NULL;

	a->base = event_base_new();
	assert_int_equal(auth_pool_new(a->base, threads, &handler, &p), 0);
	return p;
}

static struct auth_job *
make_job(struct answers *a, unsigned i, const char *hash)
{
	struct secret password = secret_copy(slice_of(i % 2 == 0 ? "right" : "wrong"));

	return auth_job_new(&password, hash, &a->of_job[i]);
}

static void
test_each_job_gets_its_own_answer(void **state)
{
	struct answers a = { .wanted = JOBS };
	struct auth_pool *p = start(&a, THREADS);
	char *hash = auth_hash_new(slice_of("right"), 1);

	(void)state;
	for (unsigned i = 0; i < JOBS; i++)
		assert_true(auth_pool_submit(p, make_job(&a, i, hash), JOBS));
	(void)event_base_dispatch(a.base);
	assert_int_equal(a.count, JOBS);
	for (unsigned i = 0; i < JOBS; i++)
		assert_int_equal(a.of_job[i], i % 2 == 0);
	auth_pool_free(&p);
	event_base_free(a.base);
	free(hash);
}

static void
test_waiting_list_is_bounded(void **state)
{
	struct answers a = { 0 };
	struct auth_pool *p = start(&a, 2);
	char *hash = auth_hash_new(slice_of("right"), 1);
	struct auth_job *one_more = make_job(&a, 5, hash);

	(void)state;
	for (unsigned i = 0; i < 5; i++) /* 2 with the threads, 3 waiting: none given back yet */
		assert_true(auth_pool_submit(p, make_job(&a, i, hash), 3));
	assert_false(auth_pool_submit(p, one_more, 3));
	a.wanted = 5;
	(void)event_base_dispatch(a.base);
	assert_int_equal(a.matches, 3);
	a.wanted = 6;
	assert_true(auth_pool_submit(p, one_more, 3));
	(void)event_base_dispatch(a.base);
	auth_pool_free(&p);
	event_base_free(a.base);
	free(hash);
}

static void
test_end_gives_back_every_job(void **state)
{
	struct answers a = { 0 };
	struct auth_pool *p = start(&a, 1);
	char *hash = auth_hash_new(slice_of("right"), 1);

	(void)state;
	for (unsigned i = 0; i < JOBS; i++)
		assert_true(auth_pool_submit(p, make_job(&a, i, hash), JOBS));
	auth_pool_free(&p);
	assert_null(p);
	assert_int_equal(a.count, JOBS);
	assert_true(a.not_compared > 0);
	event_base_free(a.base);
	free(hash);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_job_gets_its_own_answer),
		cmocka_unit_test(test_waiting_list_is_bounded),
		cmocka_unit_test(test_end_gives_back_every_job),
	};
	return cmocka_run_group_tests_name("auth/pool", tests, NULL, NULL);
}
