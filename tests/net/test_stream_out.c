/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "net/stream.h"
#include "util/alloc.h"
#include "wire.h"

enum {
	BIG = 12 * 1024 * 1024, /* more than the kernel's buffers of both ends */
	FLOOD_COUNT = 6000,
	ANSWERS_MAX = 64 * 1024, /* to what is read in one turn of the loop; the flood has 160 */
	PATIENCE_TURNS = 30,
	TICKET_LEN = 2000,
	FRAGMENT_LEN = 512,
};

static void
write_big(struct wire *w)
{
	uint8_t *octets = xcalloc(1, BIG);

	for (size_t i = 0; i < BIG; i++)
		octets[i] = (uint8_t)(i % 251);
	net_stream_write(&w->stream, slice_make(octets, BIG));
	free(octets);
}

static void
test_what_the_kernel_does_not_take_goes_later(void **state)
{
	struct wire *w = *state;
	uint8_t octets[64 * 1024];
	size_t len = 0, n;

	write_big(w);
	wire_check_sleeps(w);
	assert_true(net_stream_pending(&w->stream) != 0);
	assert_int_equal(w->calls[WIRE_DRAINED], 0);
	while (len < BIG) {
		n = wire_receive(w, octets, sizeof octets);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(octets[i], (len + i) % 251);
		len += n;
		(void)event_base_loop(w->base, EVLOOP_NONBLOCK);
	}
	wire_settle(w);
	assert_int_equal(net_stream_pending(&w->stream), 0);
	assert_int_equal(w->calls[WIRE_DRAINED], 1);
	wire_check_sleeps(w);
}

static void
test_an_empty_write_is_none(void **state)
{
	struct wire *w = *state;

	net_stream_write(&w->stream, slice_make(NULL, 0));
	wire_settle(w);
	assert_int_equal(w->calls[WIRE_DRAINED], 0);
}

static void
test_one_write_under_tls_is_one_record_and_drained_from_the_loop(void **state)
{
	struct wire *w = *state;
	uint8_t octets[8192];
	unsigned before;

	wire_shake(w, true);
	memset(octets, 'x', 4000);
	before = w->calls[WIRE_DRAINED];
	net_stream_write(&w->stream, slice_make(octets, 4000));
	assert_int_equal(w->calls[WIRE_DRAINED], before);
	wire_settle(w);
	assert_int_equal(w->calls[WIRE_DRAINED], before + 1);
	wire_await(w);
	assert_int_equal(wire_receive(w, octets, sizeof octets), 4000 + 22);
}

static void
test_a_client_is_told_that_its_last_flight_is_out(void **state)
{
	struct wire *w = *state;

	wire_shake(w, false);
	assert_int_equal(w->calls[WIRE_DRAINED], 1);
}

static void
test_a_server_is_told_of_its_own_words_alone(void **state)
{
	struct wire *w = *state;

	wire_shake(w, true);
	assert_int_equal(w->calls[WIRE_DRAINED], 0);
}

/* RFC 8446 §6.1 */
static void
test_a_close_is_notified(void **state)
{
	struct wire *w = *state;
	char octet;

	wire_shake(w, true);
	net_stream_notify_close(&w->stream);
	wire_await(w);
	wire_receive_tls(w);
	assert_int_equal(SSL_read(w->peer_ssl, &octet, 1), 0);
	assert_int_equal(SSL_get_error(w->peer_ssl, 0), SSL_ERROR_ZERO_RETURN);
}

/* False when the stream has stopped reading. */
static bool
push(struct wire *w, const uint8_t *octets, size_t len)
{
	struct pollfd wait = { .fd = w->peer, .events = POLLOUT };
	size_t done = 0;

	for (int i = 0; i < PATIENCE_TURNS && done < len; i++) {
		ssize_t n = send(w->peer, octets + done, len - done, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0)
			done += (size_t)n;
		else
			(void)poll(&wait, 1,
			    i); /* ever longer: the loop is quick, the kernel may not be */
		wire_settle(w);
	}
	return done == len;
}

/*
 * Behind output that nobody reads, asks for a new key of the other side over and over: each has an
 * answer (RFC 8446 §4.6.3). Without that output TCP may stall both ends before the stream does.
 */
static void
push_updates(struct wire *w)
{
	uint8_t octets[128];
	size_t before_len;

	write_big(w);
	wire_check_sleeps(w);
	before_len = net_stream_pending(&w->stream);
	assert_true(before_len != 0);

	for (int i = 0; i < FLOOD_COUNT; i++) {
		size_t len;

		assert_int_equal(SSL_key_update(w->peer_ssl, SSL_KEY_UPDATE_REQUESTED), 1);
		(void)SSL_do_handshake(w->peer_ssl);
		len = wire_take_tls(w, octets, sizeof octets);
		if (!push(w, octets, len))
			break;
		wire_settle(w); /* those that are read in one turn have one answer */
	}
	wire_check_sleeps(w);
	assert_true(w->stream.is_clogged);
	assert_true(net_stream_pending(&w->stream) != 0);
	assert_true(net_stream_pending(&w->stream) < before_len + ANSWERS_MAX);
}

