/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_trap.h - the handler that names a denied system call, then ends the process. */
#ifndef PROC_SECCOMP_TRAP_H
#define PROC_SECCOMP_TRAP_H

#include "proc/role.h"

/* Looks up all names, which a signal handler cannot, and handles SIGSYS. 0 or -errno. */
int proc_seccomp_trap_install(enum proc_role role);

#endif
