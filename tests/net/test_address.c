/* SPDX-License-Identifier: Apache-2.0 */
#include "net/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <net/if.h>

#include "util/fd.h"

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
	{ "fe80::1%lo", AF_INET6 },
	{ "[fe80::1%lo]", AF_INET6 },
	{ "fe80::1%1", AF_INET6 },
	{ "fe80::1%0", 0 },
	{ "fe80::1%", 0 },
	{ "fe80::1%no such link", 0 },
	{ "192.0.2.1%lo", 0 },
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

static void
test_an_address_of_a_link_has_its_interface(void **state)
{
	struct net_address a = { 0 };

	(void)state;
	assert_true(net_address_parse("fe80::1%lo", 587, &a));
	assert_int_equal(a.v6.sin6_scope_id, if_nametoindex("lo"));
	assert_true(net_address_parse("fe80::1%7", 587, &a));
	assert_int_equal(a.v6.sin6_scope_id, 7);
}

/* From a connection over the loopback, which the test closes. */
static bool
see_peer(const char *text, struct ip *ret_ip)
{
	struct net_address a;
	socklen_t len;
	int server, client, accepted;
	bool ok;

	assert_true(net_address_parse(text, 0, &a));
	len = (socklen_t)a.len;
	server = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	client = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server, &a.any, len) != 0)
		fail_msg("cannot bind to %s: the loopback needs that address", text);
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(getsockname(server, &a.any, &len), 0);
	assert_int_equal(connect(client, &a.any, len), 0);
	accepted = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	assert_true(accepted >= 0);
	ok = net_address_peer(accepted, ret_ip);
	fd_close(&accepted);
	fd_close(&client);
	fd_close(&server);
	return ok;
}

static void
test_the_other_end_of_a_connection_has_an_address(void **state)
{
	char text[IP_TEXT_SIZE];
	struct ip ip;

	(void)state;
	assert_true(see_peer("127.0.0.1", &ip));
	ip_print(&ip, text);
	assert_string_equal(text, "127.0.0.1");
}

static void
test_the_other_end_of_a_connection_over_ipv6_too(void **state)
{
	char text[IP_TEXT_SIZE];
	struct ip ip;

	(void)state;
	assert_true(see_peer("::1", &ip));
	ip_print(&ip, text);
	assert_string_equal(text, "::1");
}

static void
test_what_is_no_connection_over_ip_has_no_address(void **state)
{
	struct ip ip;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_false(net_address_peer(ends[0], &ip));
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	assert_false(net_address_peer(-1, &ip));
}

static void
check_ip_alone(const char *address)
{
	struct net_address a;
	char text[IP_TEXT_SIZE];
	struct ip ip;

	assert_true(net_address_parse(address, 587, &a));
	assert_true(net_address_ip(&a, &ip));
	ip_print(&ip, text);
	assert_string_equal(text, address);
}

static void
test_an_address_is_had_without_its_port(void **state)
{
	const struct net_address none = { .len = 0 };
	struct ip ip;

	(void)state;
	check_ip_alone("192.0.2.1");
	check_ip_alone("2001:db8::1");
	assert_false(net_address_ip(&none, &ip));
}

static const struct port_case {
	const char *text, *address; /* NULL: refused */
	uint16_t port;
} port_cases[] = {
	{ "192.0.2.1", "192.0.2.1", 53 },
	{ "192.0.2.1:5353", "192.0.2.1", 5353 },
	{ "2001:db8::1", "2001:db8::1", 53 },
	{ "[2001:db8::1]", "2001:db8::1", 53 },
	{ "[2001:db8::1]:5353", "2001:db8::1", 5353 },
	{ "192.0.2.1:", NULL, 0 },
	{ "192.0.2.1:0", NULL, 0 },
	{ "192.0.2.1:65536", NULL, 0 },
	{ "192.0.2.1:53x", NULL, 0 },
	{ "[2001:db8::1]5353", NULL, 0 },
	{ "host.example.org:53", NULL, 0 },
	{ "", NULL, 0 },
};

static void
test_an_address_may_have_a_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof port_cases / sizeof port_cases[0]; i++) {
		const struct port_case *t = &port_cases[i];
		struct net_address a, made;
		char text[IP_TEXT_SIZE];
		struct ip ip;

		if (net_address_parse_with_port(t->text, 53, &a) != (t->address != NULL))
			fail_msg("\"%s\"", t->text);
		if (t->address == NULL)
			continue;
		assert_true(net_address_ip(&a, &ip));
		ip_print(&ip, text);
		assert_string_equal(text, t->address);
		assert_int_equal(
		    ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port), t->port);
		made = net_address_of(&ip, t->port);
		assert_int_equal(made.len, a.len);
		assert_memory_equal(&made.any, &a.any, a.len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_an_address_or_is_not),
		cmocka_unit_test(test_an_address_of_a_link_has_its_interface),
		cmocka_unit_test(test_an_address_is_had_without_its_port),
		cmocka_unit_test(test_an_address_may_have_a_port),
		cmocka_unit_test(test_the_other_end_of_a_connection_has_an_address),
		cmocka_unit_test(test_the_other_end_of_a_connection_over_ipv6_too),
		cmocka_unit_test(test_what_is_no_connection_over_ip_has_no_address),
	};

	return cmocka_run_group_tests_name("net/address", tests, NULL, NULL);
}
