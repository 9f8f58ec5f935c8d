/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/accounts.h"
#include "util/alloc.h"

enum { PATH_SIZE = 4096, DESCRIPTORS = 8 };

static char *
join(const char *directory, const char *name)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	return xstrdup(path);
}

void
scratch_init(struct scratch *s)
{
	const char *parent = getenv("TMPDIR");

	s->directory = join(parent == NULL ? "/tmp" : parent, "sallyport-auth-XXXXXX");
	if (mkdtemp(s->directory) == NULL)
		abort();
	s->auth = join(s->directory, "auth");
	s->database = join(s->directory, AUTH_ACCOUNTS_FILE);
	if (mkdir(s->auth, 0700) != 0)
		abort();
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

void
scratch_done(struct scratch *s)
{
	(void)nftw(s->directory, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
	free(s->directory);
	free(s->auth);
	free(s->database);
}
