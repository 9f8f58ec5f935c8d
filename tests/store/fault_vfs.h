/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_vfs.h - SQLite's files with a counter on every operation: to let the n-th one fail, and to
 * keep a record of all writes and syncs, from which a power cut at any step can be made.
 *
 * Wraps the default VFS and takes its place. Thread-safe. One at a time.
 */
#ifndef TESTS_STORE_FAULT_VFS_H
#define TESTS_STORE_FAULT_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_kind {
	FAULT_NONE,
	FAULT_IO,        /* EIO: reads, writes, syncs, truncations, openings, removals */
	FAULT_DISK_FULL, /* ENOSPC: writes, syncs and truncations */
};

void fault_vfs_install(void);
void fault_vfs_remove(void);

/* The n-th operation from now on (1: the next one) that can fail so does, and `count` in all. */
void fault_vfs_fail(enum fault_kind kind, uint64_t n, uint64_t count);
/* Has an operation failed since then? */
bool fault_vfs_has_failed(void);

enum fault_file {
	FAULT_FILE_DATABASE,
	FAULT_FILE_WAL,
	FAULT_FILE_JOURNAL,
	FAULT_FILE_DIRECTORY, /* its syncs */
	FAULT_FILE_BODY,      /* of message 0; that of message n is n further on */
	FAULT_FILE_COUNT = FAULT_FILE_BODY + 16,
};

enum fault_change {
	FAULT_CHANGE_WRITE,
	FAULT_CHANGE_TRUNCATE, /* to offset */
	FAULT_CHANGE_SYNC,
	FAULT_CHANGE_REMOVE,
};

struct fault_record {
	enum fault_file file;
	enum fault_change change;
	uint64_t offset;
	size_t len;
	uint8_t *data; /* of a write */
};

/* Starts keeping a record; fault_vfs_remove() frees it. */
void fault_vfs_record(void);
/* Keeps the record, but adds no more to it. */
void fault_vfs_stop(void);
/* How many changes were made until now. */
size_t fault_vfs_record_count(void);
const struct fault_record *fault_vfs_record_at(size_t i);

#endif
