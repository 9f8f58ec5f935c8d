/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/privilege.h"
#include "proc/seccomp_trap.h"

/* One call with one argument masked and compared; `action` is what happens then. */
struct rule {
	int syscall;
	uint32_t action;
	unsigned argument;
	uint64_t mask, value;
};

/* What PROT_EXEC, and any other way to new code, would be. */
static const struct rule memory_rules[] = {
	{ SCMP_SYS(mmap), SCMP_ACT_ALLOW, 2, PROT_EXEC, 0 },
	{ SCMP_SYS(mprotect), SCMP_ACT_ALLOW, 2, PROT_EXEC, 0 },
};

static const struct rule descriptor_rules[] = {
	{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, UINT32_MAX, F_GETFL },
	{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, UINT32_MAX, F_SETFL },
	{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, UINT32_MAX, F_GETFD },
	{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, UINT32_MAX, F_SETFD },
	{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, UINT32_MAX, F_DUPFD_CLOEXEC },
	{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, UINT32_MAX, F_GET_SEALS },
	{ SCMP_SYS(ioctl), SCMP_ACT_ALLOW, 1, UINT32_MAX, FIONREAD },
	/* The C library asks in vain whether standard error is a terminal. */
	{ SCMP_SYS(ioctl), SCMP_ACT_ERRNO(ENOTTY), 1, UINT32_MAX, TCGETS },
	/* getrlimit(): arg 2 would be the new limit. */
	{ SCMP_SYS(prlimit64), SCMP_ACT_ALLOW, 2, UINT64_MAX, 0 },
};

static const struct rule thread_rules[] = {
	{ SCMP_SYS(clone), SCMP_ACT_ALLOW, 0, CLONE_THREAD, CLONE_THREAD },
	/* Its flags are in memory, out of a filter's sight; the C library falls back on clone(). */
	{ SCMP_SYS(clone3), SCMP_ACT_ERRNO(ENOSYS), 0, 0, 0 },
};

static const struct rule file_rules[] = {
	{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, UINT32_MAX, F_SETLK },
	{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, UINT32_MAX, F_SETLKW },
	{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, UINT32_MAX, F_GETLK },
};

/* Libraries look for optional files; to hear that there is none is enough, and no file is read. */
static const struct rule no_file_rules[] = {
	{ SCMP_SYS(open), SCMP_ACT_ERRNO(EACCES), 0, 0, 0 },
	{ SCMP_SYS(openat), SCMP_ACT_ERRNO(EACCES), 0, 0, 0 },
	{ SCMP_SYS(stat), SCMP_ACT_ERRNO(EACCES), 0, 0, 0 },
	{ SCMP_SYS(access), SCMP_ACT_ERRNO(EACCES), 0, 0, 0 },
	{ SCMP_SYS(readlink), SCMP_ACT_ERRNO(EACCES), 0, 0, 0 },
	/* fstat() of a descriptor that it has. */
	{ SCMP_SYS(fstat), SCMP_ACT_ALLOW, 0, 0, 0 },
	{ SCMP_SYS(newfstatat), SCMP_ACT_ALLOW, 3, AT_EMPTY_PATH, AT_EMPTY_PATH },
	{ SCMP_SYS(newfstatat), SCMP_ACT_ERRNO(EACCES), 3, AT_EMPTY_PATH, 0 },
};

static const struct rule connect_rules[] = {
	{ SCMP_SYS(socket), SCMP_ACT_ALLOW, 0, UINT32_MAX, AF_INET },
	{ SCMP_SYS(socket), SCMP_ACT_ALLOW, 0, UINT32_MAX, AF_INET6 },
	{ SCMP_SYS(socket), SCMP_ACT_ALLOW, 0, UINT32_MAX, AF_UNIX },
};

static int
add_list(scmp_filter_ctx filter, const int *syscalls)
{
	int r = 0;

	for (; r == 0 && *syscalls != -1; syscalls++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, *syscalls, 0);
	return r;
}

static int
add_rules(scmp_filter_ctx filter, const struct rule *rules, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct rule *u = &rules[i];
		const struct scmp_arg_cmp compare =
		    SCMP_CMP(u->argument, SCMP_CMP_MASKED_EQ, u->mask, u->value);

		r = seccomp_rule_add_array(
		    filter, u->action, u->syscall, u->mask == 0 ? 0 : 1, &compare);
	}
	return r;
}

/* abort() sends itself a signal; none may go to anyone else. */
static int
add_abort(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()), SCMP_A2(SCMP_CMP_EQ, SIGABRT));
}

#define RULES(table) table, sizeof(table) / sizeof(table)[0]

static int
add_privileges(scmp_filter_ctx filter, const struct proc_privilege *p)
{
	int r = add_list(filter, proc_privilege_common);

	if (r == 0)
		r = add_list(filter, p->syscalls);
	if (r == 0)
		r = add_list(filter, proc_privilege_sanitizer);
	if (r == 0)
		r = add_rules(filter, RULES(memory_rules));
	if (r == 0)
		r = add_rules(filter, RULES(descriptor_rules));
	if (r == 0 && p->threads)
		r = add_rules(filter, RULES(thread_rules));
	if (r == 0)
		r = p->files ? add_rules(filter, RULES(file_rules))
			     : add_rules(filter, RULES(no_file_rules));
	if (r == 0 && p->connects)
		r = add_rules(filter, RULES(connect_rules));
	return r == 0 ? add_abort(filter) : r;
}

static int
load(scmp_filter_ctx filter)
{
	/* The sandbox has set no_new_privs, and dropped what could do without it. */
	int r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);

	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a binary tree */
	return r == 0 ? seccomp_load(filter) : r;
}

int
proc_seccomp_enter(enum proc_role role)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	int r;

	if (filter == NULL)
		return -ENOMEM;
	r = proc_seccomp_trap_install(role);
	if (r == 0)
		r = add_privileges(filter, &proc_privileges[role]);
	if (r == 0)
		r = load(filter);
	seccomp_release(filter);
	return r;
}
