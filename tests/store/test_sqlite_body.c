/* SPDX-License-Identifier: Apache-2.0 */
/* The rest of a large body is a file, from its first chunk to the end of its message. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault_vfs.h"
#include "life.h"
#include "store/sqlite_body.h"
#include "util/alloc.h"

enum {
	LARGE = 7, /* chunks; two of them are rows with LIFE_CHUNKS_LEN */
	TEXT_MAX = 1 << 24,
	NAME_SIZE = 40,
	CHUNK_LEN = 65536,
};

static int
set_up(void **state)
{
	struct scratch *s = xcalloc(1, sizeof *s);

	scratch_make(s);
	s->chunks_len = LIFE_CHUNKS_LEN;
	*state = s;
	return scratch_open(s);
}

static const char *
body_path(const struct scratch *s, uint64_t id)
{
	char name[NAME_SIZE];

	(void)snprintf(name, sizeof name, "body-%016llx", (unsigned long long)id);
	return scratch_path(s, name);
}

/* Its length, or -1 when there is none. */
static off_t
body_len(const struct scratch *s, uint64_t id)
{
	struct stat st;

	return stat(body_path(s, id), &st) < 0 ? -1 : st.st_size;
}

static void
put_chunks(struct scratch *s, uint64_t id, uint32_t first, uint32_t end)
{
	for (uint32_t seq = first; seq < end; seq++)
		scratch_put_chunk(s, id, seq);
}

static void
queue_large(struct scratch *s, uint64_t id)
{
	put_chunks(s, id, 0, LARGE);
	scratch_put_large(s, id, LARGE);
	assert_int_equal(scratch_flush(s), 0);
}

/* The writer removes files behind its answer: closing waits for it. */
static void
settle(struct scratch *s, uint64_t id)
{
	const struct smtp_verdict v = { .code = 250 };

	store_put_outcome(s->store, id, 0, STORE_RECIPIENT_DELIVERED, 0, &v);
	store_settle(s->store, id, 1000);
	assert_int_equal(scratch_flush(s), 0);
	store_close(&s->store);
}

static void
test_the_rest_of_a_large_body_is_a_file_and_reads_as_one_text(void **state)
{
	struct scratch *s = *state;
	struct buf want, got;

	queue_large(s, 1);
	assert_int_equal(body_len(s, 1), (LARGE - 2) * SCRATCH_CHUNK_LEN);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
	buf_init(&want, TEXT_MAX);
	buf_init(&got, TEXT_MAX);
	scratch_text(1, LARGE, &want);
	for (size_t offset = 0; offset < want.len; offset += 97)
		for (size_t len = 1; len < 4UL * SCRATCH_CHUNK_LEN; len = 3 * len + 1) {
			const size_t left = want.len - offset, n = len < left ? len : left;

			buf_clear(&got);
			assert_int_equal(store_read_text(s->store, 1, offset, len, &got), 0);
			assert_int_equal(got.len, n);
			assert_memory_equal(got.ptr, want.ptr + offset, n);
		}
	buf_done(&want);
	buf_done(&got);
}

/* Of the real limit: a body that is as long has no file, one octet more is in one. */
static void
test_a_body_of_the_limit_has_no_file(void **state)
{
	struct scratch *s = *state;
	const uint32_t count = STORE_BODY_CHUNKS_LEN / CHUNK_LEN;

	s->chunks_len = 0;
	assert_int_equal(scratch_open(s), 0);
	for (uint64_t id = 1; id <= 2; id++)
		for (uint32_t seq = 0; seq < count + (id - 1); seq++) {
			const size_t len = seq == count ? 1 : CHUNK_LEN;

			store_put_chunk(s->store, id, seq, xcalloc(1, len), len);
		}
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(body_len(s, 1), -1);
	assert_int_equal(body_len(s, 2), 1);
}

static void
test_a_file_goes_with_its_message(void **state)
{
	struct scratch *s = *state;

	queue_large(s, 1);
	queue_large(s, 2);
	settle(s, 1);
	assert_int_equal(body_len(s, 1), -1);
	assert_true(body_len(s, 2) > 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 2, 1, LARGE), 0);
}

