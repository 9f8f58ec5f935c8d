/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts.h - the account store: one SQLite file, read by the auth process, written by
 * `sallyport account`, both at any time.
 *
 * The journal is a WAL, so that a reader never waits for a writer. A reader must be able to write
 * to the directory all the same: the index of the WAL lies beside the file.
 *
 * Errors are -errno: -ENOENT no such file or account, -EEXIST, -EBUSY locked by another program,
 * -EACCES not ours to open or write, -ENOSPC, -EIO, -EBADMSG not an account database or damaged,
 * -EPROTONOSUPPORT written by a newer version.
 */
#ifndef AUTH_ACCOUNTS_H
#define AUTH_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

#define AUTH_ACCOUNTS_FILE "auth/accounts.db" /* below the state directory */

/* The strings are never NULL in an account that was found. */
struct auth_account {
	char *name;    /* name.h */
	char *hash;    /* as crypt(5) writes it */
	char *senders; /* patterns (sender.h), a space between two; "": the default */
	bool disabled;
	uint64_t created_unix; /* seconds */
	uint64_t changed_unix;
};
/* free(NULL) holds. Wipes the hash. Nulls the pointer. */
void auth_account_free(struct auth_account **a);

enum auth_accounts_mode {
	AUTH_ACCOUNTS_READ,  /* the file must be there; gives up on a lock after milliseconds */
	AUTH_ACCOUNTS_WRITE, /* made when missing (mode 0600); waits seconds for another writer */
};

struct auth_accounts;
/* The directory must exist. Close with auth_accounts_close(). 0 or -errno. */
int auth_accounts_open(
    const char *path, enum auth_accounts_mode mode, struct auth_accounts **ret_accounts);
/* Nulls the pointer. */
void auth_accounts_close(struct auth_accounts **a);

/* A number that changes when another connection has changed anything. 0 or -errno. */
int auth_accounts_version(struct auth_accounts *a, uint64_t *ret_version);
/* name in its stored form. 0, -ENOENT or -errno; free with auth_account_free(). */
int auth_accounts_find(
    struct auth_accounts *a, struct slice name, struct auth_account **ret_account);
/* The hash of some account, one of the most common cost; to be freed. 0, -ENOENT or -errno. */
int auth_accounts_typical_hash(struct auth_accounts *a, char **ret_hash);
/* Calls fn for each account in order of name; stops when it returns false. 0 or -errno. */
int auth_accounts_each(
    struct auth_accounts *a, bool (*fn)(void *arg, const struct auth_account *account), void *arg);

/* Each is one transaction, on disk when it returns 0. Only for AUTH_ACCOUNTS_WRITE. */
int auth_accounts_add(struct auth_accounts *a, const struct auth_account *account);
int auth_accounts_set_hash(
    struct auth_accounts *a, const char *name, const char *hash, uint64_t now_unix);
int auth_accounts_set_disabled(
    struct auth_accounts *a, const char *name, bool disabled, uint64_t now_unix);
int auth_accounts_set_senders(
    struct auth_accounts *a, const char *name, const char *senders, uint64_t now_unix);
int auth_accounts_remove(struct auth_accounts *a, const char *name);

#endif
