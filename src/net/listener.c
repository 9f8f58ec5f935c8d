/* SPDX-License-Identifier: Apache-2.0 */
#include "net/listener.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event_struct.h>

#include "net/address.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"

static const char *
find_advice(int negative_errno)
{
	switch (-negative_errno) {
	case EACCES:
		return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
	case EADDRINUSE:
		return "; another program listens there";
	case EADDRNOTAVAIL:
		return "; this machine does not have that address";
	case EAFNOSUPPORT:
		return "; this kernel has no IPv6: set address = \"0.0.0.0\"";
	default:
		return "";
	}
}

static int
refuse(const struct config_listener *listener, int negative_errno, struct buf *error)
{
	(void)buf_addf(error, "listener %s: cannot listen on %s port %u: %s%s", listener->name,
	    listener->address, (unsigned)listener->port, strerrordesc_np(-negative_errno),
	    find_advice(negative_errno));
	return negative_errno;
}

static int
set_options(int fd, int family)
{
	int on = 1, off = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0)
		return -errno;
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0)
		return -errno;
	return 0;
}

static int
open_listening(const struct net_address *address, int *ret_fd)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = set_options(fd, address->any.sa_family);
	if (r == 0 && (bind(fd, &address->any, (socklen_t)address->len) < 0 ||
			  listen(fd, NET_LISTENER_BACKLOG) < 0))
		r = -errno;
	if (r < 0)
		fd_close(&fd);
	else
		*ret_fd = fd;
	return r;
}

int
net_listener_bind(const struct config_listener *listener, int *ret_fd, struct buf *error)
{
	struct net_address address;
	int r = -EINVAL;

	if (net_address_parse(listener->address, listener->port, &address))
		r = open_listening(&address, ret_fd);
	return r < 0 ? refuse(listener, r, error) : 0;
}

struct net_listener {
	int fd;
	int reserve_fd; /* given up for a moment to take and close what cannot be served; or -1 */
	net_listener_accept_fn *on_accept;
	void *owner;
	struct event readable, pause;
	bool *is_freed; /* set while on_accept may free us */
};

/* Whoever accepts may not make sockets of its own; one more name for one that is there will do. */
static int
open_reserve(const struct net_listener *l)
{
	return fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
}

/*
 * No descriptor is free, and the connection stays in the backlog, so the loop would come here again
 * at once. Drop one connection with the reserve, then leave the rest to the backlog for a while.
 */
static void
relieve(struct net_listener *l)
{
	const struct timeval pause = { 0, (suseconds_t)NET_LISTENER_PAUSE_MS * 1000 };
	int fd;

	log_event(LOG_LEVEL_ERROR, "descriptors-exhausted", "advice",
	    "raise the limit of open files, or lower limits.connections");
	fd_close(&l->reserve_fd);
	fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
	fd_close(&fd);
	l->reserve_fd = open_reserve(l);
	(void)event_del(&l->readable);
	(void)evtimer_add(&l->pause, &pause);
}

static bool
is_exhausted(int negative_errno)
{
	return negative_errno == -EMFILE || negative_errno == -ENFILE ||
	       negative_errno == -ENOBUFS || negative_errno == -ENOMEM;
}

static void
on_readable(evutil_socket_t listening_fd, short what, void *arg)
{
	struct net_listener *l = arg;
	bool is_freed = false;

	(void)listening_fd;
	(void)what;
	l->is_freed = &is_freed;
	for (int i = 0; i < NET_LISTENER_ACCEPT_MAX; i++) {
		int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && is_exhausted(-errno))
			relieve(l);
		/* Others are EAGAIN, or of one connection that died in the backlog: accept(2). */
		if (fd < 0)
			break;
		l->on_accept(l->owner, fd);
		if (is_freed)
			return;
	}
	l->is_freed = NULL;
}

static void
on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	struct net_listener *l = arg;

	(void)fd;
	(void)what;
	(void)event_add(&l->readable, NULL);
}

struct net_listener *
net_listener_new(struct event_base *base, int fd, net_listener_accept_fn *on_accept, void *owner)
{
	struct net_listener *l = xcalloc(1, sizeof *l);

	l->fd = fd;
	l->reserve_fd = open_reserve(l);
	l->on_accept = on_accept;
	l->owner = owner;
	(void)event_assign(&l->readable, base, fd, EV_READ | EV_PERSIST, on_readable, l);
	(void)evtimer_assign(&l->pause, base, on_pause_over, l);
	(void)event_add(&l->readable, NULL);
	return l;
}

void
net_listener_free(struct net_listener **l)
{
	struct net_listener *dead = *l;

	if (dead == NULL)
		return;
	*l = NULL;
	if (dead->is_freed != NULL)
		*dead->is_freed = true;
	(void)event_del(&dead->readable);
	(void)event_del(&dead->pause);
	fd_close(&dead->fd);
	fd_close(&dead->reserve_fd);
	free(dead);
}
