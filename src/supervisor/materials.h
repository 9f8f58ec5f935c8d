/* SPDX-License-Identifier: Apache-2.0 */
/*
 * materials.h - the files with secrets, read by the supervisor for those who may have them.
 *
 * Each is kept as a sealed memfd (proc/memfd.h) that is passed on; the supervisor's own copy is
 * wiped as soon as it has been checked.
 */
#ifndef SUPERVISOR_MATERIALS_H
#define SUPERVISOR_MATERIALS_H

#include "config/config.h"
#include "proc/child.h"
#include "proc/role.h"
#include "util/buf.h"

#define SUPERVISOR_MATERIALS_MAX (CONFIG_NEXT_HOPS_MAX + 3)

struct supervisor_material {
	enum proc_role role; /* who gets it */
	enum proc_material kind;
	char *name;
	int fd;
};

struct supervisor_materials {
	struct supervisor_material items[SUPERVISOR_MATERIALS_MAX];
	size_t count;
};

/*
 * Reads and checks all: the certificate and key parse and belong together, password files have a
 * first line. Adds a fresh ticket key when ticket_key is -1, else a duplicate of that one. Every
 * fault is a line in errors; what deserves a warning is logged. 0 or -EINVAL; on an error nothing
 * is left to free.
 */
int supervisor_materials_load(const struct config *config, int ticket_key,
    struct supervisor_materials *ret_materials, struct buf *errors);
void supervisor_materials_done(struct supervisor_materials *m);
/* The descriptor of the ticket key, borrowed; -1 when there is none. */
int supervisor_materials_ticket_key(const struct supervisor_materials *m);

#endif
