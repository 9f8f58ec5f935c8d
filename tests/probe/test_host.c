/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "space.h"

static bool
owns(const struct probe_host *h, const char *text)
{
	struct ip ip;

	assert_true(ip_parse(slice_of(text), &ip));
	return probe_host_owns(h, &ip);
}

static void
check_ip(const struct ip *ip, const char *text)
{
	char printed[IP_TEXT_SIZE];

	ip_print(ip, printed);
	assert_string_equal(printed, text);
}

static void
test_addresses_of_all_interfaces_are_ours(void **state)
{
	struct probe_host h;

	(void)state;
	probe_host_read(&h);
	assert_true(owns(&h, "127.0.0.1"));
	assert_true(owns(&h, "::1"));
	assert_true(owns(&h, SPACE_CLIENT_V4));
	assert_true(owns(&h, SPACE_CLIENT_V6));
	assert_false(owns(&h, SPACE_R1_V4));
	assert_false(owns(&h, SPACE_R1_V6));
}

static void
test_both_families_have_a_way_out(void **state)
{
	struct probe_host h;

	(void)state;
	probe_host_read(&h);
	assert_true(h.has_v4 && h.has_v6 && h.has_gateway_v4 && h.has_gateway_v6);
	check_ip(&h.gateway_v4, SPACE_R1_V4);
	check_ip(&h.gateway_v6, SPACE_R1_V6);
}

static void
test_a_link_local_address_is_no_way_out(void **state)
{
	struct probe_host h;

	(void)state;
	space_run(SPACE_CLIENT, "ip addr add 169.254.9.9/16 dev right"
				" && ip addr del " SPACE_CLIENT_V4 "/24 dev right"
				" && ip addr del " SPACE_CLIENT_V6 "/64 dev right"
				" && ip route replace default dev right");
	probe_host_read(&h);
	assert_false(h.has_v4);
	assert_false(h.has_v6);
	assert_false(h.has_gateway_v4);
}

static void
test_an_address_without_a_default_route_is_no_way_out(void **state)
{
	struct probe_host h;

	(void)state;
	space_enter(SPACE_R1);
	probe_host_read(&h);
	space_enter(SPACE_CLIENT);
	assert_true(owns(&h, SPACE_R1_V4));
	assert_false(h.has_v4);
	assert_false(h.has_v6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_of_all_interfaces_are_ours),
		cmocka_unit_test(test_both_families_have_a_way_out),
		cmocka_unit_test(test_an_address_without_a_default_route_is_no_way_out),
		/* It takes the client's addresses away: the last. */
		cmocka_unit_test(test_a_link_local_address_is_no_way_out),
	};

	return cmocka_run_group_tests(tests, space_set_up, NULL);
}
