/* SPDX-License-Identifier: Apache-2.0 */
/* role.h - the processes of the house. */
#ifndef PROC_ROLE_H
#define PROC_ROLE_H

#include <stdbool.h>

/* A further role is one more constant here, and one more row in role.c and in sandbox.c. */
enum proc_role {
	PROC_ROLE_SUPERVISOR,
	PROC_ROLE_SUBMISSION,
	PROC_ROLE_AUTH,
	PROC_ROLE_QUEUE,
	PROC_ROLE_DELIVERY,
};
#define PROC_ROLE_COUNT 5

const char *proc_role_name(enum proc_role role);
/* False when there is no role of that name. */
bool proc_role_find(const char *name, enum proc_role *ret_role);

/* The directory below state_directory that is this role's own; NULL: it has none. */
const char *proc_role_directory(enum proc_role role);

#endif