static void
test_a_file_goes_when_its_chunks_are_dropped(void **state)
{
	struct scratch *s = *state;

	put_chunks(s, 1, 0, LARGE);
	assert_int_equal(scratch_flush(s), 0);
	assert_true(body_len(s, 1) > 0);
	store_drop_chunks(s->store, 1);
	assert_int_equal(scratch_flush(s), 0);
	store_close(&s->store);
	assert_int_equal(body_len(s, 1), -1);
	assert_int_equal(scratch_open(s), 0);
	queue_large(s, 1);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
}

static void
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	(void)close(fd);
}

/* Only names that are ours. */
static void
test_a_start_removes_the_files_of_messages_that_are_not_there(void **state)
{
	struct scratch *s = *state;

	queue_large(s, 1);
	put_chunks(s, 2, 0, LARGE);
	assert_int_equal(scratch_flush(s), 0);
	assert_true(body_len(s, 2) > 0);
	store_close(&s->store);
	make_file(body_path(s, 3));
	make_file(scratch_path(s, "body-000000000000000G"));
	make_file(scratch_path(s, "body-1"));
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(body_len(s, 2), -1);
	assert_int_equal(body_len(s, 3), -1);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
	assert_int_equal(unlink(scratch_path(s, "body-000000000000000G")), 0);
	assert_int_equal(unlink(scratch_path(s, "body-1")), 0);
}

/* A number may be chosen twice, by mistake or on purpose. */
static void
test_a_message_that_came_keeps_its_file(void **state)
{
	struct scratch *s = *state;

	queue_large(s, 1);
	scratch_put_chunk(s, 1, 0);
	assert_int_equal(scratch_flush(s), -EEXIST);
	scratch_put_chunk(s, 1, 2);
	assert_int_equal(scratch_flush(s), -EEXIST);
	scratch_put_chunk(s, 1, LARGE);
	assert_int_equal(scratch_flush(s), -ENODATA);
	store_drop_chunks(s->store, 1);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
}

static void
test_chunks_of_a_batch_that_failed_may_come_again(void **state)
{
	struct scratch *s = *state;

	scratch_put(s, 9, 1);
	put_chunks(s, 1, 0, 3);
	assert_int_equal(scratch_flush(s), 0);
	put_chunks(s, 1, 3, 5);
	scratch_put(s, 9, 1);
	assert_int_equal(scratch_flush(s), -EEXIST);
	put_chunks(s, 1, 5, 6);
	assert_int_equal(scratch_flush(s), -ENODATA);
	put_chunks(s, 1, 3, LARGE);
	scratch_put_large(s, 1, LARGE);
	scratch_put(s, 9, 1);
	assert_int_equal(scratch_flush(s), -EEXIST);
	put_chunks(s, 1, 3, LARGE);
	scratch_put_large(s, 1, LARGE);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
}

static void
test_a_message_that_does_not_match_its_file_is_refused(void **state)
{
	struct scratch *s = *state;

	put_chunks(s, 1, 0, LARGE);
	assert_int_equal(scratch_flush(s), 0);
	scratch_put_large(s, 1, LARGE - 1);
	assert_int_equal(scratch_flush(s), -ENODATA);
	scratch_put_large(s, 1, LARGE + 1);
	assert_int_equal(scratch_flush(s), -ENODATA);
	scratch_put_large(s, 1, LARGE);
	assert_int_equal(scratch_flush(s), 0);
}

static void
test_a_file_that_is_damaged_is_an_io_error(void **state)
{
	struct scratch *s = *state;
	struct buf text;

	queue_large(s, 1);
	assert_int_equal(truncate(body_path(s, 1), SCRATCH_CHUNK_LEN), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), -EIO);
	buf_init(&text, TEXT_MAX);
	assert_int_equal(store_read_text(s->store, 1, 0, (size_t)3 * SCRATCH_CHUNK_LEN, &text), 0);
	assert_int_equal(unlink(body_path(s, 1)), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), -EIO);
	buf_done(&text);
}

