/* SPDX-License-Identifier: Apache-2.0 */
/* Names that more than DNS says something about: hosts file, localhost, search list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lookup.h"
#include "util/fd.h"

/* A search list instead of none. */
static void
make_searching_resolver(struct lookup *f)
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

static void
test_the_hosts_file_is_told_from_dns(void **state)
{
	struct lookup *f = *state;
	const struct probe_name *n;

	lookup_renew(f, NULL);
	n = lookup_ask(f, "static.example.org", 8000);
	assert_true(n->is_from_hosts);
	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_int_equal(n->v6.end, PROBE_NAME_NO_ADDRESS);
	assert_false(n->is_filtered);
	assert_true(lookup_ask(f, "blocked.example.org", 8000)->is_filtered);
	n = lookup_ask(f, "LOCALHOST", 8000);
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
	struct lookup *f = *state;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct probe_name *n = lookup_ask(f, names[i], 8000);
		struct ip ip;

		assert_true(n->is_localhost || strcmp(names[i], "localhost.") == 0);
		assert_int_not_equal(n->address_count, 0);
		assert_false(n->is_filtered);
		for (size_t k = 0; k < n->address_count; k++)
			assert_true(net_address_ip(&n->addresses[k], &ip) && ip_is_loopback(&ip));
	}
	assert_false(lookup_ask(f, "nolocalhost", 8000)->is_localhost);
}

/* As programs do: "telnet mail 587" works in an office. */
static void
test_the_search_list_completes_a_name_that_is_not_there(void **state)
{
	struct lookup *f = *state;
	const struct probe_name *n;

	make_searching_resolver(f);
	n = lookup_ask(f, "v4", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_FOUND);
	assert_string_equal(n->text, "v4");
	assert_string_equal(n->completed, "v4.example.org");
	assert_int_equal(n->address_count, 1);
	n = lookup_ask(f, "v4.example.org", 8000);
	assert_string_equal(n->completed, "");
}

static void
test_a_name_that_no_search_finds_is_told_of_as_it_is(void **state)
{
	struct lookup *f = *state;
	const struct probe_name *n;

	make_searching_resolver(f);
	n = lookup_ask(f, "nobody", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_NO_NAME);
	assert_string_equal(n->completed, "");
	n = lookup_ask(f, "mail.example.org", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_NO_ADDRESS);
	/* The dot says that this is the whole name. */
	n = lookup_ask(f, "v4.", 8000);
	assert_int_equal(n->v4.end, PROBE_NAME_NO_NAME);
	assert_string_equal(n->completed, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_the_hosts_file_is_told_from_dns, lookup_set_up, lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_localhost_is_this_machine_whatever_the_hosts_file_has, lookup_set_up,
		    lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_the_search_list_completes_a_name_that_is_not_there, lookup_set_up,
		    lookup_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_name_that_no_search_finds_is_told_of_as_it_is, lookup_set_up,
		    lookup_tear_down),
	};

	return cmocka_run_group_tests_name("probe/name_local", tests, NULL, NULL);
}
