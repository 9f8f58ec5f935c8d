/* SPDX-License-Identifier: Apache-2.0 */
#include "net/conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/bufferevent.h>

#include "net/address.h"
#include "net/tls.h"
#include "pki.h"
#include "side.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/fd.h"

#define BIG ((size_t)12 * 1024 * 1024) /* more than the kernel buffers for both ends */

#define WITH_CONNECTION(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

struct fixture {
	struct event_base *base;
	struct pki pki;
	SSL_CTX *server_tls, *client_tls;
	struct side client, server;
};

static int
set_up(void **state)
{
	const struct net_tls_client_options options = { .verify = false };
	struct fixture *f = xcalloc(1, sizeof *f);

	f->base = event_base_new();
	pki_init(&f->pki, PKI_P256, "mail.example");
	f->server_tls = pki_server(&f->pki);
	assert_int_equal(net_tls_client_new(&options, &f->client_tls, NULL), 0);
	side_connect(f->base, &f->client, &f->server);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	side_done(&f->client);
	side_done(&f->server);
	side_settle(f->base);
	SSL_CTX_free(f->server_tls);
	SSL_CTX_free(f->client_tls);
	pki_done(&f->pki);
	event_base_free(f->base);
	free(f);
	return 0;
}

static void
start_tls(struct fixture *f)
{
	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	net_conn_start_tls(f->client.conn, f->client_tls, false, "mail.example");
	side_wait(f->base, &f->client.is_tls);
	side_wait(f->base, &f->server.is_tls);
}

static void
say(struct side *s, const char *text)
{
	net_conn_write(s->conn, slice_of(text));
}

static void
check_got(struct fixture *f, struct side *s, const char *text)
{
	side_wait_input(f->base, s, strlen(text));
	assert_true(slice_is(buf_slice(&s->got), text));
	buf_clear(&s->got);
}

static uint8_t *
make_big(void)
{
	uint8_t *octets = xmalloc(BIG);

	for (size_t i = 0; i < BIG; i++)
		octets[i] = (uint8_t)(i % 251);
	return octets;
}

static void
check_big(struct fixture *f, const struct side *s)
{
	uint8_t *octets = make_big();

	side_wait_input(f->base, s, BIG);
	assert_int_equal(s->got.len, BIG);
	assert_memory_equal(s->got.ptr, octets, BIG);
	free(octets);
}

static void
write_big(struct side *s)
{
	uint8_t *octets = make_big();

	net_conn_write(s->conn, slice_make(octets, BIG));
	free(octets);
}

static void
test_octets_pass_in_plain_and_under_tls(void **state)
{
	struct fixture *f = *state;
	char address[64];
	uint16_t port;

	net_conn_peer(f->server.conn, address, sizeof address, &port);
	assert_string_equal(address, "127.0.0.1");
	assert_int_not_equal(port, 0);
	say(&f->server, "220 hello\r\n");
	check_got(f, &f->client, "220 hello\r\n");
	assert_false(net_conn_is_tls(f->server.conn));
	start_tls(f);
	assert_true(net_conn_is_tls(f->server.conn));
	say(&f->client, "EHLO a\r\n");
	check_got(f, &f->server, "EHLO a\r\n");
	say(&f->server, "250 b\r\n");
	check_got(f, &f->client, "250 b\r\n");
}

/* RFC 3207 §4.2 */
static void
test_plaintext_that_waits_is_gone_after_the_handshake(void **state)
{
	struct fixture *f = *state;

	f->server.leaves_input = true;
	say(&f->client, "STARTTLS\r\nMAIL FROM:<injected@example.org>\r\n");
	side_settle(f->base);
	assert_int_not_equal(net_conn_input(f->server.conn).len, 0);
	f->server.leaves_input = false;
	say(&f->server, "220 go ahead\r\n");
	check_got(f, &f->client, "220 go ahead\r\n");
	start_tls(f);
	say(&f->client, "EHLO again\r\n");
	check_got(f, &f->server, "EHLO again\r\n");
}

/* What comes in one segment with STARTTLS but is read later is no TLS record. */
static void
test_plaintext_that_comes_during_the_handshake_fails_it(void **state)
{
	struct fixture *f = *state;

	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	say(&f->client, "MAIL FROM:<injected@example.org>\r\n");
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_TLS_FAILED);
	assert_int_equal(f->server.got.len, 0);
	assert_string_not_equal(f->server.error, "");
}

static void
test_output_before_the_handshake_goes_out_in_plain(void **state)
{
	struct fixture *f = *state;

	f->client.leaves_input = true;
	write_big(&f->server);
	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	assert_int_not_equal(net_conn_pending(f->server.conn), 0);
	f->client.leaves_input = false;
	net_conn_resume(f->client.conn);
	check_big(f, &f->client);
	net_conn_start_tls(f->client.conn, f->client_tls, false, NULL);
	side_wait(f->base, &f->client.is_tls);
}

