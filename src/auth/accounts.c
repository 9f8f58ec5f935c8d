/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/accounts.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "auth/accounts_db.h"
#include "util/alloc.h"
#include "util/fd.h"

enum {
	READ_BUSY_MS = 20, /* the loop waits */
	WRITE_BUSY_MS = 10000,
	SCHEMA_VERSION = 1,
	TYPICAL_SAMPLE = 1000, /* accounts looked at for the most common cost */
};

#define COLUMNS "name, hash, senders, disabled, created_unix, changed_unix"

static const char schema[] = "CREATE TABLE account ("
			     " name TEXT PRIMARY KEY NOT NULL,"
			     " hash TEXT NOT NULL,"
			     " senders TEXT NOT NULL,"
			     " disabled INTEGER NOT NULL,"
			     " created_unix INTEGER NOT NULL,"
			     " changed_unix INTEGER NOT NULL"
			     ") STRICT, WITHOUT ROWID;"
			     "PRAGMA user_version = 1;";

void
auth_account_free(struct auth_account **a)
{
	if (*a == NULL)
		return;
	if ((*a)->hash != NULL)
		explicit_bzero((*a)->hash, strlen((*a)->hash));
	free((*a)->name);
	free((*a)->hash);
	free((*a)->senders);
	free(*a);
	*a = NULL;
}

int
auth_accounts_error(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_READONLY:
		return -EACCES;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	case SQLITE_IOERR:
		return -EIO;
	default: /* corrupt, not a database, or without our table */
		return -EBADMSG;
	}
}

int
auth_accounts_exec(struct auth_accounts *a, const char *sql)
{
	return auth_accounts_error(sqlite3_exec(a->db, sql, NULL, NULL, NULL));
}

/* SQLITE_CANTOPEN alone does not say why. */
static int
open_error(struct auth_accounts *a, int rc)
{
	int system = a->db == NULL ? 0 : sqlite3_system_errno(a->db);

	if (rc == SQLITE_CANTOPEN)
		return system > 0 ? -system : -EACCES;
	return auth_accounts_error(rc);
}

/* SQLite would leave the mode to the umask; its other files take that of this one. An existing file
 * is not opened here: to close it would end the locks that this process has on it. */
static void
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	fd_close(&fd);
}

static int
open_file(struct auth_accounts *a, const char *path, enum auth_accounts_mode mode)
{
	int rc;

	if (mode == AUTH_ACCOUNTS_WRITE)
		make_file(path);
	rc = sqlite3_open_v2(path, &a->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return open_error(a, rc);
	(void)sqlite3_busy_timeout(
	    a->db, mode == AUTH_ACCOUNTS_WRITE ? WRITE_BUSY_MS : READ_BUSY_MS);
	return 0;
}

static int
read_number(struct auth_accounts *a, sqlite3_stmt *statement, uint64_t *ret_number)
{
	int rc = sqlite3_step(statement);

	if (rc == SQLITE_ROW)
		*ret_number = (uint64_t)sqlite3_column_int64(statement, 0);
	(void)sqlite3_reset(statement);
	return rc == SQLITE_ROW ? 0 : open_error(a, rc);
}

static int
schema_version(struct auth_accounts *a, uint64_t *ret_version)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(a->db, "PRAGMA user_version", -1, &statement, NULL);
	int r = rc == SQLITE_OK ? read_number(a, statement, ret_version) : open_error(a, rc);

	(void)sqlite3_finalize(statement);
	return r;
}

/* Two programs may come to the new file at once: the second finds it done. */
static int
make_schema(struct auth_accounts *a)
{
	uint64_t version = 0;
	int r = auth_accounts_exec(a, "BEGIN IMMEDIATE");

	if (r < 0)
		return r;
	r = schema_version(a, &version);
	if (r == 0 && version == 0)
		r = auth_accounts_exec(a, schema);
	if (r == 0)
		return auth_accounts_exec(a, "COMMIT");
	(void)auth_accounts_exec(a, "ROLLBACK");
	return r;
}

