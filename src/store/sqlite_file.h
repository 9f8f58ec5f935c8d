/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_file.h - a file beside the database, through SQLite's own layer: what tests let fail or
 * cut off there includes it.
 *
 * Each call that returns int: 0 or -errno. A quota that is used up is a full disk, -ENOSPC; of
 * other failures SQLite says little, and they are -EIO.
 */
#ifndef STORE_SQLITE_FILE_H
#define STORE_SQLITE_FILE_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/*
 * flags: SQLITE_OPEN_READONLY, or SQLITE_OPEN_READWRITE and what goes with it. Nobody syncs the
 * name of a new file but who opens the directory and syncs that. *ret_file is the caller's.
 */
int store_file_open(const char *path, int flags, sqlite3_file **ret_file);
/* Nulls the pointer; NULL is fine. */
void store_file_close(sqlite3_file **file);
/* 0 also when there is none. */
int store_file_remove(const char *path);

int store_file_write(sqlite3_file *file, struct slice data, uint64_t offset);
int store_file_sync(sqlite3_file *file);
/* All of len octets, or -EIO. */
int store_file_read(sqlite3_file *file, uint8_t *room, size_t len, uint64_t offset);

#endif
