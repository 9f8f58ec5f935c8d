/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_checkpoint.h - keeps the WAL bounded without stopping the writer for long.
 *
 * A thread with a connection of its own copies what is committed from the WAL to the database, and
 * syncs the database, while the writer goes on adding to the WAL. The WAL starts over only when all
 * of it was copied, which never is the case under constant load: so from half of its greatest
 * length on the thread copies without a pause, and when little is left the writer itself copies the
 * rest between two batches. At the greatest length it does so whatever is left: that is the
 * back-pressure when the disk cannot follow.
 *
 * Somebody who reads from another process and does not end his transaction keeps the WAL from
 * starting over; it then grows until he does.
 */
#ifndef STORE_SQLITE_CHECKPOINT_H
#define STORE_SQLITE_CHECKPOINT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/sqlite_db.h"

#define STORE_WAL_MAX_LEN (64U << 20)

/* In frames of the WAL. */
struct store_checkpoint_limits {
	/*
	 * Not copied yet: the thread copies. Not earlier, because the pages of a message that is
	 * delivered at once are used again before they need to be copied.
	 */
	int copy;
	int restart; /* in the WAL: look for a moment to start over */
	int rest;    /* not copied yet: few enough for the writer to copy within some ms */
	int max;     /* in the WAL: start over now */
};

struct store_checkpoint {
	char *path; /* owned */
	struct store_checkpoint_limits limits;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct store_db db; /* the thread's own while it is busy */
	/* Below, and db while the thread is not busy: under the lock. */
	bool stop, busy;
	bool claimed;     /* the writer waits for the thread to be idle, and then copies */
	bool in_doubt;    /* a sync failed: nothing is copied until store_checkpoint_abandon() */
	int wal_pages;    /* frames in the WAL, as the writer last saw */
	int copied_pages; /* of these, in the database and synced */
	int next_try;     /* a reader held copying up: not again before the WAL is this long */
	int result;       /* of the last copying: 0 or -errno */
};

/*
 * 0 or -errno. The thread opens its connection when it first needs it. wal_max_len: octets, 0 for
 * STORE_WAL_MAX_LEN.
 */
int store_checkpoint_start(struct store_checkpoint *c, const char *path, uint64_t wal_max_len);
/* Ends the thread after what it is doing. */
void store_checkpoint_stop(struct store_checkpoint *c);

/*
 * From the writer, between two transactions: the WAL has wal_pages frames now. Wakes the thread,
 * and starts the WAL over through the writer's connection when it is time to. False when a failed
 * sync cast doubt on the database: see store_checkpoint_abandon().
 */
bool store_checkpoint_advance(struct store_checkpoint *c, struct store_db *writer, int wal_pages);
/*
 * From the writer: copy and sync everything now. With `wait`, readers are waited for, and all of it
 * is copied when this returns 0. 0 or -errno.
 */
int store_checkpoint_finish(struct store_checkpoint *c, struct store_db *writer, bool wait);
/* From the writer: close the thread's connection with store_db_abandon(), forget the doubt. */
void store_checkpoint_abandon(struct store_checkpoint *c);

#endif
