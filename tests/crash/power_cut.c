/* SPDX-License-Identifier: Apache-2.0 */
#include "power_cut.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util/fd.h"

enum {
	FILE_MAX = 1 << 26,
	SECTOR_LEN = 512,
	PATH_SIZE = 512,
	NAME_SIZE = 32,
};

static const char *const names[FAULT_FILE_DIRECTORY] = {
	[FAULT_FILE_DATABASE] = "queue.db",
	[FAULT_FILE_WAL] = "queue.db-wal",
	[FAULT_FILE_JOURNAL] = "queue.db-journal",
};

void
power_cut_init(struct power_cut *p, uint64_t seed)
{
	*p = (struct power_cut){ .random = seed };
	for (size_t i = 0; i < FAULT_FILE_COUNT; i++)
		buf_init(&p->files[i].synced, FILE_MAX);
}

void
power_cut_done(struct power_cut *p)
{
	for (size_t i = 0; i < FAULT_FILE_COUNT; i++)
		buf_done(&p->files[i].synced);
}

/* The same for the same seed: xorshift. */
static bool
toss(struct power_cut *p)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (p->random >> 32 & 1) != 0;
}

static void
resize(struct buf *b, size_t len)
{
	uint8_t *room;

	if (len > b->len) {
		room = buf_reserve(b, len - b->len);
		memset(room, 0, len - b->len);
	}
	b->len = len;
}

static void
put_octets(struct buf *b, uint64_t offset, const uint8_t *data, size_t len)
{
	if (offset + len > b->len)
		resize(b, (size_t)offset + len);
	memcpy(b->ptr + offset, data, len);
}

static void
put_some_sectors(struct power_cut *p, struct buf *b, const struct fault_record *r)
{
	size_t done = 0;

	while (done < r->len) {
		size_t n = SECTOR_LEN - (size_t)((r->offset + done) % SECTOR_LEN);

		if (n > r->len - done)
			n = r->len - done;
		if (toss(p))
			put_octets(b, r->offset + done, r->data + done, n);
		done += n;
	}
}

static void
apply(struct power_cut *p, struct buf *b, const struct fault_record *r, enum power_cut_loss loss)
{
	if (loss != POWER_CUT_LOSES_NOTHING && toss(p) && loss == POWER_CUT_LOSES_WRITES)
		return;
	if (r->change == FAULT_CHANGE_TRUNCATE)
		resize(b, (size_t)r->offset);
	else if (loss == POWER_CUT_LOSES_SECTORS)
		put_some_sectors(p, b, r);
	else
		put_octets(b, r->offset, r->data, r->len);
}

/* Applies what was done to the file between its last sync and now. */
static void
apply_unsynced(struct power_cut *p, size_t file, struct buf *b, enum power_cut_loss loss)
{
	for (size_t i = p->files[file].unsynced_from; i < p->step; i++) {
		const struct fault_record *r = fault_vfs_record_at(i);

		if (r->file == (enum fault_file)file)
			apply(p, b, r, loss);
	}
}

static void
sync_names(struct power_cut *p)
{
	for (size_t i = 0; i < FAULT_FILE_COUNT; i++)
		p->files[i].has_new_name = false;
}

static void
set_exists(struct power_cut_file *f, bool exists)
{
	f->has_new_name = f->has_new_name || f->exists != exists;
	f->exists = exists;
}

void
power_cut_advance(struct power_cut *p)
{
	const struct fault_record *r = fault_vfs_record_at(p->step);
	struct power_cut_file *f = &p->files[r->file];

	switch (r->change) {
	case FAULT_CHANGE_WRITE:
	case FAULT_CHANGE_TRUNCATE:
		set_exists(f, true);
		p->step++;
		return;
	case FAULT_CHANGE_SYNC:
		if (r->file == FAULT_FILE_DIRECTORY)
			sync_names(p);
		apply_unsynced(p, r->file, &f->synced, POWER_CUT_LOSES_NOTHING);
		set_exists(f, true);
		break;
	case FAULT_CHANGE_REMOVE:
		if (r->file < FAULT_FILE_BODY)
			buf_clear(&f->synced);
		set_exists(f, false);
		break;
	}
	f->unsynced_from = ++p->step;
}

static const char *
name_of(size_t file, char name[NAME_SIZE])
{
	if (file < FAULT_FILE_BODY)
		return names[file];
	(void)snprintf(name, NAME_SIZE, "body-%016zx", file - FAULT_FILE_BODY);
	return name;
}

static void
write_file(const char *directory, const char *name, const struct buf *b, bool exists)
{
	char path[PATH_SIZE];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	(void)unlink(path);
	if (!exists)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || fd_write_all(fd, b->ptr, b->len) < 0)
		abort();
	fd_close(&fd);
}

/* Is the file there? SQLite itself sees to the names of its own files. */
static bool
is_there(struct power_cut *p, size_t file, enum power_cut_loss loss)
{
	const struct power_cut_file *f = &p->files[file];

	if (file < FAULT_FILE_BODY || loss == POWER_CUT_LOSES_NOTHING || !f->has_new_name)
		return f->exists;
	return loss == POWER_CUT_LOSES_UNSYNCED ? !f->exists : toss(p);
}

void
power_cut_write(struct power_cut *p, enum power_cut_loss loss, const char *directory)
{
	for (size_t i = 0; i < FAULT_FILE_COUNT; i++) {
		char name[NAME_SIZE];
		struct buf found;

		if (i == FAULT_FILE_DIRECTORY)
			continue;
		buf_init(&found, FILE_MAX);
		(void)buf_add_slice(&found, buf_slice(&p->files[i].synced));
		if (loss != POWER_CUT_LOSES_UNSYNCED)
			apply_unsynced(p, i, &found, loss);
		write_file(directory, name_of(i, name), &found, is_there(p, i, loss));
		buf_done(&found);
	}
	write_file(directory, "queue.db-shm", NULL, false);
}
