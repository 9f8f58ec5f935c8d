/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox_attempts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/memfd.h"
#include "util/fd.h"

enum { PATH_SIZE = 256 };

static bool
opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	bool worked = fd >= 0;

	fd_close(&fd);
	return worked;
}

bool
attempt_read_passwd(const struct stage *s)
{
	(void)s;
	return opens("/etc/passwd", O_RDONLY);
}

bool
attempt_list_root(const struct stage *s)
{
	(void)s;
	return opens("/", O_RDONLY | O_DIRECTORY);
}

static bool
creates(const char *directory)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof path, "%s/made-%d", directory, (int)getpid());
	return opens(path, O_WRONLY | O_CREAT | O_EXCL);
}

bool
attempt_create_outside(const struct stage *s)
{
	return creates(s->outside);
}

bool
attempt_create_inside(const struct stage *s)
{
	return creates(s->directory);
}

bool
attempt_remove_outside(const struct stage *s)
{
	return unlink(s->unix_peer) == 0;
}

static void *
write_database(void *arg)
{
	sqlite3 *db = (sqlite3 *)arg;
	int r = sqlite3_exec(db,
	    "INSERT INTO t VALUES(randomblob(100000)); PRAGMA wal_checkpoint(TRUNCATE);", NULL,
	    NULL, NULL);

	return r == SQLITE_OK ? db : NULL;
}

/* What a store does: WAL, full syncs, a writer in a thread, a checkpoint. */
bool
attempt_database(const struct stage *s)
{
	char path[PATH_SIZE];
	sqlite3 *db;
	pthread_t thread;
	void *result = NULL;

	(void)snprintf(path, sizeof path, "%s/test-%d.db", s->directory, (int)getpid());
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(a);",
		NULL, NULL, NULL) != SQLITE_OK)
		return false;
	if (pthread_create(&thread, NULL, write_database, db) != 0 ||
	    pthread_join(thread, &result) != 0)
		return false;
	return sqlite3_close(db) == SQLITE_OK && result != NULL;
}

bool
attempt_connect_tcp(const struct stage *s)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)&s->peer, sizeof s->peer) == 0;
}

bool
attempt_connect_unix(const struct stage *s)
{
	struct sockaddr_un peer = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(peer.sun_path, sizeof peer.sun_path, "%s", s->unix_peer);
	return fd >= 0 && connect(fd, (const struct sockaddr *)&peer, sizeof peer) == 0;
}

bool
attempt_send_udp(const struct stage *s)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof any) == 0 &&
	       sendto(fd, "?", 1, 0, (const struct sockaddr *)&s->peer, sizeof s->peer) == 1;
}

bool
attempt_listen(const struct stage *s)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)s;
	return fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof any) == 0 &&
	       listen(fd, 1) == 0;
}

bool
attempt_raw_socket(const struct stage *s)
{
	(void)s;
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0;
}

bool
attempt_netlink(const struct stage *s)
{
	(void)s;
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) >= 0;
}

bool
attempt_exec(const struct stage *s)
{
	char *const argv[] = { NULL };

	(void)s;
	(void)execve("/bin/true", argv, argv);
	/* Success would be exit code 0, which the test takes for "worked" as well. */
	return false;
}

bool
attempt_fork(const struct stage *s)
{
	pid_t pid = fork();

	(void)s;
	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static void *
run_nothing(void *arg)
{
	return arg;
}

bool
attempt_thread(const struct stage *s)
{
	pthread_t thread;

	(void)s;
	return pthread_create(&thread, NULL, run_nothing, NULL) == 0 &&
	       pthread_join(thread, NULL) == 0;
}

bool
attempt_ptrace(const struct stage *s)
{
	(void)s;
	return ptrace(PTRACE_SEIZE, getppid(), 0, 0) == 0;
}

bool
attempt_kill(const struct stage *s)
{
	(void)s;
	return kill(getppid(), 0) == 0;
}

bool
attempt_exec_memory(const struct stage *s)
{
	(void)s;
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	       MAP_FAILED;
}

bool
attempt_become_root(const struct stage *s)
{
	(void)s;
	return setuid(0) == 0;
}

bool
attempt_user_namespace(const struct stage *s)
{
	(void)s;
	return unshare(CLONE_NEWUSER) == 0;
}

bool
attempt_channel(const struct stage *s)
{
	char octets[2];

	return send(s->pair[0], "hi", 2, 0) == 2 && recv(s->pair[1], octets, 2, 0) == 2;
}

bool
attempt_accept(const struct stage *s)
{
	return accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) >= 0;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(bool *)arg = true;
}

bool
attempt_loop(const struct stage *s)
{
	struct event_base *base = event_base_new();
	const struct timeval soon = { 0, 1 };
	bool fired = false;

	(void)s;
	if (event_base_once(base, -1, EV_TIMEOUT, on_timer, &fired, &soon) != 0)
		return false;
	(void)event_base_dispatch(base);
	event_base_free(base);
	return fired;
}

bool
attempt_crypto(const struct stage *s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	bool worked = key != NULL;

	(void)s;
	EVP_PKEY_free(key);
	return worked;
}

bool
attempt_read_memfd(const struct stage *s)
{
	struct buf octets;
	int fd = s->pair[0];
	int r;

	/* A descriptor of another kind: what counts here is that the question is allowed. */
	buf_init(&octets, 16);
	r = proc_memfd_read(fd, &octets);
	buf_done(&octets);
	return r == -EPERM;
}
