/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolv_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "util/buf.h"

enum { SIZE = 3 };

static const struct conf_case {
	const char *name, *text, *servers; /* each with a blank behind it */
} cases[] = {
	{ "one", "nameserver 192.0.2.1\n", "192.0.2.1 " },
	{ "no line feed at the end", "nameserver 192.0.2.1", "192.0.2.1 " },
	{ "both families, in order", "nameserver 2001:db8::1\nnameserver 192.0.2.1\n",
	    "2001:db8::1 192.0.2.1 " },
	{ "tabs, carriage returns and what follows", "nameserver\t192.0.2.1 \t# ours\r\n",
	    "192.0.2.1 " },
	{ "other lines",
	    "# nameserver 192.0.2.9\nsearch example.org\n\noptions edns0\n"
	    "nameserver 192.0.2.1\n",
	    "192.0.2.1 " },
	{ "no more than there is room for",
	    "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver "
	    "192.0.2.4\n",
	    "192.0.2.1 192.0.2.2 192.0.2.3 " },
	{ "a name is no address", "nameserver dns.example.org\nnameserver\n", "" },
	{ "a link-local address with its interface", "nameserver fe80::1%lo\n", "fe80::1 " },
	{ "nothing", "", "" },
};

static void
print(const struct net_address *servers, size_t count, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		const struct net_address *a = &servers[i];
		const void *octets = a->any.sa_family == AF_INET ? (const void *)&a->v4.sin_addr
								 : (const void *)&a->v6.sin6_addr;
		size_t len = strlen(out);

		assert_int_equal(
		    ntohs(a->any.sa_family == AF_INET ? a->v4.sin_port : a->v6.sin6_port), 53);
		assert_non_null(
		    inet_ntop(a->any.sa_family, octets, out + len, (socklen_t)(size - len - 1)));
		len = strlen(out);
		out[len] = ' ';
		out[len + 1] = '\0';
	}
}

static void
test_servers_are_those_of_the_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const size_t len = strlen(cases[i].text);
		uint8_t *text = malloc(len + (len == 0));
		struct net_address servers[SIZE];
		char printed[SIZE * (INET6_ADDRSTRLEN + 1) + 1];
		size_t count;

		memcpy(text, cases[i].text, len);
		count = net_resolv_conf_servers(slice_make(text, len), servers, SIZE);
		print(servers, count, printed, sizeof printed);
		if (strcmp(printed, cases[i].servers) != 0)
			fail_msg("%s: %s", cases[i].name, printed);
		free(text);
	}
}

static void
test_a_zone_is_the_number_of_its_interface(void **state)
{
	struct net_address server;

	(void)state;
	assert_int_equal(
	    net_resolv_conf_servers(slice_of("nameserver fe80::1%lo\n"), &server, 1), 1);
	assert_int_not_equal(server.v6.sin6_scope_id, 0);
}

static const struct search_case {
	const char *text, *domains; /* each with a blank behind it */
} search_cases[] = {
	{ "search example.org\n", "example.org " },
	{ "search a.example b.example. \t c.example\r\n", "a.example b.example c.example " },
	{ "domain example.org", "example.org " },
	{ "search a.example\nnameserver 192.0.2.1\ndomain b.example\n", "b.example " },
	{ "search a b c d e f g\n", "a b c d e f " },
	{ "search .\n", "" },
	{ "search\n", "" },
	{ "nameserver 192.0.2.1\n", "" },
	{ "", "" },
};

static void
test_the_last_search_list_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof search_cases / sizeof search_cases[0]; i++) {
		char domains[NET_RESOLV_CONF_SEARCH_MAX][NET_NAME_MAX + 1];
		const size_t len = strlen(search_cases[i].text);
		uint8_t *text = malloc(len + (len == 0));
		struct buf printed;
		size_t count;

		memcpy(text, search_cases[i].text, len);
		count = net_resolv_conf_search(slice_make(text, len), domains);
		free(text);
		buf_init(&printed, 4096);
		for (size_t j = 0; j < count; j++)
			assert_true(buf_addf(&printed, "%s ", domains[j]));
		assert_true(slice_is(buf_slice(&printed), search_cases[i].domains));
		buf_done(&printed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers_are_those_of_the_file),
		cmocka_unit_test(test_the_last_search_list_counts),
		cmocka_unit_test(test_a_zone_is_the_number_of_its_interface),
	};

	return cmocka_run_group_tests_name("net/resolv_conf", tests, NULL, NULL);
}
