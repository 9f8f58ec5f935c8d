/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/accounts.h"
#include "auth/scratch.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/fd.h"

static const char alice[] = "alice@example.org", bob[] = "bob", hash_one[] = "$y$j75$one",
		  hash_two[] = "$y$j75$two", patterns[] = "@example.org x@y.net", none[] = "";

static int
set_up(void **state)
{
	struct scratch *s = calloc(1, sizeof *s);

	scratch_init(s);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	scratch_done(*state);
	free(*state);
	return 0;
}

static struct auth_accounts *
open_store(const struct scratch *s, enum auth_accounts_mode mode)
{
	struct auth_accounts *a = NULL;

	assert_int_equal(auth_accounts_open(s->database, mode, &a), 0);
	return a;
}

static int
add(struct auth_accounts *a, const char *name, const char *hash, const char *senders)
{
	struct auth_account *account = xcalloc(1, sizeof *account);
	int r;

	account->name = xstrdup(name);
	account->hash = xstrdup(hash);
	account->senders = xstrdup(senders);
	account->created_unix = 7;
	account->changed_unix = 8;
	r = auth_accounts_add(a, account);
	auth_account_free(&account);
	return r;
}

static struct auth_account *
find(struct auth_accounts *a, const char *name)
{
	struct auth_account *account = NULL;
	int r = auth_accounts_find(a, slice_of(name), &account);

	assert_true(r == 0 || r == -ENOENT);
	return account;
}

static void
test_what_was_added_is_found_by_a_reader(void **state)
{
	struct auth_accounts *w = open_store(*state, AUTH_ACCOUNTS_WRITE);
	struct auth_accounts *r = open_store(*state, AUTH_ACCOUNTS_READ);
	struct auth_account *account;

	assert_null(find(r, alice));
	assert_int_equal(add(w, alice, hash_one, patterns), 0);
	account = find(r, alice);
	assert_non_null(account);
	assert_string_equal(account->name, alice);
	assert_string_equal(account->hash, hash_one);
	assert_string_equal(account->senders, patterns);
	assert_false(account->disabled);
	assert_int_equal(account->created_unix, 7);
	assert_int_equal(account->changed_unix, 8);
	auth_account_free(&account);
	assert_null(find(r, "alice"));
	auth_accounts_close(&w);
	auth_accounts_close(&r);
}

static void
test_name_is_given_once(void **state)
{
	struct auth_accounts *w = open_store(*state, AUTH_ACCOUNTS_WRITE);

	assert_int_equal(add(w, bob, hash_one, none), 0);
	assert_int_equal(add(w, bob, hash_two, none), -EEXIST);
	auth_accounts_close(&w);
}

static void
test_changes_reach_their_account_alone(void **state)
{
	struct auth_accounts *w = open_store(*state, AUTH_ACCOUNTS_WRITE);
	struct auth_account *account;

	assert_int_equal(add(w, alice, hash_one, none), 0);
	assert_int_equal(add(w, bob, hash_one, none), 0);
	assert_int_equal(auth_accounts_set_hash(w, bob, hash_two, 20), 0);
	assert_int_equal(auth_accounts_set_disabled(w, bob, true, 21), 0);
	assert_int_equal(auth_accounts_set_senders(w, bob, "*", 22), 0);
	account = find(w, bob);
	assert_string_equal(account->hash, hash_two);
	assert_string_equal(account->senders, "*");
	assert_true(account->disabled);
	assert_int_equal(account->changed_unix, 22);
	auth_account_free(&account);
	account = find(w, alice);
	assert_string_equal(account->hash, hash_one);
	assert_false(account->disabled);
	assert_int_equal(account->changed_unix, 8);
	auth_account_free(&account);
	assert_int_equal(auth_accounts_remove(w, bob), 0);
	assert_null(find(w, bob));
	auth_accounts_close(&w);
}

static void
test_change_of_nobody_is_an_error(void **state)
{
	struct auth_accounts *w = open_store(*state, AUTH_ACCOUNTS_WRITE);

	assert_int_equal(auth_accounts_set_hash(w, bob, hash_one, 1), -ENOENT);
	assert_int_equal(auth_accounts_set_disabled(w, bob, true, 1), -ENOENT);
	assert_int_equal(auth_accounts_set_senders(w, bob, "*", 1), -ENOENT);
	assert_int_equal(auth_accounts_remove(w, bob), -ENOENT);
	auth_accounts_close(&w);
}

static void
test_version_changes_with_each_change_of_another(void **state)
{
	struct auth_accounts *w = open_store(*state, AUTH_ACCOUNTS_WRITE);
	struct auth_accounts *r = open_store(*state, AUTH_ACCOUNTS_READ);
	uint64_t before = 0, now = 0;

	assert_int_equal(auth_accounts_version(r, &before), 0);
	assert_int_equal(auth_accounts_version(r, &now), 0);
	assert_int_equal(before, now);
	assert_int_equal(add(w, bob, hash_one, none), 0);
	assert_int_equal(auth_accounts_version(r, &now), 0);
	assert_int_not_equal(before, now);
	auth_accounts_close(&w);
	auth_accounts_close(&r);
}

static bool
collect(void *arg, const struct auth_account *account)
{
	struct buf *names = arg;

	(void)buf_addf(names, "%s ", account->name);
	return strcmp(account->name, "c") != 0;
}

