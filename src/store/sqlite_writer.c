/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_writer.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "store/sqlite_error.h"
#include "store/sqlite_schema.h"
#include "store/thread.h"
#include "util/fd.h"
#include "util/log.h"

static int
on_commit(void *arg, sqlite3 *handle, const char *name, int wal_pages)
{
	(void)handle;
	(void)name;
	((struct store_writer *)arg)->wal_pages = wal_pages;
	return SQLITE_OK;
}

static void
adopt(struct store_writer *w)
{
	store_apply_init(&w->apply, &w->db, &w->bodies);
	(void)sqlite3_wal_hook(w->db.handle, on_commit, w);
}

/* Opens a new connection before the old one goes: the WAL's index lives while one is open. */
static int
reopen(struct store_writer *w)
{
	struct store_db fresh = { .sql = store_apply_sql };
	int r = store_db_open(&fresh, w->path, STORE_DB_WRITE, STORE_WRITER_CACHE_KIB);

	if (r < 0) {
		store_db_abandon(&fresh);
		return r;
	}
	store_db_abandon(&w->db);
	w->db = fresh;
	adopt(w);
	return 0;
}

/* Closes every connection, so that the one that opens next recovers the WAL from its file. */
static int
recover(struct store_writer *w)
{
	int r;

	store_checkpoint_abandon(&w->checkpoint);
	store_reader_abandon(w->reader);
	store_db_abandon(&w->db);
	w->wal_pages = 0;
	r = reopen(w);
	return r < 0 ? r : store_checkpoint_finish(&w->checkpoint, &w->db, true);
}

/*
 * After a failed write or sync two things are not known.
 *
 * Whether the batch that failed is in the WAL whole, to be found there after a crash, though its
 * senders were told 451: an empty transaction is written over its start, before they are told.
 *
 * What else has reached the disk, although it reads back well: the kernel can drop what it could
 * not write, and reports that once. So the WAL is recovered from its file by its checksums, and
 * copied to the database whole and synced there, before anything is acknowledged again.
 */
static int
restore(struct store_writer *w)
{
	int r;

	if (!w->in_doubt)
		return 0;
	r = reopen(w);
	if (r == 0)
		r = store_apply_nothing(&w->apply);
	if (r == 0)
		r = recover(w);
	if (r == 0)
		w->in_doubt = false;
	return r;
}

/* What a batch that failed was to drop, perhaps before it was looked at: nobody asks again. */
static void
note_drops(struct store_writer *w, const struct store_batch *b)
{
	store_owed_note(&w->owed, b);
	for (const struct store_op *op = b->first; op != NULL; op = op->next)
		if (op->kind == STORE_OP_DROP_CHUNKS)
			store_bodies_drop(&w->bodies, op->message_id);
}

static int
write_batch(struct store_writer *w, const struct store_batch *b)
{
	int r;

	if (b->first == NULL)
		return 0;
	r = restore(w);
	if (r == 0)
		r = store_space_check(&w->space, &w->db, b);
	if (r == 0)
		r = store_apply_batch(&w->apply, b);
	if (r < 0 && w->db.in_doubt) {
		w->in_doubt = true;
		(void)restore(w);
	}
	if (r < 0)
		note_drops(w, b);
	else
		store_owed_forget(&w->owed, b);
	return r;
}

static int
try_write(struct store_writer *w)
{
	int r = restore(w);

	if (r == 0)
		r = store_space_measure(&w->space, &w->db);
	if (r == 0)
		r = store_apply_nothing(&w->apply);
	w->in_doubt = w->in_doubt || w->db.in_doubt;
	return r;
}

/*
 * Files of messages that are over go when nobody waits for it. On a full disk the WAL starts over
 * where it can, so that what makes room finds some: outcomes and removals then go into blocks that
 * the WAL already has.
 */
static void
tidy(struct store_writer *w, int result)
{
	if (w->in_doubt)
		return;
	store_bodies_remove(&w->bodies);
	if (result == 0)
		(void)store_owed_pay(&w->owed, &w->apply);
	if (result == -ENOSPC)
		(void)store_checkpoint_finish(&w->checkpoint, &w->db, false);
	else if (!store_checkpoint_advance(&w->checkpoint, &w->db, w->wal_pages))
		w->in_doubt = true;
	w->in_doubt = w->in_doubt || w->db.in_doubt;
}

/* Failures of what the batch asked for say nothing about the disk. */
static bool
is_refusal(int result)
{
	return result == -EEXIST || result == -ENODATA;
}

/* Under the lock. */
static void
note_health(struct store_writer *w, int result)
{
	if (is_refusal(result))
		return;
	w->health = result;
}

