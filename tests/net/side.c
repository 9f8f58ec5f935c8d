/* SPDX-License-Identifier: Apache-2.0 */
#include "side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "net/address.h"
#include "net/listener.h"
#include "util/clock.h"

enum { PATIENCE_MS = 20000, INPUT_MAX = 64 * 1024 * 1024 };

void
side_init(struct side *s)
{
	*s = (struct side){ 0 };
	buf_init(&s->got, INPUT_MAX);
}

void
side_done(struct side *s)
{
	net_conn_free(&s->conn);
	buf_done(&s->got);
}

static void
maybe_free(struct side *s)
{
	if (s->frees_itself)
		net_conn_free(&s->conn);
}

static void
on_connected(void *owner)
{
	struct side *s = owner;

	s->is_connected = true;
	maybe_free(s);
}

static void
on_input(void *owner)
{
	struct side *s = owner;
	struct slice in;

	s->input_calls++;
	while (!s->leaves_input && (in = net_conn_input(s->conn)).len != 0) {
		(void)buf_add_slice(&s->got, in);
		net_conn_consume(s->conn, in.len);
	}
	maybe_free(s);
}

static void
on_tls(void *owner)
{
	struct side *s = owner;

	s->is_tls = true;
	maybe_free(s);
}

static void
on_drained(void *owner)
{
	struct side *s = owner;

	s->is_drained = true;
	maybe_free(s);
}

static void
on_deadline(void *owner)
{
	struct side *s = owner;

	s->is_due = true;
	maybe_free(s);
}

static void
on_end(void *owner, enum net_conn_end end)
{
	struct side *s = owner;

	s->has_ended = true;
	s->end = end;
	(void)snprintf(s->error, sizeof s->error, "%s", net_conn_error(s->conn));
	maybe_free(s);
}

const struct net_conn_handler side_handler = {
	.on_connected = on_connected,
	.on_input = on_input,
	.on_tls = on_tls,
	.on_drained = on_drained,
	.on_deadline = on_deadline,
	.on_end = on_end,
};

struct acceptor {
	struct event_base *base;
	struct side *side;
	bool has_accepted;
};

static void
accept_side(void *owner, int fd)
{
	struct acceptor *a = owner;

	a->side->conn = net_conn_accept(a->base, fd, &side_handler, a->side);
	a->has_accepted = true;
}

void
side_connect(struct event_base *base, struct side *client, struct side *server)
{
	char name[] = "test", loopback[] = "127.0.0.1";
	const struct config_listener config = { .name = name, .address = loopback };
	struct acceptor acceptor = { base, server, false };
	struct net_listener *listener;
	struct net_address address = { .len = sizeof address.v4 };
	socklen_t len = sizeof address.v4;
	struct buf error;
	int fd;

	buf_init(&error, 1024);
	side_init(client);
	side_init(server);
	assert_int_equal(net_listener_bind(&config, &fd, &error), 0);
	assert_int_equal(getsockname(fd, &address.any, &len), 0);
	listener = net_listener_new(base, fd, accept_side, &acceptor);
	client->conn = net_conn_dial(base, &address.any, address.len, &side_handler, client);
	side_wait(base, &client->is_connected);
	side_wait(base, &acceptor.has_accepted);
	net_listener_free(&listener);
	buf_done(&error);
}

static void
turn(struct event_base *base, uint64_t give_up_ms)
{
	const struct timeval limit = { 1, 0 };

	if (clock_monotonic_ms() > give_up_ms)
		fail_msg("waited in vain");
	(void)event_base_loopexit(base, &limit);
	(void)event_base_loop(base, EVLOOP_ONCE);
}

void
side_wait(struct event_base *base, const bool *condition)
{
	uint64_t give_up_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (!*condition)
		turn(base, give_up_ms);
}

void
side_wait_input(struct event_base *base, const struct side *s, size_t len)
{
	uint64_t give_up_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (s->got.len < len)
		turn(base, give_up_ms);
}

void
side_settle(struct event_base *base)
{
	for (int i = 0; i < 20; i++)
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
}
