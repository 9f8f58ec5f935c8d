/* SPDX-License-Identifier: Apache-2.0 */
/* spawn.h - a fresh process in a role: fork and exec, with nothing but its control socket. */
#ifndef SUPERVISOR_SPAWN_H
#define SUPERVISOR_SPAWN_H

#include <sys/types.h>

#include "proc/role.h"

/* This very program, whatever became of its file since: both ends of a channel are one binary. */
#define SUPERVISOR_PROGRAM "/proc/self/exe"

/*
 * Starts `program serve --role ROLE --index N` with an empty environment and the descriptors
 * 0 (/dev/null), 1, 2 and CONTROL_FD only. 0 or -errno; *ret_control is our end, non-blocking and
 * close-on-exec.
 */
int supervisor_spawn(
    const char *program, enum proc_role role, unsigned index, pid_t *ret_pid, int *ret_control);

#endif
