/* SPDX-License-Identifier: Apache-2.0 */
/* What store_open() and store_open_reader() make of what they find. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "life.h"
#include "util/fd.h"

static int
set_up(void **state)
{
	struct scratch *s = calloc(1, sizeof *s);

	scratch_make(s);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	scratch_remove(*state);
	free(*state);
	return 0;
}

static void
run_sql(struct scratch *s, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(scratch_path(s, "queue.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static bool
error_has(struct scratch *s, const char *word)
{
	return memmem(s->error.ptr, s->error.len, word, strlen(word)) != NULL;
}

static void
make_with_a_message(struct scratch *s)
{
	assert_int_equal(scratch_open(s), 0);
	scratch_put(s, 1, 1);
	assert_int_equal(scratch_flush(s), 0);
	store_close(&s->store);
}

static void
test_a_newer_format_is_refused(void **state)
{
	struct scratch *s = *state;

	make_with_a_message(s);
	run_sql(s, "PRAGMA user_version=1000");
	assert_int_equal(scratch_open(s), -ENOTSUP);
	assert_true(error_has(s, "newer release"));
	run_sql(s, "PRAGMA user_version=1");
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, 0), 0);
}

static void
test_the_database_of_another_program_is_refused(void **state)
{
	struct scratch *s = *state;

	run_sql(s, "CREATE TABLE foreign_table(x); INSERT INTO foreign_table VALUES(1)");
	assert_int_equal(scratch_open(s), -ENOTSUP);
	assert_true(error_has(s, "not a queue"));
	run_sql(s, "INSERT INTO foreign_table VALUES(2)");
}

static void
overwrite(struct scratch *s, off_t offset, size_t len)
{
	uint8_t junk[8192];
	int fd = open(scratch_path(s, "queue.db"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0 && len <= sizeof junk);
	memset(junk, 'x', sizeof junk);
	assert_int_equal(pwrite(fd, junk, len, offset), len);
	fd_close(&fd);
}

static void
test_a_damaged_database_is_left_alone_with_advice(void **state)
{
	struct scratch *s = *state;
	struct stat before, after;

	make_with_a_message(s);
	overwrite(s, 0, 100);
	assert_int_equal(stat(scratch_path(s, "queue.db"), &before), 0);
	assert_int_equal(scratch_open(s), -EIO);
	assert_true(error_has(s, "damaged"));
	assert_true(error_has(s, ".recover"));
	assert_int_equal(stat(scratch_path(s, "queue.db"), &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void
test_damage_that_is_met_while_running_is_an_io_error(void **state)
{
	struct scratch *s = *state;

	make_with_a_message(s);
	overwrite(s, 4096, 4096); /* page 2: the messages, which opening does not read */
	assert_int_equal(scratch_open(s), 0);
	scratch_put(s, 2, 1);
	assert_int_equal(scratch_flush(s), -EIO);
	assert_int_equal(scratch_check(s->store, 1, 1, 0), -EIO);
}

static void
test_a_second_process_is_kept_out(void **state)
{
	struct scratch *s = *state;
	const struct store_options options = { .directory = s->directory };
	struct store *second = NULL;

	assert_int_equal(scratch_open(s), 0);
	buf_clear(&s->error);
	assert_int_equal(store_open(s->base, &options, &second, &s->error), -EBUSY);
	assert_true(error_has(s, "another process"));
	assert_null(second);
	assert_int_equal(scratch_open(s), 0);
}

static void
test_a_reader_sees_what_is_durable_beside_the_server(void **state)
{
	struct scratch *s = *state;
	struct store *reader;

	make_with_a_message(s);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(store_open_reader(s->directory, &reader, &s->error), 0);
	assert_int_equal(scratch_check(reader, 1, 1, 0), 0);
	scratch_put(s, 2, 2);
	assert_int_equal(scratch_check(reader, 2, 2, 0), -ENOENT);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(reader, 2, 2, 0), 0);
	store_close(&reader);
	assert_int_equal(scratch_check(s->store, 2, 2, 0), 0);
}

static void
test_a_reader_needs_no_server_and_leaves_no_files(void **state)
{
	struct scratch *s = *state;
	struct store *reader;
	struct stat st;

	make_with_a_message(s);
	assert_int_equal(store_open_reader(s->directory, &reader, &s->error), 0);
	assert_int_equal(scratch_check(reader, 1, 1, 0), 0);
	store_close(&reader);
	assert_int_equal(stat(scratch_path(s, "queue.db-wal"), &st), -1);
	assert_int_equal(stat(scratch_path(s, "queue.db-shm"), &st), -1);
}

static void
test_a_reader_without_a_queue_says_so(void **state)
{
	struct scratch *s = *state;
	struct store *reader = NULL;
	struct stat st;

	assert_int_equal(store_open_reader(s->directory, &reader, &s->error), -ENOENT);
	assert_true(s->error.len != 0);
	assert_null(reader);
	assert_int_equal(stat(scratch_path(s, "queue.db"), &st), -1);
}

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_a_newer_format_is_refused),
		STORE_TEST(test_the_database_of_another_program_is_refused),
		STORE_TEST(test_a_damaged_database_is_left_alone_with_advice),
		STORE_TEST(test_damage_that_is_met_while_running_is_an_io_error),
		STORE_TEST(test_a_second_process_is_kept_out),
		STORE_TEST(test_a_reader_sees_what_is_durable_beside_the_server),
		STORE_TEST(test_a_reader_needs_no_server_and_leaves_no_files),
		STORE_TEST(test_a_reader_without_a_queue_says_so),
	};

	return cmocka_run_group_tests_name("store/sqlite_schema", tests, NULL, NULL);
}
