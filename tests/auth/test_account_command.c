/* SPDX-License-Identifier: Apache-2.0 */
/* `sallyport account`, each run in a process of its own, as root and as anybody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "auth/accounts.h"
#include "auth/hash.h"
#include "auth/scratch.h"
#include "cli/cli.h"
#include "cli/cli_account.h"
#include "util/fd.h"

#define ALICE "alice@example.org"
#define GOOD "a good password"

enum { ARGUMENTS_MAX = 16, PATH_SIZE = 4096, OUTPUT_SIZE = 8192, AUTH_UID = 60002 };

struct fixture {
	struct scratch scratch;
	char config_path[PATH_SIZE];
	char output[OUTPUT_SIZE]; /* of the last run */
};

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
	fd_close(&fd);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char text[PATH_SIZE * 2];

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
	    f->scratch.directory, AUTH_UID);
	write_file(f->config_path, text);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const others[] = { "conf", "input", "output" };
	struct fixture *f = *state;
	char path[PATH_SIZE];

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
redirect(const struct fixture *f, const char *file, int flags, int to)
{
	char path[PATH_SIZE];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", f->scratch.directory, file);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0 || dup2(fd, to) < 0)
		_exit(EX_OSERR);
	fd_close(&fd);
}

/* The config is named behind the subcommand, unless words have one. */
static _Noreturn void
become_command(const struct fixture *f, const char *words)
{
	size_t verb_len = strcspn(words, " ");
	char *argv[ARGUMENTS_MAX], text[3 * PATH_SIZE];
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

static int
wait_for(pid_t child)
{
	int status = 0;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
read_output(struct fixture *f)
{
	char path[PATH_SIZE];
	ssize_t len;
	int fd;

	(void)snprintf(path, sizeof path, "%s/output", f->scratch.directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd_read_all(fd, f->output, sizeof f->output - 1);
	assert_true(len >= 0);
	f->output[len] = '\0';
	fd_close(&fd);
}

/* Exit code of `sallyport account WORDS -c CONFIG`; standard output is in f->output then. */
static int
run(struct fixture *f, const char *input, const char *words)
{
	char path[PATH_SIZE];
	pid_t child;
	int code;

	(void)snprintf(path, sizeof path, "%s/input", f->scratch.directory);
	write_file(path, input);
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		redirect(f, "input", O_RDONLY, STDIN_FILENO);
		redirect(f, "output", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
		become_command(f, words);
	}
	code = wait_for(child);
	read_output(f);
	return code;
}

/* What the store says of an account: NULL when there is none. */
static struct auth_account *
find(const struct fixture *f, const char *name)
{
	struct auth_accounts *a = NULL;
	struct auth_account *account = NULL;

	assert_int_equal(auth_accounts_open(f->scratch.database, AUTH_ACCOUNTS_READ, &a), 0);
	(void)auth_accounts_find(a, slice_of(name), &account);
	auth_accounts_close(&a);
	return account;
}

static bool
has_password(const struct fixture *f, const char *name, const char *password)
{
	struct auth_account *account = find(f, name);
	bool matches = account != NULL && auth_hash_matches(slice_of(password), account->hash);

	auth_account_free(&account);
	return matches;
}

static void
test_first_line_of_standard_input_is_the_password(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, GOOD "\nnot this\n", "add Alice@Example.ORG"), EX_OK);
	assert_string_equal(f->output, "");
	assert_true(has_password(f, ALICE, GOOD));
	assert_int_equal(run(f, GOOD "\r\n", "add bob"), EX_OK);
	assert_true(has_password(f, "bob", GOOD));
	assert_int_equal(run(f, GOOD, "add carol"), EX_OK);
	assert_true(has_password(f, "carol", GOOD));
}

static void
test_passwords_are_prepared_as_logins_are(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "r\xc2\xad\xe2\x85\xa8 password\n", "add bob"), EX_OK);
	assert_true(has_password(f, "bob", "rIX password"));
}

static void
test_existing_account_is_not_added_again(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, GOOD, "add bob"), EX_OK);
	assert_int_equal(run(f, "another password", "add BOB"), EX_DATAERR);
	assert_true(has_password(f, "bob", GOOD));
}

static void
test_passwd_changes_the_password_alone(void **state)
{
	struct fixture *f = *state;
	struct auth_account *account;

	assert_int_equal(run(f, GOOD, "add --sender @example.org bob"), EX_OK);
	assert_int_equal(run(f, "another password", "passwd bob"), EX_OK);
	assert_true(has_password(f, "bob", "another password"));
	account = find(f, "bob");
	assert_string_equal(account->senders, "@example.org");
	auth_account_free(&account);
}

