/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_feed.h"

static void
test_without_a_password_nothing_is_tried(void **state)
{
	struct smtp_client_options o = usual_options();
	struct smtp_client *c;

	(void)state;
	o.auth_user = slice_of("u");
	o.auth_secret = slice_make(NULL, 0);
	c = smtp_client_new(&o, 1);
	(void)smtp_client_input(c, slice_of("220 y\r\n"), 1);
	drop_output(c);
	(void)smtp_client_input(c, slice_of("250-y\r\n250 AUTH PLAIN\r\n"), 1);
	assert_int_equal(smtp_client_output(c).len, 0);
	assert_string_equal(
	    smtp_client_failure(c)->reason, "AUTH is asked for, but there is no password");
	smtp_client_free(&c);
}

/* RFC 4954 §4: an initial response must fit the command line of 512 octets. */
static void
test_a_long_secret_waits_for_the_challenge(void **state)
{
	static const char hello[] = "220 y\r\n250-y\r\n250 AUTH PLAIN\r\n";
	char secret[SMTP_CLIENT_CREDENTIAL_MAX];

	(void)state;
	memset(secret, 's', sizeof secret);
	for (size_t len = 370; len <= sizeof secret; len++) {
		struct smtp_client_options o = usual_options();
		struct smtp_client *c;
		size_t line_len = strlen("AUTH PLAIN \r\n") + (len + 3 + 2) / 3 * 4;

		o.auth_user = slice_of("u");
		o.auth_secret = slice_make(secret, len);
		c = smtp_client_new(&o, 1);
		(void)smtp_client_input(c, slice_of("220 y\r\n"), 1);
		drop_output(c);
		(void)smtp_client_input(c, slice_of(hello + 7), 1);
		if (line_len <= 512) {
			assert_int_equal(smtp_client_output(c).len, line_len);
		} else {
			assert_true(slice_is(smtp_client_output(c), "AUTH PLAIN\r\n"));
			drop_output(c);
			(void)smtp_client_input(c, slice_of("334 \r\n"), 1);
			assert_int_equal(smtp_client_output(c).len, line_len - 11);
		}
		smtp_client_free(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_password_nothing_is_tried),
		cmocka_unit_test(test_a_long_secret_waits_for_the_challenge),
	};

	return cmocka_run_group_tests_name("smtp/client_auth", tests, NULL, NULL);
}
