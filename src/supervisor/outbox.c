/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/outbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "util/alloc.h"
#include "util/fd.h"

struct letter {
	struct letter *next;
	struct buf packet;
	int fd;
};

struct supervisor_outbox {
	int sock;
	struct event *writable;
	struct letter *first, **end;
};

static void
drop_first(struct supervisor_outbox *o)
{
	struct letter *l = o->first;

	o->first = l->next;
	if (o->first == NULL)
		o->end = &o->first;
	fd_close(&l->fd);
	buf_done(&l->packet);
	free(l);
}

static void
send_waiting(struct supervisor_outbox *o)
{
	while (o->first != NULL) {
		const struct letter *l = o->first;

		if (fd_send_packet(o->sock, l->packet.ptr, l->packet.len, l->fd) == -EAGAIN) {
			(void)event_add(o->writable, NULL);
			return;
		}
		drop_first(o);
	}
}

static void
on_writable(evutil_socket_t sock, short what, void *arg)
{
	(void)sock;
	(void)what;
	send_waiting((struct supervisor_outbox *)arg);
}

struct supervisor_outbox *
supervisor_outbox_new(struct event_base *base, int sock)
{
	struct supervisor_outbox *o = (struct supervisor_outbox *)xcalloc(1, sizeof *o);

	o->sock = sock;
	o->end = &o->first;
	o->writable = event_new(base, sock, EV_WRITE, on_writable, o);
	assert(o->writable != NULL);
	return o;
}

void
supervisor_outbox_free(struct supervisor_outbox **outbox)
{
	struct supervisor_outbox *o = *outbox;

	*outbox = NULL;
	if (o == NULL)
		return;
	while (o->first != NULL)
		drop_first(o);
	event_free(o->writable);
	free(o);
}

void
supervisor_outbox_send(struct supervisor_outbox *o, const struct control_message *m, int fd)
{
	struct letter *l = (struct letter *)xcalloc(1, sizeof *l);
	bool was_empty = o->first == NULL;

	l->fd = fd;
	buf_init(&l->packet, CONTROL_PACKET_MAX);
	control_encode(m, &l->packet);
	*o->end = l;
	o->end = &l->next;
	if (was_empty)
		send_waiting(o);
}
