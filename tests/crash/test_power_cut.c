/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power goes at every write and sync of a run in which messages go through all their states
 * (docs/queue.md). After each cut: what was acknowledged is there, nothing is half there, what was
 * not begun is not there.
 */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "power_cut.h"
#include "store/life.h"

enum {
	MESSAGE_COUNT = 9,
	STEP_COUNT = MESSAGE_COUNT + 2,
	WAL_MAX_LEN = 24 * 4096, /* so that the WAL starts over within the run */
	SEED = 20261122,
};

/* When, in records, each version of each message was begun and acknowledged. */
struct history {
	size_t begun[MESSAGE_COUNT][LIFE_VERSION_COUNT];
	size_t acknowledged[MESSAGE_COUNT][LIFE_VERSION_COUNT];
};

static void
flush(struct scratch *s)
{
	assert_int_equal(scratch_flush(s), 0);
}

static void
put_chunks(struct scratch *s, size_t i)
{
	for (uint32_t seq = 0; seq < life_chunk_count(i); seq++) {
		scratch_put_chunk(s, i + 1, seq);
		if (seq % 2 == 1)
			flush(s);
	}
}

/* Message k comes, k - 1 is deferred, k - 2 is over, in one batch. */
static void
run_step(struct scratch *s, struct history *h, size_t k)
{
	for (size_t i = 0; i < MESSAGE_COUNT; i++)
		if (i <= k && k - i <= 2) {
			life_put(s, i, (enum life_version)(LIFE_WHOLE + k - i));
			h->begun[i][LIFE_WHOLE + k - i] = fault_vfs_record_count();
		}
	flush(s);
	for (size_t i = 0; i < MESSAGE_COUNT; i++)
		if (i <= k && k - i <= 2)
			h->acknowledged[i][LIFE_WHOLE + k - i] = fault_vfs_record_count();
}

static void
record_run(struct history *h)
{
	struct scratch s;

	memset(h, 0xff, sizeof *h); /* never */
	scratch_make(&s);
	s.wal_max_len = WAL_MAX_LEN;
	s.chunks_len = LIFE_CHUNKS_LEN;
	assert_int_equal(scratch_open(&s), 0);
	for (size_t k = 0; k < STEP_COUNT; k++) {
		if (k < MESSAGE_COUNT)
			put_chunks(&s, k);
		run_step(&s, h, k);
		if (k == STEP_COUNT / 2)
			assert_int_equal(scratch_open(&s), 0);
	}
	scratch_remove(&s);
}

/* The last version whose mark is not after step. */
static int
last_version(const size_t marks[LIFE_VERSION_COUNT], size_t step)
{
	int last = LIFE_NONE;

	for (int v = LIFE_WHOLE; v < LIFE_VERSION_COUNT; v++)
		if (marks[v] <= step)
			last = v;
	return last;
}

static void
check_cut(struct power_cut *p, const struct history *h, enum power_cut_loss loss, struct scratch *s)
{
	power_cut_write(p, loss, s->directory);
	if (scratch_open(s) != 0)
		fail_msg("cut at %zu, loss %d: does not open: %.*s", p->step, (int)loss,
		    (int)s->error.len, (const char *)s->error.ptr);
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		int got = life_get(s->store, i);

		if (got < last_version(h->acknowledged[i], p->step) ||
		    got > last_version(h->begun[i], p->step))
			fail_msg("cut at %zu, loss %d: message %zu is at %d, acknowledged %d",
			    p->step, (int)loss, i, got, last_version(h->acknowledged[i], p->step));
	}
	store_close(&s->store);
	if (life_check_database(s) != 0)
		fail_msg("cut at %zu, loss %d: the database is not in order", p->step, (int)loss);
}

static void
test_a_power_cut_at_any_step_loses_nothing_acknowledged(void **state)
{
	struct history h;
	struct power_cut p;
	struct scratch s;
	size_t count;

	(void)state;
	fault_vfs_install();
	fault_vfs_record();
	record_run(&h);
	count = fault_vfs_record_count();
	assert_in_range(count, 300, 100000);
	fault_vfs_stop();
	scratch_make(&s);
	power_cut_init(&p, SEED);
	for (;; power_cut_advance(&p)) {
		for (int loss = 0; loss < POWER_CUT_LOSS_COUNT; loss++)
			check_cut(&p, &h, (enum power_cut_loss)loss, &s);
		if (p.step == count)
			break;
	}
	power_cut_done(&p);
	scratch_remove(&s);
	fault_vfs_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_power_cut_at_any_step_loses_nothing_acknowledged),
	};

	return cmocka_run_group_tests_name("crash/power_cut", tests, NULL, NULL);
}
