/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/seccomp_trap.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "proc/seccomp.h"

enum {
	SYSCALL_COUNT = 512,
	NAME_SIZE = 24,
	LINE_SIZE = 160,
};

/* A signal handler has no argument of ours; written once, before the handler is installed. */
static struct {
	const char *role;
	char names[SYSCALL_COUNT][NAME_SIZE]; /* "" where there is no such call */
} trap;

static size_t
add(char line[LINE_SIZE], size_t len, const char *text)
{
	while (*text != '\0' && len < LINE_SIZE)
		line[len++] = *text++;
	return len;
}

static size_t
add_number(char line[LINE_SIZE], size_t len, unsigned number)
{
	char digits[12];
	size_t at = sizeof digits - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	return add(line, len, digits + at);
}

/* No log.h here: the call may have come out of the middle of a function that it uses. */
static void
on_denied(int signal_number, siginfo_t *info, void *context)
{
	char line[LINE_SIZE];
	unsigned number = (unsigned)info->si_syscall;
	size_t len = add(line, 0, "level=error role=");

	(void)signal_number;
	(void)context;
	len = add(line, len, trap.role);
	len = add(line, len, " event=syscall-denied syscall=");
	if (number < SYSCALL_COUNT && trap.names[number][0] != '\0')
		len = add(line, len, trap.names[number]);
	else
		len = add_number(line, len, number);
	len = add(line, len, "\n");
	if (write(STDERR_FILENO, line, len) < 0)
		_exit(PROC_EXIT_DENIED);
	_exit(PROC_EXIT_DENIED);
}

static void
learn_name(unsigned number)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)number);

	if (name == NULL)
		return;
	(void)snprintf(trap.names[number], NAME_SIZE, "%s", name);
	free(name);
}

int
proc_seccomp_trap_install(enum proc_role role)
{
	const struct sigaction action = { .sa_sigaction = on_denied,
		.sa_flags = SA_SIGINFO | SA_NODEFER };

	trap.role = proc_role_name(role);
	for (unsigned i = 0; i < SYSCALL_COUNT; i++)
		learn_name(i);
	return sigaction(SIGSYS, &action, NULL) == 0 ? 0 : -errno;
}
