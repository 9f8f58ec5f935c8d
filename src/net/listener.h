/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener.h - listening sockets: made by the supervisor, accepted from by submission.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include <stdint.h>

#include <event2/event.h>

#include "config/config.h"
#include "util/buf.h"

#define NET_LISTENER_BACKLOG 1024  /* connections that wait for accept; the kernel may cap it */
#define NET_LISTENER_ACCEPT_MAX 16 /* accepted in one turn of the loop */
#define NET_LISTENER_PAUSE_MS 100  /* without accepting, when descriptors have run out */

/*
 * A new non-blocking, close-on-exec socket, bound and listening. SO_REUSEPORT: each submission
 * process has its own for the same port. "::" takes both families. port 0 takes any.
 * 0, or -errno with words for the administrator appended to error.
 */
int net_listener_bind(const struct config_listener *listener, int *ret_fd, struct buf *error);

struct net_listener;

/* Takes over fd, a new non-blocking connection. May free the listener. */
typedef void net_listener_accept_fn(void *owner, int fd);

/* Takes over fd, a listening non-blocking socket. */
struct net_listener *net_listener_new(
    struct event_base *base, int fd, net_listener_accept_fn *on_accept, void *owner);
/* Closes our descriptor; others of the same socket go on. Nulls the pointer. */
void net_listener_free(struct net_listener **l);

#endif
