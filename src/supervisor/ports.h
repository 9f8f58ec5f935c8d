/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ports.h - the listening sockets: one for each listener and submission process, held here so that
 * connections that wait for a process survive it.
 */
#ifndef SUPERVISOR_PORTS_H
#define SUPERVISOR_PORTS_H

#include "config/config.h"
#include "util/buf.h"

struct supervisor_ports {
	int *fds; /* [listener * process_count + process] */
	size_t listener_count, process_count;
};

/* 0, or -errno with a line in error; on an error nothing is left to free. */
int supervisor_ports_bind(
    const struct config *config, struct supervisor_ports *ret_ports, struct buf *error);
/* Borrowed. */
int supervisor_ports_fd(const struct supervisor_ports *p, size_t listener, size_t process);
void supervisor_ports_done(struct supervisor_ports *p);

#endif
