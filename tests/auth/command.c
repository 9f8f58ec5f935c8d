/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth/hash.h"
#include "cli/cli.h"
#include "util/fd.h"

enum { ARGUMENTS_MAX = 16 };

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
	fd_close(&fd);
}

int
command_set_up(void **state)
{
	struct command *f = calloc(1, sizeof *f);
	char text[COMMAND_PATH_SIZE * 2];

	assert_non_null(f);
	scratch_init(&f->scratch);
	(void)chmod(f->scratch.directory, 0755); /* root becomes another user below it */
	(void)rmdir(f->scratch.auth);
	(void)snprintf(f->config_path, sizeof f->config_path, "%s/conf", f->scratch.directory);
	(void)snprintf(text, sizeof text,
	    "hostname = \"mail.example.org\"\nstate_directory = \"%s\"\n"
	    "tls { certificate = \"/c\" key = \"/k\" }\nauth { hash_cost = 1 }\n"
	    "users { submission = \"60001\" auth = \"%d\" queue = \"60003\" delivery = \"60004\" "
	    "}\n"
	    "next_hop out { host = \"127.0.0.1\" }\nroute \"*\" { next_hop = out }\n",
	    f->scratch.directory, COMMAND_AUTH_UID);
	write_file(f->config_path, text);
	*state = f;
	return 0;
}

int
command_tear_down(void **state)
{
	static const char *const others[] = { "conf", "input", "output" };
	struct command *f = *state;
	char path[COMMAND_PATH_SIZE];

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", f->scratch.directory, others[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof path, "%s/queue", f->scratch.directory);
	(void)rmdir(path);
	(void)mkdir(f->scratch.auth, 0700);
	scratch_done(&f->scratch);
	free(f);
	return 0;
}

/* The words of a command line, cut at spaces, into argv. */
static int
split(char *words, char **argv)
{
	int argc = 0;

	for (char *at = words; at != NULL; argc++) {
		assert_true(argc < ARGUMENTS_MAX);
		argv[argc] = strsep(&at, " ");
	}
	return argc;
}

static void
redirect(const struct command *f, const char *file, int flags, int to)
{
	char path[COMMAND_PATH_SIZE];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", f->scratch.directory, file);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0 || dup2(fd, to) < 0)
		_exit(EX_OSERR);
	fd_close(&fd);
}

_Noreturn void
command_become(const struct command *f, const char *words)
{
	size_t verb_len = strcspn(words, " ");
	char *argv[ARGUMENTS_MAX], text[3 * COMMAND_PATH_SIZE];
	int argc, code;

	if (verb_len == 0 || strstr(words, "-c ") != NULL)
		(void)snprintf(text, sizeof text, "account %s", words);
	else
		(void)snprintf(text, sizeof text, "account %.*s -c %s%s", (int)verb_len, words,
		    f->config_path, words + verb_len);
	argc = split(text, argv);
	code = cli_account(argc, argv);
	(void)fflush(NULL);
	_exit(code);
}

int
command_wait(pid_t child)
{
	int status = 0;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
read_output(struct command *f)
{
	char path[COMMAND_PATH_SIZE];
	ssize_t len;
	int fd;

	(void)snprintf(path, sizeof path, "%s/output", f->scratch.directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd_read_all(fd, f->output, sizeof f->output - 1);
	assert_true(len >= 0);
	f->output[len] = '\0';
	fd_close(&fd);
}

int
command_run(struct command *f, const char *input, const char *words)
{
	char path[COMMAND_PATH_SIZE];
	pid_t child;
	int code;

	(void)snprintf(path, sizeof path, "%s/input", f->scratch.directory);
	write_file(path, input);
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		redirect(f, "input", O_RDONLY, STDIN_FILENO);
		redirect(f, "output", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
		command_become(f, words);
	}
	code = command_wait(child);
	read_output(f);
	return code;
}

struct auth_account *
command_find(const struct command *f, const char *name)
{
	struct auth_accounts *a = NULL;
	struct auth_account *account = NULL;

	assert_int_equal(auth_accounts_open(f->scratch.database, AUTH_ACCOUNTS_READ, &a), 0);
	(void)auth_accounts_find(a, slice_of(name), &account);
	auth_accounts_close(&a);
	return account;
}

bool
command_has_password(const struct command *f, const char *name, const char *password)
{
	struct auth_account *account = command_find(f, name);
	bool matches = account != NULL && auth_hash_matches(slice_of(password), account->hash);

	auth_account_free(&account);
	return matches;
}
