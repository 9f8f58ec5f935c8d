/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/ports.h"

#include <stdlib.h>

#include "net/listener.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"

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

static int
bind_listener(
    const struct config_listener *listener, int *fds, size_t process_count, struct buf *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < process_count; i++)
		r = net_listener_bind(listener, &fds[i], error);
	if (r == 0)
		log_listening(listener);
	return r;
}

/* Held here, so that a listen is pending also while processes are replaced (RFC 5321 §4.5.4.2). */
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
