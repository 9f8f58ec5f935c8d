/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proc/landlock.h"
#include "proc/privilege.h"
#include "proc/seccomp.h"
#include "util/log.h"

static int
set_limit(__rlimit_resource_t resource, rlim_t value)
{
	const struct rlimit limit = { value, value };

	return setrlimit(resource, &limit) == 0 ? 0 : -errno;
}

/*
 * Never less than there is: a reload may want more connections, and nobody can raise the limit
 * then. Only root may go beyond the hard limit; others get what there is, and are told.
 */
static int
limit_files(uint64_t wanted)
{
	struct rlimit limit;
	struct log_line l;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return -errno;
	if (limit.rlim_max < wanted && geteuid() == 0)
		limit.rlim_max = wanted;
	if (limit.rlim_max >= wanted)
		return set_limit(RLIMIT_NOFILE, limit.rlim_max);
	log_begin(&l, LOG_LEVEL_WARNING, "few-descriptors");
	log_number(&l, "wanted", wanted);
	log_number(&l, "limit", limit.rlim_max);
	log_text(&l, "hint", "raise LimitNOFILE, or lower limits.connections");
	log_end(&l);
	return set_limit(RLIMIT_NOFILE, limit.rlim_max);
}

static int
set_limits(const struct proc_sandbox *s)
{
	int r = limit_files(s->open_files);

	if (r == 0)
		r = set_limit(RLIMIT_CORE, 0); /* a core would hold passwords and mail */
	/* Threads count as processes, so those who have some rely on seccomp alone. */
	if (r == 0 && !proc_privileges[s->role].threads)
		r = set_limit(RLIMIT_NPROC, 0);
	return r;
}

/* The groups first, the user last: afterwards there is no right to change either. */
static int
change_user(const struct proc_sandbox *s)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) != 0 || setresgid(s->gid, s->gid, s->gid) != 0 ||
	    setresuid(s->uid, s->uid, s->uid) != 0)
		return -errno;
	if (getresuid(&ruid, &euid, &suid) != 0 || getresgid(&rgid, &egid, &sgid) != 0)
		return -errno;
	if (ruid != s->uid || euid != s->uid || suid != s->uid || rgid != s->gid ||
	    egid != s->gid || sgid != s->gid)
		return -EPERM;
	return setuid(0) == 0 && s->uid != 0 ? -EPERM : 0;
}

/* The bounding set can be cleared by root alone, so this comes before the change of user. */
static int
drop_capabilities(const struct proc_sandbox *s)
{
	(void)s;
	if (geteuid() != 0)
		return 0;
	capng_clear(CAPNG_SELECT_BOUNDS);
	return capng_apply(CAPNG_SELECT_BOUNDS) == 0 ? 0 : -EPERM;
}

/* What setresuid() leaves to a process that was not root, or whose user is 0. */
static int
clear_capabilities(const struct proc_sandbox *s)
{
	(void)s;
	capng_clear(CAPNG_SELECT_CAPS);
	return capng_apply(CAPNG_SELECT_CAPS) == 0 ? 0 : -EPERM;
}

/* After the change of user, which forgets both. */
static int
tie_to_parent(const struct proc_sandbox *s)
{
	(void)s;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return -errno;
	return 0;
}

static int
forbid_new_privileges(const struct proc_sandbox *s)
{
	(void)s;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno;
}

static int
enter_landlock(const struct proc_sandbox *s)
{
	int r =
	    proc_landlock_enter(s->write_paths, s->read_paths, proc_privileges[s->role].connects);

	if (r != -EOPNOTSUPP)
		return r;
	log_event(LOG_LEVEL_WARNING, "landlock-missing", "hint",
	    "the kernel has no Landlock; seccomp and the user still hold");
	return 0;
}

static int
enter_seccomp(const struct proc_sandbox *s)
{
	return proc_seccomp_enter(s->role);
}

static const struct step {
	const char *name;
	int (*enter)(const struct proc_sandbox *s);
} steps[] = {
	{ "limits", set_limits },
	{ "capability bounds", drop_capabilities },
	{ "user", change_user },
	{ "capabilities", clear_capabilities },
	{ "parent death", tie_to_parent },
	{ "no_new_privs", forbid_new_privileges },
	{ "landlock", enter_landlock },
	{ "seccomp", enter_seccomp },
};

int
proc_sandbox_enter(const struct proc_sandbox *s, const char **ret_step)
{
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		int r = steps[i].enter(s);

		if (r != 0) {
			*ret_step = steps[i].name;
			return r;
		}
	}
	return 0;
}
