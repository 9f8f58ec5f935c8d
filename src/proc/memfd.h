/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memfd.h - octets handed to another process as a sealed file in memory.
 *
 * Sealed means that nobody can change or cut them any more, not even who made them: the reader
 * checks the seals and then needs no copy to be safe from a change under its hands.
 */
#ifndef PROC_MEMFD_H
#define PROC_MEMFD_H

#include "util/buf.h"
#include "util/slice.h"

/* A new close-on-exec descriptor, or -errno. name is for /proc only. */
int proc_memfd_make(const char *name, struct slice octets);
/*
 * Appends all octets of fd to out. 0, -EPERM when it is not sealed (or no memfd), -EMSGSIZE when it
 * holds more than out may, or -errno. Does not move the file offset, which others share.
 */
int proc_memfd_read(int fd, struct buf *out);

#endif
