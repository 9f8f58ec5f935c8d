/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/surroundings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

static const struct {
	const char *text, *resolvers;
} files[] = {
	{ "nameserver 192.0.2.1\n", "192.0.2.1" },
	{ "nameserver 192.0.2.1", "192.0.2.1" },
	{ "# nameserver 192.0.2.9\nsearch example.org\n\tnameserver\t2001:db8::1  \nnameserver "
	  "192.0.2.2\r\n",
	    "2001:db8::1 192.0.2.2" },
	{ "nameserver fe80::1%eth0\n", "fe80::1" },
	{ "nameserver\nnameserver nonsense\nnameservers 192.0.2.1\n", "127.0.0.1" },
	{ "", "127.0.0.1" },
	{ "nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n"
	  "nameserver 10.0.0.5\nnameserver 10.0.0.6\nnameserver 10.0.0.7\nnameserver 10.0.0.8\n"
	  "nameserver 10.0.0.9\n",
	    "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8" },
};

/* In a heap block of its exact size: ASan sees any overread. */
static void
print_resolvers(const char *text, size_t len, char *printed, size_t size)
{
	struct probe_host h = { .resolver_count = 0 };
	char *copy = malloc(len + (len == 0)), ip[IP_TEXT_SIZE];
	size_t used = 0;

	memcpy(copy, text, len);
	probe_resolvers_read(slice_make(copy, len), &h);
	free(copy);
	for (size_t i = 0; i < h.resolver_count; i++) {
		ip_print(&h.resolvers[i], ip);
		used +=
		    (size_t)snprintf(printed + used, size - used, "%s%s", i == 0 ? "" : " ", ip);
		assert_true(used < size);
	}
}

static void
test_resolvers_are_those_of_the_file(void **state)
{
	char printed[PROBE_HOST_RESOLVERS_MAX * IP_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		print_resolvers(files[i].text, strlen(files[i].text), printed, sizeof printed);
		assert_string_equal(printed, files[i].resolvers);
	}
}

static void
test_a_file_that_is_cut_anywhere_names_at_least_one_resolver(void **state)
{
	char printed[PROBE_HOST_RESOLVERS_MAX * IP_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		for (size_t cut = 0; cut <= strlen(files[i].text); cut++) {
			printed[0] = '\0';
			print_resolvers(files[i].text, cut, printed, sizeof printed);
			assert_true(strlen(printed) >= strlen("::1"));
		}
}

/* NOLINTBEGIN(concurrency-mt-unsafe): one thread */
static void
test_a_proxy_of_the_environment_is_seen(void **state)
{
	static const char *const names[] = { "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy",
		"HTTP_PROXY", "http_proxy", "SOCKS_PROXY", "socks_proxy", "SOCKS_SERVER" };
	struct probe_host h = { .resolver_count = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(unsetenv(names[i]), 0);
	probe_surroundings_read(&h);
	assert_false(h.has_proxy_env);
	assert_int_equal(setenv("ALL_PROXY", "", 1), 0);
	probe_surroundings_read(&h);
	assert_false(h.has_proxy_env);
	assert_int_equal(setenv("all_proxy", "socks5://192.0.2.1", 1), 0);
	probe_surroundings_read(&h);
	assert_true(h.has_proxy_env);
}
/* NOLINTEND(concurrency-mt-unsafe) */

/* In a child: filters are never taken off again. */
static int
read_under_a_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { 1, &allow };
	struct probe_host h = { .resolver_count = 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		return 2;
	probe_surroundings_read(&h);
	return h.has_seccomp ? 0 : 1;
}

static void
test_filters_of_this_process_are_seen(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(read_under_a_filter());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolvers_are_those_of_the_file),
		cmocka_unit_test(test_a_file_that_is_cut_anywhere_names_at_least_one_resolver),
		cmocka_unit_test(test_a_proxy_of_the_environment_is_seen),
		cmocka_unit_test(test_filters_of_this_process_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
