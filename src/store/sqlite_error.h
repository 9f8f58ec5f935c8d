/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_error.h - what SQLite says, as -errno and as advice to the administrator. */
#ifndef STORE_SQLITE_ERROR_H
#define STORE_SQLITE_ERROR_H

#include <sqlite3.h>
#include <stdbool.h>

/* The last failure of this connection: -ENOSPC, -EAGAIN (locked), -EEXIST, -EIO, ... Never 0. */
int store_error_errno(sqlite3 *handle);
/* Does that failure leave the files or the connection in an unknown state? A full disk does not. */
bool store_error_casts_doubt(sqlite3 *handle);
/* What to do about it, as a sentence without the final stop; for a result of a batch, too. */
const char *store_error_advice(int negative_errno);

#endif
