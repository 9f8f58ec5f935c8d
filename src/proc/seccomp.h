/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp.h - hold this process, all its threads, to the system calls of its role (privilege.h).
 *
 * A call that is not in the list ends the process, after the line
 * `level=error event=syscall-denied role=... syscall=NAME` on standard error. A few that libraries
 * try and can do without get an error instead: the list is in seccomp.c.
 */
#ifndef PROC_SECCOMP_H
#define PROC_SECCOMP_H

#include "proc/role.h"

#define PROC_EXIT_DENIED 159 /* 128 + SIGSYS, as a shell would say it */

/* 0 or -errno. Needs no_new_privs. */
int proc_seccomp_enter(enum proc_role role);

#endif
