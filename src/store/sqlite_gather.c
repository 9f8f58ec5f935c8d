/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_gather.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

/* SQLite's file layer for Unix takes at most 131,071 octets at once, and of 131,072 none at all. */
#define GATHER_MAX 126976

/* The WAL's layout: sqlite.org/fileformat2.html §4.1. Numbers in it have their high octet first. */
enum {
	WAL_HEADER_LEN = 32,
	WAL_HEADER_PAGE_SIZE = 8, /* offset in it */
	FRAME_HEADER_LEN = 24,
	FRAME_HEADER_COMMIT =
	    4, /* offset: pages after the transaction, 0 in all but its last frame */
};

/* SQLite allocates it, with the layer below's own file behind it. */
struct gather_file {
	sqlite3_file base; /* must be first */
	uint8_t *octets;   /* GATHER_MAX of them, or NULL: nothing was ever written */
	int len;
	sqlite3_int64 offset; /* of the first in the file */
	int frame_len;        /* header and page; 0: not known yet, nothing is held */
	bool ends;            /* the frame being written ends its transaction */
};

/* Registered with SQLite, which has one list of them for the whole process. */
static struct gather_vfs {
	sqlite3_vfs vfs; /* must be first */
	sqlite3_vfs *below;
} gather;

static sqlite3_file *
below(sqlite3_file *file)
{
	return (sqlite3_file *)((struct gather_file *)file + 1);
}

/* What cannot be written is forgotten: whoever asked is told, and SQLite gives the transaction up.
 */
static int
write_out(sqlite3_file *file)
{
	struct gather_file *g = (struct gather_file *)file;
	sqlite3_file *f = below(file);
	int len = g->len;

	g->len = 0;
	return len == 0 ? SQLITE_OK : f->pMethods->xWrite(f, g->octets, len, g->offset);
}

static uint32_t
number_at(const void *octets, int offset)
{
	const uint8_t *o = (const uint8_t *)octets + offset;

	return (uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3];
}

/*
 * Learns from what is written where it is in the WAL. A write may be cut where a sector ends, but
 * frames begin at multiples of 8, so the first piece of a header always has the number.
 */
static void
follow(struct gather_file *g, const void *octets, int len, sqlite3_int64 offset)
{
	if (offset == 0 && len >= WAL_HEADER_LEN)
		g->frame_len = FRAME_HEADER_LEN + (int)number_at(octets, WAL_HEADER_PAGE_SIZE);
	else if (g->frame_len != 0 && (offset - WAL_HEADER_LEN) % g->frame_len == 0)
		g->ends = number_at(octets, FRAME_HEADER_COMMIT) != 0;
}

static void
hold(struct gather_file *g, const void *octets, int len, sqlite3_int64 offset)
{
	if (g->octets == NULL)
		g->octets = xmalloc(GATHER_MAX);
	if (g->len == 0)
		g->offset = offset;
	memcpy(g->octets + g->len, octets, (size_t)len);
	g->len += len;
}

/* The end of a transaction is written out: without a sync nothing else would come before others
 * see. */
static int
gather_write(sqlite3_file *file, const void *octets, int len, sqlite3_int64 offset)
{
	struct gather_file *g = (struct gather_file *)file;
	int rc = SQLITE_OK;

	follow(g, octets, len, offset);
	if (g->len != 0 && (offset != g->offset + g->len || len > GATHER_MAX - g->len))
		rc = write_out(file);
	if (rc != SQLITE_OK)
		return rc;
	if (len > GATHER_MAX || g->frame_len == 0)
		return below(file)->pMethods->xWrite(below(file), octets, len, offset);
	hold(g, octets, len, offset);
	return g->ends ? write_out(file) : SQLITE_OK;
}

static int
gather_close(sqlite3_file *file)
{
	int rc = write_out(file), closed = below(file)->pMethods->xClose(below(file));

	free(((struct gather_file *)file)->octets);
	return rc == SQLITE_OK ? closed : rc;
}

static int
gather_read(sqlite3_file *file, void *octets, int len, sqlite3_int64 offset)
{
	int rc = write_out(file);

	return rc == SQLITE_OK ? below(file)->pMethods->xRead(below(file), octets, len, offset)
			       : rc;
}

static int
gather_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int rc = write_out(file);

	return rc == SQLITE_OK ? below(file)->pMethods->xTruncate(below(file), size) : rc;
}

static int
gather_sync(sqlite3_file *file, int flags)
{
	int rc = write_out(file);

	return rc == SQLITE_OK ? below(file)->pMethods->xSync(below(file), flags) : rc;
}

static int
gather_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	int rc = write_out(file);

	return rc == SQLITE_OK ? below(file)->pMethods->xFileSize(below(file), size) : rc;
}

static int
gather_lock(sqlite3_file *file, int level)
{
	return below(file)->pMethods->xLock(below(file), level);
}

static int
gather_unlock(sqlite3_file *file, int level)
{
	return below(file)->pMethods->xUnlock(below(file), level);
}

static int
gather_check_reserved_lock(sqlite3_file *file, int *result)
{
	return below(file)->pMethods->xCheckReservedLock(below(file), result);
}

static int
gather_file_control(sqlite3_file *file, int operation, void *argument)
{
	return below(file)->pMethods->xFileControl(below(file), operation, argument);
}

static int
gather_sector_size(sqlite3_file *file)
{
	return below(file)->pMethods->xSectorSize(below(file));
}

static int
gather_device_characteristics(sqlite3_file *file)
{
	return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

/* Version 1: shared memory is the database file's, and memory-mapped reads would not see what is
 * held. */
static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = gather_close,
	.xRead = gather_read,
	.xWrite = gather_write,
	.xTruncate = gather_truncate,
	.xSync = gather_sync,
	.xFileSize = gather_file_size,
	.xLock = gather_lock,
	.xUnlock = gather_unlock,
	.xCheckReservedLock = gather_check_reserved_lock,
	.xFileControl = gather_file_control,
	.xSectorSize = gather_sector_size,
	.xDeviceCharacteristics = gather_device_characteristics,
};

static int
gather_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
	struct gather_file *g = (struct gather_file *)file;
	sqlite3_vfs *lower = ((struct gather_vfs *)vfs)->below;
	int rc;

	if ((flags & SQLITE_OPEN_WAL) == 0)
		return lower->xOpen(lower, path, file, flags, ret_flags);
	*g = (struct gather_file){ .octets = NULL };
	rc = lower->xOpen(lower, path, below(file), flags, ret_flags);
	/* With methods, SQLite would close what was not opened. */
	g->base.pMethods = below(file)->pMethods == NULL ? NULL : &methods;
	return rc;
}

const char *
store_gather_vfs(void)
{
	sqlite3_vfs *lower = sqlite3_vfs_find(NULL);

	if (lower == gather.below)
		return gather.vfs.zName;
	gather.below = lower;
	gather.vfs = *lower; /* all but opening is the lower layer's, with its pAppData */
	gather.vfs.zName = "sallyport-gather";
	gather.vfs.szOsFile = (int)sizeof(struct gather_file) + lower->szOsFile;
	gather.vfs.pNext = NULL;
	gather.vfs.xOpen = gather_open;
	(void)sqlite3_vfs_register(&gather.vfs, 0);
	return gather.vfs.zName;
}
