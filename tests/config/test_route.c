/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support.h"

static const struct route_case {
	const char *domain, *next_hop;
} cases[] = {
	{ "example.org", "a" },
	{ "EXAMPLE.Org", "a" },
	{ "example.or", "relay" },
	{ "example.orgs", "relay" },
	{ "sub.example.org", "relay" },
	{ "mixed.example", "b" },
	{ "[192.0.2.1]", "b" },
	{ "[192.0.2.2]", "relay" },
	{ "\xc3\xbc.example", "b" },
	{ "*", "relay" },
	{ "", "relay" },
	{ "!", "relay" },
};

static void
test_a_domain_goes_to_its_own_route_or_to_that_of_all_others(void **state)
{
	struct config *c = support_parse(
	    SUPPORT_BASE "\n"
			 "next_hop b { host = b.example } next_hop a { host = a.example }\n"
			 "route mixed.Example { next_hop = b } route '*' { next_hop = relay }\n"
			 "route example.org { next_hop = a } route [192.0.2.1] { next_hop = b }\n"
			 "route \xc3\xbc.example { next_hop = b }");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const size_t found = config_route_find(c, slice_of(cases[i].domain));

		if (strcmp(c->next_hops[found].name, cases[i].next_hop) != 0)
			fail_msg("%s goes to %s", cases[i].domain, c->next_hops[found].name);
	}
	config_free(&c);
}

static void
test_every_one_of_many_routes_is_found(void **state)
{
	struct buf text;
	struct config *c;

	(void)state;
	buf_init(&text, 1 << 20);
	(void)buf_add_text(&text, SUPPORT_BASE "\nroute '*' { next_hop = relay }\n");
	for (unsigned i = 1; i < CONFIG_NEXT_HOPS_MAX; i++)
		(void)buf_addf(&text,
		    "next_hop h%u { host = h.example }\n"
		    "route r%u.example { next_hop = h%u }\n",
		    i, i * 7919 % 1000, i);
	(void)buf_add_octet(&text, '\0');
	c = support_parse((const char *)text.ptr);
	for (unsigned i = 1; i < CONFIG_NEXT_HOPS_MAX; i++) {
		char domain[32];

		(void)snprintf(domain, sizeof domain, "r%u.example", i * 7919 % 1000);
		assert_int_equal(config_route_find(c, slice_of(domain)), i);
	}
	config_free(&c);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_domain_goes_to_its_own_route_or_to_that_of_all_others),
		cmocka_unit_test(test_every_one_of_many_routes_is_found),
	};
	return cmocka_run_group_tests_name("config/route", tests, NULL, NULL);
}
