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
#include <sys/socket.h>
#include <unistd.h>

#include "util/fd.h"

static void
test_a_packet_carries_one_descriptor(void **state)
{
	int sock[2], pipe_fds[2], got = -1;
	char text[8];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sock), 0);
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(fd_send_packet(sock[0], "hi", 2, pipe_fds[0]), 0);
	assert_int_equal(fd_receive_packet(sock[1], text, sizeof text, &got), 2);
	assert_memory_equal(text, "hi", 2);
	assert_true(got >= 0);
	assert_true((fcntl(got, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(fd_write_all(pipe_fds[1], "through", 7), 0);
	fd_close(&pipe_fds[1]);
	assert_int_equal(fd_read_all(got, text, sizeof text), 7);
	assert_memory_equal(text, "through", 7);
	fd_close(&got);
	assert_int_equal(got, -1);
	fd_close(&pipe_fds[0]);
	fd_close(&sock[0]);
	assert_int_equal(fd_receive_packet(sock[1], text, sizeof text, &got), 0);
	fd_close(&sock[1]);
}

static void
test_a_packet_that_does_not_fit_is_refused_with_its_descriptor(void **state)
{
	int sock[2], got = -1;
	char text[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sock), 0);
	assert_int_equal(fd_send_packet(sock[0], "abc", 3, sock[0]), 0);
	assert_int_equal(fd_receive_packet(sock[1], text, sizeof text, &got), -EMSGSIZE);
	assert_int_equal(got, -1);
	fd_close(&sock[0]);
	fd_close(&sock[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_packet_carries_one_descriptor),
		cmocka_unit_test(test_a_packet_that_does_not_fit_is_refused_with_its_descriptor),
	};
	return cmocka_run_group_tests_name("util/fd", tests, NULL, NULL);
}
