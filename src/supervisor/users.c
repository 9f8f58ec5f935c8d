/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/users.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/fd.h"
#include "util/slice.h"

enum {
	PASSWD_SIZE = 16 * 1024,
	PATH_SIZE = 4096,
};

static struct supervisor_user
ourselves(void)
{
	return (struct supervisor_user){ geteuid(), getegid() };
}

/* A number need not be in the user database; its group then has the same number. */
static int
find_number(uid_t uid, char *space, struct supervisor_user *ret_user)
{
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, space, PASSWD_SIZE, &found) != 0 || found == NULL)
		*ret_user = (struct supervisor_user){ uid, (gid_t)uid };
	else
		*ret_user = (struct supervisor_user){ found->pw_uid, found->pw_gid };
	return 0;
}

static int
find_name(const char *name, char *space, struct supervisor_user *ret_user)
{
	struct passwd entry, *found = NULL;

	if (getpwnam_r(name, &entry, space, PASSWD_SIZE, &found) != 0 || found == NULL)
		return -ENOENT;
	*ret_user = (struct supervisor_user){ found->pw_uid, found->pw_gid };
	return 0;
}

static int
find_user(const char *name, struct supervisor_user *ret_user)
{
	char *space = (char *)xmalloc(PASSWD_SIZE);
	uint64_t number;
	int r;

	if (slice_to_u64(slice_of(name), INT32_MAX, &number))
		r = find_number((uid_t)number, space, ret_user);
	else
		r = find_name(name, space, ret_user);
	free(space);
	return r;
}

static int
resolve(enum proc_role role, const char *name, struct supervisor_users *users, struct buf *error)
{
	int r = find_user(name, &users->of[role]);

	if (r != 0) {
		(void)buf_addf(error,
		    "users.%s: there is no user '%s'; run `sallyport setup` to make the users, or "
		    "name one that exists",
		    proc_role_name(role), name);
		return r;
	}
	if (users->of[role].uid == 0) {
		(void)buf_addf(error, "users.%s: '%s' is root; name an unprivileged user",
		    proc_role_name(role), name);
		return -EPERM;
	}
	return 0;
}

int
supervisor_users_resolve(
    const struct config_users *config, struct supervisor_users *ret_users, struct buf *error)
{
	struct supervisor_users users;
	int r = 0;

	for (unsigned i = 0; i < PROC_ROLE_COUNT; i++)
		users.of[i] = ourselves();
	if (geteuid() == 0)
		r = resolve(PROC_ROLE_SUBMISSION, config->submission, &users, error);
	if (r == 0 && geteuid() == 0)
		r = resolve(PROC_ROLE_AUTH, config->auth, &users, error);
	if (r == 0 && geteuid() == 0)
		r = resolve(PROC_ROLE_QUEUE, config->queue, &users, error);
	if (r == 0 && geteuid() == 0)
		r = resolve(PROC_ROLE_DELIVERY, config->delivery, &users, error);
	if (r == 0)
		*ret_users = users;
	return r;
}

static int
refuse(const char *path, int negative_errno, struct buf *error)
{
	(void)buf_addf(error, "state_directory: %s: %s", path, strerrordesc_np(-negative_errno));
	return negative_errno;
}

/* Through a descriptor, so that what is checked and changed is one thing and no link. */
static int
claim(int fd, const char *path, bool is_new, struct supervisor_user owner, struct buf *error)
{
	struct stat st;

	if (is_new && geteuid() == 0 && fchown(fd, owner.uid, owner.gid) != 0)
		return refuse(path, -errno, error);
	if (fstat(fd, &st) != 0)
		return refuse(path, -errno, error);
	if (st.st_uid == owner.uid && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	(void)buf_addf(error,
	    "state_directory: %s must belong to user %u and be closed to all others; run "
	    "`chown -R %u:%u %s && chmod 700 %s`",
	    path, (unsigned)owner.uid, (unsigned)owner.uid, (unsigned)owner.gid, path, path);
	return -EPERM;
}

static int
make_own(const char *path, struct supervisor_user owner, struct buf *error)
{
	bool is_new = mkdir(path, 0700) == 0;
	int fd, r;

	if (!is_new && errno != EEXIST)
		return refuse(path, -errno, error);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return refuse(path, -errno, error);
	r = claim(fd, path, is_new, owner, error);
	fd_close(&fd);
	return r;
}

int
supervisor_users_make_directories(
    const char *state_directory, const struct supervisor_users *users, struct buf *error)
{
	mode_t mask = umask(0);
	int r = mkdir(state_directory, 0755) == 0 || errno == EEXIST
		    ? 0
		    : refuse(state_directory, -errno, error);

	for (unsigned i = 0; r == 0 && i < PROC_ROLE_COUNT; i++) {
		const char *directory = proc_role_directory((enum proc_role)i);
		char path[PATH_SIZE];

		if (directory == NULL)
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", state_directory, directory);
		r = make_own(path, users->of[i], error);
	}
	(void)umask(mask);
	return r;
}
