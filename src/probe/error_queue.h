/* SPDX-License-Identifier: Apache-2.0 */
/* error_queue.h - the ICMP messages that came for a socket with IP_RECVERR (ip(7)). */
#ifndef PROBE_ERROR_QUEUE_H
#define PROBE_ERROR_QUEUE_H

#include "probe/tcp.h"

/* Lets the kernel keep what ICMP says; before connect(2). family: AF_INET or AF_INET6. */
void probe_error_queue_open(int fd, int family);
/* Later ICMP is no error of the socket any more, and what is queued is dropped. */
void probe_error_queue_close(int fd, int family);
/*
 * Empties the queue: until it is empty, a loop finds the socket in error again and again. Returns
 * the errno that belongs to the first ICMP message, 0 when there was none.
 */
int probe_error_queue_read(int fd, struct probe_icmp *ret_icmp);

#endif
