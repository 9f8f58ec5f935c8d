/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/fd.h"

/* linux/landlock.h, up to version 6; what a right is called there is in the comment. */
enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_REG = 1 << 8,
	FS_TRUNCATE = 1 << 14, /* version 3 */

	FS_VERSION_1 = (1 << 13) - 1, /* EXECUTE ... MAKE_SYM */
	FS_REFER = 1 << 13,           /* version 2 */
	FS_IOCTL_DEV = 1 << 15,       /* version 5 */

	NET_BIND_TCP = 1 << 0,    /* version 4 */
	NET_CONNECT_TCP = 1 << 1, /* version 4 */

	SCOPE_ALL = (1 << 0) | (1 << 1), /* version 6: abstract Unix sockets, signals */

	CREATE_RULESET_VERSION = 1 << 0,
	RULE_PATH_BENEATH = 1,

	READ_RIGHTS = FS_READ_FILE | FS_READ_DIR,
	WRITE_RIGHTS = READ_RIGHTS | FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_REG | FS_TRUNCATE,
	FILE_RIGHTS = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
};

struct ruleset_attr {
	uint64_t fs, net, scoped;
};

struct path_beneath_attr {
	uint64_t rights;
	int32_t parent_fd;
} __attribute__((packed));

/* What the kernel of this version can take away, and we take away. */
static struct ruleset_attr
handled_rights(long version, bool may_connect)
{
	struct ruleset_attr a = { .fs = FS_VERSION_1 };

	if (version >= 2)
		a.fs |= FS_REFER;
	if (version >= 3)
		a.fs |= FS_TRUNCATE;
	if (version >= 4)
		a.net = may_connect ? NET_BIND_TCP : NET_BIND_TCP | NET_CONNECT_TCP;
	if (version >= 5)
		a.fs |= FS_IOCTL_DEV;
	if (version >= 6)
		a.scoped = SCOPE_ALL;
	return a;
}

/* Older kernels refuse octets that they do not know, unless those are zero: cut them off. */
static int
create_ruleset(const struct ruleset_attr *a)
{
	size_t size = a->scoped != 0 ? sizeof *a : a->net != 0 ? 2 * sizeof a->fs : sizeof a->fs;
	long fd = syscall(SYS_landlock_create_ruleset, a, size, 0U);

	return fd < 0 ? -errno : (int)fd;
}

static int
allow_path(int ruleset, const char *path, uint64_t rights)
{
	struct path_beneath_attr rule = { .rights = rights };
	struct stat st;
	int r = 0;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return -errno;
	if (fstat(rule.parent_fd, &st) != 0)
		r = -errno;
	else if (!S_ISDIR(st.st_mode))
		rule.rights &= FILE_RIGHTS;
	if (r == 0 && syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0U) != 0)
		r = -errno;
	(void)close(rule.parent_fd);
	return r;
}

static int
allow_paths(int ruleset, const char *const *paths, uint64_t rights)
{
	int r = 0;

	for (size_t i = 0; r == 0 && paths[i] != NULL; i++)
		r = allow_path(ruleset, paths[i], rights);
	return r;
}

int
proc_landlock_enter(const char *const *write_paths, const char *const *read_paths, bool may_connect)
{
	long version =
	    syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, CREATE_RULESET_VERSION);
	struct ruleset_attr handled;
	int ruleset, r;

	/* The kernel never denies this question; the filters of some containers do. */
	if (version < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM ? -EOPNOTSUPP
										: -errno;
	handled = handled_rights(version, may_connect);
	ruleset = create_ruleset(&handled);
	if (ruleset < 0)
		return ruleset;
	r = allow_paths(ruleset, write_paths, WRITE_RIGHTS & handled.fs);
	if (r == 0)
		r = allow_paths(ruleset, read_paths, READ_RIGHTS & handled.fs);
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0U) != 0)
		r = -errno;
	fd_close(&ruleset);
	return r;
}
