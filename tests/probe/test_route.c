/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/route.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sys/socket.h>

#include "probe/host.h"
#include "space.h"

static struct probe_route
read_route(const char *to)
{
	struct probe_route r;
	struct ip ip;

	assert_true(ip_parse(slice_of(to), &ip));
	probe_route_read(&ip, &r);
	return r;
}

static void
check_ip(const struct ip *ip, const char *text)
{
	char printed[IP_TEXT_SIZE];

	ip_print(ip, printed);
	assert_string_equal(printed, text);
}

static void
test_the_way_is_that_of_the_kernel(void **state)
{
	static const struct {
		const char *to, *source, *gateway; /* gateway NULL: none */
		bool is_loopback;
		const char *interface;
	} cases[] = {
		{ SPACE_SERVER_V4, SPACE_CLIENT_V4, SPACE_R1_V4, false, "right" },
		{ SPACE_SERVER_V6, SPACE_CLIENT_V6, SPACE_R1_V6, false, "right" },
		{ SPACE_R1_V4, SPACE_CLIENT_V4, NULL, false, "right" },
		{ SPACE_R1_V6, SPACE_CLIENT_V6, NULL, false, "right" },
		{ "127.0.0.1", "127.0.0.1", NULL, true, "lo" },
		{ "::1", "::1", NULL, true, "lo" },
		{ SPACE_CLIENT_V4, SPACE_CLIENT_V4, NULL, true, "lo" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct probe_route r = read_route(cases[i].to);

		assert_int_equal(r.error, 0);
		check_ip(&r.source, cases[i].source);
		assert_int_equal(r.has_gateway, cases[i].gateway != NULL);
		if (r.has_gateway)
			check_ip(&r.gateway, cases[i].gateway);
		assert_int_equal(r.is_loopback, cases[i].is_loopback);
		assert_string_equal(r.interface, cases[i].interface);
	}
}

static void
test_a_route_that_refuses_is_told_by_its_error(void **state)
{
	static const struct {
		const char *kind;
		int error;
	} cases[] = {
		{ "prohibit", EACCES },
		{ "unreachable", EHOSTUNREACH },
		{ "blackhole", EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		space_run(SPACE_CLIENT, "ip route add %s 10.8.0.1", cases[i].kind);
		space_run(SPACE_CLIENT, "ip -6 route add %s fd08::1", cases[i].kind);
		assert_int_equal(read_route("10.8.0.1").error, cases[i].error);
		assert_int_equal(read_route("fd08::1").error, cases[i].error);
		space_run(SPACE_CLIENT, "ip route del 10.8.0.1; ip -6 route del fd08::1");
	}
}

static void
test_without_a_route_there_is_no_way(void **state)
{
	(void)state;
	space_enter(SPACE_R1); /* it has no default route */
	assert_int_equal(read_route("10.9.0.1").error, ENETUNREACH);
	assert_int_equal(read_route("fd09::1").error, ENETUNREACH);
	space_enter(SPACE_CLIENT);
}

static void
test_the_mtu_is_that_of_the_route_or_of_the_interface(void **state)
{
	(void)state;
	assert_int_equal(read_route(SPACE_SERVER_V4).mtu, 1500);
	assert_int_equal(read_route(SPACE_SERVER_V6).mtu, 1500);
	space_run(SPACE_CLIENT, "ip route add 10.8.0.1 via " SPACE_R1_V4 " mtu 1280");
	assert_int_equal(read_route("10.8.0.1").mtu, 1280);
	space_run(SPACE_CLIENT, "ip route del 10.8.0.1");
}

static struct probe_default_route
read_default(int family)
{
	struct probe_default_route r;

	probe_default_route_read(family, &r);
	return r;
}

static void
test_the_default_route_with_the_least_metric_is_preferred(void **state)
{
	struct probe_default_route r;

	(void)state;
	space_run(SPACE_CLIENT, "ip route add default via 10.1.0.99 metric 50");
	r = read_default(AF_INET);
	assert_true(r.is_there && r.has_gateway);
	check_ip(&r.gateway, SPACE_R1_V4);
	space_run(SPACE_CLIENT, "ip route del default via 10.1.0.99");
	r = read_default(AF_INET6);
	assert_true(r.is_there && r.has_gateway);
	check_ip(&r.gateway, SPACE_R1_V6);
}

static void
test_a_default_route_of_several_ways_or_of_none(void **state)
{
	struct probe_default_route r;

	(void)state;
	space_run(
	    SPACE_CLIENT, "ip route replace default nexthop via 10.1.0.7 nexthop via 10.1.0.8");
	r = read_default(AF_INET);
	assert_true(r.is_there && r.has_gateway);
	check_ip(&r.gateway, "10.1.0.7");
	space_run(SPACE_CLIENT, "ip route replace default dev right");
	r = read_default(AF_INET);
	assert_true(r.is_there);
	assert_false(r.has_gateway);
	space_run(SPACE_CLIENT, "ip route replace prohibit default");
	assert_false(read_default(AF_INET).is_there);
	space_run(SPACE_CLIENT, "ip route replace default via " SPACE_R1_V4);
	space_enter(SPACE_R1);
	assert_false(read_default(AF_INET6).is_there);
	space_enter(SPACE_CLIENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_way_is_that_of_the_kernel),
		cmocka_unit_test(test_a_route_that_refuses_is_told_by_its_error),
		cmocka_unit_test(test_without_a_route_there_is_no_way),
		cmocka_unit_test(test_the_mtu_is_that_of_the_route_or_of_the_interface),
		cmocka_unit_test(test_the_default_route_with_the_least_metric_is_preferred),
		cmocka_unit_test(test_a_default_route_of_several_ways_or_of_none),
	};

	return cmocka_run_group_tests(tests, space_set_up, NULL);
}
