/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue/retry.h"

static const struct config_queue config = {
	.retry_min_ms = 100000,
	.retry_max_ms = 1000000,
	.lifetime_ms = 5000000,
};

static const struct delay_case {
	uint32_t attempts;
	uint64_t least_ms, most_ms;
} delays[] = {
	{ 1, 80000, 120000 },
	{ 2, 160000, 240000 },
	{ 3, 320000, 480000 },
	{ 4, 640000, 960000 },
	{ 5, 800000, 1200000 }, /* the ceiling */
	{ 6, 800000, 1200000 },
	{ UINT32_MAX, 800000, 1200000 },
};

/* RFC 5321 §4.5.4.1. */
static void
test_delays_double_up_to_a_ceiling_with_jitter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++) {
		const struct delay_case *d = &delays[i];

		assert_int_equal(queue_retry_delay_ms(&config, d->attempts, 0), d->least_ms);
		for (uint64_t random = 0; random < 10000; random += 37)
			assert_in_range(queue_retry_delay_ms(&config, d->attempts, random),
			    d->least_ms, d->most_ms - 1);
	}
	assert_int_not_equal(
	    queue_retry_delay_ms(&config, 1, 1), queue_retry_delay_ms(&config, 1, 2000));
}

static void
test_a_message_is_over_at_the_end_of_its_lifetime_and_not_before(void **state)
{
	(void)state;
	assert_false(queue_retry_is_over(&config, 1000, 1000));
	assert_false(queue_retry_is_over(&config, 1000, 1000 + 4999999));
	assert_true(queue_retry_is_over(&config, 1000, 1000 + 5000000));
	assert_false(queue_retry_is_over(&config, 1000, 0)); /* the clock was set back */
}

static void
test_a_last_try_is_made_at_the_end_of_the_lifetime(void **state)
{
	(void)state;
	assert_int_equal(queue_retry_at(&config, 1000, 2000, 100), 2100);
	assert_int_equal(queue_retry_at(&config, 1000, 4000000, 2000000), 5001000);
	/* created in the future, or over already: never in the past */
	assert_int_equal(queue_retry_at(&config, 1000, 9000000, 100), 9000100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delays_double_up_to_a_ceiling_with_jitter),
		cmocka_unit_test(test_a_message_is_over_at_the_end_of_its_lifetime_and_not_before),
		cmocka_unit_test(test_a_last_try_is_made_at_the_end_of_the_lifetime),
	};
	return cmocka_run_group_tests_name("queue/retry", tests, NULL, NULL);
}
