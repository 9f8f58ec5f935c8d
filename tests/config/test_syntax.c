/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/syntax.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NAME_253                                                                                   \
	LABEL_63 "." LABEL_63 "." LABEL_63                                                         \
		 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct syntax_case {
	bool (*is)(const char *text);
	const char *text;
	bool expected;
} cases[] = {
	{ config_syntax_is_full_name, "mail.example.org", true },
	{ config_syntax_is_full_name, "localhost", false },
	{ config_syntax_is_name, "localhost", true },
	{ config_syntax_is_name, LABEL_63, true },
	{ config_syntax_is_name, LABEL_63 "a", false },
	{ config_syntax_is_name, NAME_253, true },
	{ config_syntax_is_name, NAME_253 "a", false },
	{ config_syntax_is_name, "", false },
	{ config_syntax_is_name, ".a", false },
	{ config_syntax_is_name, "a.", false },
	{ config_syntax_is_name, "a..b", false },
	{ config_syntax_is_name, "-a.b", false },
	{ config_syntax_is_name, "a-.b", false },
	{ config_syntax_is_name, "a b", false },
	{ config_syntax_is_name, "192.0.2.300", false },
	{ config_syntax_is_name, "\xc3\xbc.example", false },
	{ config_syntax_is_address, "192.0.2.1", true },
	{ config_syntax_is_address, "::1", true },
	{ config_syntax_is_address, "192.0.2", false },
	{ config_syntax_is_host, "unix:/run/s", true },
	{ config_syntax_is_host, "unix:run/s", false },
	{ config_syntax_is_host, "192.0.2.300", false },
	{ config_syntax_is_host, "2001:db8::1", true },
	{ config_syntax_is_path, "/a", true },
	{ config_syntax_is_path, "/", false },
	{ config_syntax_is_path, "a", false },
	{ config_syntax_is_user, "_sallyport-auth", true },
	{ config_syntax_is_user, "0", true },
	{ config_syntax_is_user, "4294967294", true },
	{ config_syntax_is_user, "4294967295", false },
	{ config_syntax_is_user, "1a", false },
	{ config_syntax_is_user, "a:b", false },
	{ config_syntax_is_title, "relay-1_a.b", true },
	{ config_syntax_is_title, LABEL_63 "a", true },
	{ config_syntax_is_title, LABEL_63 "aa", false },
	{ config_syntax_is_title, "a b", false },
	{ config_syntax_is_title, "", false },
	{ config_syntax_is_domain, "*", true },
	{ config_syntax_is_domain, "*.example", false },
	{ config_syntax_is_domain, "\xc3\xbc.example", true },
	{ config_syntax_is_domain, "[IPv6:::1]", true },
	{ config_syntax_is_domain, "[", false },
	{ config_syntax_is_domain, "[]", false },
	{ config_syntax_is_local, "127.1.2.3", true },
	{ config_syntax_is_local, "128.0.0.1", false },
	{ config_syntax_is_local, "::1", true },
	{ config_syntax_is_local, "localhost", true },
	{ config_syntax_is_local, "unix:/s", true },
	{ config_syntax_is_local, "localhost.example", false },
};

static void
test_each_kind_of_text_is_told_from_what_only_looks_like_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (cases[i].is(cases[i].text) != cases[i].expected)
			fail_msg("row %zu: %s", i, cases[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_of_text_is_told_from_what_only_looks_like_it),
	};
	return cmocka_run_group_tests_name("config/syntax", tests, NULL, NULL);
}
