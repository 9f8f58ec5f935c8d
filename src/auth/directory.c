/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/directory.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "auth/hash.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/rand.h"

_Static_assert((AUTH_DIRECTORY_SLOTS & (AUTH_DIRECTORY_SLOTS - 1)) == 0, "chosen by low bits");

struct auth_directory {
	char *path;
	struct auth_accounts *accounts; /* NULL: not open */
	struct stat file;               /* what is open; another file of that name is noticed */
	uint64_t version;               /* of which slots and decoy are */
	struct auth_account *slots[AUTH_DIRECTORY_SLOTS];
	char *decoy; /* NULL: not made yet */
	uint64_t seed;
	int error; /* negative while unavailable */
	uint64_t retry_at_ms;
};

struct auth_directory *
auth_directory_new(const char *path)
{
	struct auth_directory *d = xcalloc(1, sizeof *d);

	d->path = xstrdup(path);
	d->seed = rand_u64();
	return d;
}

static void
forget(struct auth_directory *d)
{
	for (size_t i = 0; i < AUTH_DIRECTORY_SLOTS; i++)
		auth_account_free(&d->slots[i]);
	free(d->decoy);
	d->decoy = NULL;
}

void
auth_directory_free(struct auth_directory **d)
{
	if (*d == NULL)
		return;
	forget(*d);
	auth_accounts_close(&(*d)->accounts);
	free((*d)->path);
	free(*d);
	*d = NULL;
}

static const char *
hint(int error)
{
	switch (-error) {
	case ENOENT:
		return "make the first account: sallyport account add NAME";
	case EBUSY:
		return "another program keeps it locked: end that program";
	case EACCES:
	case EPERM:
		return "give the directory and its files to the user that auth runs as";
	case ENOSPC:
		return "make room on the disk";
	case EBADMSG:
		return "the file is damaged or no account database: put a backup in its place";
	case EPROTONOSUPPORT:
		return "it was written by a newer sallyport: install that version";
	default:
		return "see the error; logins are answered 454 until it can be read";
	}
}

/* From now on unavailable. Said once per cause. */
static int
fail(struct auth_directory *d, int error, uint64_t now_ms)
{
	struct log_line l;

	auth_accounts_close(&d->accounts);
	forget(d);
	d->retry_at_ms = now_ms + AUTH_DIRECTORY_RETRY_MS;
	if (d->error == error)
		return error;
	d->error = error;
	log_begin(&l, LOG_LEVEL_ERROR, "accounts-unavailable");
	log_text(&l, "file", d->path);
	log_errno(&l, error);
	log_text(&l, "do", hint(error));
	log_end(&l);
	return error;
}

static int
reopen(struct auth_directory *d)
{
	int r;

	auth_accounts_close(&d->accounts);
	forget(d);
	if (stat(d->path, &d->file) != 0)
		return -errno;
	r = auth_accounts_open(d->path, AUTH_ACCOUNTS_READ, &d->accounts);
	if (r == 0)
		r = auth_accounts_version(d->accounts, &d->version);
	return r;
}

/* A removed or restored file leaves us with one that nobody else sees. */
static bool
is_current_file(const struct auth_directory *d)
{
	struct stat now;

	return d->accounts != NULL && stat(d->path, &now) == 0 && now.st_ino == d->file.st_ino &&
	       now.st_dev == d->file.st_dev;
}

static int
refresh(struct auth_directory *d)
{
	uint64_t version = 0;
	int r;

	if (!is_current_file(d))
		return reopen(d);
	r = auth_accounts_version(d->accounts, &version);
	if (r == 0 && version != d->version) {
		forget(d);
		d->version = version;
	}
	return r;
}

/* FNV-1a; the seed keeps anybody from choosing names that share a slot. */
static size_t
choose_slot(uint64_t seed, struct slice name)
{
	uint64_t h = 0xcbf29ce484222325U ^ seed;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.ptr[i]) * 0x100000001b3U;
	return (size_t)((h ^ h >> 32) & (AUTH_DIRECTORY_SLOTS - 1));
}

static int
look_up(struct auth_directory *d, struct slice name, const struct auth_account **ret_account)
{
	struct auth_account **slot = &d->slots[choose_slot(d->seed, name)], *found = NULL;
	int r;

	if (*slot != NULL && slice_is(name, (*slot)->name)) {
		*ret_account = *slot;
		return 0;
	}
	r = auth_accounts_find(d->accounts, name, &found);
	if (r == -ENOENT) {
		*ret_account = NULL;
		return 0;
	}
	if (r < 0)
		return r;
	auth_account_free(slot);
	*ret_account = *slot = found;
	return 0;
}

int
auth_directory_find(struct auth_directory *d, struct slice name, uint64_t now_ms,
    const struct auth_account **ret_account)
{
	int r;

	if (d->error < 0 && now_ms < d->retry_at_ms)
		return d->error;
	r = refresh(d);
	if (r == 0)
		r = look_up(d, name, ret_account);
	if (r < 0)
		return fail(d, r, now_ms);
	if (d->error < 0)
		log_event(LOG_LEVEL_INFO, "accounts-available", "file", d->path);
	d->error = 0;
	return 0;
}

const char *
auth_directory_decoy(struct auth_directory *d, unsigned cost)
{
	char *like = NULL;

	if (d->decoy != NULL)
		return d->decoy;
	if (d->accounts == NULL || auth_accounts_typical_hash(d->accounts, &like) < 0)
		like = NULL;
	d->decoy = auth_hash_new_decoy(like, cost);
	free(like);
	return d->decoy;
}
