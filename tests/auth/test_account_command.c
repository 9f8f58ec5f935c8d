/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "auth/command.h"
#include "cli/cli.h"
#include "cli/cli_account.h"

#define ALICE "alice@example.org"

static void
test_first_line_of_standard_input_is_the_password(void **state)
{
	struct command *f = *state;

	assert_int_equal(
	    command_run(f, COMMAND_GOOD "\nnot this\n", "add Alice@Example.ORG"), EX_OK);
	assert_string_equal(f->output, "");
	assert_true(command_has_password(f, ALICE, COMMAND_GOOD));
	assert_int_equal(command_run(f, COMMAND_GOOD "\r\n", "add bob"), EX_OK);
	assert_true(command_has_password(f, "bob", COMMAND_GOOD));
	assert_int_equal(command_run(f, COMMAND_GOOD, "add carol"), EX_OK);
	assert_true(command_has_password(f, "carol", COMMAND_GOOD));
}

static void
test_passwords_are_prepared_as_logins_are(void **state)
{
	struct command *f = *state;

	assert_int_equal(command_run(f, "r\xc2\xad\xe2\x85\xa8 password\n", "add bob"), EX_OK);
	assert_true(command_has_password(f, "bob", "rIX password"));
}

static void
test_existing_account_is_not_added_again(void **state)
{
	struct command *f = *state;

	assert_int_equal(command_run(f, COMMAND_GOOD, "add bob"), EX_OK);
	assert_int_equal(command_run(f, "another password", "add BOB"), EX_DATAERR);
	assert_true(command_has_password(f, "bob", COMMAND_GOOD));
}

static void
test_passwd_changes_the_password_alone(void **state)
{
	struct command *f = *state;
	struct auth_account *account;

	assert_int_equal(command_run(f, COMMAND_GOOD, "add --sender @example.org bob"), EX_OK);
	assert_int_equal(command_run(f, "another password", "passwd bob"), EX_OK);
	assert_true(command_has_password(f, "bob", "another password"));
	account = command_find(f, "bob");
	assert_string_equal(account->senders, "@example.org");
	auth_account_free(&account);
}

static void
test_disable_enable_and_remove_do_so(void **state)
{
	struct command *f = *state;
	struct auth_account *account;

	assert_int_equal(command_run(f, COMMAND_GOOD, "add bob"), EX_OK);
	assert_int_equal(command_run(f, "", "disable bob"), EX_OK);
	account = command_find(f, "bob");
	assert_true(account->disabled);
	auth_account_free(&account);
	assert_int_equal(command_run(f, "", "enable bob"), EX_OK);
	account = command_find(f, "bob");
	assert_false(account->disabled);
	auth_account_free(&account);
	assert_int_equal(command_run(f, "", "remove bob"), EX_OK);
	assert_null(command_find(f, "bob"));
}

static void
test_senders_are_given_when_added_or_later(void **state)
{
	struct command *f = *state;
	struct auth_account *account;

	assert_int_equal(
	    command_run(f, COMMAND_GOOD, "add --sender a@example.org bob --sender=@example.net"),
	    EX_OK);
	account = command_find(f, "bob");
	assert_string_equal(account->senders, "a@example.org @example.net");
	auth_account_free(&account);
	assert_int_equal(command_run(f, "", "senders bob *"), EX_OK);
	account = command_find(f, "bob");
	assert_string_equal(account->senders, "*");
	auth_account_free(&account);
	assert_int_equal(command_run(f, "", "senders bob"), EX_OK);
	account = command_find(f, "bob");
	assert_string_equal(account->senders, "");
	auth_account_free(&account);
}

static void
test_generated_password_is_printed_and_works(void **state)
{
	struct command *f = *state;

	assert_int_equal(command_run(f, "", "add --generate bob"), EX_OK);
	assert_int_equal(strlen(f->output), 4 * 6 + 3 + 1);
	f->output[strcspn(f->output, "\n")] = '\0';
	assert_true(command_has_password(f, "bob", f->output));
	assert_int_equal(command_run(f, "", "passwd bob --generate"), EX_OK);
	f->output[strcspn(f->output, "\n")] = '\0';
	assert_true(command_has_password(f, "bob", f->output));
}

