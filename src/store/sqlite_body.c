/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_body.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite_file.h"
#include "store/sqlite_space.h"
#include "util/alloc.h"

#define PREFIX "body-"
enum {
	PATH_SIZE = 4096,
	NUMBER_LEN = 16, /* hexadecimal digits of a name */
	SQL_SIZE = 96,
};

struct path {
	char text[PATH_SIZE];
};

static struct path
path_of(const char *directory, uint64_t message_id)
{
	struct path p;
	int len = snprintf(
	    p.text, sizeof p.text, "%s/" PREFIX "%0*" PRIx64, directory, NUMBER_LEN, message_id);

	assert(len > 0 && (size_t)len < sizeof p.text);
	(void)len;
	return p;
}

void
store_bodies_init(struct store_bodies *b, const struct store_options *options)
{
	*b = (struct store_bodies){ .directory = options->directory,
		.chunks_len =
		    options->chunks_len == 0 ? STORE_BODY_CHUNKS_LEN : options->chunks_len,
		.min_free = options->min_free_space,
		.open = xcalloc(STORE_BODY_OPEN_MAX, sizeof *b->open) };
}

int
store_bodies_open(struct store_bodies *b)
{
	return store_file_open(b->directory, SQLITE_OPEN_READONLY, &b->names);
}

static void
close_all(struct store_bodies *b)
{
	for (size_t i = 0; i < b->open_count; i++)
		store_file_close(&b->open[i].file);
}

void
store_bodies_done(struct store_bodies *b)
{
	close_all(b);
	store_file_close(&b->names);
	free(b->open);
	free(b->over);
	*b = (struct store_bodies){ 0 };
}

struct store_body *
store_bodies_find(struct store_bodies *b, uint64_t message_id)
{
	for (size_t i = 0; i < b->open_count; i++)
		if (b->open[i].message_id == message_id && !b->open[i].is_dropped)
			return &b->open[i];
	return NULL;
}

static void
close_body(struct store_bodies *b, struct store_body *body)
{
	store_file_close(&body->file);
	*body = b->open[--b->open_count];
}

/* The file of that number will be another one. */
static void
forget_dropped(struct store_bodies *b, uint64_t message_id)
{
	for (size_t i = b->open_count; i-- > 0;)
		if (b->open[i].message_id == message_id)
			close_body(b, &b->open[i]);
}

/* Until the batch is committed the file is that of the message that was. */
static bool
is_over(const struct store_bodies *b, uint64_t message_id)
{
	for (size_t i = 0; i < b->over_count; i++)
		if (b->over[i] == message_id)
			return true;
	return false;
}

static bool
has_room(const struct store_bodies *b)
{
	uint64_t free_len = 0;

	return b->min_free == 0 ||
	       (store_space_free(b->directory, &free_len) == 0 && free_len >= b->min_free);
}

struct store_body *
store_bodies_begin(struct store_bodies *b, uint64_t message_id, uint64_t start, uint32_t count)
{
	const struct path path = path_of(b->directory, message_id);
	struct store_body body = {
		.message_id = message_id, .start = start, .count = count, .is_new = true
	};

	forget_dropped(b, message_id);
	if (b->open_count == STORE_BODY_OPEN_MAX || is_over(b, message_id) || !has_room(b))
		return NULL;
	if (store_file_remove(path.text) < 0 || /* of a message that could not be removed */
	    store_file_open(path.text,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE, &body.file) < 0)
		return NULL;
	b->has_new_names = true;
	b->open[b->open_count] = body;
	return &b->open[b->open_count++];
}

/* What the kernel could not write it may have dropped, and says so once: the file is given up. */
static int
note_result(struct store_body *body, int result)
{
	if (result < 0 && result != -ENOSPC)
		store_file_close(&body->file);
	return result;
}

int
store_body_append(struct store_body *body, uint32_t seq, struct slice data)
{
	int r;

	if (seq != body->count || body->file == NULL)
		return seq < body->count ? -EEXIST : -ENODATA;
	r = note_result(body, store_file_write(body->file, data, body->len));
	if (r < 0)
		return r;
	body->len += data.len;
	body->count++;
	return 0;
}

/* Which of the names were lost is not known: all files are given up. */
static int
sync_names(struct store_bodies *b)
{
	int r = 0;

	if (b->has_new_names)
		r = store_file_sync(b->names);
	if (r < 0)
		close_all(b);
	else
		b->has_new_names = false;
	return r;
}

int
store_bodies_sync(struct store_bodies *b, struct store_body *body)
{
	int r = -ENODATA;

	if (body->file != NULL)
		r = store_file_sync(body->file);
	/* A disk that is full for what it has taken already has lost it. */
	if (r < 0)
		store_file_close(&body->file);
	else
		r = sync_names(b);
	body->is_queued = r == 0;
	return r;
}

