/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

#include "auth/directory.h"
#include "auth/scratch.h"
#include "util/log.h"

static char bob[] = "bob", hash_one[] = "$y$j75$one", none[] = "";

struct fixture {
	struct scratch scratch;
	struct auth_directory *directory;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	scratch_init(&f->scratch);
	f->directory = auth_directory_new(f->scratch.database);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	auth_directory_free(&f->directory);
	scratch_done(&f->scratch);
	free(f);
	return 0;
}

static struct auth_accounts *
write_store(const struct fixture *f)
{
	struct auth_accounts *w = NULL;

	assert_int_equal(auth_accounts_open(f->scratch.database, AUTH_ACCOUNTS_WRITE, &w), 0);
	return w;
}

static void
add_bob(const struct fixture *f)
{
	const struct auth_account account = { .name = bob, .hash = hash_one, .senders = none };
	struct auth_accounts *w = write_store(f);

	assert_int_equal(auth_accounts_add(w, &account), 0);
	auth_accounts_close(&w);
}

/* bob at this time, or NULL. */
static const struct auth_account *
find_bob(const struct fixture *f, uint64_t now_ms)
{
	const struct auth_account *account = NULL;

	assert_int_equal(auth_directory_find(f->directory, slice_of(bob), now_ms, &account), 0);
	return account;
}

static int
error_at(const struct fixture *f, uint64_t now_ms)
{
	const struct auth_account *account = NULL;

	return auth_directory_find(f->directory, slice_of(bob), now_ms, &account);
}

static void
test_missing_file_is_tried_again_after_a_second(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(error_at(f, 0), -ENOENT);
	add_bob(f);
	assert_int_equal(error_at(f, AUTH_DIRECTORY_RETRY_MS - 1), -ENOENT);
	assert_non_null(find_bob(f, AUTH_DIRECTORY_RETRY_MS));
}

static void
test_change_is_seen_by_the_next_look(void **state)
{
	const struct fixture *f = *state;
	struct auth_accounts *w;

	add_bob(f);
	w = write_store(f);
	assert_false(find_bob(f, 0)->disabled);
	assert_int_equal(auth_accounts_set_disabled(w, bob, true, 1), 0);
	assert_true(find_bob(f, 0)->disabled);
	assert_int_equal(auth_accounts_set_hash(w, bob, "$y$new", 1), 0);
	assert_string_equal(find_bob(f, 0)->hash, "$y$new");
	assert_int_equal(auth_accounts_remove(w, bob), 0);
	assert_null(find_bob(f, 0));
	auth_accounts_close(&w);
	add_bob(f);
	assert_non_null(find_bob(f, 0));
}

static void
test_account_is_read_once_while_nothing_changes(void **state)
{
	const struct fixture *f = *state;

	add_bob(f);
	assert_ptr_equal(find_bob(f, 0), find_bob(f, 1));
}

static void
test_other_file_of_that_name_is_noticed(void **state)
{
	const struct fixture *f = *state;
	char beside[4096];

	add_bob(f);
	assert_non_null(find_bob(f, 0));
	(void)snprintf(beside, sizeof beside, "%s.away", f->scratch.database);
	assert_int_equal(rename(f->scratch.database, beside), 0);
	assert_int_equal(error_at(f, 0), -ENOENT);
	assert_int_equal(rename(beside, f->scratch.database), 0);
	assert_non_null(find_bob(f, AUTH_DIRECTORY_RETRY_MS));
}

static void
test_lock_is_an_error_until_it_is_gone(void **state)
{
	const struct fixture *f = *state;
	sqlite3 *other = NULL;

	add_bob(f);
	assert_int_equal(sqlite3_open(f->scratch.database, &other), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT", NULL,
		NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(error_at(f, 0), -EBUSY);
	(void)sqlite3_close(other);
	assert_non_null(find_bob(f, AUTH_DIRECTORY_RETRY_MS));
}

static void
test_decoy_is_as_dear_as_the_accounts(void **state)
{
	const struct fixture *f = *state;

	(void)error_at(f, 0);
	assert_memory_equal(auth_directory_decoy(f->directory, 2), "$y$j85$", 7);
	add_bob(f);
	assert_non_null(find_bob(f, AUTH_DIRECTORY_RETRY_MS));
	assert_memory_equal(auth_directory_decoy(f->directory, 2), "$y$j75$", 7);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_missing_file_is_tried_again_after_a_second),
		CASE(test_change_is_seen_by_the_next_look),
		CASE(test_account_is_read_once_while_nothing_changes),
		CASE(test_other_file_of_that_name_is_noticed),
		CASE(test_lock_is_an_error_until_it_is_gone),
		CASE(test_decoy_is_as_dear_as_the_accounts),
	};
	log_setup("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("auth/directory", tests, NULL, NULL);
}
