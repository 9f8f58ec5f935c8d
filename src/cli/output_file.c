/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fd.h"

enum { PATH_SIZE = 4200, FILE_MODE = 0644 };

static int
write_directly(const char *path, struct slice text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : fd_write_all(fd, text.ptr, text.len);

	fd_close(&fd);
	return r;
}

static int
fill(int fd, struct slice text)
{
	const int r = fd_write_all(fd, text.ptr, text.len);

	return r == 0 && fchmod(fd, FILE_MODE) != 0 ? -errno : r;
}

/* Beside it, because a file can only be renamed within its file system. */
static int
replace(const char *path, struct slice text)
{
	char temporary[PATH_SIZE];
	int fd, r;

	if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fill(fd, text);
	fd_close(&fd);
	if (r == 0 && rename(temporary, path) != 0)
		r = -errno;
	if (r != 0)
		(void)unlink(temporary);
	return r;
}

int
cli_output_file_write(const char *path, struct slice text)
{
	struct stat status;
	char *real;
	int r;

	if (stat(path, &status) != 0)
		return errno == ENOENT ? replace(path, text) : -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return write_directly(path, text);
	real = realpath(path, NULL);
	if (real == NULL)
		return -errno;
	r = replace(real, text);
	free(real);
	return r;
}
