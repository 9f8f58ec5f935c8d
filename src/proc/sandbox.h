/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.h - what each role may do, in one table, and how it gives up the rest.
 */
#ifndef PROC_SANDBOX_H
#define PROC_SANDBOX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc/role.h"

struct proc_sandbox {
	enum proc_role role;
	uid_t uid; /* to change to when we are root; ignored otherwise */
	gid_t gid;
	uint64_t open_files; /* descriptors that it needs, at most */
	const char *const
	    *write_paths; /* directories that Landlock leaves writable; NULL-terminated */
	const char *const
	    *read_paths; /* files or directories it leaves readable; NULL-terminated */
};

/*
 * In this order, each checked: RLIMITs, groups, gid, uid, no_new_privs, Landlock (when the kernel
 * has it: said in the log when not), seccomp on all threads. There is no way back.
 * 0 or -errno; *ret_step then names the step.
 */
int proc_sandbox_enter(const struct proc_sandbox *s, const char **ret_step);

#endif
