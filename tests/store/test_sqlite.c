/* SPDX-License-Identifier: Apache-2.0 */
/* The states of a message in the store, as docs/queue.md has them, through store.h. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>

#include "life.h"

static void
put_outcome(struct scratch *s, uint64_t id, uint32_t recipient, enum store_recipient_state state,
    uint64_t due_unix_ms)
{
	char host[] = "mx.example.org[192.0.2.1]:25", peer_text[] = "later";
	char reason[] = "after RCPT TO";
	const struct smtp_verdict v = { .code = 451,
		.enhanced = { 4, 7, 1 },
		.host = host,
		.peer_text = peer_text,
		.reason = reason };

	store_put_outcome(s->store, id, recipient, state, due_unix_ms, &v);
}

static void
test_a_message_is_whole_after_its_flush_and_after_reopening(void **state)
{
	struct scratch *s = *state;

	scratch_put(s, 7, 3);
	assert_int_equal(scratch_check(s->store, 7, 3, 0), -ENOENT);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 7, 3, 0), 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 7, 3, 0), 0);
}

static void
test_what_was_not_flushed_is_gone_after_closing(void **state)
{
	struct scratch *s = *state;

	scratch_put(s, 7, 1);
	scratch_put_chunk(s, 8, 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 7, 1, 0), -ENOENT);
	assert_int_equal(scratch_flush(s), 0);
}

static void
test_a_large_message_is_its_chunks_in_order(void **state)
{
	struct scratch *s = *state;

	for (uint32_t seq = 0; seq < 40; seq++) {
		scratch_put_chunk(s, 9, seq);
		if (seq % 7 == 0)
			assert_int_equal(scratch_flush(s), 0);
	}
	assert_int_equal(scratch_check(s->store, 9, 1, 40), -ENOENT);
	scratch_put_large(s, 9, 40);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 9, 1, 40), 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 9, 1, 40), 0);
}

static void
test_chunks_without_their_message_are_removed_at_start(void **state)
{
	struct scratch *s = *state;

	for (uint32_t seq = 0; seq < 3; seq++) {
		scratch_put_chunk(s, 5, seq);
		scratch_put_chunk(s, 6, seq);
		scratch_put_chunk(s, 9, seq);
	}
	scratch_put_large(s, 6, 3);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_not_equal(life_check_database(s), 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(life_check_database(s), 0);
	assert_int_equal(scratch_check(s->store, 6, 1, 3), 0);
}

static void
test_dropped_chunks_are_gone_and_their_number_is_free(void **state)
{
	struct scratch *s = *state;

	scratch_put_chunk(s, 5, 0);
	assert_int_equal(scratch_flush(s), 0);
	store_drop_chunks(s->store, 5);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(life_check_database(s), 0);
	scratch_put_chunk(s, 5, 0);
	scratch_put_large(s, 5, 1);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 5, 1, 1), 0);
}

static void
test_chunks_of_a_message_that_came_cannot_be_dropped(void **state)
{
	struct scratch *s = *state;

	scratch_put_chunk(s, 5, 0);
	scratch_put_large(s, 5, 1);
	assert_int_equal(scratch_flush(s), 0);
	store_drop_chunks(s->store, 5);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 5, 1, 1), 0);
}

static void
test_a_number_that_is_there_fails_the_whole_batch(void **state)
{
	struct scratch *s = *state;

	scratch_put(s, 3, 1);
	assert_int_equal(scratch_flush(s), 0);
	scratch_put(s, 4, 1);
	scratch_put(s, 3, 2);
	assert_int_equal(scratch_flush(s), -EEXIST);
	assert_int_equal(scratch_check(s->store, 4, 1, 0), -ENOENT);
	assert_int_equal(scratch_check(s->store, 3, 1, 0), 0);
	assert_int_equal(store_probe(s->store), 0);
	scratch_put(s, 4, 1);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 4, 1, 0), 0);
}

static void
test_a_message_that_lacks_a_chunk_is_refused(void **state)
{
	struct scratch *s = *state;

	scratch_put_chunk(s, 3, 0);
	scratch_put_large(s, 3, 2);
	assert_int_equal(scratch_flush(s), -ENODATA);
	scratch_put_chunk(s, 3, 1);
	assert_int_equal(scratch_flush(s), -ENODATA);
	scratch_put_chunk(s, 3, 0);
	scratch_put_chunk(s, 3, 0);
	assert_int_equal(scratch_flush(s), -EEXIST);
	assert_int_equal(life_check_database(s), 0);
}

static bool
see_row(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	struct store_recipient_row *seen = arg;

	(void)m;
	assert_true(slice_is(r->host, "mx.example.org[192.0.2.1]:25"));
	assert_true(slice_is(r->peer_text, "later"));
	assert_true(slice_is(r->reason, "after RCPT TO"));
	*seen = *r;
	return false;
}

static void
test_an_outcome_keeps_the_words_of_its_verdict(void **state)
{
	struct scratch *s = *state;
	struct store_recipient_row row;

	scratch_put(s, 3, 2);
	assert_int_equal(scratch_flush(s), 0);
	put_outcome(s, 3, 0, STORE_RECIPIENT_DUE, 77000);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(store_each_recipient(s->store, 3, see_row, &row), 0);
	assert_int_equal(row.state, STORE_RECIPIENT_DUE);
	assert_int_equal(row.attempts, 1);
	assert_int_equal(row.due_unix_ms, 77000);
	assert_int_equal(row.code, 451);
	assert_int_equal(row.enhanced[0], 4);
	assert_int_equal(row.enhanced[1], 7);
	assert_int_equal(row.enhanced[2], 1);
}

static bool
see_history(void *arg, const struct store_history_row *h)
{
	size_t *count = arg;

	assert_int_equal(h->id, 3);
	assert_int_equal(h->created_unix_ms, 503);
	assert_int_equal(h->settled_unix_ms, 9000);
	assert_true(slice_is(h->account, "alice"));
	assert_true(slice_is(h->sender, "alice@example.com"));
	/* Newest first. */
	assert_true(slice_is(h->recipient, *count == 0 ? "r1@example.org" : "r0@example.org"));
	assert_int_equal(
	    h->state, *count == 0 ? STORE_RECIPIENT_FAILED : STORE_RECIPIENT_DELIVERED);
	assert_int_equal(h->code, 451);
	assert_int_equal(h->enhanced[1], 7);
	assert_true(slice_is(h->peer_text, "later"));
	(*count)++;
	return true;
}

