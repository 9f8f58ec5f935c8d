/* SPDX-License-Identifier: Apache-2.0 */
/* What of the config the engine of a session is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "house.h"
#include "util/clock.h"

#define HOUSE_TEST(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

static void
test_limits_of_the_config_reach_the_engine(void **state)
{
	struct house *h = *state;
	const struct smtp_server_limits *limits;

	house_reload(h, "limits { recipient_domains = 7 parameters = 11 transfer_rate = 0 "
			"errors_before_delay = 5 hold = 2h deliver_by = 90s }");
	limits = &h->process.settings->limits;
	assert_int_equal(limits->recipient_domains, 7);
	assert_int_equal(limits->parameters, 11);
	assert_int_equal(limits->transfer_rate, 0);
	assert_int_equal(limits->errors_before_delay, 5);
	assert_int_equal(limits->error_delay_ms, 1000);
	assert_int_equal(limits->hold_max_s, 7200);
	assert_int_equal(limits->deliver_by_min_s, 90);
}

static void
test_a_session_is_served_as_its_listener_says(void **state)
{
	struct house *h = *state;
	const struct config_listener old = { .tls = CONFIG_LISTENER_IMPLICIT,
		.profile = CONFIG_LISTENER_LEGACY_DEVICE };
	struct smtp_server_options usual, other;

	usual = settings_options(h->process.settings, h->starttls.config);
	assert_int_equal(usual.profile, SMTP_SERVER_STRICT);
	assert_false(usual.implicit_tls);
	assert_true(usual.complete_addresses);
	assert_int_equal(usual.priority_max, 0);
	house_reload(h, "limits { priority = 4 }");
	usual = settings_options(h->process.settings, h->starttls.config);
	assert_int_equal(usual.priority_max, 4);
	other = settings_options(h->process.settings, &old);
	assert_int_equal(other.profile, SMTP_SERVER_LEGACY_DEVICE);
	assert_true(other.implicit_tls);
}

static void
test_the_engine_can_tell_the_time_of_day(void **state)
{
	struct house *h = *state;
	struct smtp_server_options options;
	int64_t difference;

	options = settings_options(h->process.settings, h->starttls.config);
	difference = (int64_t)clock_monotonic_ms() + options.unix_offset_ms;
	difference -= (int64_t)clock_unix_ms();
	assert_in_range(difference + 10000, 0, 20000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_limits_of_the_config_reach_the_engine),
		HOUSE_TEST(test_a_session_is_served_as_its_listener_says),
		HOUSE_TEST(test_the_engine_can_tell_the_time_of_day),
	};

	return cmocka_run_group_tests_name("submission/settings", tests, NULL, NULL);
}
