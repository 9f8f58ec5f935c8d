/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - the mail client of house.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "house.h"
#include "util/clock.h"

enum { PATIENCE_MS = 20000, LINE_LEN = 64 };

/* Two lines' length. */
static const char header[] =
    "From: kim@example.org\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
    "Message-ID: <1@example.org>\r\nSubject: one header of 128 octets\r\n\r\n";
enum { HEADER_LEN = sizeof header - 1 };
_Static_assert(HEADER_LEN == 2 * LINE_LEN, "lines end where they did");

static void
on_input(void *owner)
{
	struct client *c = owner;
	struct slice in;

	while ((in = net_conn_input(c->conn)).len != 0) {
		(void)buf_add_slice(&c->got, in);
		net_conn_consume(c->conn, in.len);
	}
}

static void
on_tls(void *owner)
{
	struct client *c = owner;

	c->is_tls = true;
}

static void
on_end(void *owner, enum net_conn_end end)
{
	struct client *c = owner;

	(void)end;
	c->has_ended = true;
}

struct client *
client_open_saying(struct house *h, const char *words)
{
	static const struct net_conn_handler handler = {
		.on_input = on_input,
		.on_tls = on_tls,
		.on_end = on_end,
	};
	struct client *c = &h->clients[h->client_count++];
	int ends[2];

	assert_true(h->client_count <= HOUSE_CLIENTS_MAX);
	c->house = h;
	buf_init(&c->got, HOUSE_BODY_MAX);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
	assert_int_equal(send(ends[0], words, strlen(words), MSG_NOSIGNAL), strlen(words));
	c->conn = net_conn_accept(h->base, ends[0], &handler, c);
	submission_accept(h->port, ends[1]);
	return c;
}

struct client *
client_open(struct house *h)
{
	return client_open_saying(h, "");
}

void
client_done(struct client *c)
{
	net_conn_free(&c->conn);
	buf_done(&c->got);
	house_settle(c->house);
}

void
client_say(struct client *c, const char *text)
{
	net_conn_write(c->conn, slice_of(text));
}

/* The length of the reply at the start of got; 0 when it is not whole. */
static size_t
reply_len(const struct client *c)
{
	struct slice rest = buf_slice(&c->got);

	for (;;) {
		size_t end = slice_find(rest, '\n');
		bool is_last = rest.len > 3 && rest.ptr[3] == ' ';

		if (end == rest.len)
			return 0;
		rest = slice_after(rest, end + 1);
		if (is_last)
			return c->got.len - rest.len;
	}
}

static void
turn(struct client *c, uint64_t give_up_ms)
{
	const struct timeval limit = { 1, 0 };

	if (clock_monotonic_ms() > give_up_ms)
		fail_msg("waited in vain; there is \"%.*s\"", (int)c->got.len,
		    c->got.len == 0 ? "" : (const char *)c->got.ptr);
	(void)event_base_loopexit(c->house->base, &limit);
	(void)event_base_loop(c->house->base, EVLOOP_ONCE);
}

void
client_expect(struct client *c, const char *start)
{
	uint64_t give_up_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (reply_len(c) == 0)
		turn(c, give_up_ms);
	if (!slice_starts_nocase(buf_slice(&c->got), start))
		fail_msg("not %s but %.*s", start, (int)reply_len(c), (const char *)c->got.ptr);
	buf_drop(&c->got, reply_len(c));
}

void
client_start_tls(struct client *c)
{
	uint64_t give_up_ms = clock_monotonic_ms() + PATIENCE_MS;

	client_expect(c, "220 ");
	client_say(c, "EHLO client.example\r\n");
	client_expect(c, "250-");
	client_say(c, "STARTTLS\r\n");
	client_expect(c, "220 ");
	net_conn_start_tls(c->conn, c->house->client_tls, false, NULL);
	while (!c->is_tls)
		turn(c, give_up_ms);
	client_say(c, "EHLO client.example\r\n");
	client_expect(c, "250-");
}

void
client_log_in(struct client *c)
{
	client_start_tls(c);
	client_say(c, "AUTH PLAIN AGEAYg==\r\n");
	client_expect(c, "235 ");
}

void
client_begin_message(struct client *c)
{
	client_say(c, "MAIL FROM:<kim@example.org>\r\nRCPT TO:<one@example.net>\r\nDATA\r\n");
	client_expect(c, "250 ");
	client_expect(c, "250 ");
	client_expect(c, "354 ");
}

static char
text_octet(size_t i)
{
	size_t column = i % LINE_LEN;

	if (i < HEADER_LEN)
		return header[i];
	if (column == LINE_LEN - 2)
		return '\r';
	if (column == LINE_LEN - 1)
		return '\n';
	return (char)('a' + i / LINE_LEN % 26);
}

void
client_say_text(struct client *c, size_t len)
{
	char *text = malloc(len);

	assert_non_null(text);
	assert_int_equal(len % LINE_LEN, 0);
	for (size_t i = 0; i < len; i++)
		text[i] = text_octet(i);
	net_conn_write(c->conn, slice_make(text, len));
	free(text);
}

void
client_check_text(const struct house_message *m, size_t len)
{
	assert_int_equal(m->body.len, len);
	for (size_t i = 0; i < len; i++)
		if (m->body.ptr[i] != (uint8_t)text_octet(i))
			fail_msg("octet %zu differs", i);
}
