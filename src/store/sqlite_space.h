/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_space.h - refuses new messages while there still is room for what makes room.
 *
 * Pages of removed messages stay in the database and are used again, so they count as free space.
 */
#ifndef STORE_SQLITE_SPACE_H
#define STORE_SQLITE_SPACE_H

#include <stdint.h>

#include "store/batch.h"
#include "store/sqlite_db.h"

#define STORE_SPACE_CHECK_MS 500
#define STORE_SPACE_CHECK_LEN (16U << 20) /* octets written since the last check */

struct store_space {
	const char *directory; /* borrowed */
	uint64_t min_free;     /* octets; 0: never refuse */
	uint64_t checked_ms;   /* monotonic; 0: never */
	uint64_t written_len;  /* since then */
	int result;            /* then: 0, -ENOSPC or another -errno */
};

/*
 * 0 when the batch may be written. -ENOSPC when it holds a submitted message (one that has an
 * account) or chunks, and too little is free.
 */
int store_space_check(struct store_space *s, struct store_db *db, const struct store_batch *b);
/* Ask the file system now. */
int store_space_measure(struct store_space *s, struct store_db *db);
/* Octets that the file system has for new files. 0 or -errno. */
int store_space_free(const char *directory, uint64_t *ret_len);

#endif
