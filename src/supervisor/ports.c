/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/ports.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/listener.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"

static uint16_t
port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} address = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t len = sizeof address;

	if (getsockname(fd, &address.any, &len) != 0)
		return 0;
	return ntohs(
	    address.any.sa_family == AF_INET6 ? address.in6.sin6_port : address.in.sin_port);
}

static void
log_listening(const struct config_listener *listener)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_INFO, "listening");
	log_text(&l, "listener", listener->name);
	log_text(&l, "address", listener->address);
	log_number(&l, "port", listener->port);
	log_end(&l);
}

/* Port 0 is whatever the first socket got: all processes must share it. */
static int
bind_listener(
    const struct config_listener *listener, int *fds, size_t process_count, struct buf *error)
{
	struct config_listener l = *listener;
	int r = 0;

	for (size_t i = 0; r == 0 && i < process_count; i++) {
		r = net_listener_bind(&l, &fds[i], error);
		if (r == 0 && l.port == 0)
			l.port = port_of(fds[i]);
	}
	if (r == 0)
		log_listening(&l);
	return r;
}

int
supervisor_ports_bind(
    const struct config *config, struct supervisor_ports *ret_ports, struct buf *error)
{
	struct supervisor_ports p = { .listener_count = config->listener_count,
		.process_count = config->submission_processes };
	int r = 0;

	p.fds = (int *)xcalloc(p.listener_count * p.process_count, sizeof *p.fds);
	for (size_t i = 0; i < p.listener_count * p.process_count; i++)
		p.fds[i] = -1;
	for (size_t i = 0; r == 0 && i < p.listener_count; i++)
		r = bind_listener(
		    &config->listeners[i], &p.fds[i * p.process_count], p.process_count, error);
	if (r == 0)
		*ret_ports = p;
	else
		supervisor_ports_done(&p);
	return r;
}

int
supervisor_ports_fd(const struct supervisor_ports *p, size_t listener, size_t process)
{
	return p->fds[listener * p->process_count + process];
}

void
supervisor_ports_done(struct supervisor_ports *p)
{
	for (size_t i = 0; i < p->listener_count * p->process_count; i++)
		fd_close(&p->fds[i]);
	free(p->fds);
	*p = (struct supervisor_ports){ 0 };
}
