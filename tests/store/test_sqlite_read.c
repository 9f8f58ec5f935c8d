/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>

#include "support.h"

enum { TEXT_MAX = 1 << 20 };

/* Three messages of three recipients, due at 1000, 1001 and 1002 each; the first has attempts. */
static void
fill(struct scratch *s)
{
	const struct smtp_verdict v = { .code = 451 };

	for (uint64_t id = 1; id <= 3; id++)
		scratch_put(s, id, 3);
	store_put_outcome(s->store, 1, 0, STORE_RECIPIENT_DUE, 4000, &v);
	store_put_outcome(s->store, 2, 0, STORE_RECIPIENT_HELD, 0, &v);
	store_put_outcome(s->store, 3, 0, STORE_RECIPIENT_DELIVERED, 0, &v);
	assert_int_equal(scratch_flush(s), 0);
}

struct due {
	size_t count, stop_at;
	uint64_t last_ms;
};

static bool
see_due(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	struct due *d = arg;

	assert_true(r->due_unix_ms >= d->last_ms);
	assert_int_equal(r->state, STORE_RECIPIENT_DUE);
	assert_int_equal(m->recipient_count, 3);
	assert_int_equal(m->open_count, m->id == 3 ? 2 : 3);
	d->last_ms = r->due_unix_ms;
	d->count++;
	return d->count != d->stop_at;
}

static void
test_due_recipients_come_oldest_first_until_now(void **state)
{
	static const struct {
		uint64_t now_ms;
		size_t limit, stop_at, count;
	} cases[] = {
		{ 999, 100, 0, 0 },
		{ 1000, 100, 0, 0 }, /* of those due at 1000, none is left in that state */
		{ 1001, 100, 0, 3 },
		{ 1002, 100, 0, 6 },
		{ 3999, 100, 0, 6 },
		{ 4000, 100, 0, 7 },
		{ 4000, 4, 0, 4 },
		{ 4000, 100, 2, 2 },
	};
	struct scratch *s = *state;

	fill(s);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct due d = { .stop_at = cases[i].stop_at };

		assert_int_equal(
		    store_each_due(s->store, cases[i].now_ms, cases[i].limit, see_due, &d), 0);
		assert_int_equal(d.count, cases[i].count);
	}
}

static void
test_the_next_due_time_is_the_least_after_the_given(void **state)
{
	struct scratch *s = *state;
	uint64_t due_ms = 0;

	assert_int_equal(store_next_due(s->store, 0, &due_ms), 0);
	assert_true(due_ms == UINT64_MAX);
	fill(s);
	assert_int_equal(store_next_due(s->store, 0, &due_ms), 0);
	assert_int_equal(due_ms, 1001);
	assert_int_equal(store_next_due(s->store, 1002, &due_ms), 0);
	assert_int_equal(due_ms, 4000);
	assert_int_equal(store_next_due(s->store, 4000, &due_ms), 0);
	assert_true(due_ms == UINT64_MAX);
}

static void
put_with_priority(struct scratch *s, uint64_t id, int8_t priority, uint64_t due_unix_ms)
{
	const struct store_recipient r = { .address = slice_of("bob@example.net"),
		.route = slice_of("relay"),
		.due_unix_ms = due_unix_ms };

	store_put_message(
	    s->store, &(struct store_message){
			  .id = id, .priority = priority, .recipients = &r, .recipient_count = 1 });
}

static bool
see_id(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	uint64_t *digits = arg;

	(void)r;
	*digits = *digits * 10 + m->id;
	return true;
}

/* RFC 6710 §5.1: or what is urgent would wait on the disk behind a full window. */
static void
test_due_recipients_of_higher_priority_come_first(void **state)
{
	struct scratch *s = *state;
	uint64_t digits = 0, due_ms = 0;

	put_with_priority(s, 1, 0, 1000);
	put_with_priority(s, 2, -9, 900);
	put_with_priority(s, 3, 9, 1002);
	put_with_priority(s, 4, 0, 999);
	put_with_priority(s, 5, 9, 1001);
	put_with_priority(s, 6, 5, 2000);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(store_each_due(s->store, 1500, 10, see_id, &digits), 0);
	assert_int_equal(digits, 53412);
	digits = 0;
	assert_int_equal(store_each_due(s->store, 1500, 3, see_id, &digits), 0);
	assert_int_equal(digits, 534);
	assert_int_equal(store_next_due(s->store, 1500, &due_ms), 0);
	assert_int_equal(due_ms, 2000);
	assert_int_equal(store_next_due(s->store, 0, &due_ms), 0);
	assert_int_equal(due_ms, 900);
}

static bool
see_notices(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	(void)m;
	*(uint32_t *)arg = *(uint32_t *)arg * 10 + r->notices;
	return true;
}

