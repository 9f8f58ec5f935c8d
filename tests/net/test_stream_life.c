/* SPDX-License-Identifier: Apache-2.0 */
/* test_stream_life.c - how a net_stream begins, and that its owner may free it in each callback. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

#include "net/stream.h"
#include "wire.h"

/* A port of this machine where nobody listens, or the one that fd listens at. */
static struct sockaddr_in
find_port(int *fd)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof in;

	*fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(*fd, (struct sockaddr *)(void *)&in, sizeof in), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)(void *)&in, &len), 0);
	return in;
}

static void
dial(struct wire *w, const struct sockaddr_in *in)
{
	wire_renew(w);
	net_stream_connect(&w->stream, (const struct sockaddr *)(const void *)in, sizeof *in);
	net_stream_want_input(&w->stream, true);
	assert_int_equal(w->calls[WIRE_CONNECTED] + w->calls[WIRE_END], 0);
}

static void
test_a_connection_is_told_once_it_stands(void **state)
{
	struct wire *w = *state;
	int fd;
	struct sockaddr_in in = find_port(&fd);

	assert_int_equal(listen(fd, 1), 0);
	dial(w, &in);
	wire_wait(w, WIRE_CONNECTED, 1);
	wire_hang_up(w, false);
	w->peer = accept(fd, NULL, NULL);
	wire_send(w, "220 hi\r\n", 8);
	wire_check_got(w, "220 hi\r\n");
	wire_check_sleeps(w);
	(void)close(fd);
}

static void
check_refusal(struct wire *w, const struct sockaddr_in *in, int error)
{
	dial(w, in);
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(w->end, NET_STREAM_FAILED);
	assert_int_equal(w->stream.error, error);
	assert_int_equal(w->calls[WIRE_CONNECTED], 0);
	wire_check_sleeps(w);
}

static void
test_a_refusal_says_so(void **state)
{
	int fd;
	struct sockaddr_in in = find_port(&fd);

	check_refusal(*state, &in, ECONNREFUSED);
	(void)close(fd);
}

static void
test_what_fails_at_once_is_told_from_the_loop(void **state)
{
	const struct sockaddr_in in = { .sin_family = AF_UNIX };

	check_refusal(*state, &in, EAFNOSUPPORT);
}

static void
wait_until_freed(struct wire *w)
{
	wire_wait(w, w->frees_in, 1);
	assert_true(w->is_done);
	wire_settle(w); /* note() fails what is called behind it */
}

static void
test_an_owner_may_free_when_connected(void **state)
{
	struct wire *w = *state;
	int fd;
	struct sockaddr_in in = find_port(&fd);

	assert_int_equal(listen(fd, 1), 0);
	w->frees_in = WIRE_CONNECTED;
	dial(w, &in);
	wait_until_freed(w);
	(void)close(fd);
}

/* A command is there already when it does. */
static void
test_an_owner_may_free_when_secure(void **state)
{
	struct wire *w = *state;

	w->frees_in = WIRE_SECURE;
	wire_begin_tls(w, true);
	while (SSL_do_handshake(w->peer_ssl) != 1) {
		wire_send_tls(w, SIZE_MAX);
		wire_receive_tls(w);
	}
	wire_say(w, "QUIT\r\n", 6);
	wire_send_tls(w, SIZE_MAX);
	wait_until_freed(w);
	assert_int_equal(w->calls[WIRE_INPUT], 0);
}

static void
test_an_owner_may_free_when_there_is_input_and_an_end(void **state)
{
	struct wire *w = *state;

	wire_shake(w, true);
	w->frees_in = WIRE_INPUT;
	w->reply = "221 bye\r\n";
	wire_say(w, "QUIT\r\n", 6);
	(void)SSL_shutdown(w->peer_ssl);
	wire_send_tls(w, SIZE_MAX);
	wait_until_freed(w);
	assert_int_equal(w->calls[WIRE_END], 0);
}

static void
test_an_owner_may_free_when_told_of_input_again(void **state)
{
	struct wire *w = *state;

	w->leaves_input = true;
	wire_send(w, "QUIT\r\n", 6);
	wire_wait(w, WIRE_INPUT, 1);
	w->frees_in = WIRE_INPUT;
	net_stream_write(&w->stream, slice_of("250 ok\r\n")); /* on_drained would follow */
	net_stream_tell_input(&w->stream);
	wire_wait(w, WIRE_INPUT, 2);
	assert_true(w->is_done);
	wire_settle(w);
}

static void
test_an_owner_may_free_when_drained(void **state)
{
	struct wire *w = *state;

	w->frees_in = WIRE_DRAINED;
	net_stream_write(&w->stream, slice_of("220 hi\r\n"));
	assert_false(w->is_done);
	wait_until_freed(w);
}

static void
test_an_owner_may_free_at_the_end(void **state)
{
	struct wire *w = *state;

	w->frees_in = WIRE_END;
	wire_begin_tls(w, true);
	wire_send(w, "garbage\r\n", 9);
	wait_until_freed(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(test_a_connection_is_told_once_it_stands),
		WIRE_TEST(test_a_refusal_says_so),
		WIRE_TEST(test_what_fails_at_once_is_told_from_the_loop),
		WIRE_TEST(test_an_owner_may_free_when_connected),
		WIRE_TEST(test_an_owner_may_free_when_secure),
		WIRE_TEST(test_an_owner_may_free_when_there_is_input_and_an_end),
		WIRE_TEST(test_an_owner_may_free_when_told_of_input_again),
		WIRE_TEST(test_an_owner_may_free_when_drained),
		WIRE_TEST(test_an_owner_may_free_at_the_end),
	};

	return cmocka_run_group_tests_name("net/stream_life", tests, NULL, NULL);
}
