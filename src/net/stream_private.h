/* SPDX-License-Identifier: Apache-2.0 */
/* stream_private.h - what stream.c, stream_out.c and stream_pace.c share. */
#ifndef NET_STREAM_PRIVATE_H
#define NET_STREAM_PRIVATE_H

#include <assert.h>

#include <event2/buffer.h>

#include "net/stream.h"

static inline void
net_stream_keep(struct evbuffer *b, const void *octets, size_t len)
{
	int r = evbuffer_add(b, octets, len);

	assert(r == 0);
}

/* Has the loop call on_later of stream.c: for what a call of the owner has brought about. */
void net_stream_tell_later(struct net_stream *s);
/* Watches the socket for input, or leaves it alone, as it is wanted by now. */
void net_stream_watch_input(struct net_stream *s);

/* stream_out.c: sends what OpenSSL has said by itself, and after it what it would not take. */
void net_stream_answer(struct net_stream *s);
/* The socket takes more: sends it. May free s, by on_drained. */
void net_stream_flush(struct net_stream *s);

/* stream_pace.c */
void net_stream_pace(struct net_stream *s);

#endif
