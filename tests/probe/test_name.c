/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "asker.h"
#include "util/clock.h"
#include "util/fd.h"

static const char hosts_text[] = "127.0.0.1 localhost\n"
				 "192.0.2.9 static.example.org # 192.0.2.10 comment.example.org\n"
				 "0.0.0.0 blocked.example.org\n";

static const struct nameserver_row rows[] = {
	{ "both.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "both.example.org", "192.0.2.2", NET_RECORD_A, 0 },
	{ "both.example.org", "2001:db8::1", NET_RECORD_AAAA, 0 },
	{ "v4.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "v6.example.org", "2001:db8::1", NET_RECORD_AAAA, 0 },
	{ "xn--mnchen-3ya.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "alias.example.org", "v4.example.org", NET_RECORD_CNAME, 0 },
	{ "mail.example.org", "10 mx.example.org", NET_RECORD_MX, 0 },
	{ "zero.example.org", "0.0.0.0", NET_RECORD_A, 0 },
	{ "loop.example.org", "127.0.0.1", NET_RECORD_A, 0 },
	{ "inside.example.org", "10.0.0.5", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.2", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.3", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.4", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.5", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.6", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.7", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.8", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.9", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.10", NET_RECORD_A, 0 },
	{ "fails.example.org", NULL, 0, NAMESERVER_SERVFAIL },
	{ "refused.example.org", NULL, 0, NAMESERVER_REFUSED },
	{ "tampered.example.org", "192.0.2.1", NET_RECORD_A, NAMESERVER_BROKEN_CHAIN },
	{ "silent.example.org", NULL, 0, NAMESERVER_SILENT },
	{ "old.example.org", "192.0.2.1", NET_RECORD_A, NAMESERVER_NO_AAAA },
	{ NULL, NULL, 0, 0 },
};

static const struct nameserver_row hijacked_rows[] = {
	{ "v4.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "*", "198.51.100.1", NET_RECORD_A, 0 },
	{ NULL, NULL, 0, 0 },
};

static const struct nameserver_row silent_rows[] = {
	{ "*", NULL, 0, NAMESERVER_SILENT },
	{ NULL, NULL, 0, 0 },
};

struct fixture {
	struct asker asker;
	struct probe_host host;
	struct probe_name name;
	bool is_done;
	uint64_t took_ms;
};

/* A search list instead of none. */
static void
make_searching_resolver(struct fixture *f)
{
	static const char conf[] = "nameserver 192.0.2.1\nsearch nowhere.test example.org\n";
	char path[] = "/tmp/test_resolv.XXXXXX";
	const struct net_resolver_options options = {
		.resolv_conf = path, .server = &f->asker.server.address, .root_key = ""
	};
	int fd = mkstemp(path);

	assert_int_equal(fd_write_all(fd, conf, strlen(conf)), 0);
	fd_close(&fd);
	asker_renew(&f->asker, &options);
	(void)unlink(path);
}

/* The hosts file that the options name, for as long as the resolver reads it. */
static void
write_hosts(char *path)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, hosts_text, strlen(hosts_text)), 0);
	fd_close(&fd);
}

/* server NULL: hosts alone. */
static void
make_resolver(struct fixture *f, const struct net_address *server)
{
	char hosts[] = "/tmp/test_hosts.XXXXXX";
	const struct net_resolver_options options = { .resolv_conf =
							  server == NULL ? "/nonexistent" : NULL,
		.hosts = hosts,
		.server = server,
		.root_key = "" };

	write_hosts(hosts);
	asker_renew(&f->asker, &options);
	if (server != NULL)
		(void)unlink(hosts);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char hosts[] = "/tmp/test_hosts.XXXXXX";
	const struct net_resolver_options options = { .hosts = hosts };

	write_hosts(hosts);
	asker_begin(&f->asker, rows, &options);
	(void)unlink(hosts);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	asker_end(&f->asker);
	free(f);
	return 0;
}

static void
on_done(void *arg, const struct probe_name *name)
{
	struct fixture *f = arg;

	f->name = *name;
	f->is_done = true;
}

static const struct probe_name *
look_up(struct fixture *f, const char *name, uint64_t timeout_ms)
{
	const uint64_t began_ms = clock_monotonic_ms();

	f->is_done = false;
	assert_non_null(probe_name_start(
	    f->asker.base, f->asker.resolver, &f->host, name, 587, timeout_ms, on_done, f));
	assert_false(f->is_done); /* never from inside the call */
	asker_wait(&f->asker, &f->is_done);
	f->took_ms = clock_monotonic_ms() - began_ms;
	return &f->name;
}

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
		const struct probe_name *n = look_up(*state, names[i].name, 8000);

		assert_int_equal(n->v4.end, PROBE_NAME_NO_NAME);
		assert_int_equal(n->is_impossible, names[i].is_impossible);
	}
}