static void
check_key_update_flood(struct wire *w, bool as_server)
{
	wire_shake(w, as_server);
	push_updates(w);
	assert_int_equal(w->calls[WIRE_END], 0);
}

static void
test_a_client_that_reads_no_answer_to_key_updates_is_not_read(void **state)
{
	check_key_update_flood(*state, true);
}

static void
test_a_server_that_reads_no_answer_to_key_updates_is_not_read(void **state)
{
	check_key_update_flood(*state, false);
}

static void
test_reading_goes_on_once_the_answers_are_read(void **state)
{
	struct wire *w = *state;
	uint8_t octets[64 * 1024];

	wire_shake(w, true);
	push_updates(w);
	while (net_stream_pending(&w->stream) != 0) {
		wire_await(w);
		(void)wire_receive(w, octets, sizeof octets);
		wire_settle(w);
	}
	wire_hang_up(w, false);
	wire_wait(w, WIRE_END, 1); /* in the midst of a record */
}

/* The session ticket is as long as the peer likes: here it takes several records. */
static int
grow_ticket(SSL *ssl, void *arg)
{
	static const uint8_t data[TICKET_LEN];

	(void)arg;
	return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), data, sizeof data);
}

static SSL_TICKET_RETURN
take_ticket(SSL *ssl, SSL_SESSION *session, const unsigned char *name, size_t name_len,
    SSL_TICKET_STATUS status, void *arg)
{
	(void)ssl;
	(void)session;
	(void)name;
	(void)name_len;
	(void)status;
	(void)arg;
	return SSL_TICKET_RETURN_IGNORE;
}

/* Leaves the ticket's records with the peer's OpenSSL. */
static void
shake_up_to_the_ticket(struct wire *w)
{
	assert_int_equal(
	    SSL_CTX_set_session_ticket_cb(w->server_tls, grow_ticket, take_ticket, NULL), 1);
	wire_begin_tls(w, false);
	assert_int_equal(SSL_set_max_send_fragment(w->peer_ssl, FRAGMENT_LEN), 1);
	while (SSL_do_handshake(w->peer_ssl) != 1) {
		wire_send_tls(w, SIZE_MAX);
		wire_receive_tls(w);
	}
	assert_int_equal(w->calls[WIRE_SECURE], 1);
}

static void
test_what_is_written_in_the_midst_of_a_ticket_is_not_lost(void **state)
{
	struct wire *w = *state;
	uint8_t octets[FRAGMENT_LEN + 22];
	char got[64] = "";
	unsigned before;

	shake_up_to_the_ticket(w);
	assert_int_equal(wire_take_tls(w, octets, sizeof octets), sizeof octets);
	wire_send(w, octets, sizeof octets);
	while (SSL_in_init(w->ssl) == 0)
		(void)event_base_loop(w->base, EVLOOP_ONCE);
	before = w->calls[WIRE_DRAINED];
	net_stream_write(&w->stream, slice_of("EHLO a\r\n"));
	net_stream_write(&w->stream, slice_of("MAIL\r\n"));
	assert_int_equal(net_stream_pending(&w->stream), 14);
	wire_check_sleeps(w);
	assert_int_equal(w->calls[WIRE_DRAINED], before);
	wire_send_tls(w, SIZE_MAX);
	wire_wait(w, WIRE_DRAINED, before + 1);
	assert_int_equal(net_stream_pending(&w->stream), 0);
	wire_await(w);
	wire_receive_tls(w);
	assert_int_equal(SSL_read(w->peer_ssl, got, sizeof got), 14);
	assert_string_equal(got, "EHLO a\r\nMAIL\r\n");
}

static void
test_what_waits_for_the_rest_of_a_ticket_is_freed_with_the_stream(void **state)
{
	struct wire *w = *state;
	uint8_t octets[FRAGMENT_LEN + 22];

	shake_up_to_the_ticket(w);
	(void)wire_take_tls(w, octets, sizeof octets);
	wire_send(w, octets, sizeof octets);
	while (SSL_in_init(w->ssl) == 0)
		(void)event_base_loop(w->base, EVLOOP_ONCE);
	net_stream_write(&w->stream, slice_of("EHLO a\r\n"));
	wire_hang_up(w, false);
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(net_stream_pending(&w->stream), 8);
}