/* Descriptors are bounded; what is beyond that is stored as ever. */
static void
test_bodies_beyond_the_greatest_number_of_files_are_chunks(void **state)
{
	struct scratch *s = *state;
	const uint64_t last = STORE_BODY_OPEN_MAX + 1;

	for (uint64_t id = 1; id <= last; id++)
		put_chunks(s, id, 0, 3);
	assert_int_equal(scratch_flush(s), 0);
	assert_true(body_len(s, last - 1) > 0);
	assert_int_equal(body_len(s, last), -1);
	store_drop_chunks(s->store, 1);
	assert_int_equal(scratch_flush(s), 0);
	put_chunks(s, last, 3, LARGE);
	scratch_put_large(s, last, LARGE);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(body_len(s, last), (LARGE - 3) * SCRATCH_CHUNK_LEN);
	assert_int_equal(scratch_check(s->store, last, 1, LARGE), 0);
}

/* The first chunks of a body, the file's begin and what fails may be in one batch. */
static void
test_a_body_whose_first_batch_failed_may_come_again(void **state)
{
	struct scratch *s = *state;

	scratch_put(s, 9, 1);
	assert_int_equal(scratch_flush(s), 0);
	put_chunks(s, 1, 0, 3);
	scratch_put(s, 9, 1);
	assert_int_equal(scratch_flush(s), -EEXIST);
	put_chunks(s, 1, 2, LARGE);
	scratch_put_large(s, 1, LARGE);
	assert_int_equal(scratch_flush(s), -ENODATA);
	queue_large(s, 1);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
}