static void
test_notices_add_up_and_belong_to_one_recipient(void **state)
{
	struct scratch *s = *state;
	uint32_t digits = 0;

	scratch_put(s, 1, 3);
	store_put_notices(s->store, 1, 1, 1);
	assert_int_equal(scratch_flush(s), 0);
	store_put_notices(s->store, 1, 1, 4);
	store_put_notices(s->store, 1, 2, 2);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(store_each_recipient(s->store, 1, see_notices, &digits), 0);
	assert_int_equal(digits, 52);
	assert_int_equal(scratch_check(s->store, 1, 3, 0), 0);
}

static bool
see_message(void *arg, const struct store_message_row *m)
{
	uint64_t *digits = arg;

	*digits = *digits * 10 + m->id;
	assert_int_equal(m->recipient_count, 3);
	return true;
}

static void
test_messages_come_oldest_first_in_pages(void **state)
{
	struct scratch *s = *state;
	uint64_t digits = 0;

	fill(s);
	assert_int_equal(store_each_message(s->store, 0, 2, see_message, &digits), 0);
	assert_int_equal(digits, 12);
	assert_int_equal(store_each_message(s->store, 2, 2, see_message, &digits), 0);
	assert_int_equal(digits, 123);
}

static void
test_counts_tell_due_from_deferred_and_held(void **state)
{
	struct scratch *s = *state;
	struct store_counts c;
	struct buf text;

	fill(s);
	buf_init(&text, TEXT_MAX);
	scratch_text(1, 0, &text);
	assert_int_equal(store_count(s->store, &c), 0);
	assert_int_equal(c.messages, 3);
	assert_int_equal(c.recipients_due, 6);
	assert_int_equal(c.recipients_deferred, 1);
	assert_int_equal(c.recipients_held, 1);
	assert_int_equal(c.octets, 3 * text.len);
	buf_done(&text);
}

static void
check_range(struct scratch *s, const struct buf *whole, size_t offset, size_t len)
{
	struct buf got;
	struct slice want = { NULL, 0 };

	buf_init(&got, TEXT_MAX);
	if (offset < whole->len) {
		want = slice_after(buf_slice(whole), offset);
		want = slice_first(want, want.len < len ? want.len : len);
	}
	assert_int_equal(store_read_text(s->store, 9, offset, len, &got), 0);
	if (!slice_equal(buf_slice(&got), want))
		fail_msg("%zu octets from %zu: %zu came", len, offset, got.len);
	buf_done(&got);
}

static void
test_text_is_the_same_from_every_offset(void **state)
{
	static const size_t lens[] = { 0, 1, 100, 3000, 6001, TEXT_MAX };
	struct scratch *s = *state;
	struct buf whole;

	buf_init(&whole, TEXT_MAX);
	scratch_text(9, 3, &whole);
	for (uint32_t seq = 0; seq < 3; seq++)
		scratch_put_chunk(s, 9, seq);
	scratch_put_large(s, 9, 3);
	assert_int_equal(scratch_flush(s), 0);
	for (size_t offset = 0; offset <= whole.len + 1; offset += offset % 2900 < 60 ? 1 : 97)
		for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++)
			check_range(s, &whole, offset, lens[i]);
	buf_done(&whole);
}

static void
test_a_message_that_is_not_there_is_enoent(void **state)
{
	struct scratch *s = *state;
	struct buf text;
	struct due d = { 0 };

	buf_init(&text, TEXT_MAX);
	assert_int_equal(store_read_text(s->store, 9, 0, 100, &text), -ENOENT);
	assert_int_equal(store_each_recipient(s->store, 9, see_due, &d), -ENOENT);
	buf_done(&text);
}

struct nested {
	struct scratch *scratch;
	size_t count;
};

static bool
read_within(void *arg, const struct store_message_row *m)
{
	struct nested *n = arg;
	struct due d = { .last_ms = 0, .stop_at = 1 };
	struct buf text;

	buf_init(&text, TEXT_MAX);
	assert_int_equal(store_each_due(n->scratch->store, 4000, 10, see_due, &d), 0);
	assert_int_equal(store_read_text(n->scratch->store, m->id, 0, TEXT_MAX, &text), 0);
	assert_int_equal(text.len, m->size);
	n->count++;
	buf_done(&text);
	return true;
}

static void
test_a_callback_may_read_too(void **state)
{
	struct nested n = { .scratch = *state };

	fill(n.scratch);
	assert_int_equal(store_each_message(n.scratch->store, 0, 10, read_within, &n), 0);
	assert_int_equal(n.count, 3);
}

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_due_recipients_come_oldest_first_until_now),
		STORE_TEST(test_the_next_due_time_is_the_least_after_the_given),
		STORE_TEST(test_due_recipients_of_higher_priority_come_first),
		STORE_TEST(test_notices_add_up_and_belong_to_one_recipient),
		STORE_TEST(test_messages_come_oldest_first_in_pages),
		STORE_TEST(test_counts_tell_due_from_deferred_and_held),
		STORE_TEST(test_text_is_the_same_from_every_offset),
		STORE_TEST(test_a_message_that_is_not_there_is_enoent),
		STORE_TEST(test_a_callback_may_read_too),
	};

	return cmocka_run_group_tests_name("store/sqlite_read", tests, NULL, NULL);
}
