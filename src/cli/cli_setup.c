/* SPDX-License-Identifier: Apache-2.0 */
/* cli_setup.c - sallyport setup: the system users and directories that a config names. */
#include <errno.h>
#include <pwd.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "util/slice.h"

#define USERADD "/usr/sbin/useradd"

enum { PASSWD_TEXT_SIZE = 4096 };

struct setup {
	bool is_dry_run;
	size_t change_count;
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
setup_user(struct setup *s, const char *name)
{
	char text[PASSWD_TEXT_SIZE];
	struct passwd user;
	int r = is_number(name) ? 0 : find_user(name, &user, text);

	if (r == 0) {
		(void)printf("user %s: is there\n", name);
		return 0;
	}
	if (r != -ENOENT) {
		cli_complain("cannot look up user %s: %s", name, strerrordesc_np(-r));
		return EX_OSERR;
	}
	s->change_count++;
	(void)printf("user %s: %s\n", name, s->is_dry_run ? "would be created" : "create");
	(void)fflush(stdout);
	return s->is_dry_run ? 0 : add_user(name);
}

static int
setup_directory(struct setup *s, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		(void)printf("directory %s: is there\n", path);
		return 0;
	}
	s->change_count++;
	(void)printf("directory %s: %s\n", path, s->is_dry_run ? "would be created" : "create");
	if (s->is_dry_run || mkdir(path, 0755) == 0)
		return 0;
	cli_complain("cannot create %s: %s", path, strerrordesc_np(errno));
	return EX_CANTCREAT;
}

static int
setup_all(struct setup *s, const struct config *c)
{
	const char *const users[] = { c->users.submission, c->users.auth, c->users.queue,
		c->users.delivery };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof users / sizeof users[0]; i++)
		r = setup_user(s, users[i]);
	if (r == 0)
		r = setup_directory(s, c->state_directory);
	if (r != 0)
		return r;
	if (s->change_count == 0)
		(void)printf("Nothing is left to do.\n");
	return cli_flush();
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
	if (geteuid() != 0 && !s.is_dry_run) {
		cli_complain("only root can create users; run this as root, or with --dry-run");
		r = EX_NOPERM;
	} else {
		r = setup_all(&s, c);
	}
	config_free(&c);
	return r;
}