void
store_bodies_note_over(struct store_bodies *b, uint64_t message_id)
{
	if (b->over_count == b->over_size) {
		b->over_size = b->over_size == 0 ? 64 : 2 * b->over_size;
		b->over = xrealloc(b->over, b->over_size * sizeof *b->over);
	}
	b->over[b->over_count++] = message_id;
}

void
store_bodies_drop(struct store_bodies *b, uint64_t message_id)
{
	struct store_body *body = store_bodies_find(b, message_id);

	if (body != NULL)
		body->is_dropped = true;
}

static void
keep(struct store_bodies *b)
{
	for (size_t i = b->open_count; i-- > 0;) {
		struct store_body *body = &b->open[i];

		body->is_new = false;
		body->kept_len = body->len;
		body->kept_count = body->count;
		if (body->is_queued)
			close_body(b, body);
	}
	b->kept_over_count = b->over_count;
}

/*
 * What was appended is written over by what comes next. A file that was begun goes: rows before it
 * may have been of the same batch.
 */
static void
take_back(struct store_bodies *b)
{
	for (size_t i = 0; i < b->open_count; i++) {
		struct store_body *body = &b->open[i];

		body->len = body->kept_len;
		body->count = body->kept_count;
		body->is_queued = false;
		body->is_dropped = body->is_dropped || body->is_new;
	}
	b->over_count = b->kept_over_count;
}

void
store_bodies_end_batch(struct store_bodies *b, int result)
{
	if (result == 0)
		keep(b);
	else
		take_back(b);
}

static void
remove_body(const struct store_bodies *b, uint64_t message_id)
{
	const struct path path = path_of(b->directory, message_id);

	(void)store_file_remove(path.text);
}

void
store_bodies_remove(struct store_bodies *b)
{
	for (size_t i = 0; i < b->over_count; i++)
		remove_body(b, b->over[i]);
	b->over_count = b->kept_over_count = 0;
	for (size_t i = b->open_count; i-- > 0;) {
		if (!b->open[i].is_dropped)
			continue;
		remove_body(b, b->open[i].message_id);
		close_body(b, &b->open[i]);
	}
}

static int
is_body(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return strlen(name) == strlen(PREFIX) + NUMBER_LEN &&
	       strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
	       strspn(name + strlen(PREFIX), "0123456789abcdef") == NUMBER_LEN;
}

static uint64_t
number_of(const char *name)
{
	return strtoull(name + strlen(PREFIX), NULL, 16);
}

/* 1 when the message is in the database, else 0. */
static int
is_queued(struct store_db *db, uint64_t message_id)
{
	char sql[SQL_SIZE];
	int64_t count = 0;
	int r;

	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM message WHERE id = %" PRId64,
	    (int64_t)message_id);
	r = store_db_number(db, sql, &count);
	return r < 0 ? r : count != 0;
}

/* A transaction would need room on a disk that these files may have filled. */
static int
sync_wal(struct store_db *db)
{
	const char *path = sqlite3_filename_wal(sqlite3_db_filename(db->handle, "main"));
	sqlite3_file *wal = NULL;
	int r = store_file_open(path, SQLITE_OPEN_READONLY, &wal);

	if (r == 0)
		r = store_file_sync(wal);
	store_file_close(&wal);
	return r;
}

/*
 * What was settled may be in a WAL that is not synced: the message must not come back without it. A
 * file that cannot be removed is in nobody's way.
 */
static int
sweep_one(const char *directory, struct store_db *db, uint64_t message_id, bool *is_synced)
{
	const struct path path = path_of(directory, message_id);
	int r = is_queued(db, message_id);

	if (r != 0)
		return r < 0 ? r : 0;
	if (!*is_synced)
		r = sync_wal(db);
	*is_synced = r == 0;
	if (r == 0)
		(void)store_file_remove(path.text);
	return r;
}

int
store_bodies_sweep(const char *directory, struct store_db *db)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_body, NULL), r = count < 0 ? -errno : 0;
	bool is_synced = false;

	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = sweep_one(directory, db, number_of(entries[i]->d_name), &is_synced);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int
store_body_read(
    const char *directory, uint64_t message_id, uint64_t offset, size_t len, struct buf *out)
{
	const struct path path = path_of(directory, message_id);
	uint8_t *room = buf_reserve(out, len);
	sqlite3_file *file = NULL;
	int r;

	if (room == NULL)
		return -EMSGSIZE;
	r = store_file_open(path.text, SQLITE_OPEN_READONLY, &file);
	if (r < 0)
		return r;
	r = store_file_read(file, room, len, offset);
	store_file_close(&file);
	if (r == 0)
		out->len += len;
	return r;
}
