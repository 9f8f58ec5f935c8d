/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/trace_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/rand.h"

int
auth_trace_key_load(const char *path, uint8_t ret_key[AUTH_PSEUDONYM_KEY_LEN])
{
	uint8_t octets[AUTH_PSEUDONYM_KEY_LEN + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = fd_read_all(fd, octets, sizeof octets);
	fd_close(&fd);
	if (n == AUTH_PSEUDONYM_KEY_LEN)
		memcpy(ret_key, octets, AUTH_PSEUDONYM_KEY_LEN);
	explicit_bzero(octets, sizeof octets);
	if (n < 0)
		return (int)n;
	return n == AUTH_PSEUDONYM_KEY_LEN ? 0 : -EBADMSG;
}

/* The entry in the directory must be on disk too. */
static int
sync_directory(const char *path)
{
	const char *end = strrchr(path, '/');
	char *directory = slice_dup(slice_make(path, end == NULL ? 0 : (size_t)(end - path)));
	int fd, r;

	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	if (fd < 0)
		return -errno;
	r = fsync(fd) == 0 ? 0 : -errno;
	fd_close(&fd);
	return r;
}

static int
make(const char *path, uint8_t ret_key[AUTH_PSEUDONYM_KEY_LEN])
{
	uint8_t key[AUTH_PSEUDONYM_KEY_LEN];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return -errno;
	rand_fill(key, sizeof key);
	r = fd_write_all(fd, key, sizeof key);
	if (r == 0 && fsync(fd) != 0)
		r = -errno;
	fd_close(&fd);
	if (r == 0)
		r = sync_directory(path);
	if (r == 0)
		memcpy(ret_key, key, sizeof key);
	else
		(void)unlink(path);
	explicit_bzero(key, sizeof key);
	return r;
}

/*
 * An empty file is one that a power cut left before its first use, since nobody uses a key that is
 * not on disk.
 */
static bool
is_unfinished(const char *path)
{
	uint8_t octet;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : fd_read_all(fd, &octet, 1);

	fd_close(&fd);
	return n == 0;
}

int
auth_trace_key_need(const char *path, uint8_t ret_key[AUTH_PSEUDONYM_KEY_LEN])
{
	int r = auth_trace_key_load(path, ret_key);

	if (r == -EBADMSG && is_unfinished(path))
		r = unlink(path) == 0 ? -ENOENT : -errno;
	return r == -ENOENT ? make(path, ret_key) : r;
}
