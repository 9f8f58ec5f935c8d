/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <event2/buffer.h>

#include "net/conn_private.h"
#include "util/clock.h"

/* RFC 8314 §3.4: close_notify, unless the record layer has failed or a record is half sent. */
static void
notify_close(struct net_conn *c)
{
	if ((c->state != CONN_TLS && c->state != CONN_CLOSED) || c->ssl == NULL || c->is_shut ||
	    net_conn_pending(c) != 0)
		return;
	net_stream_notify_close(&c->stream);
}

void
net_conn_free(struct net_conn **c)
{
	struct net_conn *dead = *c;

	if (dead == NULL)
		return;
	*c = NULL;
	notify_close(dead);
	(void)event_del(&dead->timer);
	if (dead->stream.out != NULL)
		net_stream_done(&dead->stream);
	SSL_free(dead->ssl);
	free(dead->error);
	free(dead);
}

/*
 * A connection that finishes is its own owner. After the last octet only the sending side is
 * closed: closing a socket with unread input resets it, and a reset can overtake the last reply.
 */
static void
half_close(void *owner)
{
	struct net_conn *c = owner;

	if (!net_conn_is_open(c)) {
		net_conn_free(&c);
		return;
	}
	if (c->is_shut)
		return;
	notify_close(c);
	(void)shutdown(c->stream.fd, SHUT_WR);
	c->is_shut = true;
}

static void
discard_input(void *owner)
{
	struct net_conn *c = owner;

	net_conn_consume(c, evbuffer_get_length(c->stream.in));
}

static void
give_up(void *owner)
{
	struct net_conn *c = owner;

	net_conn_free(&c);
}

/* The peer may have closed first and still be reading. */
static void
on_finishing_end(void *owner, enum net_conn_end why)
{
	struct net_conn *c = owner;

	if (why != NET_CONN_CLOSED || net_conn_pending(c) == 0)
		net_conn_free(&c);
}

static const struct net_conn_handler finishing = {
	.on_input = discard_input,
	.on_drained = half_close,
	.on_deadline = give_up,
	.on_end = on_finishing_end,
};

/* Held back by the kernel until the stream is shut: three small packets leave as one. */
void
net_conn_last_words(struct net_conn *c)
{
	const int on = 1;

	if (net_conn_is_open(c) && c->peer_port != 0)
		(void)setsockopt(c->stream.fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

void
net_conn_finish(struct net_conn **c, uint64_t linger_ms)
{
	struct net_conn *last = *c;

	*c = NULL;
	if (!net_conn_is_readable(last)) {
		net_conn_free(&last);
		return;
	}
	last->handler = &finishing;
	last->owner = last;
	net_conn_set_deadline(last, clock_monotonic_ms() + linger_ms);
	discard_input(last);
	net_conn_resume(last);
	if (net_conn_pending(last) == 0)
		half_close(last);
}