static void
test_disable_enable_and_remove_do_so(void **state)
{
	struct fixture *f = *state;
	struct auth_account *account;

	assert_int_equal(run(f, GOOD, "add bob"), EX_OK);
	assert_int_equal(run(f, "", "disable bob"), EX_OK);
	account = find(f, "bob");
	assert_true(account->disabled);
	auth_account_free(&account);
	assert_int_equal(run(f, "", "enable bob"), EX_OK);
	account = find(f, "bob");
	assert_false(account->disabled);
	auth_account_free(&account);
	assert_int_equal(run(f, "", "remove bob"), EX_OK);
	assert_null(find(f, "bob"));
}

static void
test_senders_are_given_when_added_or_later(void **state)
{
	struct fixture *f = *state;
	struct auth_account *account;

	assert_int_equal(
	    run(f, GOOD, "add --sender a@example.org bob --sender=@example.net"), EX_OK);
	account = find(f, "bob");
	assert_string_equal(account->senders, "a@example.org @example.net");
	auth_account_free(&account);
	assert_int_equal(run(f, "", "senders bob *"), EX_OK);
	account = find(f, "bob");
	assert_string_equal(account->senders, "*");
	auth_account_free(&account);
	assert_int_equal(run(f, "", "senders bob"), EX_OK);
	account = find(f, "bob");
	assert_string_equal(account->senders, "");
	auth_account_free(&account);
}

static void
test_generated_password_is_printed_and_works(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "", "add --generate bob"), EX_OK);
	assert_int_equal(strlen(f->output), 4 * 6 + 3 + 1);
	f->output[strcspn(f->output, "\n")] = '\0';
	assert_true(has_password(f, "bob", f->output));
	assert_int_equal(run(f, "", "passwd bob --generate"), EX_OK);
	f->output[strcspn(f->output, "\n")] = '\0';
	assert_true(has_password(f, "bob", f->output));
}

static void
test_list_tells_all_but_the_hashes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, GOOD, "add bob --sender @example.net --sender x@y.org"), EX_OK);
	assert_int_equal(run(f, GOOD, "add " ALICE), EX_OK);
	assert_int_equal(run(f, "", "disable " ALICE), EX_OK);
	assert_int_equal(run(f, "", "list"), EX_OK);
	assert_non_null(strstr(f->output, ALICE "                disabled"));
	assert_null(strstr(f->output, "$y$"));
	assert_int_equal(run(f, "", "list --json"), EX_OK);
	assert_non_null(strstr(f->output, "\"name\": \"" ALICE "\",\n    \"disabled\": true"));
	assert_non_null(strstr(f->output, "\"@example.net\",\n      \"x@y.org\""));
	assert_null(strstr(f->output, "$y$"));
}

static void
test_list_of_nothing_is_empty_and_makes_nothing(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(mkdir(f->scratch.auth, 0700), 0);
	assert_int_equal(run(f, "", "list --json"), EX_OK);
	assert_string_equal(f->output, "[]\n");
	assert_int_equal(stat(f->scratch.database, &st), -1);
}

static const struct refusal_case {
	const char *input, *words;
	int code;
} refusals[] = {
	{ "", "", EX_USAGE },
	{ "", "nothing", EX_USAGE },
	{ "", "add", EX_USAGE },
	{ GOOD, "add bob and", EX_USAGE },
	{ GOOD, "add bob --strong", EX_USAGE },
	{ GOOD, "add bob --sender", EX_USAGE },
	{ GOOD, "add bob --sender example.org", EX_DATAERR },
	{ GOOD, "add b*b", EX_DATAERR },
	{ "", "add bob", EX_DATAERR },
	{ "\n", "add bob", EX_DATAERR },
	{ "short", "add bob", EX_DATAERR },
	{ "caf\xe9 au lait", "add bob", EX_DATAERR },
	{ "with a \a bell", "add bob", EX_DATAERR },
	{ GOOD, "passwd bob", EX_DATAERR },
	{ "", "disable bob", EX_DATAERR },
	{ "", "enable bob", EX_DATAERR },
	{ "", "remove bob", EX_DATAERR },
	{ "", "senders bob *", EX_DATAERR },
	{ GOOD, "add bob -c /nowhere/at/all", EX_NOINPUT },
};

static void
test_what_is_wrong_has_an_exit_code_and_changes_nothing(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		int code = run(f, refusals[i].input, refusals[i].words);

		if (code != refusals[i].code)
			fail_msg("'%s' gave %d", refusals[i].words, code);
	}
	assert_null(find(f, "bob"));
}

