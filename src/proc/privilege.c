/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/privilege.h"

#include <seccomp.h>

/* clang-format off */

/* Every child: memory, time, the loop, channels to its peers, its own end. */
const int proc_privilege_common[] = {
	/* memory; mmap and mprotect without PROT_EXEC come from seccomp.c */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	/* time, chance, locks */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(getrandom), SCMP_SYS(futex),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sysinfo),
	/* libevent */
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
	SCMP_SYS(eventfd2), SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll),
	/* descriptors that it has */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(close), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto),
	SCMP_SYS(sendmsg), SCMP_SYS(shutdown), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
	/* itself */
	SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
	-1,
};

/* Talks to mail clients over sockets that others have bound. No file, no connection, no thread. */
static const int submission[] = {
	SCMP_SYS(accept4),
	-1,
};

/* Hashes passwords in threads and keeps the accounts database. */
static const int auth[] = {
	SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(lseek), SCMP_SYS(pwrite64), SCMP_SYS(fsync),
	SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(stat), SCMP_SYS(fstat), SCMP_SYS(lstat),
	SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
	SCMP_SYS(fchmod), SCMP_SYS(flock), SCMP_SYS(statfs), SCMP_SYS(fstatfs),
	-1,
};

/* Keeps the queue's database, with a thread that writes and one that checkpoints. */
static const int queue[] = {
	SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(lseek), SCMP_SYS(pwrite64), SCMP_SYS(fsync),
	SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(stat), SCMP_SYS(fstat), SCMP_SYS(lstat),
	SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
	SCMP_SYS(fchmod), SCMP_SYS(flock), SCMP_SYS(statfs), SCMP_SYS(fstatfs),
	SCMP_SYS(getdents64), SCMP_SYS(sync_file_range),
	-1,
};

/* Looks names up and connects to next hops. No file, no thread. */
static const int delivery[] = {
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg),
	SCMP_SYS(uname),
	-1,
};

static const int nothing[] = { -1 };

const struct proc_privilege proc_privileges[PROC_ROLE_COUNT] = {
	/* The supervisor does not enter a sandbox: it must start children and bind ports. */
	[PROC_ROLE_SUPERVISOR] = { .syscalls = nothing },
	[PROC_ROLE_SUBMISSION] = { .syscalls = submission },
	[PROC_ROLE_AUTH]       = { .threads = true, .files = true, .syscalls = auth },
	[PROC_ROLE_QUEUE]      = { .threads = true, .files = true, .syscalls = queue },
	[PROC_ROLE_DELIVERY]   = { .connects = true, .syscalls = delivery },
};

/* clang-format on */