static int
set_up(struct auth_accounts *a, enum auth_accounts_mode mode)
{
	uint64_t version = 0;
	int r;

	if (mode == AUTH_ACCOUNTS_WRITE) {
		/* A removed hash must not linger in a free page. */
		r = auth_accounts_exec(a, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
					  "PRAGMA secure_delete = ON;");
		if (r == 0)
			r = make_schema(a);
	} else {
		r = auth_accounts_exec(a, "PRAGMA query_only = ON");
	}
	if (r == 0)
		r = schema_version(a, &version);
	if (r == 0 && version > SCHEMA_VERSION)
		r = -EPROTONOSUPPORT;
	if (r == 0 && version == 0) /* being made at this moment, or empty */
		r = -ENOENT;
	return r;
}

static int
prepare(struct auth_accounts *a)
{
	int rc = sqlite3_prepare_v3(a->db, "SELECT " COLUMNS " FROM account WHERE name = ?", -1,
	    SQLITE_PREPARE_PERSISTENT, &a->find, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v3(
		    a->db, "PRAGMA data_version", -1, SQLITE_PREPARE_PERSISTENT, &a->version, NULL);
	return auth_accounts_error(rc);
}

int
auth_accounts_open(
    const char *path, enum auth_accounts_mode mode, struct auth_accounts **ret_accounts)
{
	struct auth_accounts *a = xcalloc(1, sizeof *a);
	int r = open_file(a, path, mode);

	if (r == 0)
		r = set_up(a, mode);
	if (r == 0)
		r = prepare(a);
	if (r < 0) {
		auth_accounts_close(&a);
		return r;
	}
	*ret_accounts = a;
	return 0;
}

void
auth_accounts_close(struct auth_accounts **a)
{
	if (*a == NULL)
		return;
	(void)sqlite3_finalize((*a)->find);
	(void)sqlite3_finalize((*a)->version);
	(void)sqlite3_close((*a)->db);
	free(*a);
	*a = NULL;
}

int
auth_accounts_version(struct auth_accounts *a, uint64_t *ret_version)
{
	return read_number(a, a->version, ret_version);
}

static char *
column_text(sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);

	return xstrdup(text == NULL ? "" : (const char *)text);
}

static struct auth_account *
read_account(sqlite3_stmt *row)
{
	struct auth_account *account = xcalloc(1, sizeof *account);

	account->name = column_text(row, 0);
	account->hash = column_text(row, 1);
	account->senders = column_text(row, 2);
	account->disabled = sqlite3_column_int(row, 3) != 0;
	account->created_unix = (uint64_t)sqlite3_column_int64(row, 4);
	account->changed_unix = (uint64_t)sqlite3_column_int64(row, 5);
	return account;
}

int
auth_accounts_find(struct auth_accounts *a, struct slice name, struct auth_account **ret_account)
{
	int rc;

	assert(name.len <= INT32_MAX);
	(void)sqlite3_bind_text(a->find, 1, (const char *)name.ptr, (int)name.len, SQLITE_STATIC);
	rc = sqlite3_step(a->find);
	if (rc == SQLITE_ROW)
		*ret_account = read_account(a->find);
	(void)sqlite3_reset(a->find);
	(void)sqlite3_clear_bindings(a->find);
	return rc == SQLITE_DONE ? -ENOENT : auth_accounts_error(rc);
}

/* The method and cost of a yescrypt hash are its first six characters ("$y$j9T"). */
int
auth_accounts_typical_hash(struct auth_accounts *a, char **ret_hash)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(a->db,
	    "SELECT hash FROM (SELECT hash FROM account LIMIT ?)"
	    " GROUP BY substr(hash, 1, 6) ORDER BY count(*) DESC LIMIT 1",
	    -1, &statement, NULL);

	if (rc == SQLITE_OK) {
		(void)sqlite3_bind_int(statement, 1, TYPICAL_SAMPLE);
		rc = sqlite3_step(statement);
	}
	if (rc == SQLITE_ROW)
		*ret_hash = column_text(statement, 0);
	(void)sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? -ENOENT : auth_accounts_error(rc);
}

int
auth_accounts_each(
    struct auth_accounts *a, bool (*fn)(void *arg, const struct auth_account *account), void *arg)
{
	sqlite3_stmt *statement = NULL;
	bool more = true;
	int rc = sqlite3_prepare_v2(
	    a->db, "SELECT " COLUMNS " FROM account ORDER BY name", -1, &statement, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	while (rc == SQLITE_ROW && more) {
		struct auth_account *account = read_account(statement);

		more = fn(arg, account);
		auth_account_free(&account);
		rc = sqlite3_step(statement);
	}
	(void)sqlite3_finalize(statement);
	return auth_accounts_error(rc);
}
