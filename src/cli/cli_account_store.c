/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/name.h"
#include "cli/cli.h"
#include "cli/cli_account.h"
#include "proc/role.h"
#include "supervisor/users.h"

enum {
	ERROR_MAX = 4096,
	PATH_SIZE = 4096,
};

/* The server makes them at its start; the first account may come before. */
static int
make_directories(const struct config *config)
{
	struct supervisor_users users;
	struct buf error;
	int r;

	buf_init(&error, ERROR_MAX);
	r = supervisor_users_resolve(&config->users, &users, &error);
	if (r == 0)
		r = supervisor_users_make_directories(config->state_directory, &users, &error);
	if (r != 0)
		cli_complain("%.*s", (int)error.len, (const char *)error.ptr);
	buf_done(&error);
	if (r == 0)
		return CLI_GO;
	return r == -EACCES || r == -EPERM ? EX_NOPERM : EX_CONFIG;
}

static int
complain_of_store(const char *path, int r)
{
	switch (-r) {
	case EBUSY:
		cli_complain("%s is locked by another program; try again", path);
		return EX_TEMPFAIL;
	case EACCES:
	case EPERM:
		cli_complain("%s: no permission; run this as root or as the auth user", path);
		return EX_NOPERM;
	case EBADMSG:
		cli_complain(
		    "%s is damaged or no account database; put a backup in its place", path);
		return EX_DATAERR;
	case EPROTONOSUPPORT:
		cli_complain("%s was written by a newer sallyport; install that version", path);
		return EX_DATAERR;
	default:
		cli_complain("%s: %s", path, strerrordesc_np(-r));
		return EX_IOERR;
	}
}

static int
open_store(struct cli_account *a, enum auth_accounts_mode mode)
{
	char directory[PATH_SIZE], path[PATH_SIZE];
	int r;

	(void)snprintf(directory, sizeof directory, "%s/%s", a->config->state_directory,
	    proc_role_directory(PROC_ROLE_AUTH));
	(void)snprintf(path, sizeof path, "%s/%s", a->config->state_directory, AUTH_ACCOUNTS_FILE);
	r = cli_become_owner(directory);
	if (r == 0)
		r = auth_accounts_open(path, mode, &a->store);
	if (r == 0 || (r == -ENOENT && mode == AUTH_ACCOUNTS_READ))
		return CLI_GO;
	return complain_of_store(path, r);
}

static int
take_name(struct cli_account *a, const char *name)
{
	a->name = auth_name_new(name);
	if (a->name != NULL)
		return CLI_GO;
	cli_complain("\"%s\" cannot be the name of an account: 1 to %d octets of UTF-8, no spaces, "
		     "none of <>()[]\\,;:\"*",
	    name, AUTH_NAME_MAX);
	return EX_DATAERR;
}

int
cli_account_open(
    struct cli_account *a, const char *name, const char *config_path, enum auth_accounts_mode mode)
{
	int r = name == NULL ? CLI_GO : take_name(a, name);

	if (r == CLI_GO)
		r = cli_load_config(config_path, &a->config);
	if (r == CLI_GO && mode == AUTH_ACCOUNTS_WRITE)
		r = make_directories(a->config);
	return r == CLI_GO ? open_store(a, mode) : r;
}

void
cli_account_close(struct cli_account *a)
{
	auth_accounts_close(&a->store);
	config_free(&a->config);
	free(a->name);
	a->name = NULL;
}

int
cli_account_exit_code(const struct cli_account *a, int r)
{
	switch (-r) {
	case 0:
		return EX_OK;
	case EEXIST:
		cli_complain("there is an account %s already; to change its password: "
			     "sallyport account passwd %s",
		    a->name, a->name);
		return EX_DATAERR;
	case ENOENT:
		cli_complain(
		    "there is no account %s; those that exist: sallyport account list", a->name);
		return EX_DATAERR;
	default:
		return complain_of_store("the account database", r);
	}
}