static const struct weakness_case {
	const char *password;
	bool is_weak;
} passwords[] = {
	{ "1234567", true },
	{ "12345678", false },
	{ "xxxxxxxxxxxx", true },
	{ "Alice.Smith", true },
	{ "alice.smith@example.org", true },
	{ "alice.smith1", false },
};

static void
test_weak_passwords_are_named(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof passwords / sizeof passwords[0]; i++)
		if ((cli_account_password_weakness("alice.smith@example.org",
			 slice_of(passwords[i].password)) != NULL) != passwords[i].is_weak)
			fail_msg("%s", passwords[i].password);
	assert_int_equal(run(f, "short", "add bob --allow-weak"), EX_OK);
	assert_true(has_password(f, "bob", "short"));
}

/* RFC 4616 §2 wants 255 octets taken; crypt(3) takes 511. */
static void
test_password_length_is_bounded(void **state)
{
	struct fixture *f = *state;
	char password[512 + 2];

	for (size_t i = 0; i < 512; i++)
		password[i] = (char)('a' + i % 26);
	password[512] = '\0';
	assert_int_equal(run(f, password, "add bob"), EX_DATAERR);
	password[511] = '\0';
	assert_int_equal(run(f, password, "add bob"), EX_OK);
	assert_true(has_password(f, "bob", password));
}

static void
test_files_belong_to_the_auth_user(void **state)
{
	struct fixture *f = *state;
	uid_t owner = geteuid() == 0 ? AUTH_UID : geteuid();
	struct stat st;

	assert_int_equal(run(f, GOOD, "add bob"), EX_OK);
	assert_int_equal(stat(f->scratch.auth, &st), 0);
	assert_int_equal(st.st_uid, owner);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(f->scratch.database, &st), 0);
	assert_int_equal(st.st_uid, owner);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Collects what the terminal shows until `wanted` is in it. */
static void
read_terminal(int fd, char *shown, const char *wanted)
{
	size_t len = strlen(shown);

	while (strstr(shown, wanted) == NULL) {
		ssize_t n = read(fd, shown + len, OUTPUT_SIZE - 1 - len);

		assert_true(n > 0);
		len += (size_t)n;
		shown[len] = '\0';
	}
}

static int
open_terminal(char *name, size_t size)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);

	assert_true(fd >= 0);
	assert_int_equal(grantpt(fd), 0);
	assert_int_equal(unlockpt(fd), 0);
	assert_int_equal(ptsname_r(fd, name, size), 0);
	return fd;
}

static pid_t
run_at_terminal(const struct fixture *f, const char *terminal, const char *words)
{
	pid_t child = fork();

	if (child == 0) {
		int fd = open(terminal, O_RDWR | O_NOCTTY);

		(void)dup2(fd, STDIN_FILENO);
		(void)dup2(fd, STDERR_FILENO);
		become_command(f, words);
	}
	return child;
}

static void
check_terminal(struct fixture *f, const char *second, int code)
{
	char terminal[PATH_SIZE], shown[OUTPUT_SIZE] = "";
	int fd = open_terminal(terminal, sizeof terminal);
	pid_t child = run_at_terminal(f, terminal, "add bob");

	read_terminal(fd, shown, "Password: ");
	assert_int_equal(fd_write_all(fd, GOOD "\n", strlen(GOOD) + 1), 0);
	read_terminal(fd, shown, "again: ");
	assert_int_equal(fd_write_all(fd, second, strlen(second)), 0);
	assert_int_equal(wait_for(child), code);
	assert_null(strstr(shown, GOOD));
	fd_close(&fd);
}

static void
test_terminal_asks_twice_without_echo(void **state)
{
	struct fixture *f = *state;

	check_terminal(f, "something else\n", EX_DATAERR);
	assert_null(find(f, "bob"));
	check_terminal(f, GOOD "\n", EX_OK);
	assert_true(has_password(f, "bob", GOOD));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_first_line_of_standard_input_is_the_password),
		CASE(test_passwords_are_prepared_as_logins_are),
		CASE(test_existing_account_is_not_added_again),
		CASE(test_passwd_changes_the_password_alone),
		CASE(test_disable_enable_and_remove_do_so),
		CASE(test_senders_are_given_when_added_or_later),
		CASE(test_generated_password_is_printed_and_works),
		CASE(test_list_tells_all_but_the_hashes),
		CASE(test_list_of_nothing_is_empty_and_makes_nothing),
		CASE(test_what_is_wrong_has_an_exit_code_and_changes_nothing),
		CASE(test_weak_passwords_are_named),
		CASE(test_password_length_is_bounded),
		CASE(test_files_belong_to_the_auth_user),
		CASE(test_terminal_asks_twice_without_echo),
	};
	return cmocka_run_group_tests_name("auth/account_command", tests, NULL, NULL);
}