static void
test_each_goes_by_name_until_told_to_stop(void **state)
{
	static const char letters[][2] = { "d", "b", "c", "a" };
	struct auth_accounts *w = open_store(*state, AUTH_ACCOUNTS_WRITE);
	struct buf names;

	for (size_t i = 0; i < 4; i++)
		assert_int_equal(add(w, letters[i], hash_one, none), 0);
	buf_init(&names, 64);
	assert_int_equal(auth_accounts_each(w, collect, &names), 0);
	assert_true(slice_is(buf_slice(&names), "a b c "));
	buf_done(&names);
	auth_accounts_close(&w);
}

static void
test_typical_hash_is_of_the_most_common_cost(void **state)
{
	struct auth_accounts *w = open_store(*state, AUTH_ACCOUNTS_WRITE);
	char *hash = NULL;

	assert_int_equal(auth_accounts_typical_hash(w, &hash), -ENOENT);
	assert_int_equal(add(w, "a", "$y$j75$a", none), 0);
	assert_int_equal(add(w, "b", "$y$j9T$a", none), 0);
	assert_int_equal(add(w, "c", "$y$j9T$b", none), 0);
	assert_int_equal(auth_accounts_typical_hash(w, &hash), 0);
	assert_memory_equal(hash, "$y$j9T$", 7);
	free(hash);
	auth_accounts_close(&w);
}

static void
test_reader_changes_nothing(void **state)
{
	struct auth_accounts *w = open_store(*state, AUTH_ACCOUNTS_WRITE);
	struct auth_accounts *r = open_store(*state, AUTH_ACCOUNTS_READ);

	assert_int_equal(add(w, bob, hash_one, none), 0);
	assert_int_equal(auth_accounts_remove(r, bob), -EACCES);
	auth_accounts_close(&w);
	auth_accounts_close(&r);
}

static void
test_reader_does_not_wait_for_a_writer(void **state)
{
	const struct scratch *s = *state;
	struct auth_accounts *w = open_store(s, AUTH_ACCOUNTS_WRITE);
	struct auth_accounts *r = open_store(s, AUTH_ACCOUNTS_READ);
	struct auth_account *account;
	sqlite3 *other = NULL;

	assert_int_equal(add(w, bob, hash_one, none), 0);
	assert_int_equal(sqlite3_open(s->database, &other), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(other, "BEGIN EXCLUSIVE; UPDATE account SET hash = 'x'", NULL, NULL, NULL),
	    SQLITE_OK);
	account = find(r, bob);
	assert_string_equal(account->hash, hash_one);
	auth_account_free(&account);
	(void)sqlite3_close(other);
	auth_accounts_close(&w);
	auth_accounts_close(&r);
}

static void
test_file_is_for_its_owner_alone(void **state)
{
	const struct scratch *s = *state;
	struct auth_accounts *w;
	struct stat file;
	mode_t before = umask(022);

	w = open_store(s, AUTH_ACCOUNTS_WRITE);
	(void)umask(before);
	assert_int_equal(stat(s->database, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	auth_accounts_close(&w);
}

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
	fd_close(&fd);
}

static void
test_what_cannot_be_opened_says_why(void **state)
{
	const struct scratch *s = *state;
	struct auth_accounts *a = NULL;
	sqlite3 *db = NULL;

	assert_int_equal(auth_accounts_open(s->database, AUTH_ACCOUNTS_READ, &a), -ENOENT);
	assert_int_equal(auth_accounts_open(s->auth, AUTH_ACCOUNTS_READ, &a), -EISDIR);
	write_file(s->database, "");
	assert_int_equal(auth_accounts_open(s->database, AUTH_ACCOUNTS_READ, &a), -ENOENT);
	write_file(s->database, "This is a letter and not a database; and long enough to see it.");
	assert_int_equal(auth_accounts_open(s->database, AUTH_ACCOUNTS_READ, &a), -EBADMSG);
	assert_int_equal(auth_accounts_open(s->database, AUTH_ACCOUNTS_WRITE, &a), -EBADMSG);
	assert_int_equal(unlink(s->database), 0);
	assert_int_equal(sqlite3_open(s->database, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
	assert_int_equal(auth_accounts_open(s->database, AUTH_ACCOUNTS_READ, &a), -EPROTONOSUPPORT);
	assert_int_equal(
	    auth_accounts_open(s->database, AUTH_ACCOUNTS_WRITE, &a), -EPROTONOSUPPORT);
	assert_null(a);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_what_was_added_is_found_by_a_reader),
		CASE(test_name_is_given_once),
		CASE(test_changes_reach_their_account_alone),
		CASE(test_change_of_nobody_is_an_error),
		CASE(test_version_changes_with_each_change_of_another),
		CASE(test_each_goes_by_name_until_told_to_stop),
		CASE(test_typical_hash_is_of_the_most_common_cost),
		CASE(test_reader_changes_nothing),
		CASE(test_reader_does_not_wait_for_a_writer),
		CASE(test_file_is_for_its_owner_alone),
		CASE(test_what_cannot_be_opened_says_why),
	};
	return cmocka_run_group_tests_name("auth/accounts", tests, NULL, NULL);
}