static void
test_a_settled_message_leaves_a_line_for_each_recipient(void **state)
{
	struct scratch *s = *state;
	size_t count = 0;

	scratch_put_chunk(s, 3, 0);
	scratch_put(s, 3, 2);
	assert_int_equal(scratch_flush(s), 0);
	put_outcome(s, 3, 0, STORE_RECIPIENT_DELIVERED, 0);
	put_outcome(s, 3, 1, STORE_RECIPIENT_FAILED, 0);
	store_settle(s->store, 3, 9000);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 3, 2, 0), -ENOENT);
	assert_int_equal(store_each_history(s->store, 3, 10, see_history, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(life_check_database(s), 0);
}

static bool
count_line(void *arg, const struct store_history_row *h)
{
	uint64_t *digits = arg;

	*digits = *digits * 10 + h->id;
	return true;
}

static void
settle_at(struct scratch *s, uint64_t id, uint64_t unix_ms)
{
	scratch_put(s, id, 1);
	put_outcome(s, id, 0, STORE_RECIPIENT_DELIVERED, 0);
	store_settle(s->store, id, unix_ms);
	assert_int_equal(scratch_flush(s), 0);
}

static void
test_history_is_newest_first_and_is_forgotten_by_time(void **state)
{
	struct scratch *s = *state;
	uint64_t digits = 0;

	settle_at(s, 1, 1000);
	settle_at(s, 2, 3000);
	settle_at(s, 3, 2000); /* the clock was set back: still the newest */
	assert_int_equal(scratch_open(s), 0);
	settle_at(s, 4, 5000);
	assert_int_equal(store_each_history(s->store, 0, 10, count_line, &digits), 0);
	assert_int_equal(digits, 4321);
	digits = 0;
	assert_int_equal(store_each_history(s->store, 0, 2, count_line, &digits), 0);
	assert_int_equal(digits, 43);
	store_prune_history(s->store, 4000);
	assert_int_equal(scratch_flush(s), 0);
	digits = 0;
	assert_int_equal(store_each_history(s->store, 0, 10, count_line, &digits), 0);
	assert_int_equal(digits, 4);
}

struct told {
	struct scratch *scratch;
	int results[3];
	size_t count;
};

static void
on_first(void *arg, int result)
{
	struct told *t = arg;

	t->results[t->count++] = result;
}

static void
test_each_flush_is_told_of_its_own_operations_only(void **state)
{
	struct scratch *s = *state;
	struct told told = { .scratch = s };

	scratch_put(s, 1, 1);
	store_flush(s->store, on_first, &told);
	scratch_put(s, 2, 1);
	store_flush(s->store, on_first, &told);
	scratch_put(s, 1, 1); /* is there already; not flushed yet */
	assert_int_equal(told.count, 0);
	while (told.count < 2)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
	assert_int_equal(told.results[0], 0);
	assert_int_equal(told.results[1], 0);
	assert_int_equal(scratch_check(s->store, 2, 1, 0), 0);
	assert_int_equal(scratch_flush(s), -EEXIST);
	assert_int_equal(store_batch_len(s->store), 0);
}

static void
test_flushes_asked_for_meanwhile_become_one_batch(void **state)
{
	struct scratch *s = *state;
	struct told told = { .scratch = s };

	store_flush(s->store, on_first, &told);
	assert_true(store_is_flushing(s->store));
	scratch_put(s, 1, 1);
	store_flush(s->store, on_first, &told);
	scratch_put(s, 1, 1);
	store_flush(s->store, on_first, &told);
	while (told.count < 3)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
	assert_int_equal(told.results[0], 0);
	assert_int_equal(told.results[1], -EEXIST);
	assert_int_equal(told.results[2], -EEXIST);
	assert_int_equal(scratch_check(s->store, 1, 1, 0), -ENOENT);
}

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_a_message_is_whole_after_its_flush_and_after_reopening),
		STORE_TEST(test_what_was_not_flushed_is_gone_after_closing),
		STORE_TEST(test_a_large_message_is_its_chunks_in_order),
		STORE_TEST(test_chunks_without_their_message_are_removed_at_start),
		STORE_TEST(test_dropped_chunks_are_gone_and_their_number_is_free),
		STORE_TEST(test_chunks_of_a_message_that_came_cannot_be_dropped),
		STORE_TEST(test_a_number_that_is_there_fails_the_whole_batch),
		STORE_TEST(test_a_message_that_lacks_a_chunk_is_refused),
		STORE_TEST(test_an_outcome_keeps_the_words_of_its_verdict),
		STORE_TEST(test_a_settled_message_leaves_a_line_for_each_recipient),
		STORE_TEST(test_history_is_newest_first_and_is_forgotten_by_time),
		STORE_TEST(test_each_flush_is_told_of_its_own_operations_only),
		STORE_TEST(test_flushes_asked_for_meanwhile_become_one_batch),
	};

	return cmocka_run_group_tests_name("store/sqlite", tests, NULL, NULL);
}
