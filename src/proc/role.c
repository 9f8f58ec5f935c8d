/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/role.h"

#include <string.h>

static const char *const names[PROC_ROLE_COUNT] = {
	[PROC_ROLE_SUPERVISOR] = "supervisor",
	[PROC_ROLE_SUBMISSION] = "submission",
	[PROC_ROLE_AUTH] = "auth",
	[PROC_ROLE_QUEUE] = "queue",
	[PROC_ROLE_DELIVERY] = "delivery",
};

const char *
proc_role_name(enum proc_role role)
{
	return names[role];
}

bool
proc_role_find(const char *name, enum proc_role *ret_role)
{
	for (unsigned i = 0; i < PROC_ROLE_COUNT; i++)
		if (strcmp(names[i], name) == 0) {
			*ret_role = (enum proc_role)i;
			return true;
		}
	return false;
}
