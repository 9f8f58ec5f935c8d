/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each attempt runs in a process of its own, inside the sandbox of one role, once from root with a
 * change of user and once from an unprivileged user.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/sandbox.h"
#include "proc/seccomp.h"
#include "sandbox_attempts.h"
#include "util/fd.h"
#include "util/log.h"

enum {
	UNPRIVILEGED = 65534,
	EXIT_WORKED = 0, /* also what a program gives that should not have been executed */
	EXIT_REFUSED = 11,
	EXIT_NO_SANDBOX = 12,
};

#define SUBMISSION (1U << PROC_ROLE_SUBMISSION)
#define AUTH (1U << PROC_ROLE_AUTH)
#define QUEUE (1U << PROC_ROLE_QUEUE)
#define DELIVERY (1U << PROC_ROLE_DELIVERY)
#define EVERYONE (SUBMISSION | AUTH | QUEUE | DELIVERY)

static const struct attempt {
	const char *name;
	attempt_fn *run;
	unsigned allowed; /* roles for which it works; it is refused to all others */
} attempts[] = {
	{ "read /etc/passwd", attempt_read_passwd, 0 },
	{ "list /", attempt_list_root, 0 },
	{ "create a file outside", attempt_create_outside, 0 },
	{ "remove a file outside", attempt_remove_outside, 0 },
	{ "create a file in the role's directory", attempt_create_inside, AUTH | QUEUE },
	{ "write a database with a thread", attempt_database, AUTH | QUEUE },
	{ "start a thread", attempt_thread, AUTH | QUEUE },
	{ "connect by TCP", attempt_connect_tcp, DELIVERY },
	{ "connect to a Unix socket", attempt_connect_unix, DELIVERY },
	{ "send a datagram", attempt_send_udp, DELIVERY },
	{ "listen on a port", attempt_listen, 0 },
	{ "open a raw socket", attempt_raw_socket, 0 },
	{ "open a netlink socket", attempt_netlink, 0 },
	{ "execute a program", attempt_exec, 0 },
	{ "start a process", attempt_fork, 0 },
	{ "trace its parent", attempt_ptrace, 0 },
	{ "signal its parent", attempt_kill, 0 },
	{ "map memory as code", attempt_exec_memory, 0 },
	{ "become root", attempt_become_root, 0 },
	{ "enter a user namespace", attempt_user_namespace, 0 },
	{ "accept a connection", attempt_accept, SUBMISSION },
	{ "talk on a socket that it was given", attempt_channel, EVERYONE },
	{ "run an event loop", attempt_loop, EVERYONE },
	{ "make a key", attempt_crypto, EVERYONE },
	{ "ask for the seals of a file", attempt_read_memfd, EVERYONE },
};

struct fixture {
	char outside[32], directory[48], unix_path[48];
	int tcp, local, client;
	struct stage stage;
};

static struct sockaddr_in
loopback(int fd)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof a;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	return a;
}

static void
open_directories(struct fixture *f)
{
	(void)snprintf(f->outside, sizeof f->outside, "/tmp/sallyport-sandbox-XXXXXX");
	assert_non_null(mkdtemp(f->outside));
	assert_int_equal(chmod(f->outside, 0777), 0);
	(void)snprintf(f->directory, sizeof f->directory, "%s/own", f->outside);
	assert_int_equal(mkdir(f->directory, 0777), 0);
	assert_int_equal(chmod(f->directory, 0777), 0);
}

static void
open_local(struct fixture *f)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	(void)snprintf(f->unix_path, sizeof f->unix_path, "%s/socket", f->outside);
	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s", f->unix_path);
	f->local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->local, (const struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(chmod(f->unix_path, 0777), 0);
	assert_int_equal(listen(f->local, 64), 0);
}

static int
open_fixture(void **state)
{
	struct fixture *f = (struct fixture *)calloc(1, sizeof *f);

	open_directories(f);
	open_local(f);
	f->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	f->stage.peer = loopback(f->tcp);
	f->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    connect(f->client, (const struct sockaddr *)&f->stage.peer, sizeof f->stage.peer), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, f->stage.pair), 0);
	f->stage.directory = f->directory;
	f->stage.outside = f->outside;
	f->stage.unix_peer = f->unix_path;
	f->stage.listener = f->tcp;
	*state = f;
	return 0;
}

static int
remove_entry(const char *path, const struct stat *st, int kind, struct FTW *position)
{
	(void)st;
	(void)kind;
	(void)position;
	return remove(path);
}

