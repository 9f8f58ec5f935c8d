/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/control.h"
#include "util/fd.h"

enum {
	EXIT_NOT_STARTED = 127,
	CONTROL_BUFFER_SIZE = 256 * 1024,
	INDEX_SIZE = 16,
};

/* Handlers of ours must not run in the child: they would write to our loop's own pipe. */
static void
reset_signals(void)
{
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		(void)sigaction(signal_number, &standard, NULL);
	(void)sigemptyset(&none);
	(void)pthread_sigmask(SIG_SETMASK, &none, NULL);
}

/* In the child: never returns. */
static void
become(const char *program, enum proc_role role, unsigned index, int control, pid_t parent)
{
	char index_text[INDEX_SIZE], name[] = "sallyport", serve[] = "serve";
	char role_option[] = "--role", index_option[] = "--index", role_text[INDEX_SIZE];
	char *const argv[] = { name, serve, role_option, role_text, index_option, index_text,
		NULL };
	char *const environment[] = { NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)snprintf(index_text, sizeof index_text, "%u", index);
	(void)snprintf(role_text, sizeof role_text, "%s", proc_role_name(role));
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		_exit(EXIT_NOT_STARTED);
	/* dup2() onto itself would leave close-on-exec as it is. */
	if (control == CONTROL_FD ? fcntl(control, F_SETFD, 0) < 0 : dup2(control, CONTROL_FD) < 0)
		_exit(EXIT_NOT_STARTED);
	(void)close_range(CONTROL_FD + 1, ~0U, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
		_exit(EXIT_NOT_STARTED);
	reset_signals();
	(void)execve(program, argv, environment);
	_exit(EXIT_NOT_STARTED);
}

/* All signals wait while there are two of us with one loop. */
static pid_t
fork_quietly(void)
{
	sigset_t all, old;
	pid_t pid;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid != 0)
		(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}

int
supervisor_spawn(
    const char *program, enum proc_role role, unsigned index, pid_t *ret_pid, int *ret_control)
{
	const int size = CONTROL_BUFFER_SIZE;
	pid_t parent = getpid(), pid;
	int pair[2];
	int r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	(void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	pid = fork_quietly();
	if (pid == 0)
		become(program, role, index, pair[1], parent);
	r = pid < 0 ? -errno : fd_set_nonblocking(pair[0]);
	fd_close(&pair[1]);
	if (r != 0) {
		fd_close(&pair[0]);
		return r;
	}
	*ret_pid = pid;
	*ret_control = pair[0];
	return 0;
}
