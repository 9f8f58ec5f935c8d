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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_of_both_families_are_read_and_printed),
		cmocka_unit_test(test_one_party_is_an_address_or_a_network),
	};
	return cmocka_run_group_tests_name("util/ip", tests, NULL, NULL);
}
