/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory.h - the account store as the auth process sees it: always up to date, cheap per
 * message, and back by itself after a failure.
 *
 * Each look-up asks SQLite whether anything was changed (two system calls); accounts found before
 * stay in memory until something was. A file that is missing, locked or damaged is said in the log
 * once, with what to do, and tried again at most once a second.
 */
#ifndef AUTH_DIRECTORY_H
#define AUTH_DIRECTORY_H

#include <stdint.h>

#include "auth/accounts.h"
#include "util/slice.h"

#define AUTH_DIRECTORY_RETRY_MS 1000
#define AUTH_DIRECTORY_SLOTS 4096 /* accounts kept in memory, at most one per hash of its name */

struct auth_directory;
/* Opens nothing yet. path is copied. */
struct auth_directory *auth_directory_new(const char *path);
/* Nulls the pointer. */
void auth_directory_free(struct auth_directory **d);

/*
 * The account of this name (folded: name.h) at this moment, or NULL when there is none; it is the
 * directory's and valid until the next call. 0, or -errno: ask again later.
 */
int auth_directory_find(struct auth_directory *d, struct slice name, uint64_t now_ms,
    const struct auth_account **ret_account);
/*
 * The decoy (hash.h) to compare with where there is no account, as dear as most accounts' hashes,
 * or as `cost` when there are none. Valid until the next call.
 */
const char *auth_directory_decoy(struct auth_directory *d, unsigned cost);

#endif
