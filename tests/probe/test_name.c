/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lookup.h"

static const struct nameserver_row hijacked_rows[] = {
	{ "v4.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "*", "198.51.100.1", NET_RECORD_A, 0 },
	{ NULL, NULL, 0, 0 },
};

static const struct nameserver_row silent_rows[] = {
	{ "*", NULL, 0, NAMESERVER_SILENT },
	{ NULL, NULL, 0, 0 },
};

static const struct name_case {
	const char *name, *text;
	enum probe_name_end v4, v6;
	unsigned address_count;
	bool is_filtered, is_private;
} cases[] = {
	{ "both.example.org", "both.example.org", PROBE_NAME_FOUND, PROBE_NAME_FOUND, 3, 0, 0 },
	{ "both.example.org.", "both.example.org", PROBE_NAME_FOUND, PROBE_NAME_FOUND, 3, 0, 0 },
	{ "v4.example.org", "v4.example.org", PROBE_NAME_FOUND, PROBE_NAME_NO_ADDRESS, 1, 0, 0 },
	{ "v6.example.org", "v6.example.org", PROBE_NAME_NO_ADDRESS, PROBE_NAME_FOUND, 1, 0, 0 },
	{ "m\u00fcnchen.example.org", "xn--mnchen-3ya.example.org", PROBE_NAME_FOUND,
	    PROBE_NAME_NO_ADDRESS, 1, 0, 0 },
	{ "alias.example.org", "alias.example.org", PROBE_NAME_FOUND, PROBE_NAME_NO_ADDRESS, 1, 0,
	    0 },
	{ "mail.example.org", "mail.example.org", PROBE_NAME_NO_ADDRESS, PROBE_NAME_NO_ADDRESS, 0,
	    0, 0 },
	{ "nobody.example.org", "nobody.example.org", PROBE_NAME_NO_NAME, PROBE_NAME_NO_NAME, 0, 0,
	    0 },
	{ "zero.example.org", "zero.example.org", PROBE_NAME_FOUND, PROBE_NAME_NO_ADDRESS, 1, 1,
	    0 },
	{ "loop.example.org", "loop.example.org", PROBE_NAME_FOUND, PROBE_NAME_NO_ADDRESS, 1, 1,
	    0 },
	{ "inside.example.org", "inside.example.org", PROBE_NAME_FOUND, PROBE_NAME_NO_ADDRESS, 1, 0,
	    1 },
	{ "fails.example.org", "fails.example.org", PROBE_NAME_FAILED, PROBE_NAME_FAILED, 0, 0, 0 },
	{ "refused.example.org", "refused.example.org", PROBE_NAME_FAILED, PROBE_NAME_FAILED, 0, 0,
	    0 },
	{ "tampered.example.org", "tampered.example.org", PROBE_NAME_BOGUS, PROBE_NAME_BOGUS, 0, 0,
	    0 },
	{ "two..dots", "two..dots", PROBE_NAME_NO_NAME, PROBE_NAME_NO_NAME, 0, 0, 0 },
};

/* Nothing was asked for the first ones; an underscore is none of DNS's business. */
static void
test_only_what_cannot_be_a_name_is_not_asked_for(void **state)
{
	static const struct {
		const char *name;
		bool is_impossible;
	} names[] = {
		{ "two..dots", true },
		{ "a b.example.org", true },
		{ "mail_1.example.org", false },
		{ "_mail.example.org.", false },
		{ "nobody.example.org", false },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct probe_name *n = lookup_ask(*state, names[i].name, 8000);

		assert_int_equal(n->v4.end, PROBE_NAME_NO_NAME);
		assert_int_equal(n->is_impossible, names[i].is_impossible);
	}
}

static void
test_each_end_of_each_family_is_told_apart(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct name_case *t = &cases[i];
		const struct probe_name *n = lookup_ask(*state, t->name, 8000);

		if (n->v4.end != t->v4 || n->v6.end != t->v6 ||
		    n->address_count != t->address_count || n->is_filtered != t->is_filtered ||
		    n->is_private != t->is_private || strcmp(n->text, t->text) != 0)
			fail_msg("%s: IPv4 %s, IPv6 %s, %zu addresses", t->name,
			    probe_name_end_name(n->v4.end), probe_name_end_name(n->v6.end),
			    n->address_count);
		assert_false(n->is_hijacked);
		assert_false(n->is_literal || n->is_from_hosts);
	}
}

static void
test_addresses_come_with_their_port_and_ipv6_first(void **state)
{
	const struct probe_name *n = lookup_ask(*state, "both.example.org", 8000);

	assert_int_equal(n->addresses[0].any.sa_family, AF_INET6);
	assert_int_equal(ntohs(n->addresses[0].v6.sin6_port), 587);
	assert_int_equal(n->addresses[1].any.sa_family, AF_INET);
	assert_int_equal(ntohs(n->addresses[2].v4.sin_port), 587);
}

static void
test_addresses_beyond_the_maximum_are_counted(void **state)
{
	const struct probe_name *n = lookup_ask(*state, "many.example.org", 8000);

	assert_int_equal(n->address_count, 8);
	assert_int_equal(n->v4.left_out, 2);
	assert_int_equal(n->v6.left_out, 0);
}

static void
test_a_good_answer_asks_no_server_again(void **state)
{
	struct lookup *f = *state;

	assert_int_equal(lookup_ask(f, "both.example.org", 8000)->resolver_count, 0);
	/* A, AAAA and the name that cannot exist. */
	assert_int_equal(f->asker.server.question_count, 3);
}

