/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "auth/scratch.h"
#include "auth/trace_key.h"
#include "util/fd.h"

static struct scratch scratch;

static int
set_up(void **state)
{
	(void)state;
	scratch_init(&scratch);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scratch_done(&scratch);
	return 0;
}

static void
write_file(const char *text)
{
	int fd = open(scratch.trace_key, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
	fd_close(&fd);
}

static void
test_a_key_is_made_once_and_then_read(void **state)
{
	uint8_t made[AUTH_PSEUDONYM_KEY_LEN], again[AUTH_PSEUDONYM_KEY_LEN];
	struct stat st;

	(void)state;
	assert_int_equal(auth_trace_key_load(scratch.trace_key, made), -ENOENT);
	assert_int_equal(auth_trace_key_need(scratch.trace_key, made), 0);
	assert_int_equal(auth_trace_key_need(scratch.trace_key, again), 0);
	assert_memory_equal(made, again, sizeof made);
	assert_int_equal(auth_trace_key_load(scratch.trace_key, again), 0);
	assert_memory_equal(made, again, sizeof made);
	assert_int_equal(stat(scratch.trace_key, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, AUTH_PSEUDONYM_KEY_LEN);
}

static void
test_no_two_keys_are_alike(void **state)
{
	uint8_t one[AUTH_PSEUDONYM_KEY_LEN], other[AUTH_PSEUDONYM_KEY_LEN];

	(void)state;
	assert_int_equal(auth_trace_key_need(scratch.trace_key, one), 0);
	assert_int_equal(unlink(scratch.trace_key), 0);
	assert_int_equal(auth_trace_key_need(scratch.trace_key, other), 0);
	assert_memory_not_equal(one, other, sizeof one);
}

/* It may be the right one, damaged: a person has to decide. */
static void
test_a_file_of_another_length_is_left_alone(void **state)
{
	uint8_t key[AUTH_PSEUDONYM_KEY_LEN];

	(void)state;
	write_file("0123456789abcde");
	assert_int_equal(auth_trace_key_need(scratch.trace_key, key), -EBADMSG);
	write_file("0123456789abcdef0");
	assert_int_equal(auth_trace_key_need(scratch.trace_key, key), -EBADMSG);
	write_file("0123456789abcdef");
	assert_int_equal(auth_trace_key_need(scratch.trace_key, key), 0);
	assert_memory_equal(key, "0123456789abcdef", sizeof key);
}

static void
test_an_empty_file_is_one_that_was_not_finished(void **state)
{
	uint8_t key[AUTH_PSEUDONYM_KEY_LEN];

	(void)state;
	write_file("");
	assert_int_equal(auth_trace_key_load(scratch.trace_key, key), -EBADMSG);
	assert_int_equal(auth_trace_key_need(scratch.trace_key, key), 0);
	assert_int_equal(auth_trace_key_load(scratch.trace_key, key), 0);
}

static void
test_a_link_is_not_followed(void **state)
{
	uint8_t key[AUTH_PSEUDONYM_KEY_LEN];

	(void)state;
	assert_int_equal(symlink("/dev/zero", scratch.trace_key), 0);
	assert_int_equal(auth_trace_key_need(scratch.trace_key, key), -ELOOP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_key_is_made_once_and_then_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_two_keys_are_alike, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_file_of_another_length_is_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_an_empty_file_is_one_that_was_not_finished, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_link_is_not_followed, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("auth/trace_key", tests, NULL, NULL);
}
