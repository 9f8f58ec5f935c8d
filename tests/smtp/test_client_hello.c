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
test_whatever_an_idle_peer_says_ends_the_connection(void **state)
{
	static const struct {
		const char *line;
		unsigned code;
	} cases[] = { { "421 4.3.2 bye\r\n", 421 }, { "250 well\r\n", 250 }, { "what\r\n", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct smtp_client *c = start_offering("PIPELINING");

		(void)smtp_client_input(c, slice_of(cases[i].line), 1);
		assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
		assert_int_equal(smtp_client_failure(c)->code, cases[i].code);
		smtp_client_free(&c);
	}
}

/* RFC 3207 §4, §4.2: what a man in the middle put behind the 220 must not be read. */
static void
test_plaintext_behind_the_reply_to_starttls_is_not_read(void **state)
{
	static const char injected[] = "220 go\r\n250 y\r\n";
	struct smtp_client_options o = usual_options();
	struct smtp_client *c;

	(void)state;
	o.tls = SMTP_CLIENT_TLS_REQUIRED;
	c = start_at(o, "220 y\r\n250-y\r\n250 STARTTLS\r\n");
	assert_int_equal(smtp_client_input(c, slice_of(injected), 1), strlen("220 go\r\n"));
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_TLS);
	smtp_client_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whatever_an_idle_peer_says_ends_the_connection),
		cmocka_unit_test(test_plaintext_behind_the_reply_to_starttls_is_not_read),
	};

	return cmocka_run_group_tests_name("smtp/client_hello", tests, NULL, NULL);
}
