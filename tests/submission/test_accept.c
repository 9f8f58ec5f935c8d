/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets a session. All clients here are at one end of a socketpair: one address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"

#define HOUSE_TEST(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

static const struct limit_case {
	const char *sections, *reply;
} cases[] = {
	{ "limits { connections = 3 }",
	    "421 4.3.2 mail.example.org has too many connections open;" },
	{ "limits { connections_per_address = 3 }",
	    "421 4.7.0 mail.example.org has too many connections open from your address;" },
};

/* One is let in at the limit and one beyond it is not, before TLS and in words. */
static void
check_limit(struct house *h, const struct limit_case *t)
{
	struct client *clients[4], *again;

	house_reload(h, t->sections);
	for (size_t i = 0; i < 3; i++) {
		clients[i] = client_open(h);
		client_expect(clients[i], "220 ");
	}
	clients[3] = client_open(h);
	client_expect(clients[3], t->reply);
	house_settle(h);
	assert_true(clients[3]->has_ended);
	assert_int_equal(h->process.sessions.count, 3);
	client_done(clients[1]);
	again = client_open(h);
	client_expect(again, "220 ");
	client_done(clients[0]);
	client_done(clients[2]);
	client_done(clients[3]);
	client_done(again);
	assert_int_equal(h->process.sessions.count, 0);
}

static void
test_connections_are_limited_in_all(void **state)
{
	check_limit(*state, &cases[0]);
}

static void
test_connections_are_limited_for_each_address(void **state)
{
	check_limit(*state, &cases[1]);
}

static void
test_who_expects_tls_at_once_is_hung_up_on_without_words(void **state)
{
	struct house *h = *state;
	struct client *first, *second;

	house_reload(h, "limits { connections_per_address = 1 }");
	h->port = &h->implicit;
	first = client_open(h);
	second = client_open(h);
	house_settle(h);
	assert_false(first->has_ended);
	assert_true(second->has_ended);
	assert_int_equal(second->got.len, 0);
	client_done(first);
	client_done(second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_connections_are_limited_in_all),
		HOUSE_TEST(test_connections_are_limited_for_each_address),
		HOUSE_TEST(test_who_expects_tls_at_once_is_hung_up_on_without_words),
	};

	return cmocka_run_group_tests_name("submission/accept", tests, NULL, NULL);
}
