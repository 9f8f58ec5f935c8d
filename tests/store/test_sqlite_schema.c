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
	run_sql(s, "PRAGMA user_version=3");
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, 0), 0);
}

/* Its tables are those of version 3, and its large bodies are chunks to their end. */
static void
test_a_large_body_of_version_2_is_kept(void **state)
{
	struct scratch *s = *state;

	s->chunks_len = UINT64_MAX;
	assert_int_equal(scratch_open(s), 0);
	for (uint32_t seq = 0; seq < 5; seq++)
		scratch_put_chunk(s, 1, seq);
	scratch_put_large(s, 1, 5);
	assert_int_equal(scratch_flush(s), 0);
	store_close(&s->store);
	run_sql(s, "PRAGMA user_version=2");
	s->chunks_len = SCRATCH_CHUNK_LEN;
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, 5), 0);
}

/* The tables of version 1 as its release made them, with two messages. */
static const char version_1_sql[] =
    "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; BEGIN;"
    "CREATE TABLE message(id INTEGER PRIMARY KEY, created INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " chunk_count INTEGER NOT NULL, size INTEGER NOT NULL, account TEXT NOT NULL,"
    " sender TEXT NOT NULL, prefix BLOB NOT NULL, tail BLOB NOT NULL);"
    "CREATE TABLE chunk(n INTEGER PRIMARY KEY, message_id INTEGER NOT NULL,"
    " start INTEGER NOT NULL, seq INTEGER NOT NULL, length INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE UNIQUE INDEX chunk_start ON chunk(message_id, start, seq, length);"
    "CREATE TABLE recipient(message_id INTEGER NOT NULL, idx INTEGER NOT NULL,"
    " state INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
    " address TEXT NOT NULL, route TEXT NOT NULL, code INTEGER NOT NULL DEFAULT 0,"
    " enhanced INTEGER NOT NULL DEFAULT 0, host TEXT NOT NULL DEFAULT '',"
    " peer_text TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',"
    " PRIMARY KEY(message_id, idx)) WITHOUT ROWID;"
    "CREATE INDEX recipient_due ON recipient(due, attempts) WHERE state = 0;"
    "CREATE INDEX recipient_held ON recipient(message_id) WHERE state = 1;"
    "CREATE TABLE history(n INTEGER PRIMARY KEY, id INTEGER NOT NULL, created INTEGER NOT NULL,"
    " settled INTEGER NOT NULL, size INTEGER NOT NULL, account TEXT NOT NULL,"
    " sender TEXT NOT NULL, recipient TEXT NOT NULL, state INTEGER NOT NULL,"
    " code INTEGER NOT NULL, enhanced INTEGER NOT NULL, host TEXT NOT NULL,"
    " peer_text TEXT NOT NULL, reason TEXT NOT NULL);"
    "CREATE INDEX history_id ON history(id);"
    "INSERT INTO message VALUES(7, 507, 1, 1, 14, 'alice', 'alice@example.com', 'Received: x',"
    " x'0d0a');"
    "INSERT INTO chunk(message_id, start, seq, length, data) VALUES(7, 0, 0, 1, 'y');"
    "INSERT INTO recipient(message_id, idx, state, due, attempts, address, route, reason)"
    " VALUES(7, 0, 0, 1000, 3, 'bob@example.net', 'relay', 'asleep');"
    "INSERT INTO message VALUES(8, 508, 0, 0, 1, '', '', '', 'z');"
    "INSERT INTO recipient(message_id, idx, state, due, address, route)"
    " VALUES(8, 0, 0, 900, 'alice@example.com', 'relay');"
    "PRAGMA application_id=1397780853; PRAGMA user_version=1; COMMIT;";

struct converted {
	size_t count;
	bool right;
};

static bool
see_converted(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	struct converted *c = arg;

	if (c->count++ == 0)
		c->right = m->id == 8 && m->parameters.len == 0 && r->attempts == 0 &&
			   slice_is(r->address, "alice@example.com");
	else
		c->right = c->right && m->id == 7 && m->created_unix_ms == 507 &&
			   slice_is(m->parameters, "BODY=8BITMIME") &&
			   slice_is(m->account, "alice") && r->attempts == 3 &&
			   r->due_unix_ms == 1000 && r->parameters.len == 0 && r->notices == 0 &&
			   slice_is(r->reason, "asleep");
	return true;
}

static void
test_what_an_older_release_queued_is_kept(void **state)
{
	struct scratch *s = *state;
	struct converted c = { 0, false };
	struct buf text;

	run_sql(s, version_1_sql);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(store_each_due(s->store, 2000, 10, see_converted, &c), 0);
	assert_int_equal(c.count, 2);
	assert_true(c.right);
	buf_init(&text, 100);
	assert_int_equal(store_read_text(s->store, 7, 0, 100, &text), 0);
	assert_true(slice_is(buf_slice(&text), "Received: xy\r\n"));
	buf_done(&text);
	scratch_put(s, 9, 2);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 9, 2, 0), 0);
	assert_int_equal(life_check_database(s), 0);
}

/* Or the converting transaction would end half done: the file has to stay one of version 1. */
static void
test_a_conversion_that_fails_changes_nothing(void **state)
{
	struct scratch *s = *state;
	struct converted c = { 0, false };

	run_sql(s, version_1_sql);
	run_sql(s, "ALTER TABLE recipient ADD COLUMN rank INTEGER");
	assert_true(scratch_open(s) < 0);
	assert_true(s->error.len != 0);
	run_sql(s, "ALTER TABLE recipient DROP COLUMN rank");
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(store_each_due(s->store, 2000, 10, see_converted, &c), 0);
	assert_true(c.count == 2 && c.right);
}

/* The command line may come before the server, and must not write. */
static void
test_a_reader_of_an_older_format_says_what_converts_it(void **state)
{
	struct scratch *s = *state;
	struct store *reader = NULL;

	run_sql(s, version_1_sql);
	assert_int_equal(store_open_reader(s->directory, &reader, &s->error), -ENOTSUP);
	assert_true(error_has(s, "start the server once"));
	assert_null(reader);
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

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, scratch_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_a_newer_format_is_refused),
		STORE_TEST(test_a_large_body_of_version_2_is_kept),
		STORE_TEST(test_what_an_older_release_queued_is_kept),
		STORE_TEST(test_a_conversion_that_fails_changes_nothing),
		STORE_TEST(test_a_reader_of_an_older_format_says_what_converts_it),
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