/* As when the WAL is recovered after a failed sync: rows that nobody was promised may be lost. */
static void
test_a_message_that_has_lost_rows_is_refused(void **state)
{
	struct scratch *s = *state;
	sqlite3 *db;

	put_chunks(s, 1, 0, LARGE);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(sqlite3_open(scratch_path(s, "queue.db"), &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "DELETE FROM chunk WHERE seq = 1", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	scratch_put_large(s, 1, LARGE);
	assert_int_equal(scratch_flush(s), -ENODATA);
}

/* The old file is not removed before the commit, and the new message does not lose its own. */
static void
test_a_number_may_be_chosen_again_in_the_batch_that_settles_it(void **state)
{
	struct scratch *s = *state;
	const struct smtp_verdict v = { .code = 250 };

	queue_large(s, 1);
	for (int tries = 0; tries < 2; tries++) {
		store_put_outcome(s->store, 1, 0, STORE_RECIPIENT_DELIVERED, 0, &v);
		store_settle(s->store, 1, 1000);
		put_chunks(s, 1, 0, LARGE);
		scratch_put_large(s, 1, tries == 0 ? LARGE + 1 : LARGE);
		assert_int_equal(scratch_flush(s), tries == 0 ? -ENODATA : 0);
		assert_int_equal(scratch_open(s), 0);
		assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
	}
}

static void
test_a_body_whose_message_is_settled_in_the_same_batch_is_no_other_message(void **state)
{
	struct scratch *s = *state;
	const struct smtp_verdict v = { .code = 250 };

	put_chunks(s, 1, 0, LARGE);
	scratch_put_large(s, 1, LARGE);
	store_put_outcome(s->store, 1, 0, STORE_RECIPIENT_DELIVERED, 0, &v);
	store_settle(s->store, 1, 1000);
	scratch_put_large(s, 1, LARGE);
	assert_int_equal(scratch_flush(s), -ENODATA);
}

/* A directory is a name that cannot be removed, nor be used. */
static void
test_a_body_whose_file_cannot_be_made_is_chunks(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(mkdir(body_path(s, 1), 0700), 0);
	queue_large(s, 1);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
	settle(s, 1);
	assert_int_equal(scratch_open(s), 0);
	assert_int_equal(rmdir(body_path(s, 1)), 0);
}

/* Pages of messages that were count as room, and are none for a file. */
static void
test_no_file_is_begun_below_the_least_free_space(void **state)
{
	struct scratch *s = *state;
	struct store_options options = { .directory = s->directory };
	struct store_bodies bodies;

	for (uint64_t i = 0; i < 2; i++) {
		options.min_free_space = UINT64_MAX - i * (UINT64_MAX - 1);
		store_bodies_init(&bodies, &options);
		assert_int_equal(store_bodies_begin(&bodies, 1, 1, 1) != NULL, i);
		store_bodies_drop(&bodies, 1);
		store_bodies_remove(&bodies);
		store_bodies_done(&bodies);
	}
}

static ssize_t
write_over_quota(int fd, const void *data, size_t len, off_t offset)
{
	(void)fd;
	(void)data;
	(void)len;
	(void)offset;
	errno = EDQUOT;
	return -1;
}

static void
set_pwrite(sqlite3_syscall_ptr call)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite64", call), SQLITE_OK);
	assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite", call), SQLITE_OK);
}

static void
test_a_quota_that_is_used_up_is_a_full_disk(void **state)
{
	struct scratch *s = *state;

	put_chunks(s, 1, 0, 3);
	assert_int_equal(scratch_flush(s), 0);
	set_pwrite((sqlite3_syscall_ptr)write_over_quota);
	put_chunks(s, 1, 3, 4);
	assert_int_equal(scratch_flush(s), -ENOSPC);
	set_pwrite(NULL);
	put_chunks(s, 1, 3, LARGE);
	scratch_put_large(s, 1, LARGE);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
}

/* As after a crash: the WAL and its index are there. */
static void
test_a_start_on_a_full_disk_removes_files_that_fill_it(void **state)
{
	struct scratch *s = *state;
	sqlite3 *db;

	queue_large(s, 1);
	assert_int_equal(sqlite3_open(scratch_path(s, "queue.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "SELECT 1 FROM chunk", NULL, NULL, NULL), SQLITE_OK);
	store_close(&s->store);
	make_file(body_path(s, 2));
	set_pwrite((sqlite3_syscall_ptr)write_over_quota);
	assert_int_equal(scratch_open(s), 0);
	set_pwrite(NULL);
	assert_int_equal(body_len(s, 2), -1);
	assert_int_equal(scratch_check(s->store, 1, 1, LARGE), 0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The first operations of a message whose body came are the syncs of its file and its directory. */
static void
test_no_message_is_taken_when_its_file_or_its_name_is_not_synced(void **state)
{
	struct scratch *s = *state;

	store_close(&s->store);
	fault_vfs_install();
	assert_int_equal(scratch_open(s), 0);
	for (uint64_t n = 1; n <= 2; n++) {
		put_chunks(s, n, 0, LARGE);
		assert_int_equal(scratch_flush(s), 0);
		fault_vfs_fail(FAULT_IO, n, 1);
		scratch_put_large(s, n, LARGE);
		assert_int_equal(scratch_flush(s), -EIO);
		assert_true(fault_vfs_has_failed());
		scratch_put_large(s, n, LARGE);
		assert_int_equal(scratch_flush(s), -ENODATA);
	}
	store_close(&s->store);
	fault_vfs_remove();
}

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, scratch_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_the_rest_of_a_large_body_is_a_file_and_reads_as_one_text),
		STORE_TEST(test_a_body_of_the_limit_has_no_file),
		STORE_TEST(test_a_file_goes_with_its_message),
		STORE_TEST(test_a_file_goes_when_its_chunks_are_dropped),
		STORE_TEST(test_a_start_removes_the_files_of_messages_that_are_not_there),
		STORE_TEST(test_a_message_that_came_keeps_its_file),
		STORE_TEST(test_chunks_of_a_batch_that_failed_may_come_again),
		STORE_TEST(test_a_message_that_does_not_match_its_file_is_refused),
		STORE_TEST(test_a_file_that_is_damaged_is_an_io_error),
		STORE_TEST(test_bodies_beyond_the_greatest_number_of_files_are_chunks),
		STORE_TEST(test_a_body_whose_first_batch_failed_may_come_again),
		STORE_TEST(test_a_message_that_has_lost_rows_is_refused),
		STORE_TEST(test_a_number_may_be_chosen_again_in_the_batch_that_settles_it),
		STORE_TEST(
		    test_a_body_whose_message_is_settled_in_the_same_batch_is_no_other_message),
		STORE_TEST(test_a_body_whose_file_cannot_be_made_is_chunks),
		STORE_TEST(test_no_file_is_begun_below_the_least_free_space),
		STORE_TEST(test_a_quota_that_is_used_up_is_a_full_disk),
		STORE_TEST(test_a_start_on_a_full_disk_removes_files_that_fill_it),
		STORE_TEST(test_no_message_is_taken_when_its_file_or_its_name_is_not_synced),
	};

	return cmocka_run_group_tests_name("store/sqlite_body", tests, NULL, NULL);
}
