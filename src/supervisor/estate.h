/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estate.h - what the supervisor has for its children: config, secrets, users, ports.
 *
 * Made once at the start. A reload replaces config and secrets, both or neither.
 */
#ifndef SUPERVISOR_ESTATE_H
#define SUPERVISOR_ESTATE_H

#include "config/config.h"
#include "supervisor/materials.h"
#include "supervisor/ports.h"
#include "supervisor/users.h"

struct supervisor_estate {
	const char *program; /* SUPERVISOR_PROGRAM but in tests */
	struct config *config;
	int config_fd; /* memfd of config_print() */
	struct supervisor_users users;
	struct supervisor_materials materials;
	struct supervisor_ports ports;
};

/*
 * Reads config and files, makes directories, binds ports. Logs what is wrong, line by line. 0 or
 * -errno; on an error nothing is left to free.
 */
int supervisor_estate_open(
    const char *config_path, const char *program, struct supervisor_estate *ret_estate);
/*
 * Reads config and files again. What cannot change while running keeps its value and is logged as a
 * warning. 0, or -errno when something is wrong: then it is logged and all stays as it was.
 */
int supervisor_estate_reload(struct supervisor_estate *e, const char *config_path);
void supervisor_estate_done(struct supervisor_estate *e);

#endif
