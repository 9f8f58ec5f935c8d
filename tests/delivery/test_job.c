/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "delivery/job.h"
#include "smtp/client.h"
#include "util/alloc.h"

/* What the job asked of its owner. */
struct asked {
	uint64_t pulled;
	unsigned rewind_count, done_count, drop_count;
};

static void
on_pull(void *owner, struct delivery_job *job, uint32_t len)
{
	struct asked *a = owner;

	(void)job;
	a->pulled += len;
}

static void
on_rewind(void *owner, struct delivery_job *job)
{
	struct asked *a = owner;

	(void)job;
	a->rewind_count++;
}

static void
on_done(void *owner, struct delivery_job *job)
{
	struct asked *a = owner;

	(void)job;
	a->done_count++;
}

static void
on_drop(void *owner, struct delivery_job *job)
{
	struct asked *a = owner;

	(void)job;
	a->drop_count++;
}

static const struct delivery_job_handler handler = {
	.on_pull = on_pull,
	.on_rewind = on_rewind,
	.on_done = on_done,
	.on_drop = on_drop,
};

static struct delivery_job *
make(struct asked *a, uint64_t size)
{
	struct buf packed, parameters;
	struct wire_job m = { .message_id = 7,
		.next_hop = slice_of("relay"),
		.sender = slice_of("s@x"),
		.size = size };
	struct delivery_job *job;

	*a = (struct asked){ 0 };
	buf_init(&packed, 100);
	buf_init(&parameters, 100);
	wire_list_add(&packed, slice_of("a@y"));
	wire_list_add(&packed, slice_of("b@y"));
	wire_list_add(&parameters, slice_of(""));
	wire_list_add(&parameters, slice_of("NOTIFY=NEVER ORCPT=rfc822;b@z"));
	m.recipients = (struct wire_list){ 2, buf_slice(&packed) };
	m.recipient_parameters = (struct wire_list){ 2, buf_slice(&parameters) };
	m.parameters = slice_of("BODY=8BITMIME ENVID=Q");
	job = delivery_job_new(&handler, a, 3, &m, 1);
	buf_done(&packed);
	buf_done(&parameters);
	return job;
}

static bool
add(struct delivery_job *job, size_t len)
{
	uint8_t *octets = xcalloc(1, len);
	bool ok = delivery_job_add_body(job, slice_make(octets, len));

	free(octets);
	return ok;
}

/* Takes all that is there; returns how much that was. */
static size_t
drain(struct delivery_job *job)
{
	size_t total = 0, len;

	while ((len = delivery_job_text(job).len) != 0) {
		assert_true(len <= SMTP_CLIENT_TEXT_MAX);
		delivery_job_text_sent(job, len);
		total += len;
	}
	return total;
}

static void
test_the_envelope_is_a_copy(void **state)
{
	struct asked a;
	struct delivery_job *job = make(&a, 0);

	(void)state;
	assert_true(slice_is(job->sender, "s@x") && slice_is(job->next_hop, "relay"));
	assert_int_equal(job->recipient_count, 2);
	assert_true(slice_is(job->recipients[0], "a@y") && slice_is(job->recipients[1], "b@y"));
	assert_int_equal(job->params.body, SMTP_BODY_8BITMIME);
	assert_true(slice_is(job->params.envid, "Q"));
	assert_int_equal(job->recipient_params[0].notify, 0);
	assert_int_equal(job->recipient_params[1].notify, SMTP_NOTIFY_NEVER);
	assert_true(slice_is(job->recipient_params[1].orcpt, "rfc822;b@z"));
	assert_true(delivery_job_ends_after(job, 0));
	delivery_job_free(&job);
}