static int
close_fixture(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	fd_close(&f->tcp);
	fd_close(&f->local);
	fd_close(&f->client);
	fd_close(&f->stage.pair[0]);
	fd_close(&f->stage.pair[1]);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	assert_int_equal(nftw(f->outside, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(f);
	return 0;
}

static int
enter(const struct fixture *f, enum proc_role role)
{
	const char *const write_paths[] = { f->directory, NULL };
	const char *const no_paths[] = { NULL };
	const struct proc_sandbox s = {
		.role = role,
		.uid = UNPRIVILEGED,
		.gid = UNPRIVILEGED,
		.open_files = 64,
		.write_paths = proc_role_directory(role) == NULL ? no_paths : write_paths,
		.read_paths = no_paths,
	};
	const char *step = "";
	int r = proc_sandbox_enter(&s, &step);

	if (r != 0)
		log_event(LOG_LEVEL_ERROR, "sandbox-failed", "step", step);
	return r;
}

/* Runs one attempt in a child; standard error goes to error_fd. Returns the wait status. */
static int
run(const struct fixture *f, enum proc_role role, attempt_fn *attempt, bool from_root, int error_fd)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(error_fd, STDERR_FILENO);
		if (!from_root && geteuid() == 0 &&
		    (setgroups(0, NULL) != 0 || setgid(UNPRIVILEGED) != 0 ||
			setuid(UNPRIVILEGED) != 0))
			_exit(EXIT_NO_SANDBOX);
		if (enter(f, role) != 0)
			_exit(EXIT_NO_SANDBOX);
		_exit(attempt(&f->stage) ? EXIT_WORKED : EXIT_REFUSED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* pthread_create() blocks signals around clone(): SIGSYS then ends the process by itself. */
static bool
is_refusal(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS;
	return WEXITSTATUS(status) == EXIT_REFUSED || WEXITSTATUS(status) == PROC_EXIT_DENIED;
}

static void
check(const struct fixture *f, enum proc_role role, const struct attempt *a, bool from_root)
{
	bool allowed = (a->allowed & (1U << role)) != 0;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int status = run(f, role, a->run, from_root, null);
	bool worked = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_WORKED;

	fd_close(&null);
	if (allowed ? !worked : !is_refusal(status))
		fail_msg("%s: '%s' must be %s, from %s: wait status %#x", proc_role_name(role),
		    a->name, allowed ? "allowed" : "refused", from_root ? "root" : "a user",
		    (unsigned)status);
}

static void
check_all(const struct fixture *f, bool from_root)
{
	for (unsigned role = PROC_ROLE_SUBMISSION; role < PROC_ROLE_COUNT; role++)
		for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
			check(f, (enum proc_role)role, &attempts[i], from_root);
}

static void
test_each_role_can_do_its_work_and_nothing_else(void **state)
{
	check_all((const struct fixture *)*state, false);
}

static bool
user_is_dropped(const struct stage *s)
{
	(void)s;
	return getuid() == UNPRIVILEGED && geteuid() == UNPRIVILEGED && getgid() == UNPRIVILEGED &&
	       getegid() == UNPRIVILEGED;
}

/* Not skipped without root: that nothing of root is left must have been seen. */
static void
test_each_role_leaves_root_behind(void **state)
{
	const struct fixture *f = (const struct fixture *)*state;

	if (geteuid() != 0)
		fail_msg("this test must run as root: it shows how root is left behind");
	for (unsigned role = PROC_ROLE_SUBMISSION; role < PROC_ROLE_COUNT; role++)
		assert_int_equal(
		    run(f, (enum proc_role)role, user_is_dropped, true, STDERR_FILENO), 0);
	check_all(f, true);
}

static void
test_a_denied_call_is_logged_by_name(void **state)
{
	const struct fixture *f = (const struct fixture *)*state;
	char line[256] = "";
	int output[2];
	int status;

	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	status = run(f, PROC_ROLE_SUBMISSION, attempt_connect_tcp, geteuid() == 0, output[1]);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == PROC_EXIT_DENIED);
	assert_true(read(output[0], line, sizeof line - 1) > 0);
	assert_string_equal(
	    line, "level=error role=submission event=syscall-denied syscall=socket\n");
	fd_close(&output[0]);
	fd_close(&output[1]);
}

static bool
fails_an_assertion(const struct stage *s)
{
	(void)s;
	abort();
}

static void
test_a_failed_assertion_still_ends_by_its_signal(void **state)
{
	const struct fixture *f = (const struct fixture *)*state;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int status = run(f, PROC_ROLE_QUEUE, fails_an_assertion, false, null);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	fd_close(&null);
}

static bool
limits_are_set(const struct stage *s)
{
	struct rlimit core, files;

	(void)s;
	return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 &&
	       getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur >= 64 &&
	       files.rlim_cur == files.rlim_max;
}

static void
test_limits_hold_inside(void **state)
{
	const struct fixture *f = (const struct fixture *)*state;
	int status = run(f, PROC_ROLE_DELIVERY, limits_are_set, geteuid() == 0, STDERR_FILENO);

	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_WORKED);
}

/* As a container whose filter does not know the call. For what the calling process starts. */
static bool
deny_landlock(int error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool is_denied = seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)error),
			     SCMP_SYS(landlock_create_ruleset), 0) == 0 &&
			 seccomp_load(filter) == 0;

	seccomp_release(filter);
	return is_denied;
}

static void
test_without_landlock_the_rest_is_entered(void **state)
{
	static const int errors[] = { ENOSYS, EOPNOTSUPP, EPERM };
	const struct fixture *f = (const struct fixture *)*state;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			if (!deny_landlock(errors[i]))
				_exit(EXIT_NO_SANDBOX);
			status = run(f, PROC_ROLE_SUBMISSION, attempt_channel, false, null);
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_REFUSED);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_WORKED);
	}
	fd_close(&null);
}

static void
test_a_directory_that_is_missing_is_an_error(void **state)
{
	struct fixture f = *(const struct fixture *)*state;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int status;

	(void)snprintf(f.directory, sizeof f.directory, "/nonexistent");
	status = run(&f, PROC_ROLE_QUEUE, attempt_channel, false, null);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_SANDBOX);
	fd_close(&null);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_role_can_do_its_work_and_nothing_else),
		cmocka_unit_test(test_each_role_leaves_root_behind),
		cmocka_unit_test(test_a_denied_call_is_logged_by_name),
		cmocka_unit_test(test_a_failed_assertion_still_ends_by_its_signal),
		cmocka_unit_test(test_limits_hold_inside),
		cmocka_unit_test(test_without_landlock_the_rest_is_entered),
		cmocka_unit_test(test_a_directory_that_is_missing_is_an_error),
	};

	return cmocka_run_group_tests_name("proc/sandbox", tests, open_fixture, close_fixture);
}
