/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_checkpoint.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "store/thread.h"
#include "util/alloc.h"

enum { CACHE_KIB = 64 }; /* copying does not go through the cache */

/*
 * SQLite syncs the database only when a checkpoint caught up with the writer. We sync after each
 * part, beside the writer, so that his last part finds little that is dirty. A failure must not be
 * passed over: SQLite already counts these pages as copied.
 */
static int
sync_database(struct store_db *db)
{
	sqlite3_file *file = NULL;

	(void)sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (file != NULL && file->pMethods != NULL &&
	    file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK)
		return 0;
	db->in_doubt = true;
	return -EIO;
}

/* Copies what no reader holds back. Sets the frames in the WAL, and those copied. */
static int
copy(struct store_db *db, int mode, int *wal_pages, int *copied_pages)
{
	int rc = sqlite3_wal_checkpoint_v2(db->handle, "main", mode, wal_pages, copied_pages);

	return rc == SQLITE_OK ? 0 : store_db_failed(db);
}

static int
copy_part(struct store_db *db, const char *path, int *copied_pages)
{
	int wal_pages, r = 0;

	if (db->handle == NULL)
		r = store_db_open(db, path, STORE_DB_WRITE, CACHE_KIB);
	if (r == 0)
		r = copy(db, SQLITE_CHECKPOINT_PASSIVE, &wal_pages, copied_pages);
	return r < 0 ? r : sync_database(db);
}

static bool
has_work(const struct store_checkpoint *c)
{
	int left = c->wal_pages - c->copied_pages;

	if (c->in_doubt || c->claimed || c->wal_pages < c->next_try)
		return false;
	if (c->wal_pages >= c->limits.restart)
		return left > c->limits.rest;
	return left >= c->limits.copy;
}

/* What failed is tried again when the writer has added something. */
static void
wait_for_work(struct store_checkpoint *c)
{
	bool again = c->result == 0;

	while (!c->stop && !(again && has_work(c))) {
		(void)pthread_cond_wait(&c->changed, &c->lock);
		again = true;
	}
}

/* Under a large WAL that cannot be copied, each attempt costs: leave some frames between them. */
static void
note_copied(struct store_checkpoint *c, int copied_pages, bool enough)
{
	c->copied_pages = copied_pages;
	c->next_try = enough ? 0 : c->wal_pages + c->limits.copy / 4;
}

static void *
run(void *arg)
{
	struct store_checkpoint *c = arg;

	(void)pthread_mutex_lock(&c->lock);
	for (wait_for_work(c); !c->stop; wait_for_work(c)) {
		int copied_pages = 0, r;

		c->busy = true;
		(void)pthread_mutex_unlock(&c->lock);
		r = copy_part(&c->db, c->path, &copied_pages);
		(void)pthread_mutex_lock(&c->lock);
		c->busy = false;
		c->result = r;
		c->in_doubt = c->db.in_doubt;
		if (r == 0)
			note_copied(c, copied_pages, copied_pages > c->copied_pages);
		(void)pthread_cond_broadcast(&c->changed);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

static struct store_checkpoint_limits
make_limits(uint64_t wal_max_len)
{
	uint64_t len = wal_max_len == 0 ? STORE_WAL_MAX_LEN : wal_max_len;
	int max = len / STORE_DB_PAGE_SIZE > INT_MAX ? INT_MAX : (int)(len / STORE_DB_PAGE_SIZE);

	return (struct store_checkpoint_limits){ max / 4, max / 2, max / 40, max };
}

int
store_checkpoint_start(struct store_checkpoint *c, const char *path, uint64_t wal_max_len)
{
	int r;

	*c = (struct store_checkpoint){ .path = xstrdup(path), .limits = make_limits(wal_max_len) };
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->changed, NULL);
	r = store_thread_start(&c->thread, run, c);
	if (r < 0) {
		free(c->path);
		c->path = NULL;
	}
	return r;
}

void
store_checkpoint_stop(struct store_checkpoint *c)
{
	if (c->path == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->stop = true;
	(void)pthread_cond_broadcast(&c->changed);
	(void)pthread_mutex_unlock(&c->lock);
	(void)pthread_join(c->thread, NULL);
	(void)pthread_cond_destroy(&c->changed);
	(void)pthread_mutex_destroy(&c->lock);
	if (c->in_doubt)
		store_db_abandon(&c->db);
	store_db_close(&c->db);
	free(c->path);
	c->path = NULL;
}

/* Keeps the thread from beginning anew until the writer is done. */
static void
claim(struct store_checkpoint *c)
{
	c->claimed = true;
	while (c->busy)
		(void)pthread_cond_wait(&c->changed, &c->lock);
	c->claimed = false; /* from here on the lock keeps the thread away */
}

static int
copy_rest(struct store_checkpoint *c, struct store_db *writer, int mode)
{
	int wal_pages, copied_pages, r = copy(writer, mode, &wal_pages, &copied_pages);

	if (r < 0)
		return r;
	note_copied(c, copied_pages, copied_pages == wal_pages);
	/* All is copied: the next transaction starts the WAL over, unless somebody reads in it. */
	if (copied_pages == wal_pages)
		c->copied_pages = c->wal_pages = 0;
	return 0;
}

static bool
is_time_to_restart(const struct store_checkpoint *c)
{
	if (c->busy || c->in_doubt || c->wal_pages < c->limits.restart ||
	    c->wal_pages < c->next_try)
		return false;
	return c->wal_pages >= c->limits.max || c->wal_pages - c->copied_pages <= c->limits.rest;
}

bool
store_checkpoint_advance(struct store_checkpoint *c, struct store_db *writer, int wal_pages)
{
	bool ok;

	(void)pthread_mutex_lock(&c->lock);
	if (wal_pages < c->wal_pages)
		c->copied_pages = c->next_try = 0; /* the WAL has started over */
	c->wal_pages = wal_pages;
	if (wal_pages >= c->limits.max && wal_pages >= c->next_try)
		claim(c);
	if (is_time_to_restart(c))
		(void)copy_rest(c, writer, SQLITE_CHECKPOINT_PASSIVE);
	(void)pthread_cond_broadcast(&c->changed);
	ok = !c->in_doubt;
	(void)pthread_mutex_unlock(&c->lock);
	return ok;
}

int
store_checkpoint_finish(struct store_checkpoint *c, struct store_db *writer, bool wait)
{
	int r;

	(void)pthread_mutex_lock(&c->lock);
	claim(c);
	r = copy_rest(c, writer, wait ? SQLITE_CHECKPOINT_FULL : SQLITE_CHECKPOINT_PASSIVE);
	(void)pthread_mutex_unlock(&c->lock);
	return r;
}

void
store_checkpoint_abandon(struct store_checkpoint *c)
{
	(void)pthread_mutex_lock(&c->lock);
	claim(c);
	store_db_abandon(&c->db);
	c->in_doubt = false;
	c->wal_pages = c->copied_pages = c->next_try = 0;
	(void)pthread_mutex_unlock(&c->lock);
}
