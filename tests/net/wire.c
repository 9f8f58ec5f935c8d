/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "util/alloc.h"
#include "util/clock.h"
#include "util/fd.h"

enum { PATIENCE_MS = 20000, INPUT_MAX = 64 * 1024 * 1024, SLEEP_US = 30 * 1000, WAKES_MAX = 10 };

static void
note(struct wire *w, enum wire_call call)
{
	assert_false(w->is_done);
	w->calls[call]++;
	if (w->frees_in == call)
		wire_done(w);
}

static void
on_connected(void *owner)
{
	note(owner, WIRE_CONNECTED);
}

static void
on_secure(void *owner)
{
	note(owner, WIRE_SECURE);
}

static void
on_input(void *owner)
{
	struct wire *w = owner;
	size_t len = evbuffer_get_length(w->stream.in);

	if (!w->leaves_input && len != 0) {
		assert_true(buf_add(&w->got, evbuffer_pullup(w->stream.in, -1), len));
		(void)evbuffer_drain(w->stream.in, len);
	}
	if (w->reply != NULL)
		net_stream_write(&w->stream, slice_of(w->reply));
	note(w, WIRE_INPUT);
}

static void
on_drained(void *owner)
{
	note(owner, WIRE_DRAINED);
}

static void
on_end(void *owner, enum net_stream_end end)
{
	struct wire *w = owner;

	w->end = end;
	note(w, WIRE_END);
}

static const struct net_stream_handler handler = {
	.on_connected = on_connected,
	.on_secure = on_secure,
	.on_input = on_input,
	.on_drained = on_drained,
	.on_end = on_end,
};

static void
set_non_blocking(int fd)
{
	assert_int_equal(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

/* Both ends of a connection over the loopback interface: only TCP has resets. */
static void
make_pair(int ends[2])
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr *address = (struct sockaddr *)(void *)&in;
	socklen_t len = sizeof in;
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(listener, address, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, address, &len), 0);
	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(ends[0], address, len), 0);
	ends[1] = accept(listener, NULL, NULL);
	assert_true(ends[1] >= 0);
	(void)close(listener);
}

int
wire_set_up(void **state)
{
	const struct net_tls_client_options options = { .verify = false };
	struct wire *w = xcalloc(1, sizeof *w);
	int ends[2];

	w->base = event_base_new();
	buf_init(&w->got, INPUT_MAX);
	pki_init(&w->pki, PKI_P256, "mail.example");
	w->server_tls = pki_server(&w->pki);
	assert_int_equal(net_tls_client_new(&options, &w->client_tls, NULL), 0);
	make_pair(ends);
	set_non_blocking(ends[0]);
	net_stream_init(&w->stream, w->base, ends[0], &handler, w);
	net_stream_want_input(&w->stream, true);
	w->peer = ends[1];
	*state = w;
	return 0;
}

void
wire_done(struct wire *w)
{
	if (w->is_done)
		return;
	w->is_done = true;
	net_stream_done(&w->stream);
	SSL_free(w->ssl);
	w->ssl = NULL;
}

int
wire_tear_down(void **state)
{
	struct wire *w = *state;

	wire_done(w);
	SSL_free(w->peer_ssl);
	fd_close(&w->peer);
	buf_done(&w->got);
	SSL_CTX_free(w->server_tls);
	SSL_CTX_free(w->client_tls);
	pki_done(&w->pki);
	event_base_free(w->base);
	free(w);
	return 0;
}

void
wire_renew(struct wire *w)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	wire_done(w);
	net_stream_init(&w->stream, w->base, fd, &handler, w);
	w->is_done = false;
}

void
wire_settle(struct wire *w)
{
	for (int i = 0; i < 8; i++)
		(void)event_base_loop(w->base, EVLOOP_NONBLOCK);
}

static void
turn(struct wire *w, uint64_t give_up_ms)
{
	const struct timeval limit = { 1, 0 };

	if (clock_monotonic_ms() > give_up_ms)
		fail_msg("waited in vain");
	(void)event_base_loopexit(w->base, &limit);
	(void)event_base_loop(w->base, EVLOOP_ONCE);
}

void
wire_wait(struct wire *w, enum wire_call call, unsigned count)
{
	uint64_t give_up_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (w->calls[call] < count)
		turn(w, give_up_ms);
}