static void
check_back_pressure(struct fixture *f)
{
	net_conn_hold(f->server.conn);
	write_big(&f->client);
	side_settle(f->base);
	assert_int_equal(f->server.got.len, 0);
	assert_true(net_conn_pending(f->client.conn) > 0);
	net_conn_resume(f->server.conn);
	check_big(f, &f->server);
}

static void
test_a_held_connection_takes_nothing_and_then_all_in_plain(void **state)
{
	check_back_pressure(*state);
}

static void
test_a_held_connection_takes_nothing_and_then_all_under_tls(void **state)
{
	start_tls(*state);
	check_back_pressure(*state);
}

static void
test_unread_input_is_bounded(void **state)
{
	struct fixture *f = *state;

	start_tls(f);
	f->server.leaves_input = true;
	write_big(&f->client);
	side_settle(f->base);
	assert_true(net_conn_pending(f->client.conn) > 0);
	assert_true(f->server.input_calls < 100); /* nor does the loop spin */
	f->server.leaves_input = false;
	net_conn_resume(f->server.conn);
	check_big(f, &f->server);
}

static void
test_resume_gives_what_was_left_unread(void **state)
{
	struct fixture *f = *state;

	f->server.leaves_input = true;
	say(&f->client, "NOOP\r\n");
	side_settle(f->base);
	f->server.leaves_input = false;
	net_conn_hold(f->server.conn);
	net_conn_resume(f->server.conn);
	assert_int_equal(f->server.got.len, 0); /* not from inside the call */
	check_got(f, &f->server, "NOOP\r\n");
}

static void
test_a_half_closed_peer_still_gets_its_replies(void **state)
{
	struct fixture *f = *state;

	say(&f->client, "QUIT\r\n");
	net_conn_finish(&f->client.conn, 10000);
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_CLOSED);
	check_got(f, &f->server, "QUIT\r\n");
	say(&f->server, "221 bye\r\n");
	assert_int_equal(net_conn_pending(f->server.conn), 0);
	net_conn_finish(&f->server.conn, 10000);
}

static void
check_finish(struct fixture *f)
{
	write_big(&f->server);
	net_conn_finish(&f->server.conn, 20000);
	assert_null(f->server.conn);
	check_big(f, &f->client);
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
	start_tls(*state);
	check_finish(*state);
}

/* A reset because of unread input could overtake the last reply. */
static void
test_finish_delivers_the_last_reply_though_input_is_unread(void **state)
{
	struct fixture *f = *state;

	net_conn_hold(f->server.conn);
	say(&f->client, "more and more\r\n");
	side_settle(f->base);
	say(&f->server, "421 bye\r\n");
	net_conn_finish(&f->server.conn, 10000);
	check_got(f, &f->client, "421 bye\r\n");
	side_wait(f->base, &f->client.has_ended);
	assert_int_equal(f->client.end, NET_CONN_CLOSED);
}

static void
test_finish_gives_up_on_a_peer_that_reads_nothing(void **state)
{
	struct fixture *f = *state;

	net_conn_hold(f->client.conn);
	write_big(&f->server);
	net_conn_finish(&f->server.conn, 1);
	net_conn_set_deadline(f->client.conn, clock_monotonic_ms() + 50);
	side_wait(f->base, &f->client.is_due);
	net_conn_resume(f->client.conn);
	side_wait(f->base, &f->client.has_ended);
	assert_true(f->client.got.len < BIG);
}

/* Many clients close the socket as soon as they have the reply to QUIT. */
static void
test_a_peer_without_close_notify_has_closed_not_failed(void **state)
{
	struct fixture *f = *state;
	SSL *ssl;

	start_tls(f);
	side_settle(f->base); /* unread octets, here tickets, would make it a reset */
	ssl = net_conn_ssl(f->client.conn);
	SSL_set_quiet_shutdown(ssl, 1);
	net_conn_free(&f->client.conn);
	side_wait(f->base, &f->server.has_ended);
	assert_string_equal(f->server.error, "closed by the peer");
	assert_int_equal(f->server.end, NET_CONN_CLOSED);
}

static void
test_a_reset_says_so_under_tls(void **state)
{
	struct fixture *f = *state;
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int fd;

	start_tls(f);
	side_settle(f->base);
	fd = SSL_get_fd(net_conn_ssl(f->client.conn));
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
	SSL_set_quiet_shutdown(net_conn_ssl(f->client.conn), 1);
	net_conn_free(&f->client.conn);
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_FAILED);
	assert_string_equal(f->server.error, "Connection reset by peer");
}

static void
test_close_notify_is_sent_when_freed(void **state)
{
	struct fixture *f = *state;

	start_tls(f);
	net_conn_free(&f->server.conn);
	side_wait(f->base, &f->client.has_ended);
	assert_int_equal(f->client.end, NET_CONN_CLOSED);
	assert_int_not_equal(
	    SSL_get_shutdown(net_conn_ssl(f->client.conn)) & SSL_RECEIVED_SHUTDOWN, 0);
}

