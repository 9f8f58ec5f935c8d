/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <cmocka.h>

#include "util/clock.h"
#include "util/fd.h"

/* libunbound asks resolv.conf's server on port 53, so here only files and silence answer. */
static const char hosts_text[] = "127.0.0.1 localhost\n"
				 "192.0.2.7 relay.example.org relay\n"
				 "2001:db8::7 relay.example.org\n"
				 "192.0.2.8 v4only.example.org\n";
static const char resolv_conf_text[] = "nameserver 127.0.0.1\n";

struct fixture {
	struct event_base *base;
	struct net_resolver *resolver;
	struct net_resolve_result result;
	bool is_done;
};

static void
write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
	fd_close(&fd);
}

static int
set_up(void **state)
{
	char hosts[] = "/tmp/test_hosts.XXXXXX", resolv_conf[] = "/tmp/test_resolv.XXXXXX";
	struct fixture *f = calloc(1, sizeof *f);
	struct buf error;

	write_file(hosts, hosts_text);
	write_file(resolv_conf, resolv_conf_text);
	buf_init(&error, 1024);
	f->base = event_base_new();
	assert_int_equal(
	    net_resolver_new_from(f->base, resolv_conf, hosts, &f->resolver, &error), 0);
	/* From here on no file is needed. */
	(void)unlink(hosts);
	(void)unlink(resolv_conf);
	buf_done(&error);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	net_resolver_free(&f->resolver);
	event_base_free(f->base);
	free(f);
	return 0;
}

static void
on_done(void *arg, const struct net_resolve_result *result)
{
	struct fixture *f = arg;

	f->result = *result;
	f->is_done = true;
}

static void
look_up(struct fixture *f, const char *name, uint64_t timeout_ms)
{
	f->is_done = false;
	assert_non_null(net_resolve_start(f->resolver, name, 25, timeout_ms, on_done, f));
	assert_false(f->is_done); /* never from inside the call */
	while (!f->is_done)
		(void)event_base_loop(f->base, EVLOOP_ONCE);
}

static void
check_address(const struct net_address *a, const char *text)
{
	char printed[INET6_ADDRSTRLEN];
	const void *octets = a->any.sa_family == AF_INET ? (const void *)&a->v4.sin_addr
							 : (const void *)&a->v6.sin6_addr;

	assert_non_null(inet_ntop(a->any.sa_family, octets, printed, sizeof printed));
	assert_string_equal(printed, text);
	assert_int_equal(ntohs(a->any.sa_family == AF_INET ? a->v4.sin_port : a->v6.sin6_port), 25);
}

static void
test_hosts_file_answers_with_both_families(void **state)
{
	struct fixture *f = *state;

	look_up(f, "relay.example.org", 5000);
	assert_int_equal(f->result.status, NET_RESOLVE_OK);
	assert_int_equal(f->result.count, 2);
	check_address(&f->result.addresses[0], "2001:db8::7");
	check_address(&f->result.addresses[1], "192.0.2.7");
	look_up(f, "v4only.example.org", 5000);
	assert_int_equal(f->result.count, 1);
	check_address(&f->result.addresses[0], "192.0.2.8");
}

static void
test_an_address_in_text_needs_no_server(void **state)
{
	struct fixture *f = *state;

	look_up(f, "192.0.2.1", 5000);
	assert_int_equal(f->result.status, NET_RESOLVE_OK);
	check_address(&f->result.addresses[0], "192.0.2.1");
	look_up(f, "[2001:db8::1]", 5000);
	check_address(&f->result.addresses[0], "2001:db8::1");
}

/* RFC 6761 §6.4: libunbound knows by itself that nothing is there. RFC 5321 §5.1. */
static void
test_a_name_that_is_not_there_is_not_found(void **state)
{
	struct fixture *f = *state;
	char too_long[NET_RESOLVE_NAME_MAX + 2];

	look_up(f, "nobody.invalid", 5000);
	assert_int_equal(f->result.status, NET_RESOLVE_NOT_FOUND);
	assert_int_equal(f->result.count, 0);
	assert_string_equal(f->result.error, "no such host");
	memset(too_long, 'x', sizeof too_long - 1);
	too_long[sizeof too_long - 1] = '\0';
	look_up(f, too_long, 5000);
	assert_int_equal(f->result.status, NET_RESOLVE_NOT_FOUND);
}

static void
test_silence_is_a_failure_after_the_timeout(void **state)
{
	struct fixture *f = *state;
	uint64_t start_ms = clock_monotonic_ms();

	look_up(f, "far.example.org", 20);
	assert_int_equal(f->result.status, NET_RESOLVE_FAILED);
	assert_non_null(f->result.error);
	assert_true(clock_monotonic_ms() - start_ms < 5000);
}

static void
test_a_cancelled_lookup_calls_nobody(void **state)
{
	struct fixture *f = *state;
	struct net_resolve *lookup =
	    net_resolve_start(f->resolver, "relay.example.org", 25, 5000, on_done, f);

	net_resolve_cancel(&lookup);
	assert_null(lookup);
	net_resolve_cancel(&lookup);
	look_up(f, "192.0.2.1", 5000);
	assert_int_equal(f->result.count, 1);
}

/* As in a small container; and libunbound minds a line of hosts that has an address alone. */
static void
test_files_that_are_missing_or_odd_do_not_stop_it(void **state)
{
	struct fixture *f = *state;
	char odd[] = "/tmp/test_hosts.XXXXXX";
	const char *const hosts[] = { "/nonexistent", odd };

	write_file(odd, "192.0.2.1\n");
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		struct net_resolver *other = NULL;
		struct buf error;

		buf_init(&error, 1024);
		assert_int_equal(
		    net_resolver_new_from(f->base, "/nonexistent", hosts[i], &other, &error), 0);
		assert_int_equal(error.len, 0);
		net_resolver_free(&other);
		buf_done(&error);
	}
	(void)unlink(odd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_hosts_file_answers_with_both_families, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_an_address_in_text_needs_no_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_name_that_is_not_there_is_not_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_silence_is_a_failure_after_the_timeout, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_cancelled_lookup_calls_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_files_that_are_missing_or_odd_do_not_stop_it, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("net/resolve", tests, NULL, NULL);
}