static void
test_a_body_within_the_window_is_kept_for_another_time(void **state)
{
	struct asked a;
	struct delivery_job *job = make(&a, WIRE_BODY_WINDOW);

	(void)state;
	assert_true(add(job, WIRE_BODY_WINDOW));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(drain(job), WIRE_BODY_WINDOW);
		assert_true(delivery_job_rewind(job));
	}
	assert_int_equal(a.pulled, 0);
	assert_int_equal(a.rewind_count, 0);
	delivery_job_free(&job);
}

static void
test_octets_beyond_the_size_are_refused(void **state)
{
	struct asked a;
	struct delivery_job *job = make(&a, 10);

	(void)state;
	assert_true(add(job, 10));
	assert_false(add(job, 1));
	delivery_job_free(&job);
}

static void
test_octets_beyond_the_window_are_refused(void **state)
{
	struct asked a;
	struct delivery_job *job = make(&a, 10 * WIRE_BODY_WINDOW);

	(void)state;
	assert_true(add(job, WIRE_BODY_WINDOW));
	assert_false(add(job, 1));
	delivery_job_free(&job);
}

/* Queue and next hop in step: what is kept stays bounded, and all of the body comes. */
static void
test_a_large_body_passes_in_bounded_memory(void **state)
{
	static const uint64_t size = 10 * WIRE_BODY_WINDOW + 12345;
	struct asked a;
	struct delivery_job *job = make(&a, size);
	uint64_t sent = 0, come = 0;

	(void)state;
	while (sent < size) {
		uint64_t granted = WIRE_BODY_WINDOW + a.pulled;
		uint64_t more = (granted < size ? granted : size) - come;

		assert_true(more > 0);
		assert_true(add(job, (size_t)more));
		come += more;
		sent += drain(job);
		assert_true(job->body.size <= 2 * WIRE_BODY_WINDOW);
	}
	assert_int_equal(sent, size);
	assert_true(delivery_job_ends_after(job, 0));
	assert_true(delivery_job_rewind(job));
	assert_int_equal(a.rewind_count, 1);
	assert_int_equal(delivery_job_text(job).len, 0);
	assert_true(add(job, WIRE_BODY_WINDOW));
	assert_false(add(job, 1));
	delivery_job_free(&job);
}

static void
test_a_body_that_is_on_its_way_cannot_be_had_again(void **state)
{
	struct asked a;
	struct delivery_job *job = make(&a, 2 * WIRE_BODY_WINDOW);

	(void)state;
	assert_true(add(job, WIRE_BODY_WINDOW));
	assert_true(delivery_job_rewind(job));
	assert_int_equal(drain(job), WIRE_BODY_WINDOW);
	assert_false(delivery_job_rewind(job));
	assert_int_equal(a.rewind_count, 0);
	delivery_job_free(&job);
}

static void
test_the_rest_of_the_recipients_get_the_same_reason(void **state)
{
	struct asked a;
	struct delivery_job *job = make(&a, 0);

	(void)state;
	delivery_job_settle_next(job, (struct smtp_verdict){ .class = SMTP_VERDICT_DELIVERED });
	delivery_job_defer_rest(job, 2, "busy");
	assert_int_equal(a.done_count, 1);
	assert_int_equal(job->verdicts[0].class, SMTP_VERDICT_DELIVERED);
	assert_int_equal(job->verdicts[1].class, SMTP_VERDICT_DEFERRED);
	assert_string_equal(job->verdicts[1].reason, "busy");
	delivery_job_free(&job);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_envelope_is_a_copy),
		cmocka_unit_test(test_a_body_within_the_window_is_kept_for_another_time),
		cmocka_unit_test(test_octets_beyond_the_size_are_refused),
		cmocka_unit_test(test_octets_beyond_the_window_are_refused),
		cmocka_unit_test(test_a_large_body_passes_in_bounded_memory),
		cmocka_unit_test(test_a_body_that_is_on_its_way_cannot_be_had_again),
		cmocka_unit_test(test_the_rest_of_the_recipients_get_the_same_reason),
	};

	return cmocka_run_group_tests_name("delivery/job", tests, NULL, NULL);
}
