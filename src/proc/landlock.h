/* SPDX-License-Identifier: Apache-2.0 */
/*
 * landlock.h - take every file and every TCP port away but those listed (landlock(7)).
 *
 * Straight to the system calls: Debian 12's headers know less than its newer kernels do, so the
 * rights are spelled here and cut to the version that the running kernel speaks.
 */
#ifndef PROC_LANDLOCK_H
#define PROC_LANDLOCK_H

#include <stdbool.h>

/*
 * Paths are NULL-terminated lists; one that does not exist is an error. may_connect leaves TCP
 * connect() as it is; bind() to a TCP port is denied to all. Needs no_new_privs.
 * 0, -EOPNOTSUPP when the kernel, or the container's filter, has no Landlock, or -errno.
 */
int proc_landlock_enter(
    const char *const *write_paths, const char *const *read_paths, bool may_connect);

#endif
