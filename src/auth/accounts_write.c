/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "auth/accounts_db.h"

static int
finish(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);

	(void)sqlite3_finalize(statement);
	return auth_accounts_error(rc);
}

static void
bind_text(sqlite3_stmt *statement, int column, const char *text)
{
	(void)sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

int
auth_accounts_add(struct auth_accounts *a, const struct auth_account *account)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(
	    a->db, "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?)", -1, &s, NULL);

	if (rc != SQLITE_OK)
		return auth_accounts_error(rc);
	bind_text(s, 1, account->name);
	bind_text(s, 2, account->hash);
	bind_text(s, 3, account->senders);
	(void)sqlite3_bind_int(s, 4, account->disabled);
	(void)sqlite3_bind_int64(s, 5, (sqlite3_int64)account->created_unix);
	(void)sqlite3_bind_int64(s, 6, (sqlite3_int64)account->changed_unix);
	return finish(s);
}

/* An UPDATE of one account, whose first parameter is the caller's and already bound. */
static int
finish_update(struct auth_accounts *a, sqlite3_stmt *s, const char *name, uint64_t now_unix)
{
	int r;

	(void)sqlite3_bind_int64(s, 2, (sqlite3_int64)now_unix);
	bind_text(s, 3, name);
	r = finish(s);
	return r == 0 && sqlite3_changes(a->db) == 0 ? -ENOENT : r;
}

int
auth_accounts_set_hash(
    struct auth_accounts *a, const char *name, const char *hash, uint64_t now_unix)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(
	    a->db, "UPDATE account SET hash = ?, changed_unix = ? WHERE name = ?", -1, &s, NULL);

	if (rc != SQLITE_OK)
		return auth_accounts_error(rc);
	bind_text(s, 1, hash);
	return finish_update(a, s, name, now_unix);
}

int
auth_accounts_set_disabled(
    struct auth_accounts *a, const char *name, bool disabled, uint64_t now_unix)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(a->db,
	    "UPDATE account SET disabled = ?, changed_unix = ? WHERE name = ?", -1, &s, NULL);

	if (rc != SQLITE_OK)
		return auth_accounts_error(rc);
	(void)sqlite3_bind_int(s, 1, disabled);
	return finish_update(a, s, name, now_unix);
}

int
auth_accounts_set_senders(
    struct auth_accounts *a, const char *name, const char *senders, uint64_t now_unix)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(
	    a->db, "UPDATE account SET senders = ?, changed_unix = ? WHERE name = ?", -1, &s, NULL);

	if (rc != SQLITE_OK)
		return auth_accounts_error(rc);
	bind_text(s, 1, senders);
	return finish_update(a, s, name, now_unix);
}

int
auth_accounts_remove(struct auth_accounts *a, const char *name)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(a->db, "DELETE FROM account WHERE name = ?", -1, &s, NULL);
	int r;

	if (rc != SQLITE_OK)
		return auth_accounts_error(rc);
	bind_text(s, 1, name);
	r = finish(s);
	return r == 0 && sqlite3_changes(a->db) == 0 ? -ENOENT : r;
}
