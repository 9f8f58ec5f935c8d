/* SPDX-License-Identifier: Apache-2.0 */
#include "net/stream.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <event2/buffer.h>
#include <openssl/err.h>

#include "net/conn.h"
#include "wire.h"

static void
test_plain_octets_are_told_from_the_loop(void **state)
{
	struct wire *w = *state;

	wire_send(w, "EHLO a\r\n", 8);
	assert_int_equal(w->calls[WIRE_INPUT], 0);
	wire_check_got(w, "EHLO a\r\n");
	assert_int_equal(w->calls[WIRE_INPUT], 1);
	wire_check_sleeps(w);
}

/* Each side of the handshake, and records behind it, one octet at a time. */
static void
check_trickle(struct wire *w, bool as_server)
{
	wire_begin_tls(w, as_server);
	wire_settle(w);
	while (SSL_do_handshake(w->peer_ssl) != 1 || w->calls[WIRE_SECURE] == 0) {
		assert_int_equal(w->calls[WIRE_END], 0);
		wire_send_tls(w, 1);
		wire_receive_tls(w);
	}
	wire_say(w, "MAIL\r\n", 6);
	wire_say(w, "RCPT\r\n", 6);
	wire_send_tls(w, 1);
	wire_check_got(w, "MAIL\r\nRCPT\r\n");
	wire_check_sleeps(w);
}

static void
test_a_client_may_trickle_its_handshake(void **state)
{
	check_trickle(*state, true);
}

static void
test_a_server_may_trickle_its_handshake(void **state)
{
	check_trickle(*state, false);
}

/* The last flight, a command and close_notify in one segment. */
static void
test_what_comes_with_the_end_of_the_handshake_is_read(void **state)
{
	struct wire *w = *state;

	wire_begin_tls(w, true);
	while (SSL_do_handshake(w->peer_ssl) != 1) {
		wire_send_tls(w, SIZE_MAX);
		wire_receive_tls(w);
	}
	assert_int_equal(w->calls[WIRE_SECURE], 0);
	wire_say(w, "QUIT\r\n", 6);
	(void)SSL_shutdown(w->peer_ssl);
	wire_send_tls(w, SIZE_MAX);
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(w->calls[WIRE_SECURE], 1);
	wire_check_got(w, "QUIT\r\n");
	assert_int_equal(w->end, NET_STREAM_CLOSED);
}

/* RFC 3207 §4.2: cut at each octet, what has come before the handshake is no part of it. */
static void
check_injection(void **state, size_t cut)
{
	static const char text[] = "STARTTLS\r\nNOOP\r\n";
	struct wire *w;
	uint8_t octets[64 * 1024];
	size_t len = sizeof text - 1;

	(void)wire_set_up(state);
	w = *state;
	w->leaves_input = true;
	memcpy(octets, text, len);
	wire_send(w, octets, cut);
	wire_wait(w, WIRE_INPUT, 1);
	wire_begin_tls(w, true);
	assert_int_equal(evbuffer_get_length(w->stream.in), 0);
	(void)SSL_do_handshake(w->peer_ssl);
	len += wire_take_tls(w, octets + len, sizeof octets - len);
	wire_send(w, octets + cut, len - cut);
	if (cut == sizeof text - 1)
		wire_await(w);
	else
		wire_wait(w, WIRE_END, 1);
	wire_receive_tls(w);
	assert_int_equal(w->calls[WIRE_END], cut < sizeof text - 1);
	assert_int_equal(SSL_do_handshake(w->peer_ssl) == 1, cut == sizeof text - 1);
	assert_int_equal(w->calls[WIRE_INPUT], 1);
	(void)wire_tear_down(state);
}

static void
test_plaintext_at_any_cut_is_thrown_away_or_fails_the_handshake(void **state)
{
	void *own = NULL;

	(void)state;
	for (size_t cut = 1; cut <= strlen("STARTTLS\r\nNOOP\r\n"); cut++)
		check_injection(&own, cut);
}

