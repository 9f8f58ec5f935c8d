/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "store/batch.h"
#include "util/alloc.h"

static void
on_durable(void *arg, int result)
{
	(void)arg;
	(void)result;
}

static size_t
count_operations(const struct store_batch *b)
{
	size_t count = 0, len = 0;

	for (const struct store_op *op = b->first; op != NULL; op = op->next) {
		count++;
		len += op->len;
	}
	assert_int_equal(len, b->len);
	return count;
}

static void
test_a_split_leaves_what_was_flushed_and_moves_the_rest(void **state)
{
	(void)state;
	for (size_t before = 0; before < 3; before++)
		for (size_t after = 0; after < 3; after++) {
			struct store_batch b, rest;

			store_batch_init(&b);
			store_batch_init(&rest);
			for (size_t i = 0; i < before; i++)
				store_batch_add_chunk(&b, i, 0, xmalloc(10), 10);
			store_batch_add_call(&b, on_durable, NULL);
			for (size_t i = 0; i < after; i++)
				store_batch_add_plain(&b, STORE_OP_SETTLE, i, 5);
			store_batch_split(&b, &rest);
			assert_int_equal(count_operations(&b), before);
			assert_int_equal(count_operations(&rest), after);
			assert_int_equal(b.call_count, 1);
			assert_int_equal(rest.call_count, 0);
			/* Both go on to take operations at their ends. */
			store_batch_add_plain(&b, STORE_OP_SETTLE, 9, 5);
			store_batch_add_plain(&rest, STORE_OP_SETTLE, 9, 5);
			assert_int_equal(count_operations(&b), before + 1);
			assert_int_equal(count_operations(&rest), after + 1);
			store_batch_done(&b);
			store_batch_done(&rest);
		}
}

static void
test_a_message_is_copied_with_all_it_points_to(void **state)
{
	char address[] = "a@example.org", route[] = "hop", text[] = "text";
	struct store_recipient to[2] = { { .address = slice_of(address), .route = slice_of(route) },
		{ .address = slice_of(address) } };
	const struct store_message m = { .id = 3,
		.account = slice_of(text),
		.prefix = slice_of(text),
		.tail = slice_of(text),
		.recipients = to,
		.recipient_count = 2 };
	const struct store_message *kept;
	struct store_batch b;

	(void)state;
	store_batch_init(&b);
	store_batch_add_message(&b, &m);
	memset(address, 'x', sizeof address);
	memset(route, 'x', sizeof route);
	memset(text, 'x', sizeof text);
	memset(to, 0, sizeof to);
	kept = &b.first->message;
	assert_true(slice_is(kept->account, "text"));
	assert_true(slice_is(kept->prefix, "text"));
	assert_true(slice_is(kept->tail, "text"));
	assert_int_equal(kept->sender.len, 0);
	assert_true(slice_is(kept->recipients[0].address, "a@example.org"));
	assert_true(slice_is(kept->recipients[0].route, "hop"));
	assert_true(slice_is(kept->recipients[1].address, "a@example.org"));
	store_batch_done(&b);
	assert_int_equal(b.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_split_leaves_what_was_flushed_and_moves_the_rest),
		cmocka_unit_test(test_a_message_is_copied_with_all_it_points_to),
	};

	return cmocka_run_group_tests_name("store/batch", tests, NULL, NULL);
}
