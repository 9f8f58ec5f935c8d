/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.h - what the supervisor and a child say to each other on the control socket.
 *
 * SOCK_SEQPACKET: one packet is one message, with one descriptor where its type wants one. Typed
 * and total like wire.h: a packet that is not exactly one of these, or that has a descriptor too
 * many or too few, is refused.
 *
 * In the order of a child's life: CONFIG; then, in any order, PEER, LISTENER and MATERIAL; GO; the
 * child's READY. Later CONFIG, PEER and MATERIAL again, and after those of a reload, for whom the
 * supervisor waits, GO once more, answered by READY; at the end STOP.
 */
#ifndef PROC_CONTROL_H
#define PROC_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "proc/child.h"
#include "proc/role.h"
#include "util/buf.h"
#include "util/slice.h"

#define CONTROL_FD 3 /* where a child finds its end */
#define CONTROL_NAME_MAX 255
#define CONTROL_PACKET_MAX (CONTROL_NAME_MAX + 32)

enum control_type {
	CONTROL_CONFIG = 1, /* with a memfd (memfd.h): config_print() text */
	CONTROL_PEER,       /* with one end of a stream socketpair */
	CONTROL_LISTENER,   /* with a listening socket; index counts config->listeners */
	CONTROL_MATERIAL,   /* with a memfd */
	CONTROL_GO,
	CONTROL_STOP,
	CONTROL_READY, /* child to supervisor */
};

struct control_message {
	enum control_type type;
	uint32_t uid, gid;           /* CONFIG: whom to change to when root */
	enum proc_role role;         /* PEER */
	uint32_t index;              /* PEER, LISTENER */
	enum proc_channel channel;   /* PEER */
	enum proc_material material; /* MATERIAL */
	struct slice name;           /* MATERIAL; borrowed */
};

/* Does a packet of this type carry a descriptor? */
bool control_has_fd(enum control_type type);
void control_encode(const struct control_message *m, struct buf *out);
/* The fields that the type does not have are zero; name borrows from packet. */
bool control_decode(struct slice packet, bool has_fd, struct control_message *ret_message);

/* 0 or -errno; -EAGAIN when the socket is non-blocking and full. fd is borrowed, -1 for none. */
int control_send(int sock, const struct control_message *m, int fd);
/*
 * 1: a message, whose name borrows from packet, and its descriptor in *ret_fd (the caller's; -1
 * when it has none). 0: the other side is gone. -EBADMSG: nonsense. Else -errno.
 */
int control_receive(
    int sock, uint8_t packet[CONTROL_PACKET_MAX], struct control_message *ret_message, int *ret_fd);

#endif
