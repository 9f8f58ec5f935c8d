/* SPDX-License-Identifier: Apache-2.0 */
#include "net/conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#include "duo.h"
#include "net/conn_private.h"
#include "util/clock.h"

static void
test_octets_pass_in_plain_and_under_tls(void **state)
{
	struct duo *f = *state;
	char address[64];
	uint16_t port;

	net_conn_peer(f->server.conn, address, sizeof address, &port);
	assert_string_equal(address, "127.0.0.1");
	assert_int_not_equal(port, 0);
	duo_say(&f->server, "220 hello\r\n");
	duo_check_got(f, &f->client, "220 hello\r\n");
	assert_false(net_conn_is_tls(f->server.conn));
	duo_start_tls(f);
	assert_true(net_conn_is_tls(f->server.conn));
	duo_say(&f->client, "EHLO a\r\n");
	duo_check_got(f, &f->server, "EHLO a\r\n");
	duo_say(&f->server, "250 b\r\n");
	duo_check_got(f, &f->client, "250 b\r\n");
}

/* RFC 3207 §4.2 */
static void
test_plaintext_that_waits_is_gone_after_the_handshake(void **state)
{
	struct duo *f = *state;

	f->server.leaves_input = true;
	duo_say(&f->client, "STARTTLS\r\nMAIL FROM:<injected@example.org>\r\n");
	side_settle(f->base);
	assert_int_not_equal(net_conn_input(f->server.conn).len, 0);
	f->server.leaves_input = false;
	duo_say(&f->server, "220 go ahead\r\n");
	duo_check_got(f, &f->client, "220 go ahead\r\n");
	duo_start_tls(f);
	duo_say(&f->client, "EHLO again\r\n");
	duo_check_got(f, &f->server, "EHLO again\r\n");
}

/* What comes in one segment with STARTTLS but is read later is no TLS record. */
static void
test_plaintext_that_comes_during_the_handshake_fails_it(void **state)
{
	struct duo *f = *state;

	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	duo_say(&f->client, "MAIL FROM:<injected@example.org>\r\n");
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_TLS_FAILED);
	assert_int_equal(f->server.got.len, 0);
	assert_string_not_equal(f->server.error, "");
}

static void
test_output_before_the_handshake_goes_out_in_plain(void **state)
{
	struct duo *f = *state;

	f->client.leaves_input = true;
	duo_write_big(&f->server);
	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	assert_int_not_equal(net_conn_pending(f->server.conn), 0);
	f->client.leaves_input = false;
	net_conn_resume(f->client.conn);
	duo_check_big(f, &f->client);
	net_conn_start_tls(f->client.conn, f->client_tls, false, NULL);
	side_wait(f->base, &f->client.is_tls);
}

/* The reply to STARTTLS waits, and so does the handshake: nobody takes what comes by then. */
static void
test_a_peer_that_does_not_read_the_reply_to_starttls_is_not_read(void **state)
{
	struct duo *f = *state;

	f->client.leaves_input = true;
	duo_write_big(&f->server);
	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	duo_write_big(&f->client);
	side_settle(f->base);
	assert_true(net_conn_pending(f->client.conn) > 0);
	assert_int_equal(f->server.input_calls, 0);
}

static void
check_back_pressure(struct duo *f)
{
	net_conn_hold(f->server.conn);
	duo_write_big(&f->client);
	side_settle(f->base);
	assert_int_equal(f->server.got.len, 0);
	assert_true(net_conn_pending(f->client.conn) > 0);
	net_conn_resume(f->server.conn);
	duo_check_big(f, &f->server);
}

static void
test_a_held_connection_takes_nothing_and_then_all_in_plain(void **state)
{
	check_back_pressure(*state);
}

static void
test_a_held_connection_takes_nothing_and_then_all_under_tls(void **state)
{
	duo_start_tls(*state);
	check_back_pressure(*state);
}

static void
test_unread_input_is_bounded(void **state)
{
	struct duo *f = *state;

	duo_start_tls(f);
	f->server.leaves_input = true;
	duo_write_big(&f->client);
	side_settle(f->base);
	assert_true(net_conn_pending(f->client.conn) > 0);
	assert_true(f->server.input_calls < 100); /* nor does the loop spin */
	f->server.leaves_input = false;
	net_conn_resume(f->server.conn);
	duo_check_big(f, &f->server);
}

static void
test_resume_gives_what_was_left_unread(void **state)
{
	struct duo *f = *state;

	f->server.leaves_input = true;
	duo_say(&f->client, "NOOP\r\n");
	side_settle(f->base);
	f->server.leaves_input = false;
	net_conn_hold(f->server.conn);
	net_conn_resume(f->server.conn);
	assert_int_equal(f->server.got.len, 0); /* not from inside the call */
	duo_check_got(f, &f->server, "NOOP\r\n");
}

static void
test_a_deadline_can_be_moved_both_ways(void **state)
{
	struct duo *f = *state;
	uint64_t now_ms = clock_monotonic_ms();

	net_conn_set_deadline(f->client.conn, now_ms + 1);
	net_conn_set_deadline(f->client.conn, UINT64_MAX);
	net_conn_set_deadline(f->server.conn, now_ms + 3600000);
	net_conn_set_deadline(f->server.conn, now_ms + 30);
	side_wait(f->base, &f->server.is_due);
	assert_true(clock_monotonic_ms() >= now_ms + 30);
	assert_false(f->client.is_due);
}

