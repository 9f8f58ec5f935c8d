/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_error.h"

#include <errno.h>

/* The errno below an I/O error, where it tells more than EIO. */
static int
from_system(sqlite3 *handle)
{
	int e = sqlite3_system_errno(handle);

	switch (e) {
	case ENOSPC:
	case EDQUOT:
		return -ENOSPC;
	case EMFILE:
	case ENFILE:
	case EACCES:
	case EROFS:
		return -e;
	default:
		return -EIO;
	}
}

int
store_error_errno(sqlite3 *handle)
{
	switch (sqlite3_errcode(handle) & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: /* lost the race for the WAL's lock too often */
		return -EAGAIN;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return from_system(handle);
	default:
		return -EIO;
	}
}

bool
store_error_casts_doubt(sqlite3 *handle)
{
	switch (sqlite3_errcode(handle) & 0xff) {
	case SQLITE_FULL:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
	case SQLITE_CONSTRAINT:
		return false;
	default:
		return true;
	}
}

const char *
store_error_advice(int negative_errno)
{
	switch (negative_errno) {
	case -ENOSPC:
		return "make room on the disk that holds the queue; accepting resumes by itself";
	case -EAGAIN:
		return "another program holds a lock on queue.db: end its transaction";
	case -EROFS:
	case -EACCES:
		return "the queue's directory must be writable for the queue's user";
	case -EMFILE:
	case -ENFILE:
		return "raise the limit of open files";
	default:
		return "look for disk errors in the kernel's log; if it says malformed, stop, copy "
		       "the queue's directory, then try: sqlite3 queue.db .recover";
	}
}