static void
test_a_peer_that_leaves_during_the_handshake_is_a_tls_failure(void **state)
{
	struct fixture *f = *state;

	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	net_conn_free(&f->client.conn);
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_TLS_FAILED);
	assert_string_equal(f->server.error, "closed by the peer during the TLS handshake");
}

static void
test_a_refused_certificate_says_why(void **state)
{
	struct fixture *f = *state;

	SSL_CTX_set_verify(f->client_tls, SSL_VERIFY_PEER, NULL);
	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	net_conn_start_tls(f->client.conn, f->client_tls, false, "mail.example");
	side_wait(f->base, &f->client.has_ended);
	assert_int_equal(f->client.end, NET_CONN_TLS_FAILED);
	assert_non_null(strstr(f->client.error, "self-signed certificate"));
	side_wait(f->base, &f->server.has_ended);
	assert_int_equal(f->server.end, NET_CONN_TLS_FAILED);
}

static void
test_a_refused_connection_ends_from_the_loop(void **state)
{
	struct fixture *f = *state;
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
	struct fixture *f = *state;
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

static void
test_a_deadline_can_be_moved_both_ways(void **state)
{
	struct fixture *f = *state;
	uint64_t now_ms = clock_monotonic_ms();

	net_conn_set_deadline(f->client.conn, now_ms + 1);
	net_conn_set_deadline(f->client.conn, UINT64_MAX);
	net_conn_set_deadline(f->server.conn, now_ms + 3600000);
	net_conn_set_deadline(f->server.conn, now_ms + 30);
	side_wait(f->base, &f->server.is_due);
	assert_true(clock_monotonic_ms() >= now_ms + 30);
	assert_false(f->client.is_due);
}

static void
test_drained_follows_each_write(void **state)
{
	struct fixture *f = *state;

	say(&f->server, "a");
	assert_false(f->server.is_drained);
	side_wait(f->base, &f->server.is_drained);
	start_tls(f);
	f->server.is_drained = false;
	write_big(&f->server);
	assert_false(f->server.is_drained);
	side_wait(f->base, &f->server.is_drained);
	assert_int_equal(net_conn_pending(f->server.conn), 0);
}

static void
wait_until_freed(struct fixture *f, struct side *s)
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
	struct fixture *f = *state;

	say(&f->client, "x");
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
	start_tls(f);
	f->server.leaves_input = true;
	write_big(&f->server);
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
	struct fixture *f = *state;
	uint64_t written;
	char text[4000];

	start_tls(f);
	memset(text, 'x', sizeof text);
	side_settle(f->base);
	written = BIO_number_written(SSL_get_wbio(net_conn_ssl(f->server.conn)));
	net_conn_write(f->server.conn, slice_make(text, sizeof text));
	side_wait_input(f->base, &f->client, sizeof text);
	written = BIO_number_written(SSL_get_wbio(net_conn_ssl(f->server.conn))) - written;
	assert_int_equal(written, sizeof text + 22); /* header 5, content type 1, tag 16 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CONNECTION(test_octets_pass_in_plain_and_under_tls),
		WITH_CONNECTION(test_plaintext_that_waits_is_gone_after_the_handshake),
		WITH_CONNECTION(test_plaintext_that_comes_during_the_handshake_fails_it),
		WITH_CONNECTION(test_output_before_the_handshake_goes_out_in_plain),
		WITH_CONNECTION(test_a_held_connection_takes_nothing_and_then_all_in_plain),
		WITH_CONNECTION(test_a_held_connection_takes_nothing_and_then_all_under_tls),
		WITH_CONNECTION(test_unread_input_is_bounded),
		WITH_CONNECTION(test_resume_gives_what_was_left_unread),
		WITH_CONNECTION(test_a_half_closed_peer_still_gets_its_replies),
		WITH_CONNECTION(test_finish_sends_what_is_left_in_plain),
		WITH_CONNECTION(test_finish_sends_what_is_left_under_tls),
		WITH_CONNECTION(test_finish_delivers_the_last_reply_though_input_is_unread),
		WITH_CONNECTION(test_finish_gives_up_on_a_peer_that_reads_nothing),
		WITH_CONNECTION(test_a_peer_without_close_notify_has_closed_not_failed),
		WITH_CONNECTION(test_a_reset_says_so_under_tls),
		WITH_CONNECTION(test_close_notify_is_sent_when_freed),
		WITH_CONNECTION(test_a_peer_that_leaves_during_the_handshake_is_a_tls_failure),
		WITH_CONNECTION(test_a_refused_certificate_says_why),
		WITH_CONNECTION(test_a_refused_connection_ends_from_the_loop),
		WITH_CONNECTION(test_a_socket_that_cannot_be_had_ends_from_the_loop),
		WITH_CONNECTION(test_a_deadline_can_be_moved_both_ways),
		WITH_CONNECTION(test_drained_follows_each_write),
		WITH_CONNECTION(test_an_owner_may_free_in_any_callback),
		WITH_CONNECTION(test_one_write_is_one_record),
	};

	return cmocka_run_group_tests_name("net/conn", tests, NULL, NULL);
}