static void
test_a_hello_that_came_with_starttls_is_thrown_away(void **state)
{
	struct wire *w = *state;
	uint8_t hello[4096];
	SSL *eager = SSL_new(w->client_tls);
	int len;

	SSL_set_connect_state(eager);
	SSL_set_bio(eager, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	(void)SSL_do_handshake(eager);
	len = BIO_read(SSL_get_wbio(eager), hello, sizeof hello);
	SSL_free(eager);
	w->leaves_input = true;
	wire_send(w, hello, (size_t)len);
	wire_wait(w, WIRE_INPUT, 1);
	wire_begin_tls(w, true);
	wire_settle(w);
	assert_int_equal(wire_receive(w, hello, sizeof hello), 0);
	assert_int_equal(w->calls[WIRE_END], 0);
	wire_check_sleeps(w);
}

static void
check_no_handshake(struct wire *w, const void *octets, size_t len)
{
	wire_begin_tls(w, true);
	wire_send(w, octets, len);
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(w->end, NET_STREAM_FAILED);
	assert_int_not_equal(w->stream.tls_error, 0);
	assert_int_equal(ERR_peek_error(), 0);
	wire_check_sleeps(w);
}

/* OpenSSL answers no peer that does not speak TLS at all. */
static void
test_a_command_in_place_of_a_hello_fails_the_handshake(void **state)
{
	check_no_handshake(*state, "EHLO client.example\r\n", 21);
}

static void
test_a_record_that_is_no_hello_is_answered_by_an_alert(void **state)
{
	static const uint8_t record[] = { 22, 3, 1, 0, 5, 20, 0, 0, 1, 0 };
	struct wire *w = *state;
	uint8_t alert[16];

	check_no_handshake(w, record, sizeof record);
	wire_await(w);
	assert_int_equal(wire_receive(w, alert, sizeof alert), 7);
	assert_int_equal(alert[0], 21);
}

/* A certificate, a queue or a hash may have left it there. */
static void
test_an_old_error_of_openssl_is_not_this_connections(void **state)
{
	struct wire *w = *state;

	wire_begin_tls(w, true);
	while (SSL_do_handshake(w->peer_ssl) != 1 || w->calls[WIRE_SECURE] == 0) {
		ERR_raise(ERR_LIB_X509, X509_R_INVALID_DIRECTORY);
		wire_send_tls(w, 50);
		ERR_clear_error();
		wire_receive_tls(w);
	}
	ERR_raise(ERR_LIB_X509, X509_R_INVALID_DIRECTORY);
	net_stream_write(&w->stream, slice_of("220 hi\r\n"));
	wire_say(w, "NOOP\r\n", 6);
	ERR_raise(ERR_LIB_X509, X509_R_INVALID_DIRECTORY);
	wire_send_tls(w, 3);
	wire_check_got(w, "NOOP\r\n");
	assert_int_equal(w->calls[WIRE_END], 0);
}

static void
test_the_end_comes_behind_the_last_octets(void **state)
{
	struct wire *w = *state;
	uint8_t octets[16];

	wire_send(w, "QUIT\r\n", 6);
	assert_int_equal(shutdown(w->peer, SHUT_WR), 0);
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(w->end, NET_STREAM_CLOSED);
	wire_check_got(w, "QUIT\r\n");
	net_stream_write(&w->stream, slice_of("221 bye\r\n"));
	wire_check_sleeps(w);
	wire_await(w);
	assert_int_equal(wire_receive(w, octets, sizeof octets), 9);
}

/* RFC 8446 §6.1, and without: SMTP says itself where a message ends. */
static void
check_tls_end(struct wire *w, bool with_notify)
{
	char reply[16] = "";

	wire_shake(w, true);
	wire_say(w, "QUIT\r\n", 6);
	if (with_notify)
		(void)SSL_shutdown(w->peer_ssl);
	wire_send_tls(w, SIZE_MAX);
	assert_int_equal(shutdown(w->peer, SHUT_WR), 0);
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(w->end, NET_STREAM_CLOSED);
	wire_check_got(w, "QUIT\r\n");
	net_stream_write(&w->stream, slice_of("221 bye\r\n"));
	wire_check_sleeps(w);
	wire_await(w);
	wire_receive_tls(w);
	assert_int_equal(SSL_read(w->peer_ssl, reply, sizeof reply), 9);
}

static void
test_a_half_closed_peer_with_close_notify_reads_its_reply(void **state)
{
	check_tls_end(*state, true);
}

static void
test_a_half_closed_peer_without_close_notify_reads_its_reply(void **state)
{
	check_tls_end(*state, false);
}

static void
check_reset(struct wire *w)
{
	wire_hang_up(w, true);
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(w->end, NET_STREAM_FAILED);
	assert_int_equal(w->stream.error, ECONNRESET);
	assert_int_equal(w->stream.tls_error, 0);
	wire_check_sleeps(w);
}

static void
test_a_reset_is_told_in_plain(void **state)
{
	check_reset(*state);
}

static void
test_a_reset_is_told_in_a_handshake(void **state)
{
	struct wire *w = *state;

	wire_begin_tls(w, true);
	(void)SSL_do_handshake(w->peer_ssl);
	wire_send_tls(w, SIZE_MAX);
	check_reset(w);
}

static void
test_a_reset_is_told_under_tls(void **state)
{
	wire_shake(*state, true);
	check_reset(*state);
}

static void
test_a_reset_in_the_midst_of_a_record_is_told(void **state)
{
	struct wire *w = *state;
	uint8_t octets[64];

	wire_shake(w, true);
	wire_say(w, "DATA\r\n", 6);
	(void)wire_take_tls(w, octets, sizeof octets);
	wire_send(w, octets, 11);
	wire_settle(w);
	check_reset(w);
	assert_int_equal(w->got.len, 0);
}

static void
test_unwanted_input_stays_in_the_kernel_and_the_loop_sleeps(void **state)
{
	struct wire *w = *state;

	net_stream_want_input(&w->stream, false);
	wire_send(w, "RSET\r\n", 6);
	wire_hang_up(w, false);
	wire_check_sleeps(w);
	assert_int_equal(w->calls[WIRE_INPUT] + w->calls[WIRE_END], 0);
	net_stream_want_input(&w->stream, true);
	wire_check_got(w, "RSET\r\n");
	wire_wait(w, WIRE_END, 1);
}

static void
test_a_reset_while_no_input_is_wanted_does_not_wake_the_loop(void **state)
{
	struct wire *w = *state;

	wire_shake(w, true);
	net_stream_want_input(&w->stream, false);
	wire_hang_up(w, true);
	wire_check_sleeps(w);
	assert_int_equal(w->calls[WIRE_END], 0);
	net_stream_want_input(&w->stream, true);
	wire_wait(w, WIRE_END, 1);
	assert_int_equal(w->end, NET_STREAM_FAILED);
}

enum { RECORD_LEN = 16 * 1024, RECORD_COUNT = 12 };

/* The owner stops at the first; the kernel knows nothing of what OpenSSL has read ahead. */
static void
test_what_was_read_ahead_is_told_when_input_is_wanted_again(void **state)
{
	struct wire *w = *state;

	wire_shake(w, true);
	net_stream_want_input(&w->stream, false);
	for (int i = 0; i < 3000; i++)
		wire_say(w, "x", 1);
	wire_send_tls(w, SIZE_MAX);
	assert_int_equal(w->got.len, 0);
	for (size_t i = 0; w->got.len < 3000; i++) {
		assert_true(i < 3000);
		net_stream_want_input(&w->stream, true);
		(void)event_base_loop(w->base, EVLOOP_ONCE);
		net_stream_want_input(&w->stream, false);
	}
	wire_check_sleeps(w);
}

static void
test_large_records_are_read_in_bounded_turns(void **state)
{
	struct wire *w = *state;
	uint8_t octets[RECORD_LEN];

	wire_shake(w, true);
	memset(octets, 'x', sizeof octets);
	for (int i = 0; i < RECORD_COUNT; i++)
		wire_say(w, octets, sizeof octets);
	w->leaves_input = true;
	net_stream_want_input(&w->stream, false);
	wire_send_tls(w, SIZE_MAX);
	net_stream_want_input(&w->stream, true);
	(void)event_base_loop(w->base, EVLOOP_ONCE);
	net_stream_want_input(&w->stream, false);
	assert_true(evbuffer_get_length(w->stream.in) > RECORD_LEN);
	assert_true(evbuffer_get_length(w->stream.in) < NET_CONN_READ_MAX + RECORD_LEN);
	w->leaves_input = false;
	net_stream_want_input(&w->stream, true);
	wire_wait_input(w, sizeof octets * RECORD_COUNT);
	assert_int_equal(w->got.len, sizeof octets * RECORD_COUNT);
}

static void
test_input_is_told_again_when_asked_for(void **state)
{
	struct wire *w = *state;

	net_stream_tell_input(&w->stream);
	wire_settle(w);
	assert_int_equal(w->calls[WIRE_INPUT], 0); /* there is none */
	w->leaves_input = true;
	wire_send(w, "HELP\r\n", 6);
	wire_wait(w, WIRE_INPUT, 1);
	w->leaves_input = false;
	net_stream_tell_input(&w->stream);
	assert_int_equal(w->got.len, 0);
	wire_check_got(w, "HELP\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(test_plain_octets_are_told_from_the_loop),
		WIRE_TEST(test_a_client_may_trickle_its_handshake),
		WIRE_TEST(test_a_server_may_trickle_its_handshake),
		WIRE_TEST(test_what_comes_with_the_end_of_the_handshake_is_read),
		cmocka_unit_test(test_plaintext_at_any_cut_is_thrown_away_or_fails_the_handshake),
		WIRE_TEST(test_a_hello_that_came_with_starttls_is_thrown_away),
		WIRE_TEST(test_a_command_in_place_of_a_hello_fails_the_handshake),
		WIRE_TEST(test_a_record_that_is_no_hello_is_answered_by_an_alert),
		WIRE_TEST(test_an_old_error_of_openssl_is_not_this_connections),
		WIRE_TEST(test_the_end_comes_behind_the_last_octets),
		WIRE_TEST(test_a_half_closed_peer_with_close_notify_reads_its_reply),
		WIRE_TEST(test_a_half_closed_peer_without_close_notify_reads_its_reply),
		WIRE_TEST(test_a_reset_is_told_in_plain),
		WIRE_TEST(test_a_reset_is_told_in_a_handshake),
		WIRE_TEST(test_a_reset_is_told_under_tls),
		WIRE_TEST(test_a_reset_in_the_midst_of_a_record_is_told),
		WIRE_TEST(test_unwanted_input_stays_in_the_kernel_and_the_loop_sleeps),
		WIRE_TEST(test_a_reset_while_no_input_is_wanted_does_not_wake_the_loop),
		WIRE_TEST(test_what_was_read_ahead_is_told_when_input_is_wanted_again),
		WIRE_TEST(test_large_records_are_read_in_bounded_turns),
		WIRE_TEST(test_input_is_told_again_when_asked_for),
	};

	return cmocka_run_group_tests_name("net/stream", tests, NULL, NULL);
}
