/* SPDX-License-Identifier: Apache-2.0 */
/* accounts_db.h - what accounts.c and accounts_write.c share. */
#ifndef AUTH_ACCOUNTS_DB_H
#define AUTH_ACCOUNTS_DB_H

#include <sqlite3.h>

#include "auth/accounts.h"

struct auth_accounts {
	sqlite3 *db;
	sqlite3_stmt *find;    /* prepared once: asked per login and per message */
	sqlite3_stmt *version; /* likewise */
};

/* The SQLite result as -errno; SQLITE_OK, _ROW and _DONE are 0. */
int auth_accounts_error(int rc);
/* 0 or -errno. */
int auth_accounts_exec(struct auth_accounts *a, const char *sql);

#endif
