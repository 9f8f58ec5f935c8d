/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "supervisor/notify.h"
#include "util/fd.h"

enum { TEXT_SIZE = 256 };

/* One thread; NULL removes. */
static void
set_environment(const char *name, const char *value)
{
	if (value == NULL)
		(void)unsetenv(name); /* NOLINT(concurrency-mt-unsafe) */
	else
		(void)setenv(name, value, 1); /* NOLINT(concurrency-mt-unsafe) */
}

static int
clear_environment(void **state)
{
	(void)state;
	set_environment("NOTIFY_SOCKET", NULL);
	set_environment("WATCHDOG_USEC", NULL);
	set_environment("WATCHDOG_PID", NULL);
	return 0;
}

/* A datagram socket with a name of the kernel's choice in the abstract namespace; "@name". */
static int
open_manager(char name[TEXT_SIZE])
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = sizeof a;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a.sun_family), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	name[0] = '@';
	len -= (socklen_t)offsetof(struct sockaddr_un, sun_path);
	memcpy(name + 1, a.sun_path + 1, len - 1);
	name[len] = '\0';
	return fd;
}

static void
assert_told(int manager, const char *expected)
{
	char text[TEXT_SIZE] = "";

	assert_true(recv(manager, text, sizeof text - 1, 0) > 0);
	assert_string_equal(text, expected);
}

static void
test_messages_reach_an_abstract_socket(void **state)
{
	char name[TEXT_SIZE];
	int manager = open_manager(name);
	struct supervisor_notify n;

	(void)state;
	set_environment("NOTIFY_SOCKET", name);
	n = supervisor_notify_init();
	supervisor_notify_ready(&n, "all is well");
	assert_told(manager, "READY=1\nSTATUS=all is well");
	supervisor_notify_stopping(&n);
	assert_told(manager, "STOPPING=1\nSTATUS=finishing what is in flight");
	supervisor_notify_alive(&n);
	assert_told(manager, "WATCHDOG=1");
	fd_close(&manager);
	assert_int_equal(supervisor_notify_send(&n, "WATCHDOG=1"), -ECONNREFUSED);
}

static void
test_a_reload_carries_its_time(void **state)
{
	static const char prefix[] = "RELOADING=1\nMONOTONIC_USEC=";
	char name[TEXT_SIZE], text[TEXT_SIZE] = "";
	int manager = open_manager(name);
	struct supervisor_notify n;

	(void)state;
	set_environment("NOTIFY_SOCKET", name);
	n = supervisor_notify_init();
	supervisor_notify_reloading(&n);
	assert_true(recv(manager, text, sizeof text - 1, 0) > 0);
	assert_memory_equal(text, prefix, sizeof prefix - 1);
	assert_true(strtoull(text + sizeof prefix - 1, NULL, 10) > 0);
	fd_close(&manager);
}

static void
test_nobody_is_told_without_a_socket(void **state)
{
	static const char *const names[] = { NULL, "", "@", "relative", "vsock:2:1234" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct supervisor_notify n;

		set_environment("NOTIFY_SOCKET", names[i]);
		n = supervisor_notify_init();
		assert_int_equal(n.address_len, 0);
		assert_int_equal(supervisor_notify_send(&n, "READY=1"), 0);
	}
}

static void
test_a_path_that_is_too_long_is_left_alone(void **state)
{
	char path[200];
	struct supervisor_notify n;

	(void)state;
	memset(path, 'x', sizeof path - 1);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	set_environment("NOTIFY_SOCKET", path);
	n = supervisor_notify_init();
	assert_int_equal(n.address_len, 0);
}

static const struct watchdog_case {
	const char *name, *usec, *pid; /* pid "": our own */
	uint64_t every_ms;
} watchdog_cases[] = {
	{ "not asked for", NULL, NULL, 0 },
	{ "for whoever runs", "30000000", NULL, 15000 },
	{ "for us", "30000000", "", 15000 },
	{ "for another process", "30000000", "1", 0 },
	{ "shorter than a millisecond", "100", NULL, 1 },
	{ "zero", "0", NULL, 0 },
	{ "no number", "soon", NULL, 0 },
};

static void
test_the_watchdog_is_fed_twice_in_its_time(void **state)
{
	char own[32];

	(void)state;
	(void)snprintf(own, sizeof own, "%d", (int)getpid());
	for (size_t i = 0; i < sizeof watchdog_cases / sizeof watchdog_cases[0]; i++) {
		const struct watchdog_case *t = &watchdog_cases[i];

		set_environment("WATCHDOG_USEC", t->usec);
		set_environment("WATCHDOG_PID", t->pid != NULL && t->pid[0] == '\0' ? own : t->pid);
		if (supervisor_notify_init().watchdog_ms != t->every_ms)
			fail_msg("%s", t->name);
	}
}

#define NOTIFY_TEST(test)                                                                          \
	cmocka_unit_test_setup_teardown(test, clear_environment, clear_environment)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NOTIFY_TEST(test_messages_reach_an_abstract_socket),
		NOTIFY_TEST(test_a_reload_carries_its_time),
		NOTIFY_TEST(test_nobody_is_told_without_a_socket),
		NOTIFY_TEST(test_a_path_that_is_too_long_is_left_alone),
		NOTIFY_TEST(test_the_watchdog_is_fed_twice_in_its_time),
	};
	return cmocka_run_group_tests_name("supervisor/notify", tests, NULL, NULL);
}
