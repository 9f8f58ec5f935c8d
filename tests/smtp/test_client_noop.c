/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client_feed.h"

static void
test_noops_are_as_long_as_asked_for(void **state)
{
	static const struct {
		unsigned len;
		const char *line;
	} cases[] = { { 0, "NOOP\r\n" }, { 6, "NOOP\r\n" }, { 7, "NOOP \r\n" },
		{ 9, "NOOP xx\r\n" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct smtp_client *c = start_offering("SIZE");

		assert_true(smtp_client_noops(c, 1, cases[i].len, 1));
		assert_true(slice_is(smtp_client_output(c), cases[i].line));
		smtp_client_free(&c);
	}
}

/* For probes alone: RFC 2920 §3.1 has NOOP as the last of a flight. */
static void
test_a_flight_of_noops_is_over_with_its_last_reply(void **state)
{
	struct smtp_client *c = start_offering("PIPELINING");

	(void)state;
	assert_true(smtp_client_noops(c, 3, 500, 1));
	assert_int_equal(smtp_client_output(c).len, 1500);
	smtp_client_output_taken(c, 1500);
	(void)smtp_client_input(c, slice_of("250 a\r\n500 b\r\n"), 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_NONE);
	assert_int_equal(smtp_client_step(c), SMTP_CLIENT_STEP_NOOP);
	(void)smtp_client_input(c, slice_of("250 c\r\n"), 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	smtp_client_free(&c);
}

static void
test_no_flight_without_pipelining(void **state)
{
	struct smtp_client *c = start_offering("SIZE");

	(void)state;
	assert_false(smtp_client_noops(c, 2, 500, 1));
	assert_int_equal(smtp_client_output(c).len, 0);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	smtp_client_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noops_are_as_long_as_asked_for),
		cmocka_unit_test(test_a_flight_of_noops_is_over_with_its_last_reply),
		cmocka_unit_test(test_no_flight_without_pipelining),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