static void
signal_done(int fd)
{
	const uint64_t one = 1;

	/* An eventfd that is never above some counts does not fail. */
	if (write(fd, &one, sizeof one) < 0)
		log_event(LOG_LEVEL_ERROR, "store-wakeup-failed", NULL, NULL);
}

/* Called and returns under the lock. */
static void
serve_batch(struct store_writer *w)
{
	const struct store_batch *b = w->todo;
	int r;

	w->todo = NULL;
	(void)pthread_mutex_unlock(&w->lock);
	r = write_batch(w, b);
	(void)pthread_mutex_lock(&w->lock);
	w->result = r;
	w->done = true;
	if (b->first != NULL)
		note_health(w, r);
	signal_done(w->done_fd);
	(void)pthread_mutex_unlock(&w->lock);
	tidy(w, r);
	(void)pthread_mutex_lock(&w->lock);
}

/* Called and returns under the lock. */
static void
serve_probe(struct store_writer *w)
{
	int r;

	(void)pthread_mutex_unlock(&w->lock);
	r = try_write(w);
	tidy(w, r);
	(void)pthread_mutex_lock(&w->lock);
	w->probe = false;
	note_health(w, r);
}

static void *
run(void *arg)
{
	struct store_writer *w = arg;

	(void)pthread_mutex_lock(&w->lock);
	while (w->todo != NULL || !w->stop) {
		if (w->todo != NULL)
			serve_batch(w);
		else if (w->probe)
			serve_probe(w);
		else
			(void)pthread_cond_wait(&w->changed, &w->lock);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

static int
prepare(struct store_writer *w, struct buf *error)
{
	int r = store_db_open(&w->db, w->path, STORE_DB_WRITE, STORE_WRITER_CACHE_KIB);

	if (r < 0)
		return store_schema_explain(&w->db, r, error);
	adopt(w);
	r = store_schema_make(&w->db, error);
	if (r < 0)
		return r;
	r = store_bodies_open(&w->bodies);
	if (r == 0)
		r = store_bodies_sweep(w->bodies.directory, &w->db);
	if (r == 0)
		r = store_schema_remove_arriving(&w->db);
	return r < 0 ? store_schema_explain(&w->db, r, error) : 0;
}

static int
start_threads(struct store_writer *w, uint64_t wal_max_len)
{
	int r;

	w->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->done_fd < 0)
		return -errno;
	r = store_checkpoint_start(&w->checkpoint, w->path, wal_max_len);
	if (r < 0)
		return r;
	r = store_thread_start(&w->thread, run, w);
	if (r < 0)
		store_checkpoint_stop(&w->checkpoint);
	return r;
}

int
store_writer_start(struct store_writer *w, const char *path, const struct store_options *options,
    struct store_reader *reader, struct buf *error)
{
	int r;

	*w = (struct store_writer){ .done_fd = -1, .path = path, .reader = reader };
	w->db.sql = store_apply_sql;
	w->space = (struct store_space){ .directory = options->directory,
		.min_free = options->min_free_space };
	store_bodies_init(&w->bodies, options);
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->changed, NULL);
	r = prepare(w, error);
	if (r == 0) {
		r = start_threads(w, options->wal_max_len);
		if (r < 0)
			(void)buf_add_text(error, "cannot start the threads of the queue's store");
	}
	if (r < 0) {
		store_db_close(&w->db);
		store_bodies_done(&w->bodies);
		store_owed_done(&w->owed);
		fd_close(&w->done_fd);
	}
	return r;
}

void
store_writer_stop(struct store_writer *w)
{
	(void)pthread_mutex_lock(&w->lock);
	w->stop = true;
	(void)pthread_cond_signal(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	store_checkpoint_stop(&w->checkpoint);
	if (w->in_doubt)
		store_db_abandon(&w->db);
	store_db_close(&w->db);
	store_bodies_done(&w->bodies);
	store_owed_done(&w->owed);
	fd_close(&w->done_fd);
	(void)pthread_cond_destroy(&w->changed);
	(void)pthread_mutex_destroy(&w->lock);
}

void
store_writer_give(struct store_writer *w, const struct store_batch *b)
{
	(void)pthread_mutex_lock(&w->lock);
	w->todo = b;
	(void)pthread_cond_signal(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
}

bool
store_writer_take(struct store_writer *w, int *ret_result)
{
	uint64_t count;
	bool done;

	if (read(w->done_fd, &count, sizeof count) < 0)
		return false;
	(void)pthread_mutex_lock(&w->lock);
	done = w->done;
	w->done = false;
	if (done)
		*ret_result = w->result;
	(void)pthread_mutex_unlock(&w->lock);
	return done;
}

int
store_writer_probe(struct store_writer *w)
{
	int health;

	(void)pthread_mutex_lock(&w->lock);
	health = w->health;
	w->probe = w->probe || health != 0;
	(void)pthread_cond_signal(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
	return health;
}