static void
test_an_address_is_not_looked_up(void **state)
{
	struct lookup *f = *state;
	const struct probe_name *n = lookup_ask(f, "192.0.2.1", 8000);

	assert_true(n->is_literal);
	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_int_equal(n->v6.end, PROBE_NAME_NOT_ASKED);
	assert_int_equal(n->address_count, 1);
	n = lookup_ask(f, "[2001:db8::1]", 8000);
	assert_int_equal(n->v6.end, PROBE_NAME_FOUND);
	n = lookup_ask(f, "127.0.0.1", 8000);
	assert_false(n->is_filtered);
	assert_int_equal(f->asker.server.question_count, 0);
}

static void
test_a_failing_server_is_known_to_be_there(void **state)
{
	const struct probe_name *n = lookup_ask(*state, "fails.example.org", 8000);

	assert_int_equal(n->resolver_count, 1);
	assert_true(n->resolvers[0].is_udp_answered);
	assert_true(n->resolvers[0].is_tcp_answered);
	assert_non_null(n->v4.error);
	assert_string_equal(lookup_ask(*state, "refused.example.org", 8000)->v4.error,
	    "the DNS server refuses to answer");
}

/* libunbound alone would go on asking for longer than a check takes. */
static void
test_a_silent_server_is_known_in_four_seconds(void **state)
{
	struct lookup *f = *state;
	const struct probe_name *n;

	f->asker.server.rows = silent_rows;
	n = lookup_ask(f, "silent.example.org", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_TIMEOUT);
	assert_int_equal(n->v6.end, PROBE_NAME_TIMEOUT);
	assert_int_equal(n->resolver_count, 1);
	assert_false(n->resolvers[0].is_udp_answered || n->resolvers[0].is_udp_rejected);
	assert_true(f->took_ms < 4000);
}

static void
test_a_server_that_answers_other_questions_is_not_called_dead(void **state)
{
	struct lookup *f = *state;
	const struct probe_name *n;

	f->asker.server.is_mute = true;
	n = lookup_ask(f, "v4.example.org", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_TIMEOUT);
	assert_string_equal(n->v4.error, "DNS servers answer over TCP, not over UDP");
	assert_true(n->resolvers[0].is_tcp_answered);
	assert_true(f->took_ms < 4000);
}

/* Some firewalls drop questions that they do not know. Programs go on with what they have. */
static void
test_one_family_does_not_wait_for_the_other_for_long(void **state)
{
	struct lookup *f = *state;
	const struct probe_name *n = lookup_ask(f, "old.example.org", 8000);

	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_int_equal(n->v6.end, PROBE_NAME_TIMEOUT);
	assert_int_equal(n->address_count, 1);
	assert_true(f->took_ms < 3000);
	n = lookup_ask(f, "old.example.org", 1000);
	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_int_equal(n->address_count, 1);
}

static void
test_the_timeout_bounds_it_all(void **state)
{
	struct lookup *f = *state;
	const struct probe_name *n = lookup_ask(f, "silent.example.org", 100);

	assert_int_equal(n->v4.end, PROBE_NAME_TIMEOUT);
	assert_true(f->took_ms < 2000); /* unless it is cut short, more than three seconds */
}

/* Nothing listens: ICMP says so at once. */
static void
test_a_server_that_is_not_there_is_rejected(void **state)
{
	struct lookup *f = *state;
	struct net_address address;
	const struct probe_name *n;

	address = f->asker.server.address;
	nameserver_stop(&f->asker.server);
	lookup_renew(f, &address);
	n = lookup_ask(f, "v4.example.org", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_TIMEOUT);
	assert_true(n->resolvers[0].is_udp_rejected);
	assert_true(n->resolvers[0].is_tcp_rejected);
	assert_true(f->took_ms < 3000);
	nameserver_start(&f->asker.server, f->asker.base, lookup_rows);
}

static void
test_made_up_answers_are_found_out(void **state)
{
	struct lookup *f = *state;
	const struct probe_name *n;
	struct ip made_up;

	f->asker.server.rows = hijacked_rows;
	assert_true(lookup_ask(f, "v4.example.org", 8000)->is_hijacked);
	n = lookup_ask(f, "nobody.example.org", 8000);
	assert_true(n->is_hijacked);
	assert_true(net_address_ip(&n->addresses[0], &made_up));
	assert_memory_equal(&n->invented, &made_up, sizeof made_up);
}

static void
on_answer(void *arg, const struct probe_name *name)
{
	(void)arg;
	(void)name;
	fail();
}

static void
test_a_cancelled_lookup_calls_nobody(void **state)
{
	struct lookup *f = *state;
	struct probe_name_lookup *lookup = probe_name_start(f->asker.base, f->asker.resolver,
	    &f->host, "v4.example.org", 587, 8000, on_answer, NULL);

	probe_name_cancel(&lookup);
	assert_null(lookup);
	probe_name_cancel(&lookup);
	assert_int_equal(lookup_ask(f, "192.0.2.1", 8000)->address_count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_only_what_cannot_be_a_name_is_not_asked_for,
		    lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_each_end_of_each_family_is_told_apart, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(test_addresses_come_with_their_port_and_ipv6_first,
		    lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_addresses_beyond_the_maximum_are_counted, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_good_answer_asks_no_server_again, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_an_address_is_not_looked_up, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_failing_server_is_known_to_be_there, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_silent_server_is_known_in_four_seconds, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_server_that_answers_other_questions_is_not_called_dead, lookup_set_up,
		    lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_one_family_does_not_wait_for_the_other_for_long, lookup_set_up,
		    lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_the_timeout_bounds_it_all, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_server_that_is_not_there_is_rejected, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_made_up_answers_are_found_out, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_cancelled_lookup_calls_nobody, lookup_set_up, lookup_tear_down),
	};

	return cmocka_run_group_tests_name("probe/name", tests, NULL, NULL);
}
