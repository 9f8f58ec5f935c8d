/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/ip.h"

/* From a heap block of its exact size. */
static bool
parse(const char *text, struct ip *ret_ip)
{
	const struct slice in = slice_of(text);
	uint8_t *copy = malloc(in.len + (in.len == 0));
	bool ok;

	assert_non_null(copy);
	memcpy(copy, in.ptr, in.len);
	ok = ip_parse(slice_make(copy, in.len), ret_ip);
	free(copy);
	return ok;
}

static const struct print_case {
	const char *text, *printed; /* NULL: no address */
	bool is_v4;
} print_cases[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "::ffff:192.0.2.1", "192.0.2.1", true },
	{ "2001:DB8:0::1", "2001:db8::1", false },
	{ "::1", "::1", false },
	{ "fe80::1%eth0", "fe80::1", false },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	{ "", NULL, false },
	{ "%eth0", NULL, false },
	{ "192.0.2", NULL, false },
	{ "192.0.2.256", NULL, false },
	{ "2001:db8::1 ", NULL, false },
	{ "localhost", NULL, false },
	{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", NULL, false },
};

static void
test_addresses_of_both_families_are_read_and_printed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof print_cases / sizeof print_cases[0]; i++) {
		const struct print_case *t = &print_cases[i];
		char text[IP_TEXT_SIZE];
		struct ip ip;

		if (parse(t->text, &ip) != (t->printed != NULL))
			fail_msg("\"%s\": not as it should be", t->text);
		if (t->printed == NULL)
			continue;
		ip_print(&ip, text);
		assert_string_equal(text, t->printed);
		assert_int_equal(ip_is_v4(&ip), t->is_v4);
	}
}

static const struct group_case {
	const char *one, *other;
	bool is_same;
} group_cases[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true },
	{ "2001:db8:0:1::1", "2001:db8:0:2::1", false },
	{ "192.0.2.1", "2001:db8::192.0.2.1", false },
};

static void
test_one_party_is_an_address_or_a_network(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof group_cases / sizeof group_cases[0]; i++) {
		const struct group_case *t = &group_cases[i];
		struct ip one, other;

		assert_true(parse(t->one, &one) && parse(t->other, &other));
		if ((ip_group(&one) == ip_group(&other)) != t->is_same)
			fail_msg("%s and %s", t->one, t->other);
	}
}

static const struct kind_case {
	const char *text, *kinds; /* u: unspecified, l: loopback, p: private */
} kind_cases[] = {
	{ "0.0.0.0", "u" },
	{ "0.0.0.1", "" },
	{ "::", "u" },
	{ "::1", "l" },
	{ "::2", "" },
	{ "127.0.0.1", "l" },
	{ "127.255.255.255", "l" },
	{ "128.0.0.1", "" },
	{ "9.255.255.255", "" },
	{ "10.0.0.0", "p" },
	{ "10.255.255.255", "p" },
	{ "11.0.0.0", "" },
	{ "100.63.255.255", "" },
	{ "100.64.0.0", "p" },
	{ "100.127.255.255", "p" },
	{ "100.128.0.0", "" },
	{ "169.253.255.255", "" },
	{ "169.254.1.1", "p" },
	{ "172.15.255.255", "" },
	{ "172.16.0.0", "p" },
	{ "172.31.255.255", "p" },
	{ "172.32.0.0", "" },
	{ "192.167.255.255", "" },
	{ "192.168.0.0", "p" },
	{ "192.169.0.0", "" },
	{ "2001:db8::1", "" },
	{ "fbff::1", "" },
	{ "fc00::1", "p" },
	{ "fdff::1", "p" },
	{ "fe7f::1", "" },
	{ "fe80::1", "p" },
	{ "febf::1", "p" },
	{ "fec0::1", "" },
};

/* RFC 1918 §3, RFC 6598 §7, RFC 4193 §3.1: each at its first and last address, and beside it. */
static void
test_addresses_that_are_not_of_the_internet_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kind_cases / sizeof kind_cases[0]; i++) {
		const struct kind_case *t = &kind_cases[i];
		struct ip ip;

		assert_true(parse(t->text, &ip));
		if (ip_is_unspecified(&ip) != (strcmp(t->kinds, "u") == 0) ||
		    ip_is_loopback(&ip) != (strcmp(t->kinds, "l") == 0) ||
		    ip_is_nowhere(&ip) != (strpbrk(t->kinds, "ul") != NULL) ||
		    ip_is_private(&ip) != (strcmp(t->kinds, "p") == 0))
			fail_msg("%s", t->text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_of_both_families_are_read_and_printed),
		cmocka_unit_test(test_one_party_is_an_address_or_a_network),
		cmocka_unit_test(test_addresses_that_are_not_of_the_internet_are_known),
	};
	return cmocka_run_group_tests_name("util/ip", tests, NULL, NULL);
}
