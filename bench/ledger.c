/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util/fd.h"

#define LINES_MAX (64U << 10)
#define WRITE_AT (32U << 10)

int
ledger_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return -errno;
	fd_close(&fd);
	return 0;
}

int
ledger_open(struct ledger *l, const char *path)
{
	*l = (struct ledger){ .fd = -1 };
	buf_init(&l->lines, LINES_MAX);
	if (path == NULL)
		return 0;
	l->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	return l->fd < 0 ? -errno : 0;
}

static void
write_lines(struct ledger *l)
{
	ssize_t n = write(l->fd, l->lines.ptr, l->lines.len);

	if (n < 0 || (size_t)n != l->lines.len)
		l->failed = true;
	buf_clear(&l->lines);
}

void
ledger_add(struct ledger *l, const char *id)
{
	if (l->fd < 0)
		return;
	(void)buf_addf(&l->lines, "%s\n", id);
	if (l->lines.len >= WRITE_AT)
		write_lines(l);
}

bool
ledger_close(struct ledger *l)
{
	if (l->fd >= 0 && l->lines.len > 0)
		write_lines(l);
	fd_close(&l->fd);
	buf_done(&l->lines);
	return !l->failed;
}
