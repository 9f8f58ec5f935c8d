/* SPDX-License-Identifier: Apache-2.0 */
#include "net/conn.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "duo.h"
#include "net/address.h"
#include "util/clock.h"

static void
test_a_half_closed_peer_still_gets_its_replies(void **state)
{
	struct duo *f = *state;

	duo_say(&f->client, "QUIT\r\n");
	net_conn_finish(&f->client.conn, 10000);
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_CLOSED);
	duo_check_got(f, &f->server, "QUIT\r\n");
	duo_say(&f->server, "221 bye\r\n");
	assert_int_equal(net_conn_pending(f->server.conn), 0);
	net_conn_finish(&f->server.conn, 10000);
}

static void
check_finish(struct duo *f)
{
	duo_write_big(&f->server);
	net_conn_finish(&f->server.conn, 20000);
	assert_null(f->server.conn);
	duo_check_big(f, &f->client);
	side_wait(f->base, &f->client.has_ended);
	assert_int_equal(f->client.end, NET_CONN_CLOSED);
}

static void
test_finish_sends_what_is_left_in_plain(void **state)
{
	check_finish(*state);
}

static void
test_finish_sends_what_is_left_under_tls(void **state)
{
	duo_start_tls(*state);
	check_finish(*state);
}

static void
test_finish_delivers_the_last_reply_though_input_is_unread(void **state)
{
	struct duo *f = *state;

	net_conn_hold(f->server.conn);
	duo_say(&f->client, "more and more\r\n");
	side_settle(f->base);
	duo_say(&f->server, "421 bye\r\n");
	net_conn_finish(&f->server.conn, 10000);
	duo_check_got(f, &f->client, "421 bye\r\n");
	side_wait(f->base, &f->client.has_ended);
	assert_int_equal(f->client.end, NET_CONN_CLOSED);
}

static void
test_finish_gives_up_on_a_peer_that_reads_nothing(void **state)
{
	struct duo *f = *state;

	net_conn_hold(f->client.conn);
	duo_write_big(&f->server);
	net_conn_finish(&f->server.conn, 1);
	net_conn_set_deadline(f->client.conn, clock_monotonic_ms() + 50);
	side_wait(f->base, &f->client.is_due);
	net_conn_resume(f->client.conn);
	side_wait(f->base, &f->client.has_ended);
	assert_true(f->client.got.len < DUO_BIG);
}

static void
test_a_peer_without_close_notify_has_closed_not_failed(void **state)
{
	struct duo *f = *state;
	SSL *ssl;

	duo_start_tls(f);
	side_settle(f->base); /* unread octets, here tickets, would make it a reset */
	ssl = net_conn_ssl(f->client.conn);
	SSL_set_quiet_shutdown(ssl, 1);
	net_conn_free(&f->client.conn);
	side_wait(f->base, &f->server.has_ended);
	assert_string_equal(f->server.error, "closed by the peer");
	assert_int_equal(f->server.end, NET_CONN_CLOSED);
	assert_int_equal(net_conn_fault(f->server.conn).error, 0);
}

static void
test_a_reset_says_so_under_tls(void **state)
{
	struct duo *f = *state;
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int fd;

	duo_start_tls(f);
	side_settle(f->base);
	fd = SSL_get_fd(net_conn_ssl(f->client.conn));
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
	SSL_set_quiet_shutdown(net_conn_ssl(f->client.conn), 1);
	net_conn_free(&f->client.conn);
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_FAILED);
	assert_string_equal(f->server.error, "Connection reset by peer");
	assert_int_equal(net_conn_fault(f->server.conn).error, ECONNRESET);
	assert_int_equal(net_conn_fault(f->server.conn).tls, 0);
}

/* RFC 8314 §3.4. */
static void
test_close_notify_is_sent_when_freed(void **state)
{
	struct duo *f = *state;

	duo_start_tls(f);
	net_conn_free(&f->server.conn);
	side_wait(f->base, &f->client.has_ended);
	assert_int_equal(f->client.end, NET_CONN_CLOSED);
	assert_int_not_equal(
	    SSL_get_shutdown(net_conn_ssl(f->client.conn)) & SSL_RECEIVED_SHUTDOWN, 0);
}

static void
test_a_peer_that_leaves_during_the_handshake_is_a_tls_failure(void **state)
{
	struct duo *f = *state;

	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	net_conn_free(&f->client.conn);
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_TLS_FAILED);
	assert_string_equal(f->server.error, "closed by the peer during the TLS handshake");
}

static void
test_a_refused_certificate_says_why(void **state)
{
	struct duo *f = *state;

	SSL_CTX_set_verify(f->client_tls, SSL_VERIFY_PEER, NULL);
	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	net_conn_start_tls(f->client.conn, f->client_tls, false, "mail.example");
	side_wait(f->base, &f->client.has_ended);
	assert_int_equal(f->client.end, NET_CONN_TLS_FAILED);
	assert_non_null(strstr(f->client.error, "self-signed certificate"));
	assert_int_equal(
	    ERR_GET_REASON(net_conn_fault(f->client.conn).tls), SSL_R_CERTIFICATE_VERIFY_FAILED);
	assert_int_equal(net_conn_fault(f->client.conn).error, 0);
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_TLS_FAILED);
}

static void
test_a_refused_connection_ends_from_the_loop(void **state)
{
	struct duo *f = *state;
	struct net_address address;
	struct side s;
	uint16_t port;
	char text[64];

	/* Nobody listens on the port that the client was given. */
	net_conn_peer(f->server.conn, text, sizeof text, &port);
	assert_true(net_address_parse("127.0.0.1", port, &address));
	side_init(&s);
	s.conn = net_conn_dial(f->base, &address.any, address.len, &side_handler, &s);
	assert_false(s.has_ended);
	side_wait(f->base, &s.has_ended);
	assert_int_equal(s.end, NET_CONN_FAILED);
	assert_string_equal(s.error, "Connection refused");
	side_done(&s);
}

static void
test_a_socket_that_cannot_be_had_ends_from_the_loop(void **state)
{
	struct duo *f = *state;
	const struct sockaddr address = { .sa_family = 255 };
	struct side s;

	side_init(&s);
	s.conn = net_conn_dial(f->base, &address, sizeof address, &side_handler, &s);
	assert_false(s.has_ended);
	side_wait(f->base, &s.has_ended);
	assert_int_equal(s.end, NET_CONN_FAILED);
	assert_string_not_equal(s.error, "");
	side_done(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DUO_TEST(test_a_half_closed_peer_still_gets_its_replies),
		DUO_TEST(test_finish_sends_what_is_left_in_plain),
		DUO_TEST(test_finish_sends_what_is_left_under_tls),
		DUO_TEST(test_finish_delivers_the_last_reply_though_input_is_unread),
		DUO_TEST(test_finish_gives_up_on_a_peer_that_reads_nothing),
		DUO_TEST(test_a_peer_without_close_notify_has_closed_not_failed),
		DUO_TEST(test_a_reset_says_so_under_tls),
		DUO_TEST(test_close_notify_is_sent_when_freed),
		DUO_TEST(test_a_peer_that_leaves_during_the_handshake_is_a_tls_failure),
		DUO_TEST(test_a_refused_certificate_says_why),
		DUO_TEST(test_a_refused_connection_ends_from_the_loop),
		DUO_TEST(test_a_socket_that_cannot_be_had_ends_from_the_loop),
	};

	return cmocka_run_group_tests_name("net/conn_end", tests, NULL, NULL);
}
