/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/accounts.h"
#include "auth/trace_key.h"
#include "util/alloc.h"

enum { PATH_SIZE = 4096 };

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
	s->directory = xstrdup("/tmp/sallyport-auth-XXXXXX");
	if (mkdtemp(s->directory) == NULL)
		abort();
	s->auth = join(s->directory, "auth");
	s->database = join(s->directory, AUTH_ACCOUNTS_FILE);
	s->trace_key = join(s->directory, AUTH_TRACE_KEY_FILE);
	if (mkdir(s->auth, 0700) != 0)
		abort();
}

void
scratch_done(struct scratch *s)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal", ".away" };

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		char path[PATH_SIZE];

		(void)snprintf(path, sizeof path, "%s%s", s->database, suffixes[i]);
		(void)unlink(path);
	}
	(void)unlink(s->trace_key);
	if (rmdir(s->auth) != 0 || rmdir(s->directory) != 0)
		abort(); /* a file that the test did not mean to make */
	free(s->directory);
	free(s->auth);
	free(s->database);
	free(s->trace_key);
}
