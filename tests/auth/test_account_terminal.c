/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "auth/command.h"
#include "cli/cli.h"
#include "util/fd.h"

/* Collects what the terminal shows until `wanted` is in it. */
static void
read_terminal(int fd, char *shown, const char *wanted)
{
	size_t len = strlen(shown);

	while (strstr(shown, wanted) == NULL) {
		ssize_t n = read(fd, shown + len, COMMAND_OUTPUT_SIZE - 1 - len);

		assert_true(n > 0);
		len += (size_t)n;
		shown[len] = '\0';
	}
}

static int
open_terminal(char *name, size_t size)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);

	assert_true(fd >= 0);
	assert_int_equal(grantpt(fd), 0);
	assert_int_equal(unlockpt(fd), 0);
	assert_int_equal(ptsname_r(fd, name, size), 0);
	return fd;
}

static pid_t
run_at_terminal(const struct command *f, const char *terminal, const char *words)
{
	pid_t child = fork();

	if (child == 0) {
		int fd = open(terminal, O_RDWR | O_NOCTTY);

		(void)dup2(fd, STDIN_FILENO);
		(void)dup2(fd, STDERR_FILENO);
		command_become(f, words);
	}
	return child;
}

static void
check_terminal(struct command *f, const char *second, int code)
{
	char terminal[COMMAND_PATH_SIZE], shown[COMMAND_OUTPUT_SIZE] = "";
	int fd = open_terminal(terminal, sizeof terminal);
	pid_t child = run_at_terminal(f, terminal, "add bob");

	read_terminal(fd, shown, "Password: ");
	assert_int_equal(fd_write_all(fd, COMMAND_GOOD "\n", strlen(COMMAND_GOOD) + 1), 0);
	read_terminal(fd, shown, "again: ");
	assert_int_equal(fd_write_all(fd, second, strlen(second)), 0);
	assert_int_equal(command_wait(child), code);
	assert_null(strstr(shown, COMMAND_GOOD));
	fd_close(&fd);
}

static void
test_terminal_asks_twice_without_echo(void **state)
{
	struct command *f = *state;

	check_terminal(f, "something else\n", EX_DATAERR);
	assert_null(command_find(f, "bob"));
	check_terminal(f, COMMAND_GOOD "\n", EX_OK);
	assert_true(command_has_password(f, "bob", COMMAND_GOOD));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, command_set_up, command_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_terminal_asks_twice_without_echo),
	};
	return cmocka_run_group_tests_name("auth/account_terminal", tests, NULL, NULL);
}
