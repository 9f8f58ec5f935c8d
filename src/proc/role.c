/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/role.h"

#include <stddef.h>
#include <string.h>

static const struct role {
	const char *name, *directory;
} roles[PROC_ROLE_COUNT] = {
	[PROC_ROLE_SUPERVISOR] = { "supervisor", NULL },
	[PROC_ROLE_SUBMISSION] = { "submission", NULL },
	[PROC_ROLE_AUTH] = { "auth", "auth" },
	[PROC_ROLE_QUEUE] = { "queue", "queue" },
	[PROC_ROLE_DELIVERY] = { "delivery", NULL },
};

const char *
proc_role_name(enum proc_role role)
{
	return roles[role].name;
}

const char *
proc_role_directory(enum proc_role role)
{
	return roles[role].directory;
}

bool
proc_role_find(const char *name, enum proc_role *ret_role)
{
	for (unsigned i = 0; i < PROC_ROLE_COUNT; i++)
		if (strcmp(roles[i].name, name) == 0) {
			*ret_role = (enum proc_role)i;
			return true;
		}
	return false;
}
