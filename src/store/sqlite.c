/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite.c - store.h over SQLite: opening, closing, and batches on their way through the writer. */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite_private.h"
#include "store/sqlite_schema.h"
#include "util/alloc.h"
#include "util/fd.h"

#define DATABASE_NAME "queue.db"
#define LOCK_NAME "queue.lock"
enum { PATH_MAX_LEN = 4096 };

static char *
join(const char *directory, const char *name)
{
	struct buf path;

	buf_init(&path, PATH_MAX_LEN);
	(void)buf_addf(&path, "%s/%s", directory, name);
	assert(!path.overflow);
	(void)buf_add_octet(&path, '\0');
	return (char *)path.ptr;
}

static struct store_batch *
new_batch(void)
{
	struct store_batch *b = xmalloc(sizeof *b);

	store_batch_init(b);
	return b;
}

static void
free_batch(struct store_batch **b)
{
	if (*b != NULL)
		store_batch_done(*b);
	free(*b);
	*b = NULL;
}

/* Hands the open batch over, less what nobody wants flushed yet. */
static void
give_open(struct store *s)
{
	struct store_batch *rest = new_batch();

	store_batch_split(s->open, rest);
	s->written = s->open;
	s->open = rest;
	store_writer_give(&s->writer, s->written);
}

static void
on_done(evutil_socket_t fd, short what, void *arg)
{
	struct store *s = arg;
	struct store_batch *b = s->written;
	int result;

	(void)fd;
	(void)what;
	if (!store_writer_take(&s->writer, &result))
		return;
	s->written = NULL;
	if (s->open->call_count != 0)
		give_open(s); /* before the calls, which may take a while */
	for (size_t i = 0; i < b->call_count; i++)
		b->calls[i].fn(b->calls[i].arg, result);
	free_batch(&b);
}

static int
take_lock(struct store *s, struct buf *error)
{
	char *path = join(s->directory, LOCK_NAME);
	int r = 0;

	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		r = -errno;
	else if (flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0)
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (r == -EBUSY)
		(void)buf_addf(error, "another process has the queue in %s", s->directory);
	else if (r < 0)
		(void)buf_addf(error, "cannot lock %s: %s", path, strerrordesc_np(-r));
	free(path);
	return r;
}

/* Makes the names of new files durable, too. */
static int
sync_directory(struct store *s, struct buf *error)
{
	int r = 0, fd = open(s->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		r = -errno;
	fd_close(&fd);
	if (r < 0)
		(void)buf_addf(error, "cannot sync %s: %s", s->directory, strerrordesc_np(-r));
	return r;
}

static struct store *
new_store(const char *directory)
{
	struct store *s = xcalloc(1, sizeof *s);

	s->directory = xstrdup(directory);
	s->path = join(directory, DATABASE_NAME);
	s->lock_fd = -1;
	store_reader_init(&s->reader, s->path);
	return s;
}

static int
start(struct store *s, struct event_base *base, const struct store_options *options,
    struct buf *error)
{
	struct store_options own = *options;
	int r = take_lock(s, error);

	own.directory = s->directory;
	if (r == 0)
		r = store_writer_start(&s->writer, s->path, &own, &s->reader, error);
	if (r < 0)
		return r;
	s->has_writer = true;
	s->open = new_batch();
	s->on_done = event_new(base, s->writer.done_fd, EV_READ | EV_PERSIST, on_done, s);
	if (s->on_done == NULL || event_add(s->on_done, NULL) < 0)
		return -ENOMEM;
	return sync_directory(s, error);
}

int
store_open(struct event_base *base, const struct store_options *options, struct store **ret_store,
    struct buf *error)
{
	struct store *s = new_store(options->directory);
	int r = start(s, base, options, error);

	if (r < 0)
		store_close(&s);
	else
		*ret_store = s;
	return r;
}

static int
open_database(struct store *s, struct buf *error)
{
	struct stat st;
	int r;

	if (stat(s->path, &st) < 0) {
		r = -errno;
		(void)buf_addf(error, "cannot read %s: %s", s->path, strerrordesc_np(-r));
		return r;
	}
	r = store_reader_open(&s->reader);
	if (r < 0)
		return store_schema_explain(&s->reader.db, r, error);
	return store_schema_check(&s->reader.db, error);
}

int
store_open_reader(const char *directory, struct store **ret_store, struct buf *error)
{
	struct store *s = new_store(directory);
	int r = open_database(s, error);

	if (r < 0)
		store_close(&s);
	else
		*ret_store = s;
	return r;
}

void
store_close(struct store **s)
{
	struct store *old = *s;

	if (old == NULL)
		return;
	*s = NULL;
	if (old->on_done != NULL)
		event_free(old->on_done);
	store_reader_done(&old->reader);
	if (old->has_writer)
		store_writer_stop(&old->writer);
	free_batch(&old->written);
	free_batch(&old->open);
	fd_close(&old->lock_fd);
	free(old->path);
	free(old->directory);
	free(old);
}

void
store_put_chunk(struct store *s, uint64_t message_id, uint32_t seq, uint8_t *data, size_t len)
{
	store_batch_add_chunk(s->open, message_id, seq, data, len);
}

void
store_put_message(struct store *s, const struct store_message *m)
{
	store_batch_add_message(s->open, m);
}

void
store_drop_chunks(struct store *s, uint64_t message_id)
{
	store_batch_add_plain(s->open, STORE_OP_DROP_CHUNKS, message_id, 0);
}

void
store_put_outcome(struct store *s, uint64_t message_id, uint32_t recipient,
    enum store_recipient_state state, uint64_t due_unix_ms, const struct smtp_verdict *verdict)
{
	const struct store_op_outcome o = {
		.recipient = recipient, .state = state, .due_unix_ms = due_unix_ms
	};

	store_batch_add_outcome(s->open, message_id, &o, verdict);
}

void
store_put_notices(struct store *s, uint64_t message_id, uint32_t recipient, uint32_t notices)
{
	const struct store_op_notices n = { .recipient = recipient, .notices = notices };

	store_batch_add_notices(s->open, message_id, &n);
}

void
store_settle(struct store *s, uint64_t message_id, uint64_t now_unix_ms)
{
	store_batch_add_plain(s->open, STORE_OP_SETTLE, message_id, now_unix_ms);
}

void
store_prune_history(struct store *s, uint64_t before_unix_ms)
{
	store_batch_add_plain(s->open, STORE_OP_PRUNE_HISTORY, 0, before_unix_ms);
}

size_t
store_batch_len(const struct store *s)
{
	return s->open->len + (s->written == NULL ? 0 : s->written->len);
}

bool
store_is_flushing(const struct store *s)
{
	return s->written != NULL;
}

void
store_flush(struct store *s, void (*on_durable)(void *arg, int result), void *arg)
{
	store_batch_add_call(s->open, on_durable, arg);
	if (s->written == NULL)
		give_open(s);
}

int
store_probe(struct store *s)
{
	return store_writer_probe(&s->writer);
}
