/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/throttle.h"

static const struct auth_throttle_limit limit = { .failures = 3, .within_ms = 1000 };

static int
set_up(void **state)
{
	*state = auth_throttle_new(42);
	return 0;
}

static int
tear_down(void **state)
{
	struct auth_throttle *t = *state;

	auth_throttle_free(&t);
	return 0;
}

static void
test_limit_is_reached_by_exactly_so_many_failures(void **state)
{
	struct slice peer = slice_of("192.0.2.1");

	for (uint32_t i = 1; i <= limit.failures; i++) {
		assert_false(auth_throttle_is_over(*state, peer, limit, 10));
		assert_int_equal(auth_throttle_add(*state, peer, limit, 10), i == limit.failures);
	}
	assert_true(auth_throttle_is_over(*state, peer, limit, 10));
	assert_false(auth_throttle_add(*state, peer, limit, 10)); /* reached once */
}

static void
test_window_ends_to_the_millisecond(void **state)
{
	struct slice peer = slice_of("192.0.2.1");

	for (uint32_t i = 0; i < limit.failures; i++)
		(void)auth_throttle_add(*state, peer, limit, 10 + i);
	assert_true(auth_throttle_is_over(*state, peer, limit, 1009));
	assert_false(auth_throttle_is_over(*state, peer, limit, 1010));
	(void)auth_throttle_add(*state, peer, limit, 1010);
	assert_false(auth_throttle_is_over(*state, peer, limit, 1010));
}

static void
test_limit_zero_is_no_limit(void **state)
{
	const struct auth_throttle_limit none = { 0, 1000 };

	for (int i = 0; i < 100; i++)
		assert_false(auth_throttle_add(*state, slice_of("192.0.2.1"), none, 10));
	assert_false(auth_throttle_is_over(*state, slice_of("192.0.2.1"), none, 10));
}

static const struct same_case {
	const char *failed, *asked;
	bool same;
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true },
	{ "2001:db8:0:1::1", "2001:db8:0:2::1", false },
	{ "fe80::1%eth0", "fe80::2", true },
	{ "not an address", "neither", true },
	{ "not an address", "192.0.2.1", false },
};

static void
test_addresses_count_alone_and_networks_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		const struct same_case *a = &addresses[i];
		struct auth_throttle *t = auth_throttle_new(i);

		for (uint32_t n = 0; n < limit.failures; n++)
			(void)auth_throttle_add(t, slice_of(a->failed), limit, 0);
		if (auth_throttle_is_over(t, slice_of(a->asked), limit, 0) != a->same)
			fail_msg("%s and %s", a->failed, a->asked);
		auth_throttle_free(&t);
	}
}

/* One address that goes on failing among more than the table holds stays known. */
static void
test_full_table_forgets_the_address_that_was_quiet_longest(void **state)
{
	const struct auth_throttle_limit long_limit = { 3, UINT64_MAX };
	char text[32];
	uint64_t now_ms = 1;

	for (unsigned i = 0; i < 4 * AUTH_THROTTLE_ADDRESSES; i++, now_ms++) {
		(void)snprintf(
		    text, sizeof text, "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
		(void)auth_throttle_add(*state, slice_of(text), long_limit, now_ms);
		if (i % 1024 == 0)
			(void)auth_throttle_add(*state, slice_of("192.0.2.1"), long_limit, now_ms);
	}
	assert_true(auth_throttle_is_over(*state, slice_of("192.0.2.1"), long_limit, now_ms));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_limit_is_reached_by_exactly_so_many_failures, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_window_ends_to_the_millisecond, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_limit_zero_is_no_limit, set_up, tear_down),
		cmocka_unit_test(test_addresses_count_alone_and_networks_together),
		cmocka_unit_test_setup_teardown(
		    test_full_table_forgets_the_address_that_was_quiet_longest, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("auth/throttle", tests, NULL, NULL);
}
