/* SPDX-License-Identifier: Apache-2.0 */
/*
 * privilege.h - the one table of what each role may ask of the kernel. Whatever is not in it is
 * denied (seccomp.h).
 */
#ifndef PROC_PRIVILEGE_H
#define PROC_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

#include "proc/role.h"

struct proc_privilege {
	bool threads;  /* may start threads; nobody may start processes */
	bool connects; /* may make sockets and connect them: TCP, UDP, Unix */
	bool files;    /* may open files; Landlock and the user say which */
	/* System calls beyond proc_privilege_common, whatever their arguments; -1 ends the list. */
	const int *syscalls;
};

extern const struct proc_privilege proc_privileges[PROC_ROLE_COUNT];
extern const int proc_privilege_common[];
/* What a sanitizer's run time needs besides; empty in a plain build. -1 ends the list. */
extern const int proc_privilege_sanitizer[];

#endif
