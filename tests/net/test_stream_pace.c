/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "wire.h"

enum {
	REQUEST_COUNT = 16 * 1024,
	TURN_LEN_MAX = 32 * 1024, /* of stream_pace.c */
	READ_LEN_MAX = 17 * 1024, /* what OpenSSL may read at once */
};

static size_t
count_unread(const struct wire *w)
{
	int len = 0;

	assert_int_equal(ioctl(w->stream.fd, FIONREAD, &len), 0);
	return (size_t)len;
}

/* HelloRequest, which a client reads over, in TLS 1.2. */
static void
send_requests(struct wire *w)
{
	static const uint8_t request[] = { 22, 3, 3, 0, 4, 0, 0, 0, 0 };
	uint8_t octets[sizeof request * 1024];

	for (size_t i = 0; i < 1024; i++)
		memcpy(octets + i * sizeof request, request, sizeof request);
	for (size_t i = 0; i < REQUEST_COUNT / 1024; i++)
		(void)send(w->peer, octets, sizeof octets, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
test_a_turn_reads_so_much_and_no_more(void **state)
{
	struct wire *w = *state;
	size_t before;

	net_stream_want_input(&w->stream, false);
	send_requests(w);
	do {
		before = count_unread(w);
		(void)poll(NULL, 0, 20);
	} while (count_unread(w) != before);
	assert_true(before > TURN_LEN_MAX + READ_LEN_MAX);
	wire_begin_tls(w, false);
	(void)event_base_loop(w->base, EVLOOP_ONCE);
	assert_true(count_unread(w) >= before - TURN_LEN_MAX - READ_LEN_MAX);
	while (count_unread(w) != 0)
		(void)event_base_loop(w->base, EVLOOP_ONCE);
	assert_int_equal(w->calls[WIRE_END], 0);
	wire_check_sleeps(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(test_a_turn_reads_so_much_and_no_more),
	};

	return cmocka_run_group_tests_name("net/stream_pace", tests, NULL, NULL);
}
