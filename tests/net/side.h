/* SPDX-License-Identifier: Apache-2.0 */
/* side.h - an owner of a net_conn that notes what happens to it, and a loop that waits for it. */
#ifndef TESTS_NET_SIDE_H
#define TESTS_NET_SIDE_H

#include <stdbool.h>

#include <event2/event.h>

#include "net/conn.h"
#include "util/buf.h"

struct side {
	struct net_conn *conn;
	struct buf got; /* input, consumed as it comes */
	bool is_connected, is_tls, is_drained, is_due, has_ended;
	enum net_conn_end end;
	char error[128];
	unsigned input_calls; /* of on_input */
	bool frees_itself;    /* in the next callback, whichever it is */
	bool leaves_input;    /* on_input consumes nothing */
};

extern const struct net_conn_handler side_handler;

void side_init(struct side *s);
void side_done(struct side *s);
/* A connected TCP pair on the loopback interface: client has dialled, server has accepted. */
void side_connect(struct event_base *base, struct side *client, struct side *server);
/* Runs the loop until *condition; fails the test after some seconds. */
void side_wait(struct event_base *base, const bool *condition);
/* As above, until s->got has at least len octets. */
void side_wait_input(struct event_base *base, const struct side *s, size_t len);
/* Lets the loop turn until nothing is ready any more. */
void side_settle(struct event_base *base);

#endif
