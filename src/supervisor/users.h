/* SPDX-License-Identifier: Apache-2.0 */
/* users.h - whom each role runs as, and the directories that are theirs. */
#ifndef SUPERVISOR_USERS_H
#define SUPERVISOR_USERS_H

#include <sys/types.h>

#include "config/config.h"
#include "proc/role.h"
#include "util/buf.h"

struct supervisor_user {
	uid_t uid;
	gid_t gid;
};

struct supervisor_users {
	struct supervisor_user of[PROC_ROLE_COUNT]; /* [PROC_ROLE_SUPERVISOR]: ourselves */
};

/*
 * As root: the users of the config, by name or number; root itself is refused. As anybody else: all
 * roles are that user. 0, or -errno with a line for the administrator in error.
 */
int supervisor_users_resolve(
    const struct config_users *config, struct supervisor_users *ret_users, struct buf *error);
/*
 * Makes state_directory (0755) and in it each role's own directory (0700, its owner) where they are
 * missing, and checks whose they are. 0, or -errno with a line in error.
 */
int supervisor_users_make_directories(
    const char *state_directory, const struct supervisor_users *users, struct buf *error);

#endif
