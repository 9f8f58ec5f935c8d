/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proc/memfd.h"
#include "util/fd.h"

static void
test_what_was_put_in_comes_out_again_and_again(void **state)
{
	int fd = proc_memfd_make("test", slice_of("hostname = x\n"));
	struct buf out;

	(void)state;
	assert_true(fd >= 0);
	buf_init(&out, 26);
	assert_int_equal(proc_memfd_read(fd, &out), 0);
	assert_int_equal(proc_memfd_read(fd, &out), 0);
	assert_true(slice_is(buf_slice(&out), "hostname = x\nhostname = x\n"));
	assert_int_equal(proc_memfd_read(fd, &out), -EMSGSIZE);
	buf_done(&out);
	fd_close(&fd);
}

static void
test_nobody_can_change_it(void **state)
{
	int fd = proc_memfd_make("test", slice_of("fixed"));

	(void)state;
	assert_int_equal(pwrite(fd, "F", 1, 0), -1);
	assert_int_equal(pwrite(fd, "F", 1, 5), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_true(mmap(NULL, 5, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	fd_close(&fd);
}

static void
test_what_could_still_change_is_refused(void **state)
{
	int unsealed = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int half = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct buf out;

	(void)state;
	assert_int_equal(fcntl(half, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
	buf_init(&out, 16);
	assert_int_equal(proc_memfd_read(unsealed, &out), -EPERM);
	assert_int_equal(proc_memfd_read(half, &out), -EPERM);
	assert_int_equal(proc_memfd_read(other, &out), -EPERM);
	buf_done(&out);
	fd_close(&unsealed);
	fd_close(&half);
	fd_close(&other);
}

static void
test_nothing_is_something_too(void **state)
{
	int fd = proc_memfd_make("test", slice_make(NULL, 0));
	struct buf out;

	(void)state;
	buf_init(&out, 16);
	assert_int_equal(proc_memfd_read(fd, &out), 0);
	assert_int_equal(out.len, 0);
	buf_done(&out);
	fd_close(&fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_put_in_comes_out_again_and_again),
		cmocka_unit_test(test_nobody_can_change_it),
		cmocka_unit_test(test_what_could_still_change_is_refused),
		cmocka_unit_test(test_nothing_is_something_too),
	};
	return cmocka_run_group_tests_name("proc/memfd", tests, NULL, NULL);
}