/* As in a process that was stopped: its timer comes before the loop has seen what has arrived. */
static void
test_a_deadline_does_not_overtake_what_has_come(void **state)
{
	struct duo *f = *state;

	duo_say(&f->client, "NOOP\r\n");
	f->server.conn->deadline_ms = clock_monotonic_ms();
	event_active(&f->server.conn->timer, EV_TIMEOUT, 0);
	duo_check_got(f, &f->server, "NOOP\r\n");
	assert_false(f->server.is_due);
	side_wait(f->base, &f->server.is_due); /* it did not move it */
}

static void
test_drained_follows_each_write(void **state)
{
	struct duo *f = *state;

	duo_say(&f->server, "a");
	assert_false(f->server.is_drained);
	side_wait(f->base, &f->server.is_drained);
	duo_start_tls(f);
	f->server.is_drained = false;
	duo_write_big(&f->server);
	assert_false(f->server.is_drained);
	side_wait(f->base, &f->server.is_drained);
	assert_int_equal(net_conn_pending(f->server.conn), 0);
}

static void
wait_until_freed(struct duo *f, struct side *s)
{
	s->frees_itself = true;
	for (int i = 0; i < 100000 && s->conn != NULL; i++)
		(void)event_base_loop(f->base, EVLOOP_ONCE);
	assert_null(s->conn);
	side_settle(f->base);
}

static void
test_an_owner_may_free_in_any_callback(void **state)
{
	struct duo *f = *state;

	duo_say(&f->client, "x");
	wait_until_freed(f, &f->server); /* on_input */
	side_wait(f->base, &f->client.has_ended);
	side_done(&f->client);
	side_done(&f->server);
	side_connect(f->base, &f->client, &f->server);
	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	net_conn_start_tls(f->client.conn, f->client_tls, false, NULL);
	wait_until_freed(f, &f->server); /* on_tls */
	side_done(&f->client);
	side_done(&f->server);
	side_connect(f->base, &f->client, &f->server);
	duo_start_tls(f);
	f->server.leaves_input = true;
	duo_write_big(&f->server);
	wait_until_freed(f, &f->server); /* on_drained */
	side_done(&f->client);
	side_done(&f->server);
	side_connect(f->base, &f->client, &f->server);
	f->client.frees_itself = true; /* in on_end */
	net_conn_set_deadline(f->server.conn, clock_monotonic_ms());
	wait_until_freed(f, &f->server); /* on_deadline */
	wait_until_freed(f, &f->client);
}

/* One record, however many replies are in it: the client wakes up once. */
static void
test_one_write_is_one_record(void **state)
{
	struct duo *f = *state;
	uint64_t read;
	char text[4000];

	duo_start_tls(f);
	memset(text, 'x', sizeof text);
	side_settle(f->base);
	read = BIO_number_read(SSL_get_rbio(net_conn_ssl(f->client.conn)));
	net_conn_write(f->server.conn, slice_make(text, sizeof text));
	side_wait_input(f->base, &f->client, sizeof text);
	read = BIO_number_read(SSL_get_rbio(net_conn_ssl(f->client.conn))) - read;
	assert_int_equal(read, sizeof text + 22); /* header 5, content type 1, tag 16 */
}

static int
count_arrived(const struct side *s)
{
	int len = 0;

	assert_int_equal(ioctl(net_conn_fd(s->conn), FIONREAD, &len), 0);
	return len;
}

enum { REQUEST_COUNT = 32 * 1024 };

/* HelloRequest, which a client reads over as long as it comes. */
static void
test_a_peer_that_never_pauses_does_not_keep_the_loop(void **state)
{
	static const uint8_t request[] = { 22, 3, 3, 0, 4, 0, 0, 0, 0 };
	struct duo *f = *state;
	struct buf flood;
	int before;

	buf_init(&flood, sizeof request * REQUEST_COUNT);
	for (size_t i = 0; i < REQUEST_COUNT; i++)
		assert_true(buf_add(&flood, request, sizeof request));
	net_conn_write(f->server.conn, buf_slice(&flood));
	buf_done(&flood);
	before = count_arrived(&f->client);
	assert_true(before > 48 * 1024);
	net_conn_start_tls(f->client.conn, f->client_tls, false, "mail.example");
	while (count_arrived(&f->client) >= before)
		(void)event_base_loop(f->base, EVLOOP_ONCE);
	assert_true(count_arrived(&f->client) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DUO_TEST(test_octets_pass_in_plain_and_under_tls),
		DUO_TEST(test_plaintext_that_waits_is_gone_after_the_handshake),
		DUO_TEST(test_plaintext_that_comes_during_the_handshake_fails_it),
		DUO_TEST(test_output_before_the_handshake_goes_out_in_plain),
		DUO_TEST(test_a_peer_that_does_not_read_the_reply_to_starttls_is_not_read),
		DUO_TEST(test_a_held_connection_takes_nothing_and_then_all_in_plain),
		DUO_TEST(test_a_held_connection_takes_nothing_and_then_all_under_tls),
		DUO_TEST(test_unread_input_is_bounded),
		DUO_TEST(test_resume_gives_what_was_left_unread),
		DUO_TEST(test_a_deadline_can_be_moved_both_ways),
		DUO_TEST(test_a_deadline_does_not_overtake_what_has_come),
		DUO_TEST(test_drained_follows_each_write),
		DUO_TEST(test_an_owner_may_free_in_any_callback),
		DUO_TEST(test_one_write_is_one_record),
		DUO_TEST(test_a_peer_that_never_pauses_does_not_keep_the_loop),
	};

	return cmocka_run_group_tests_name("net/conn", tests, NULL, NULL);
}
