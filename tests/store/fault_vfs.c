/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_vfs.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

#include "util/alloc.h"

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* behind this struct */
	enum fault_file which;
};

enum { PIECE_MAX = 2048 };

static struct {
	pthread_mutex_t lock;
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	enum fault_kind kind;
	uint64_t countdown, failures_left;
	bool has_failed, recording;
	struct fault_record *records;
	size_t record_count, record_size;
} fault = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct file *
file_of(sqlite3_file *f)
{
	return (struct file *)f;
}

/* Counts one operation; how it must fail, or FAULT_NONE. */
static enum fault_kind
fails(bool takes_space)
{
	enum fault_kind kind;
	bool hit = false;

	(void)pthread_mutex_lock(&fault.lock);
	if (fault.kind == FAULT_IO || (fault.kind == FAULT_DISK_FULL && takes_space)) {
		if (fault.countdown > 0)
			fault.countdown--;
		hit = fault.countdown == 0 && fault.failures_left > 0;
		if (hit)
			fault.failures_left--;
		fault.has_failed = fault.has_failed || hit;
	}
	kind = hit ? fault.kind : FAULT_NONE;
	(void)pthread_mutex_unlock(&fault.lock);
	return kind;
}

/* Under the lock. */
static void
record_one(struct fault_record r, const uint8_t *data)
{
	if (fault.record_count == fault.record_size) {
		fault.record_size = fault.record_size == 0 ? 256 : 2 * fault.record_size;
		fault.records = xrealloc(fault.records, fault.record_size * sizeof *fault.records);
	}
	if (r.len != 0) {
		r.data = xmalloc(r.len);
		memcpy(r.data, data, r.len);
	}
	fault.records[fault.record_count++] = r;
}

/* The power may go in the midst of a large write: it is kept as pieces. */
static void
record(struct fault_record r, const void *data)
{
	size_t left = r.len;

	(void)pthread_mutex_lock(&fault.lock);
	while (fault.recording) {
		r.len = left < PIECE_MAX ? left : PIECE_MAX;
		record_one(r, data);
		left -= r.len;
		if (left == 0)
			break;
		r.offset += r.len;
		data = (const uint8_t *)data + r.len;
	}
	(void)pthread_mutex_unlock(&fault.lock);
}

static int
on_close(sqlite3_file *f)
{
	return file_of(f)->real->pMethods->xClose(file_of(f)->real);
}

static int
on_read(sqlite3_file *f, void *data, int len, sqlite3_int64 offset)
{
	if (fails(false) != FAULT_NONE)
		return SQLITE_IOERR_READ;
	return file_of(f)->real->pMethods->xRead(file_of(f)->real, data, len, offset);
}

static int
on_write(sqlite3_file *f, const void *data, int len, sqlite3_int64 offset)
{
	struct file *file = file_of(f);
	enum fault_kind kind = fails(true);

	if (kind != FAULT_NONE)
		return kind == FAULT_DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	record((struct fault_record){ .file = file->which,
		   .change = FAULT_CHANGE_WRITE,
		   .offset = (uint64_t)offset,
		   .len = (size_t)len },
	    data);
	return file->real->pMethods->xWrite(file->real, data, len, offset);
}

static int
on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct file *file = file_of(f);

	if (fails(true) != FAULT_NONE)
		return SQLITE_IOERR_TRUNCATE;
	record(
	    (struct fault_record){
		.file = file->which, .change = FAULT_CHANGE_TRUNCATE, .offset = (uint64_t)size },
	    NULL);
	return file->real->pMethods->xTruncate(file->real, size);
}

static int
on_sync(sqlite3_file *f, int flags)
{
	struct file *file = file_of(f);

	if (fails(true) != FAULT_NONE)
		return SQLITE_IOERR_FSYNC;
	record((struct fault_record){ .file = file->which, .change = FAULT_CHANGE_SYNC }, NULL);
	return file->real->pMethods->xSync(file->real, flags);
}

static int
on_file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return file_of(f)->real->pMethods->xFileSize(file_of(f)->real, size);
}

static int
on_lock(sqlite3_file *f, int level)
{
	return file_of(f)->real->pMethods->xLock(file_of(f)->real, level);
}

static int
on_unlock(sqlite3_file *f, int level)
{
	return file_of(f)->real->pMethods->xUnlock(file_of(f)->real, level);
}

static int
on_check_lock(sqlite3_file *f, int *is_reserved)
{
	return file_of(f)->real->pMethods->xCheckReservedLock(file_of(f)->real, is_reserved);
}

static int
on_control(sqlite3_file *f, int op, void *arg)
{
	return file_of(f)->real->pMethods->xFileControl(file_of(f)->real, op, arg);
}

static int
on_sector_size(sqlite3_file *f)
{
	return file_of(f)->real->pMethods->xSectorSize(file_of(f)->real);
}

/* None: no "safe append", no "powersafe overwrite". */
static int
on_characteristics(sqlite3_file *f)
{
	(void)f;
	return 0;
}

static int
on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **memory)
{
	if (fails(false) != FAULT_NONE)
		return SQLITE_IOERR_SHMMAP;
	return file_of(f)->real->pMethods->xShmMap(file_of(f)->real, page, size, extend, memory);
}

static int
on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return file_of(f)->real->pMethods->xShmLock(file_of(f)->real, offset, n, flags);
}

