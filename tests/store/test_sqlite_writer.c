/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every operation on SQLite's files fails once, in a run of its own: the batch that was hit is not
 * there at all, everybody who flushed it is told, and the store goes on by itself.
 */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>

#include "fault_vfs.h"
#include "life.h"

enum {
	MESSAGE_COUNT = 7,
	STEP_COUNT = MESSAGE_COUNT + 2,
	TRIES_MAX = 20,
	WAL_MAX_LEN = 40 * 4096, /* so that the WAL starts over within the run */
};

struct trial {
	struct scratch scratch;
	enum fault_kind kind;
	uint64_t n, count;
	int versions[MESSAGE_COUNT]; /* those acknowledged */
};

static void
fail_trial(const struct trial *t, const char *what, size_t i, int value)
{
	fault_vfs_fail(FAULT_NONE, 0, 0);
	fail_msg("kind %d, operation %llu, %llu failures: %s (message %zu, %d)", (int)t->kind,
	    (unsigned long long)t->n, (unsigned long long)t->count, what, i, value);
}

/* The result of a flush is told to everybody who asked for it. */
static int
flush_twice(struct scratch *s)
{
	int first = SCRATCH_WAITING, second = SCRATCH_WAITING;

	store_flush(s->store, scratch_on_durable, &first);
	assert_true(store_is_flushing(s->store));
	assert_int_equal(first, SCRATCH_WAITING);
	scratch_wait(s, &first);
	store_flush(s->store, scratch_on_durable, &second);
	scratch_wait(s, &second);
	assert_int_equal(second, 0);
	return first;
}

/* Reading does not count: the fault is for the writer. */
static void
check_versions(struct trial *t)
{
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		int got = life_get(t->scratch.store, i), again;

		if (got == t->versions[i])
			continue;
		/* The read itself may have been hit, once. */
		again = got < 0 ? life_get(t->scratch.store, i) : got;
		if (again != t->versions[i] && t->count == 1)
			fail_trial(t, "not as acknowledged", i, again);
	}
}

static void
add_chunks(struct trial *t, size_t i, uint32_t first)
{
	for (uint32_t seq = first; seq < first + 2; seq++)
		scratch_put_chunk(&t->scratch, i + 1, seq);
}

/* In step k, message k comes, k - 1 is deferred, k - 2 is over: all or none of it. */
static void
add_step(struct trial *t, size_t k)
{
	for (size_t i = 0; i < MESSAGE_COUNT; i++)
		if (i <= k && k - i <= 2)
			life_put(&t->scratch, i, (enum life_version)(LIFE_WHOLE + k - i));
}

static void
note_step(struct trial *t, size_t k)
{
	for (size_t i = 0; i < MESSAGE_COUNT; i++)
		if (i <= k && k - i <= 2)
			t->versions[i] = (int)(LIFE_WHOLE + k - i);
}

/*
 * A file that could not be written is given up, and with it the chunks in it that were acknowledged
 * (nobody was promised anything): the body must come anew.
 */
static void
send_chunks_again(struct trial *t, size_t i, uint32_t count)
{
	int r = -EIO;

	for (int tries = 0; r < 0; tries++) {
		if (tries == TRIES_MAX)
			fail_trial(t, "takes no body again", i, r);
		(void)store_probe(t->scratch.store);
		store_drop_chunks(t->scratch.store, i + 1);
		r = scratch_flush(&t->scratch);
		for (uint32_t first = 0; r == 0 && first < count; first += 2) {
			add_chunks(t, i, first);
			r = scratch_flush(&t->scratch);
		}
	}
}

/* Adds and flushes until it works. */
static void
insist(struct trial *t, void (*add)(struct trial *, size_t, uint32_t), size_t i, uint32_t first)
{
	int r = -EIO;

	for (int tries = 0; r < 0; tries++) {
		if (tries == TRIES_MAX)
			fail_trial(t, "does not work again", i, r);
		add(t, i, first);
		r = flush_twice(&t->scratch);
		if (r < 0) {
			check_versions(t);
			(void)store_probe(t->scratch.store);
		}
		if (r == -ENODATA)
			send_chunks_again(t, i, first);
		if (r == 0 && t->kind == FAULT_NONE)
			assert_int_equal(store_probe(t->scratch.store), 0);
	}
}

static void
add_step_of(struct trial *t, size_t k, uint32_t unused)
{
	(void)unused;
	add_step(t, k);
}

static void
open_at_last(struct trial *t)
{
	int r = -EIO;

	for (int tries = 0; r < 0; tries++) {
		if (tries == TRIES_MAX)
			fail_trial(t, "does not open again", 0, r);
		r = scratch_open(&t->scratch);
		if (r < 0)
			assert_true(t->scratch.error.len != 0);
	}
}

static void
run_steps(struct trial *t)
{
	open_at_last(t);
	for (size_t k = 0; k < STEP_COUNT; k++) {
		const uint32_t chunk_count = k < MESSAGE_COUNT ? life_chunk_count(k) : 0;

		for (uint32_t first = 0; first < chunk_count; first += 2)
			insist(t, add_chunks, k, first);
		insist(t, add_step_of, k, chunk_count);
		note_step(t, k);
		if (k == STEP_COUNT / 2)
			open_at_last(t);
	}
}

/* False when the run was over before the n-th operation. */
static bool
run_trial(enum fault_kind kind, uint64_t n, uint64_t count)
{
	struct trial t = { .kind = kind, .n = n, .count = count };
	bool has_failed;

	scratch_make(&t.scratch);
	t.scratch.wal_max_len = WAL_MAX_LEN;
	t.scratch.chunks_len = LIFE_CHUNKS_LEN;
	fault_vfs_install();
	fault_vfs_fail(kind, n, count);
	run_steps(&t);
	has_failed = fault_vfs_has_failed();
	fault_vfs_fail(FAULT_NONE, 0, 0);
	check_versions(&t);
	store_close(&t.scratch.store);
	if (life_check_database(&t.scratch) != 0)
		fail_trial(&t, "the database is not in order", 0, 0);
	scratch_remove(&t.scratch);
	fault_vfs_remove();
	return has_failed;
}

static void
test_each_operation_may_fail_once_with_an_io_error(void **state)
{
	uint64_t n = 1;

	(void)state;
	while (run_trial(FAULT_IO, n, 1))
		n++;
	assert_in_range(n, 100, 100000);
}

static void
test_each_operation_may_fail_once_with_a_full_disk(void **state)
{
	uint64_t n = 1;

	(void)state;
	while (run_trial(FAULT_DISK_FULL, n, 1))
		n++;
	assert_in_range(n, 50, 100000);
}

static void
test_failures_may_come_in_a_row(void **state)
{
	uint64_t n = 1;

	(void)state;
	while (run_trial(FAULT_IO, n, 5) && run_trial(FAULT_DISK_FULL, n, 5))
		n += 7;
	assert_in_range(n, 50, 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_operation_may_fail_once_with_an_io_error),
		cmocka_unit_test(test_each_operation_may_fail_once_with_a_full_disk),
		cmocka_unit_test(test_failures_may_come_in_a_row),
	};

	return cmocka_run_group_tests_name("store/sqlite_writer", tests, NULL, NULL);
}
