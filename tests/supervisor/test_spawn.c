/* SPDX-License-Identifier: Apache-2.0 */
/* This program is also the child: it looks at what it was given and says so on its socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/control.h"
#include "supervisor/spawn.h"
#include "util/fd.h"

enum { PATIENCE_MS = 20000 };

extern char **environ;

static const char *
find_fault(int argc, char **argv)
{
	struct sigaction action;
	sigset_t blocked;

	if (argc != 6 || strcmp(argv[1], "serve") != 0 || strcmp(argv[2], "--role") != 0 ||
	    strcmp(argv[3], "delivery") != 0 || strcmp(argv[4], "--index") != 0 ||
	    strcmp(argv[5], "7") != 0)
		return "arguments";
	if (environ[0] != NULL)
		return "environment";
	for (int fd = CONTROL_FD + 1; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			return "descriptors";
	if (sigaction(SIGPIPE, NULL, &action) != 0 || action.sa_handler != SIG_DFL)
		return "signal handlers";
	if (pthread_sigmask(SIG_SETMASK, NULL, &blocked) != 0 ||
	    sigismember(&blocked, SIGTERM) != 0)
		return "signal mask";
	return "fine";
}

static void
receive(int control, char *text, size_t size)
{
	struct pollfd p = { .fd = control, .events = POLLIN };
	ssize_t n;

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	n = recv(control, text, size - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
}

static void
test_a_child_has_its_arguments_and_nothing_else(void **state)
{
	char text[64];
	int status, control = -1, open_here = open("/dev/null", O_RDONLY);
	pid_t pid;

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(
	    supervisor_spawn(SUPERVISOR_PROGRAM, PROC_ROLE_DELIVERY, 7, &pid, &control), 0);
	receive(control, text, sizeof text);
	assert_string_equal(text, "fine");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	fd_close(&control);
	fd_close(&open_here);
}

static void
test_a_program_that_is_missing_ends_the_child(void **state)
{
	int status, control = -1;
	pid_t pid;

	(void)state;
	assert_int_equal(
	    supervisor_spawn("/nonexistent", PROC_ROLE_DELIVERY, 7, &pid, &control), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 127);
	fd_close(&control);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_child_has_its_arguments_and_nothing_else),
		cmocka_unit_test(test_a_program_that_is_missing_ends_the_child),
	};

	if (argc > 1) {
		const char *fault = find_fault(argc, argv);

		return send(CONTROL_FD, fault, strlen(fault), 0) > 0 ? 0 : 1;
	}
	return cmocka_run_group_tests_name("supervisor/spawn", tests, NULL, NULL);
}