static void
on_shm_barrier(sqlite3_file *f)
{
	file_of(f)->real->pMethods->xShmBarrier(file_of(f)->real);
}

static int
on_shm_unmap(sqlite3_file *f, int remove)
{
	return file_of(f)->real->pMethods->xShmUnmap(file_of(f)->real, remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = on_close,
	.xRead = on_read,
	.xWrite = on_write,
	.xTruncate = on_truncate,
	.xSync = on_sync,
	.xFileSize = on_file_size,
	.xLock = on_lock,
	.xUnlock = on_unlock,
	.xCheckReservedLock = on_check_lock,
	.xFileControl = on_control,
	.xSectorSize = on_sector_size,
	.xDeviceCharacteristics = on_characteristics,
	.xShmMap = on_shm_map,
	.xShmLock = on_shm_lock,
	.xShmBarrier = on_shm_barrier,
	.xShmUnmap = on_shm_unmap,
};

static bool
ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len >= end_len && memcmp(name + len - end_len, end, end_len) == 0;
}

static enum fault_file
file_named(const char *name)
{
	const char *body = strstr(name, "/body-");

	if (body != NULL)
		return (enum fault_file)(
		    FAULT_FILE_BODY + strtoull(body + strlen("/body-"), NULL, 16) %
					  (FAULT_FILE_COUNT - FAULT_FILE_BODY));
	if (ends_with(name, "-wal"))
		return FAULT_FILE_WAL;
	if (ends_with(name, "-journal"))
		return FAULT_FILE_JOURNAL;
	return ends_with(name, ".db") ? FAULT_FILE_DATABASE : FAULT_FILE_DIRECTORY;
}

static int
on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	struct file *file = file_of(f);
	int rc;

	(void)vfs;
	file->base.pMethods = NULL;
	file->real = (sqlite3_file *)(file + 1);
	file->which = name == NULL ? FAULT_FILE_JOURNAL : file_named(name);
	if (fails(false) != FAULT_NONE)
		return SQLITE_CANTOPEN;
	rc = fault.real->xOpen(fault.real, name, file->real, flags, out_flags);
	if (rc == SQLITE_OK)
		file->base.pMethods = &methods;
	return rc;
}

static int
on_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	(void)vfs;
	if (fails(false) != FAULT_NONE)
		return SQLITE_IOERR_DELETE;
	record(
	    (struct fault_record){ .file = file_named(name), .change = FAULT_CHANGE_REMOVE }, NULL);
	return fault.real->xDelete(fault.real, name, sync_dir);
}

static int
on_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs;
	return fault.real->xAccess(fault.real, name, flags, out);
}

static int
on_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	(void)vfs;
	return fault.real->xFullPathname(fault.real, name, size, out);
}

static int
on_last_error(sqlite3_vfs *vfs, int size, char *out)
{
	int e;

	(void)vfs;
	if (size > 0)
		out[0] = '\0';
	(void)pthread_mutex_lock(&fault.lock);
	e = fault.kind == FAULT_DISK_FULL ? ENOSPC : EIO;
	(void)pthread_mutex_unlock(&fault.lock);
	return e;
}

void
fault_vfs_install(void)
{
	(void)sqlite3_initialize();
	fault.real = sqlite3_vfs_find(NULL);
	fault.vfs = *fault.real;
	fault.vfs.zName = "fault";
	fault.vfs.szOsFile = fault.real->szOsFile + (int)sizeof(struct file);
	fault.vfs.xOpen = on_open;
	fault.vfs.xDelete = on_delete;
	fault.vfs.xAccess = on_access;
	fault.vfs.xFullPathname = on_full_path;
	fault.vfs.xGetLastError = on_last_error;
	(void)sqlite3_vfs_register(&fault.vfs, 1);
}

void
fault_vfs_remove(void)
{
	(void)sqlite3_vfs_unregister(&fault.vfs);
	(void)sqlite3_vfs_register(fault.real, 1);
	for (size_t i = 0; i < fault.record_count; i++)
		free(fault.records[i].data);
	free(fault.records);
	fault.records = NULL;
	fault.record_count = fault.record_size = 0;
	fault.recording = false;
	fault.kind = FAULT_NONE;
}

void
fault_vfs_fail(enum fault_kind kind, uint64_t n, uint64_t count)
{
	(void)pthread_mutex_lock(&fault.lock);
	fault.kind = kind;
	fault.countdown = n;
	fault.failures_left = count;
	fault.has_failed = false;
	(void)pthread_mutex_unlock(&fault.lock);
}

bool
fault_vfs_has_failed(void)
{
	bool has_failed;

	(void)pthread_mutex_lock(&fault.lock);
	has_failed = fault.has_failed;
	(void)pthread_mutex_unlock(&fault.lock);
	return has_failed;
}

void
fault_vfs_record(void)
{
	fault.recording = true;
}

void
fault_vfs_stop(void)
{
	fault.recording = false;
}

size_t
fault_vfs_record_count(void)
{
	size_t count;

	(void)pthread_mutex_lock(&fault.lock);
	count = fault.record_count;
	(void)pthread_mutex_unlock(&fault.lock);
	return count;
}

const struct fault_record *
fault_vfs_record_at(size_t i)
{
	return &fault.records[i];
}
