/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_file.h"

#include <errno.h>
#include <stdlib.h>

#include "util/alloc.h"

/*
 * A part of a journal: a file without locks, of whose name SQLite takes no care. With those whose
 * names it syncs it does not say when that fails.
 */
#define FILE_TYPE SQLITE_OPEN_SUBJOURNAL

static int
errno_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static int
errno_of_file(sqlite3_file *file, int rc)
{
	int system_errno = 0;

	if (rc != SQLITE_OK)
		(void)file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &system_errno);
	return system_errno == EDQUOT ? -ENOSPC : errno_of(rc);
}

/* A file that may only be read although more was asked for is none: SQLite falls back to that. */
int
store_file_open(const char *path, int flags, sqlite3_file **ret_file)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	sqlite3_file *file = xcalloc(1, (size_t)vfs->szOsFile);
	int got = 0, r = errno_of(vfs->xOpen(vfs, path, file, flags | FILE_TYPE, &got));

	if (r == 0 && (flags & SQLITE_OPEN_READWRITE) != 0 && (got & SQLITE_OPEN_READWRITE) == 0)
		r = -EIO;
	if (r < 0)
		store_file_close(&file);
	else
		*ret_file = file;
	return r;
}

void
store_file_close(sqlite3_file **file)
{
	if (*file != NULL && (*file)->pMethods != NULL)
		(void)(*file)->pMethods->xClose(*file);
	free(*file);
	*file = NULL;
}

int
store_file_remove(const char *path)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	int rc = vfs->xDelete(vfs, path, 0);

	return rc == SQLITE_IOERR_DELETE_NOENT ? 0 : errno_of(rc);
}

int
store_file_write(sqlite3_file *file, struct slice data, uint64_t offset)
{
	return errno_of_file(
	    file, file->pMethods->xWrite(file, data.ptr, (int)data.len, (sqlite3_int64)offset));
}

int
store_file_sync(sqlite3_file *file)
{
	return errno_of_file(file, file->pMethods->xSync(file, SQLITE_SYNC_NORMAL));
}

int
store_file_read(sqlite3_file *file, uint8_t *room, size_t len, uint64_t offset)
{
	return errno_of_file(
	    file, file->pMethods->xRead(file, room, (int)len, (sqlite3_int64)offset));
}
