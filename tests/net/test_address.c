/* SPDX-License-Identifier: Apache-2.0 */
#include "net/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>

static const struct address_case {
	const char *text;
	int family; /* 0: no address */
} cases[] = {
	{ "192.0.2.1", AF_INET },
	{ "255.255.255.255", AF_INET },
	{ "2001:db8::1", AF_INET6 },
	{ "[2001:db8::1]", AF_INET6 },
	{ "::", AF_INET6 },
	{ "::ffff:192.0.2.1", AF_INET6 },
	{ "", 0 },
	{ "[]", 0 },
	{ "[192.0.2.1]", 0 },
	{ "[::1", 0 },
	{ "192.0.2.256", 0 },
	{ "192.0.2", 0 },
	{ "192.0.2.1 ", 0 },
	{ "fe80::1%eth0", 0 },
	{ "localhost", 0 },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999", 0 },
	{ "1111111111111111111111111111111111111111111111111", 0 },
};

static void
test_text_is_an_address_or_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct net_address a = { 0 };

		if (net_address_parse(cases[i].text, 587, &a) != (cases[i].family != 0) ||
		    a.any.sa_family != cases[i].family)
			fail_msg("\"%s\": family %d", cases[i].text, a.any.sa_family);
		if (cases[i].family == AF_INET)
			assert_int_equal(ntohs(a.v4.sin_port), 587);
		if (cases[i].family == AF_INET6)
			assert_int_equal(ntohs(a.v6.sin6_port), 587);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_an_address_or_is_not),
	};

	return cmocka_run_group_tests_name("net/address", tests, NULL, NULL);
}
