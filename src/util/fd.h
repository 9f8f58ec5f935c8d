/* SPDX-License-Identifier: Apache-2.0 */
/* fd.h - descriptors: close them, mark them, send them between processes. */
#ifndef UTIL_FD_H
#define UTIL_FD_H

#include <stddef.h>
#include <sys/types.h>

/* Closes *fd unless it is -1, and sets it to -1. */
void fd_close(int *fd);
/* 0 or -errno. */
int fd_set_nonblocking(int fd);
/* Read up to size octets from fd until end of file; EINTR handled. Returns octets, or -errno. */
ssize_t fd_read_all(int fd, void *ptr, size_t size);
/* Write all len octets; 0 or -errno. For blocking descriptors. */
int fd_write_all(int fd, const void *ptr, size_t len);
/*
 * One datagram on a SOCK_SEQPACKET Unix socket, with at most one descriptor (fd == -1: none).
 * Sending: 0 or -errno. Receiving: octets (0 = peer is gone) or -errno; -EMSGSIZE when it did not
 * fit. *ret_fd is -1 when none came; it is close-on-exec and the caller's.
 */
int fd_send_packet(int sock, const void *ptr, size_t len, int fd);
ssize_t fd_receive_packet(int sock, void *ptr, size_t size, int *ret_fd);

#endif