void
wire_wait_input(struct wire *w, size_t len)
{
	uint64_t give_up_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (w->got.len < len)
		turn(w, give_up_ms);
}

void
wire_check_got(struct wire *w, const char *text)
{
	wire_wait_input(w, strlen(text));
	assert_true(slice_is(buf_slice(&w->got), text));
	buf_clear(&w->got);
}

void
wire_begin_tls(struct wire *w, bool as_server)
{
	w->ssl = SSL_new(as_server ? w->server_tls : w->client_tls);
	w->peer_ssl = SSL_new(as_server ? w->client_tls : w->server_tls);
	SSL_set_bio(w->peer_ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	if (as_server) {
		SSL_set_accept_state(w->ssl);
		SSL_set_connect_state(w->peer_ssl);
	} else {
		SSL_set_connect_state(w->ssl);
		SSL_set_accept_state(w->peer_ssl);
	}
	net_stream_start_tls(&w->stream, w->ssl);
}

void
wire_shake(struct wire *w, bool as_server)
{
	uint64_t give_up_ms = clock_monotonic_ms() + PATIENCE_MS;

	wire_begin_tls(w, as_server);
	while (SSL_do_handshake(w->peer_ssl) != 1 || w->calls[WIRE_SECURE] == 0) {
		assert_true(clock_monotonic_ms() < give_up_ms);
		wire_send_tls(w, SIZE_MAX);
		wire_receive_tls(w);
	}
	wire_send_tls(w, SIZE_MAX);
	wire_receive_tls(w);
}

void
wire_send(struct wire *w, const void *octets, size_t len)
{
	assert_int_equal(send(w->peer, octets, len, MSG_NOSIGNAL), len);
}

void
wire_say(struct wire *w, const void *octets, size_t len)
{
	assert_int_equal(SSL_write(w->peer_ssl, octets, (int)len), len);
}

size_t
wire_take_tls(struct wire *w, uint8_t *out, size_t size)
{
	int n = BIO_read(SSL_get_wbio(w->peer_ssl), out, size > INT_MAX ? INT_MAX : (int)size);

	return n < 0 ? 0 : (size_t)n;
}

void
wire_send_tls(struct wire *w, size_t piece_len)
{
	uint8_t octets[64 * 1024];
	size_t n;

	if (piece_len > sizeof octets)
		piece_len = sizeof octets;
	while ((n = wire_take_tls(w, octets, piece_len)) != 0) {
		wire_send(w, octets, n);
		wire_settle(w);
	}
	wire_settle(w);
}

void
wire_await(struct wire *w)
{
	uint64_t give_up_ms = clock_monotonic_ms() + PATIENCE_MS;
	struct pollfd wait = { .fd = w->peer, .events = POLLIN };

	do {
		assert_true(clock_monotonic_ms() < give_up_ms);
		wire_settle(w);
	} while (poll(&wait, 1, 1) == 0);
}

size_t
wire_receive(struct wire *w, uint8_t *out, size_t size)
{
	ssize_t n = recv(w->peer, out, size, MSG_DONTWAIT);

	return n < 0 ? 0 : (size_t)n;
}

void
wire_receive_tls(struct wire *w)
{
	uint8_t octets[64 * 1024];
	size_t n;

	while ((n = wire_receive(w, octets, sizeof octets)) != 0) {
		assert_int_equal(BIO_write(SSL_get_rbio(w->peer_ssl), octets, (int)n), n);
		wire_settle(w);
	}
}

void
wire_hang_up(struct wire *w, bool with_reset)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (with_reset)
		assert_int_equal(
		    setsockopt(w->peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
	fd_close(&w->peer);
}

static void
stop_sleeping(evutil_socket_t fd, short what, void *arg)
{
	bool *is_over = arg;

	(void)fd;
	(void)what;
	*is_over = true;
}

void
wire_check_sleeps(struct wire *w)
{
	const struct timeval time = { 0, SLEEP_US };
	bool is_over = false;
	unsigned wakes = 0;

	wire_settle(w);
	assert_int_equal(
	    event_base_once(w->base, -1, EV_TIMEOUT, stop_sleeping, &is_over, &time), 0);
	while (!is_over && wakes++ < WAKES_MAX)
		(void)event_base_loop(w->base, EVLOOP_ONCE);
	assert_true(is_over);
}