static void
test_list_tells_all_but_the_hashes(void **state)
{
	struct command *f = *state;

	assert_int_equal(
	    command_run(f, COMMAND_GOOD, "add bob --sender @example.net --sender x@y.org"), EX_OK);
	assert_int_equal(command_run(f, COMMAND_GOOD, "add " ALICE), EX_OK);
	assert_int_equal(command_run(f, "", "disable " ALICE), EX_OK);
	assert_int_equal(command_run(f, "", "list"), EX_OK);
	assert_non_null(strstr(f->output, ALICE "                disabled"));
	assert_null(strstr(f->output, "$y$"));
	assert_int_equal(command_run(f, "", "list --json"), EX_OK);
	assert_non_null(strstr(f->output, "\"name\": \"" ALICE "\",\n    \"disabled\": true"));
	assert_non_null(strstr(f->output, "\"@example.net\",\n      \"x@y.org\""));
	assert_null(strstr(f->output, "$y$"));
}

static void
test_list_of_nothing_is_empty_and_makes_nothing(void **state)
{
	struct command *f = *state;
	struct stat st;

	assert_int_equal(mkdir(f->scratch.auth, 0700), 0);
	assert_int_equal(command_run(f, "", "list --json"), EX_OK);
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
	{ COMMAND_GOOD, "add bob and", EX_USAGE },
	{ COMMAND_GOOD, "add bob --strong", EX_USAGE },
	{ COMMAND_GOOD, "add bob --sender", EX_USAGE },
	{ COMMAND_GOOD, "add bob --sender example.org", EX_DATAERR },
	{ COMMAND_GOOD, "add b*b", EX_DATAERR },
	{ "", "add bob", EX_DATAERR },
	{ "\n", "add bob", EX_DATAERR },
	{ "short", "add bob", EX_DATAERR },
	{ "caf\xe9 au lait", "add bob", EX_DATAERR },
	{ "with a \a bell", "add bob", EX_DATAERR },
	{ COMMAND_GOOD, "passwd bob", EX_DATAERR },
	{ "", "disable bob", EX_DATAERR },
	{ "", "enable bob", EX_DATAERR },
	{ "", "remove bob", EX_DATAERR },
	{ "", "senders bob *", EX_DATAERR },
	{ COMMAND_GOOD, "add bob -c /nowhere/at/all", EX_NOINPUT },
};

static void
test_what_is_wrong_has_an_exit_code_and_changes_nothing(void **state)
{
	struct command *f = *state;

	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		int code = command_run(f, refusals[i].input, refusals[i].words);

		if (code != refusals[i].code)
			fail_msg("'%s' gave %d", refusals[i].words, code);
	}
	assert_null(command_find(f, "bob"));
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
	struct command *f = *state;

	for (size_t i = 0; i < sizeof passwords / sizeof passwords[0]; i++)
		if ((cli_account_password_weakness("alice.smith@example.org",
			 slice_of(passwords[i].password)) != NULL) != passwords[i].is_weak)
			fail_msg("%s", passwords[i].password);
	assert_int_equal(command_run(f, "short", "add bob --allow-weak"), EX_OK);
	assert_true(command_has_password(f, "bob", "short"));
}

/* RFC 4616 §2 wants 255 octets taken; crypt(3) takes 511. */
static void
test_password_length_is_bounded(void **state)
{
	struct command *f = *state;
	char password[512 + 2];

	for (size_t i = 0; i < 512; i++)
		password[i] = (char)('a' + i % 26);
	password[512] = '\0';
	assert_int_equal(command_run(f, password, "add bob"), EX_DATAERR);
	password[511] = '\0';
	assert_int_equal(command_run(f, password, "add bob"), EX_OK);
	assert_true(command_has_password(f, "bob", password));
}

static void
test_files_belong_to_the_auth_user(void **state)
{
	struct command *f = *state;
	uid_t owner = geteuid() == 0 ? COMMAND_AUTH_UID : geteuid();
	struct stat st;

	assert_int_equal(command_run(f, COMMAND_GOOD, "add bob"), EX_OK);
	assert_int_equal(stat(f->scratch.auth, &st), 0);
	assert_int_equal(st.st_uid, owner);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(f->scratch.database, &st), 0);
	assert_int_equal(st.st_uid, owner);
	assert_int_equal(st.st_mode & 0777, 0600);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, command_set_up, command_tear_down)

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
	};
	return cmocka_run_group_tests_name("auth/account_command", tests, NULL, NULL);
}
