/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fd.h"

enum {
	SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
};

int
proc_memfd_make(const char *name, struct slice octets)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return -errno;
	r = fd_write_all(fd, octets.ptr, octets.len);
	if (r == 0 && fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		r = -errno;
	if (r == 0)
		return fd;
	fd_close(&fd);
	return r;
}

/* All at once, without a reallocation: no other copy of a secret is left behind. */
static int
read_octets(int fd, size_t size, struct buf *out)
{
	uint8_t *room = buf_reserve(out, size);
	size_t len = 0;

	if (room == NULL)
		return -EMSGSIZE;
	while (len < size) {
		ssize_t n = pread(fd, room + len, size - len, (off_t)len);

		if (n == 0 || (n < 0 && errno != EINTR))
			return n == 0 ? -EIO : -errno;
		if (n > 0)
			len += (size_t)n;
	}
	out->len += len;
	return 0;
}

int
proc_memfd_read(int fd, struct buf *out)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || (seals & SEALS) != SEALS)
		return -EPERM;
	if (fstat(fd, &st) != 0)
		return -errno;
	return read_octets(fd, (size_t)st.st_size, out);
}
