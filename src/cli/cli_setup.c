/* SPDX-License-Identifier: Apache-2.0 */
/* cli_setup.c - sallyport setup: the system users and directories that a config names. */
#include <errno.h>
#include <pwd.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "supervisor/users.h"
#include "util/slice.h"

#define USERADD "/usr/sbin/useradd"

enum {
	PASSWD_TEXT_SIZE = 4096,
	ERROR_MAX = 8192,
};

struct setup {
	bool is_dry_run;
};

static bool
is_number(const char *user)
{
	uint64_t uid;

	return slice_to_u64(slice_of(user), UINT32_MAX, &uid);
}

/* 0, -ENOENT, or -errno of the look-up. */
static int
find_user(const char *name, struct passwd *ret_user, char text[PASSWD_TEXT_SIZE])
{
	struct passwd *found = NULL;
	int r = getpwnam_r(name, ret_user, text, PASSWD_TEXT_SIZE, &found);

	if (r != 0)
		return -r;
	return found == NULL ? -ENOENT : 0;
}

/* Runs a program to its end: 0, or an exit code of ours, said. */
static int
run_program(const char *path, char *const argv[])
{
	static char *const environment[] = { NULL };
	int status;
	pid_t pid;
	int r = posix_spawn(&pid, path, NULL, NULL, argv, environment);

	if (r != 0) {
		cli_complain("cannot run %s: %s", path, strerrordesc_np(r));
		return EX_OSERR;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EX_OSERR;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	cli_complain("%s failed", path);
	return EX_OSERR;
}

/* argv of posix_spawn() is not const for history's sake; the program gets copies. */
static int
add_user(const char *name)
{
	char words[][32] = { "useradd", "--system", "--user-group", "--no-create-home",
		"--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin" };
	char user[PASSWD_TEXT_SIZE];
	char *argv[] = { words[0], words[1], words[2], words[3], words[4], words[5], words[6],
		words[7], user, NULL };

	(void)snprintf(user, sizeof user, "%s", name);
	return run_program(USERADD, argv);
}

static int
setup_user(const struct setup *s, const char *name)
{
	char text[PASSWD_TEXT_SIZE];
	struct passwd user;
	int r;

	if (is_number(name)) {
		(void)printf("user %s: a number, which needs no entry\n", name);
		return 0;
	}
	r = find_user(name, &user, text);
	if (r == 0) {
		(void)printf("user %s: is there\n", name);
		return 0;
	}
	if (r != -ENOENT) {
		cli_complain("cannot look up user %s: %s", name, strerrordesc_np(-r));
		return EX_OSERR;
	}
	(void)printf("user %s: %s\n", name, s->is_dry_run ? "would be created" : "create");
	(void)fflush(stdout);
	return s->is_dry_run ? 0 : add_user(name);
}

/* As root the users that the config names; anybody else runs all processes as himself. */
static int
setup_users(const struct setup *s, const struct config_users *u)
{
	const char *const users[] = { u->submission, u->auth, u->queue, u->delivery };
	int r = 0;

	if (geteuid() != 0) {
		(void)printf("users: none are needed, the server will run as you, not as root\n");
		return 0;
	}
	for (size_t i = 0; r == 0 && i < sizeof users / sizeof users[0]; i++)
		r = setup_user(s, users[i]);
	return r;
}

/* Says and does what the supervisor does at each start, so that accounts can be added before. */
static int
setup_directories(const struct setup *s, const struct config *c)
{
	struct supervisor_users users;
	struct buf error;
	int r;

	(void)printf("directory %s: %s\n", c->state_directory,
	    s->is_dry_run ? "would be made, where missing, with those below it"
			  : "make, where missing, with those below it");
	if (s->is_dry_run)
		return 0;
	buf_init(&error, ERROR_MAX);
	r = supervisor_users_resolve(&c->users, &users, &error);
	if (r == 0)
		r = supervisor_users_make_directories(c->state_directory, &users, &error);
	if (r != 0)
		cli_complain("%.*s", (int)error.len, (const char *)error.ptr);
	buf_done(&error);
	return r == 0 ? 0 : EX_CANTCREAT;
}

int
cli_setup(int argc, char **argv)
{
	const char *path = CLI_CONFIG_PATH;
	struct setup s = { 0 };
	struct config *c = NULL;
	const struct cli_option options[] = {
		{ 'c', "config", "FILE", "read FILE, not " CLI_CONFIG_PATH, &path, NULL },
		{ 'n', "dry-run", NULL, "say what would be done, and do nothing", NULL,
		    &s.is_dry_run },
		{ .name = NULL },
	};
	const struct cli_usage usage = {
		.synopsis = "sallyport setup [-c FILE] [--dry-run]",
		.text = "Creates the system users that the configuration names, where they are "
			"missing,\n"
			"and the state directory. What is below it the server makes itself. May be "
			"run\n"
			"again at any time; needs root.",
		.options = options,
	};
	int count, r = cli_parse(&usage, argc, argv, &count);

	if (r == CLI_GO)
		r = cli_load_config(path, &c);
	if (r != CLI_GO)
		return r;
	r = setup_users(&s, &c->users);
	if (r == 0)
		r = setup_directories(&s, c);
	config_free(&c);
	return r == 0 ? cli_flush() : r;
}
