/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "send/settings.h"

static void
check_text(const char *got, const char *expected)
{
	if (expected == NULL)
		assert_null(got);
	else
		assert_string_equal(got, expected);
}

static void
test_a_file_gives_what_flags_did_not(void **state)
{
	static const char text[] = "# where to\n"
				   "server = \"smtp.example.org:2525\"\n"
				   "tls = \"none\"\n"
				   "user = \"app@example.org\"\n"
				   "password_file = \"/run/app.password\"\n";
	struct send_settings s = { 0 };
	struct buf errors;

	(void)state;
	buf_init(&errors, 1024);
	assert_true(send_settings_set(&s, "user", "me", &errors));
	assert_true(send_settings_read(&s, "send.conf", slice_of(text), &errors));
	check_text(s.server, "smtp.example.org");
	assert_int_equal(s.port, 2525);
	assert_int_equal(s.tls, SEND_TLS_NONE);
	check_text(s.user, "me");
	check_text(s.password_file, "/run/app.password");
	check_text(s.from, NULL);
	assert_int_equal(errors.len, 0);
	send_settings_done(&s);
	buf_done(&errors);
}

static void
test_an_error_names_file_line_key_and_what_would_be_right(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "\nserver = \"a b\"\n",
		    "f:2: server: has \"a b\", which is no host name and no address\n" },
		{ "server = \"a:0\"\n",
		    "f:1: server: has \"0\" for a port, which is 1 to 65535\n" },
		{ "server = \"a:65536\"\n",
		    "f:1: server: has \"65536\" for a port, which is 1 to 65535\n" },
		{ "tls = \"yes\"\n",
		    "f:1: tls: is \"starttls\", \"implicit\" or \"none\", not \"yes\"\n" },
		{ "sever = \"a\"\n", "f:1: sever: is no key; did you mean \"server\"?\n" },
		{ "xyzzy = \"a\"\n", "f:1: xyzzy: is no key\n" },
		{ "server\n", "f:2: this is not understood; write key = \"value\"\n" },
	};
	struct buf errors;

	(void)state;
	buf_init(&errors, 1024);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct send_settings s = { 0 };

		buf_clear(&errors);
		assert_false(send_settings_read(&s, "f", slice_of(cases[i].text), &errors));
		if (!slice_is(buf_slice(&errors), cases[i].error))
			fail_msg(
			    "%s: %.*s", cases[i].text, (int)errors.len, (const char *)errors.ptr);
		send_settings_done(&s);
	}
	buf_done(&errors);
}

static void
test_port_and_tls_follow_from_each_other(void **state)
{
	static const struct {
		const char *server, *name, *tls;
		uint16_t port;
		enum send_tls mode;
	} cases[] = {
		{ "a", "a", NULL, 587, SEND_TLS_STARTTLS },
		{ "a:465", "a", NULL, 465, SEND_TLS_IMPLICIT },
		{ "a:465", "a", "starttls", 465, SEND_TLS_STARTTLS },
		{ "a:2525", "a", NULL, 2525, SEND_TLS_STARTTLS },
		{ "a", "a", "implicit", 465, SEND_TLS_IMPLICIT },
		{ "a", "a", "none", 25, SEND_TLS_NONE },
		{ "192.0.2.1:1", "192.0.2.1", NULL, 1, SEND_TLS_STARTTLS },
		{ "2001:db8::1", "2001:db8::1", NULL, 587, SEND_TLS_STARTTLS },
		{ "[2001:db8::1]:65535", "2001:db8::1", NULL, 65535, SEND_TLS_STARTTLS },
		{ "[2001:db8::1]", "2001:db8::1", NULL, 587, SEND_TLS_STARTTLS },
	};
	struct buf error;

	(void)state;
	buf_init(&error, 256);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct send_settings s = { 0 };

		assert_true(send_settings_set(&s, "server", cases[i].server, &error));
		if (cases[i].tls != NULL)
			assert_true(send_settings_set(&s, "tls", cases[i].tls, &error));
		send_settings_complete(&s);
		check_text(s.server, cases[i].name);
		assert_int_equal(s.port, cases[i].port);
		assert_int_equal(s.tls, cases[i].mode);
		send_settings_done(&s);
	}
	buf_done(&error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_gives_what_flags_did_not),
		cmocka_unit_test(test_an_error_names_file_line_key_and_what_would_be_right),
		cmocka_unit_test(test_port_and_tls_follow_from_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
