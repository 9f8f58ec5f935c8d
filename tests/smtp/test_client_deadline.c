/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_feed.h"

/* RFC 5321 §4.5.3.2: what is waited for decides how long. */
static void
test_each_step_has_its_own_time(void **state)
{
	struct smtp_client *c = start_at(usual_options(), "");

	(void)state;
	assert_int_equal(smtp_client_deadline(c), 1 + 5 * 60000);
	(void)smtp_client_input(c, slice_of("220 y\r\n"), 1000);
	assert_int_equal(smtp_client_deadline(c), 1000 + 5 * 60000);
	(void)smtp_client_input(c, slice_of("250-"), 2000);
	assert_int_equal(smtp_client_deadline(c), 1000 + 5 * 60000);
	(void)smtp_client_input(c, slice_of("y\r\n250 PIPELINING\r\n"), 3000);
	assert_int_equal(smtp_client_deadline(c), UINT64_MAX);
	start_mail(c);
	(void)smtp_client_input(c, slice_of("250 a\r\n"), 4000);
	assert_int_equal(smtp_client_deadline(c), 4000 + 5 * 60000);
	(void)smtp_client_input(c, slice_of("250 b\r\n"), 5000);
	assert_int_equal(smtp_client_deadline(c), 5000 + 2 * 60000);
	(void)smtp_client_input(c, slice_of("354 c\r\n"), 6000);
	assert_int_equal(smtp_client_deadline(c), 6000 + 3 * 60000);
	smtp_client_text(c, slice_of("x"), false, 7000);
	assert_int_equal(smtp_client_deadline(c), 7000 + 3 * 60000);
	smtp_client_text(c, slice_of("x"), true, 8000);
	assert_int_equal(smtp_client_deadline(c), 8000 + 10 * 60000);
	smtp_client_timeout(c, 8000 + 10 * 60000 - 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_NONE);
	smtp_client_timeout(c, 8000 + 10 * 60000);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_RESULT);
	smtp_client_free(&c);
}

/* RFC 5321 §4.1.1.10, §4.1.4: after QUIT alone. */
static void
test_a_peer_that_does_not_answer_quit_is_left(void **state)
{
	struct smtp_client *c = start_offering("PIPELINING");

	(void)state;
	smtp_client_quit(c, 10);
	assert_int_equal(smtp_client_deadline(c), 10 + 5000);
	smtp_client_timeout(c, 10 + 5000);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
	assert_null(smtp_client_failure(c));
	smtp_client_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_step_has_its_own_time),
		cmocka_unit_test(test_a_peer_that_does_not_answer_quit_is_left),
	};

	return cmocka_run_group_tests_name("smtp/client_deadline", tests, NULL, NULL);
}