static void
test_each_end_of_each_family_is_told_apart(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct name_case *t = &cases[i];
		const struct probe_name *n = look_up(*state, t->name, 8000);

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
	const struct probe_name *n = look_up(*state, "both.example.org", 8000);

	assert_int_equal(n->addresses[0].any.sa_family, AF_INET6);
	assert_int_equal(ntohs(n->addresses[0].v6.sin6_port), 587);
	assert_int_equal(n->addresses[1].any.sa_family, AF_INET);
	assert_int_equal(ntohs(n->addresses[2].v4.sin_port), 587);
}

static void
test_addresses_beyond_the_maximum_are_counted(void **state)
{
	const struct probe_name *n = look_up(*state, "many.example.org", 8000);

	assert_int_equal(n->address_count, 8);
	assert_int_equal(n->v4.left_out, 2);
	assert_int_equal(n->v6.left_out, 0);
}

static void
test_a_good_answer_asks_no_server_again(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(look_up(f, "both.example.org", 8000)->resolver_count, 0);
	/* A, AAAA and the name that cannot exist. */
	assert_int_equal(f->asker.server.question_count, 3);
}

static void
test_an_address_is_not_looked_up(void **state)
{
	struct fixture *f = *state;
	const struct probe_name *n = look_up(f, "192.0.2.1", 8000);

	assert_true(n->is_literal);
	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_int_equal(n->v6.end, PROBE_NAME_NOT_ASKED);
	assert_int_equal(n->address_count, 1);
	n = look_up(f, "[2001:db8::1]", 8000);
	assert_int_equal(n->v6.end, PROBE_NAME_FOUND);
	n = look_up(f, "127.0.0.1", 8000);
	assert_false(n->is_filtered);
	assert_int_equal(f->asker.server.question_count, 0);
}

static void
test_a_failing_server_is_known_to_be_there(void **state)
{
	const struct probe_name *n = look_up(*state, "fails.example.org", 8000);

	assert_int_equal(n->resolver_count, 1);
	assert_true(n->resolvers[0].is_udp_answered);
	assert_true(n->resolvers[0].is_tcp_answered);
	assert_non_null(n->v4.error);
	assert_string_equal(look_up(*state, "refused.example.org", 8000)->v4.error,
	    "the DNS server refuses to answer");
}

/* libunbound alone would go on asking for longer than a check takes. */
static void
test_a_silent_server_is_known_in_four_seconds(void **state)
{
	struct fixture *f = *state;
	const struct probe_name *n;

	f->asker.server.rows = silent_rows;
	n = look_up(f, "silent.example.org", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_TIMEOUT);
	assert_int_equal(n->v6.end, PROBE_NAME_TIMEOUT);
	assert_int_equal(n->resolver_count, 1);
	assert_false(n->resolvers[0].is_udp_answered || n->resolvers[0].is_udp_rejected);
	assert_true(f->took_ms < 4000);
}

static void
test_a_server_that_answers_other_questions_is_not_called_dead(void **state)
{
	struct fixture *f = *state;
	const struct probe_name *n;

	f->asker.server.is_mute = true;
	n = look_up(f, "v4.example.org", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_TIMEOUT);
	assert_string_equal(n->v4.error, "DNS servers answer over TCP, not over UDP");
	assert_true(n->resolvers[0].is_tcp_answered);
	assert_true(f->took_ms < 4000);
}

/* Some firewalls drop questions that they do not know. Programs go on with what they have. */
static void
test_one_family_does_not_wait_for_the_other_for_long(void **state)
{
	struct fixture *f = *state;
	const struct probe_name *n = look_up(f, "old.example.org", 8000);

	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_int_equal(n->v6.end, PROBE_NAME_TIMEOUT);
	assert_int_equal(n->address_count, 1);
	assert_true(f->took_ms < 3000);
	n = look_up(f, "old.example.org", 1000);
	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_int_equal(n->address_count, 1);
}

static void
test_the_timeout_bounds_it_all(void **state)
{
	struct fixture *f = *state;
	const struct probe_name *n = look_up(f, "silent.example.org", 100);

	assert_int_equal(n->v4.end, PROBE_NAME_TIMEOUT);
	assert_true(f->took_ms < 400);
}

/* Nothing listens: ICMP says so at once. */
static void
test_a_server_that_is_not_there_is_rejected(void **state)
{
	struct fixture *f = *state;
	struct net_address address;
	const struct probe_name *n;

	address = f->asker.server.address;
	nameserver_stop(&f->asker.server);
	make_resolver(f, &address);
	n = look_up(f, "v4.example.org", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_TIMEOUT);
	assert_true(n->resolvers[0].is_udp_rejected);
	assert_true(n->resolvers[0].is_tcp_rejected);
	assert_true(f->took_ms < 3000);
	nameserver_start(&f->asker.server, f->asker.base, rows);
}