/* Most servers that refuse a message in its midst say so, close, and so reset what still comes. */
static void
check_last_words(struct wire *w)
{
	uint8_t octets[64 * 1024];

	write_big(w);
	wire_settle(w);
	assert_true(net_stream_pending(&w->stream) != 0);
	(void)wire_receive(w, octets, sizeof octets);
	if (w->peer_ssl == NULL)
		wire_send(w, "552 too big\r\n", 13);
	else
		assert_int_equal(SSL_write(w->peer_ssl, "552 too big\r\n", 13), 13);
	if (w->peer_ssl != NULL) {
		size_t len = wire_take_tls(w, octets, sizeof octets);

		wire_send(w, octets, len);
	}
	wire_hang_up(w, false); /* there is unread input: this resets */
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(w->end, NET_STREAM_FAILED);
	assert_true(w->stream.error == ECONNRESET || w->stream.error == EPIPE);
	assert_true(slice_is(buf_slice(&w->got), "552 too big\r\n"));
	assert_int_equal(w->calls[WIRE_END], 1);
	wire_check_sleeps(w);
}

static void
test_last_words_before_a_reset_are_read_in_plain(void **state)
{
	check_last_words(*state);
}

static void
test_last_words_before_a_reset_are_read_under_tls(void **state)
{
	wire_shake(*state, true);
	check_last_words(*state);
}

/* The write is what finds it out: the reason is kept, though the kernel tells it once only. */
static void
test_a_write_to_nobody_fails_from_the_loop(void **state)
{
	struct wire *w = *state;

	net_stream_want_input(&w->stream, false);
	wire_hang_up(w, true);
	net_stream_write(&w->stream, slice_of("250 ok\r\n"));
	assert_int_equal(w->calls[WIRE_END], 0);
	net_stream_write(&w->stream, slice_of("250 ok\r\n"));
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(w->end, NET_STREAM_FAILED);
	assert_int_equal(w->stream.error, ECONNRESET);
	wire_check_sleeps(w);
	assert_int_equal(w->calls[WIRE_END], 1);
}

static void
test_an_owner_that_answers_last_words_is_told_the_end_once(void **state)
{
	struct wire *w = *state;

	w->reply = "QUIT\r\n";
	net_stream_want_input(&w->stream, false);
	wire_send(w, "421 bye\r\n", 9);
	wire_hang_up(w, true);
	net_stream_write(&w->stream, slice_of("NOOP\r\n"));
	net_stream_want_input(&w->stream, true);
	wire_wait(w, WIRE_END, 1);
	wire_settle(w);
	assert_int_equal(w->calls[WIRE_END], 1);
	assert_true(slice_is(buf_slice(&w->got), "421 bye\r\n"));
}

static void
test_an_owner_may_free_when_it_reads_last_words(void **state)
{
	struct wire *w = *state;

	w->frees_in = WIRE_INPUT;
	net_stream_want_input(&w->stream, false);
	wire_send(w, "421 bye\r\n", 9);
	wire_hang_up(w, true);
	net_stream_write(&w->stream, slice_of("NOOP\r\n"));
	net_stream_want_input(&w->stream, true);
	wire_wait(w, WIRE_INPUT, 1);
	assert_true(w->is_done);
	wire_settle(w);
	assert_int_equal(w->calls[WIRE_END], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(test_what_the_kernel_does_not_take_goes_later),
		WIRE_TEST(test_an_empty_write_is_none),
		WIRE_TEST(test_one_write_under_tls_is_one_record_and_drained_from_the_loop),
		WIRE_TEST(test_a_client_is_told_that_its_last_flight_is_out),
		WIRE_TEST(test_a_server_is_told_of_its_own_words_alone),
		WIRE_TEST(test_a_close_is_notified),
		WIRE_TEST(test_a_client_that_reads_no_answer_to_key_updates_is_not_read),
		WIRE_TEST(test_a_server_that_reads_no_answer_to_key_updates_is_not_read),
		WIRE_TEST(test_reading_goes_on_once_the_answers_are_read),
		WIRE_TEST(test_what_is_written_in_the_midst_of_a_ticket_is_not_lost),
		WIRE_TEST(test_what_waits_for_the_rest_of_a_ticket_is_freed_with_the_stream),
		WIRE_TEST(test_last_words_before_a_reset_are_read_in_plain),
		WIRE_TEST(test_last_words_before_a_reset_are_read_under_tls),
		WIRE_TEST(test_a_write_to_nobody_fails_from_the_loop),
		WIRE_TEST(test_an_owner_that_answers_last_words_is_told_the_end_once),
		WIRE_TEST(test_an_owner_may_free_when_it_reads_last_words),
	};

	return cmocka_run_group_tests_name("net/stream_out", tests, NULL, NULL);
}