static void
test_made_up_answers_are_found_out(void **state)
{
	struct fixture *f = *state;
	const struct probe_name *n;
	struct ip made_up;

	f->asker.server.rows = hijacked_rows;
	assert_true(look_up(f, "v4.example.org", 8000)->is_hijacked);
	n = look_up(f, "nobody.example.org", 8000);
	assert_true(n->is_hijacked);
	assert_true(net_address_ip(&n->addresses[0], &made_up));
	assert_memory_equal(&n->invented, &made_up, sizeof made_up);
}

static void
test_the_hosts_file_is_told_from_dns(void **state)
{
	struct fixture *f = *state;
	const struct probe_name *n;

	make_resolver(f, NULL);
	n = look_up(f, "static.example.org", 8000);
	assert_true(n->is_from_hosts);
	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_int_equal(n->v6.end, PROBE_NAME_NO_ADDRESS);
	assert_false(n->is_filtered);
	assert_true(look_up(f, "blocked.example.org", 8000)->is_filtered);
	n = look_up(f, "LOCALHOST", 8000);
	assert_true(n->is_from_hosts);
	assert_false(n->is_filtered);
	assert_int_equal(f->asker.server.question_count, 0);
	(void)unlink(net_resolver_hosts(f->asker.resolver));
}

/* RFC 6761 §6.3, and not a question leaves. */
static void
test_localhost_is_this_machine_whatever_the_hosts_file_has(void **state)
{
	static const char *const names[] = { "localhost.", "mail.localhost", "a.LocalHost" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct probe_name *n = look_up(f, names[i], 8000);
		struct ip ip;

		assert_true(n->is_localhost || strcmp(names[i], "localhost.") == 0);
		assert_int_not_equal(n->address_count, 0);
		assert_false(n->is_filtered);
		for (size_t k = 0; k < n->address_count; k++)
			assert_true(net_address_ip(&n->addresses[k], &ip) && ip_is_loopback(&ip));
	}
	assert_false(look_up(f, "nolocalhost", 8000)->is_localhost);
}

/* As programs do: "telnet mail 587" works in an office. */
static void
test_the_search_list_completes_a_name_that_is_not_there(void **state)
{
	struct fixture *f = *state;
	const struct probe_name *n;

	make_searching_resolver(f);
	n = look_up(f, "v4", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_string_equal(n->text, "v4");
	assert_string_equal(n->completed, "v4.example.org");
	assert_int_equal(n->address_count, 1);
	n = look_up(f, "v4.example.org", 8000);
	assert_string_equal(n->completed, "");
}

static void
test_a_name_that_no_search_finds_is_told_of_as_it_is(void **state)
{
	struct fixture *f = *state;
	const struct probe_name *n;

	make_searching_resolver(f);
	n = look_up(f, "nobody", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_NO_NAME);
	assert_string_equal(n->completed, "");
	n = look_up(f, "mail.example.org", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_NO_ADDRESS);
	/* The dot says that this is the whole name. */
	n = look_up(f, "v4.", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_NO_NAME);
	assert_string_equal(n->completed, "");
}

static void
test_a_cancelled_lookup_calls_nobody(void **state)
{
	struct fixture *f = *state;
	struct probe_name_lookup *lookup = probe_name_start(
	    f->asker.base, f->asker.resolver, &f->host, "v4.example.org", 587, 8000, on_done, f);

	probe_name_cancel(&lookup);
	assert_null(lookup);
	probe_name_cancel(&lookup);
	assert_int_equal(look_up(f, "192.0.2.1", 8000)->address_count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_only_what_cannot_be_a_name_is_not_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_each_end_of_each_family_is_told_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_addresses_come_with_their_port_and_ipv6_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_addresses_beyond_the_maximum_are_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_good_answer_asks_no_server_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_an_address_is_not_looked_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_failing_server_is_known_to_be_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_silent_server_is_known_in_four_seconds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_server_that_answers_other_questions_is_not_called_dead, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    test_one_family_does_not_wait_for_the_other_for_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_timeout_bounds_it_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_server_that_is_not_there_is_rejected, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_made_up_answers_are_found_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_the_hosts_file_is_told_from_dns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_localhost_is_this_machine_whatever_the_hosts_file_has, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_the_search_list_completes_a_name_that_is_not_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_name_that_no_search_finds_is_told_of_as_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_cancelled_lookup_calls_nobody, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("probe/name", tests, NULL, NULL);
}
