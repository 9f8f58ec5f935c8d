/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/submission.h"

#include <assert.h>
#include <stdlib.h>

#include "proc/wire.h"
#include "submission/session.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/rand.h"

enum { PAYLOAD_MAX = 64 * 1024 };

static void
on_accept(void *owner, int fd)
{
	submission_accept(owner, fd);
}

/* Needs the certificate: without TLS there is nothing that a client could do here. */
static void
listen_on_ports(struct submission *p)
{
	if (!p->has_go || p->settings == NULL || p->is_stopping)
		return;
	for (size_t i = 0; i < p->port_count; i++) {
		struct submission_port *port = &p->ports[i];

		if (port->fd < 0)
			continue;
		port->listener = net_listener_new(p->child->base, port->fd, on_accept, port);
		port->fd = -1; /* taken over */
	}
}

static void
renew_settings(struct submission *p)
{
	const struct net_tls_server_options tls = {
		.certificate = buf_slice(&p->certificate),
		.ticket_key = secret_slice(&p->ticket_key),
		.sign = sign_ask,
		.sign_arg = p->sign,
	};
	struct settings *fresh;
	struct buf error;

	if (p->certificate.len == 0 || p->ticket_key.len != NET_TLS_TICKET_KEY_LEN)
		return;
	buf_init(&error, PAYLOAD_MAX);
	fresh = settings_new(p->child->config, &tls, &error);
	if (fresh == NULL) {
		struct log_line l;

		log_begin(&l, LOG_LEVEL_ERROR, "certificate-refused");
		log_slice(&l, "reason", buf_slice(&error));
		log_end(&l);
	} else {
		settings_unref(&p->settings);
		p->settings = fresh;
	}
	buf_done(&error);
	listen_on_ports(p);
}

static int
prepare(void *ctx, struct proc_child *child)
{
	struct submission *p = ctx;

	net_tls_prepare();
	p->child = child;
	p->sign = sign_new();
	p->trim = trim_new(child->base);
	buf_init(&p->certificate, PROC_MATERIAL_MAX);
	buf_init(&p->payload, PAYLOAD_MAX);
	crowd_init(&p->crowd, rand_u64());
	return 0;
}

static void
on_config(void *ctx)
{
	renew_settings(ctx);
}

static void
on_peer(void *ctx, enum proc_role role, unsigned index, enum proc_channel channel, int fd)
{
	struct submission *p = ctx;

	(void)index;
	if (role == PROC_ROLE_QUEUE)
		submission_queue_open(p, fd);
	else if (role == PROC_ROLE_AUTH && channel == PROC_CHANNEL_MAIN)
		submission_auth_open(p, fd);
	else if (role == PROC_ROLE_AUTH)
		sign_set_channel(p->sign, fd);
	else
		fd_close(&fd);
}

static void
on_listener(void *ctx, const struct config_listener *listener, int fd)
{
	struct submission *p = ctx;

	if (p->port_count == CONFIG_LISTENERS_MAX || p->is_stopping) {
		fd_close(&fd);
		return;
	}
	p->ports[p->port_count++] =
	    (struct submission_port){ .process = p, .config = listener, .fd = fd };
	listen_on_ports(p);
}

static void
on_material(void *ctx, enum proc_material material, const char *name, struct slice octets)
{
	struct submission *p = ctx;

	(void)name;
	if (material == PROC_MATERIAL_CERTIFICATE) {
		buf_clear(&p->certificate);
		(void)buf_add_slice(&p->certificate, octets);
		renew_settings(p);
	} else if (material == PROC_MATERIAL_TICKET_KEY) {
		secret_done(&p->ticket_key);
		p->ticket_key = secret_copy(octets);
		renew_settings(p);
	}
}

static void
on_go(void *ctx)
{
	struct submission *p = ctx;

	p->has_go = true;
	listen_on_ports(p);
}

void
submission_settle(struct submission *p)
{
	if (p->is_stopping && p->sessions.count == 0)
		proc_child_finished(p->child);
}

static void
on_stop_timer(evutil_socket_t fd, short what, void *arg)
{
	struct submission *p = arg;

	(void)fd;
	(void)what;
	while (p->sessions.first != NULL)
		session_end(p->sessions.first, "stopped in the midst of it");
}

static void
stop_listening(struct submission *p)
{
	for (size_t i = 0; i < p->port_count; i++) {
		net_listener_free(&p->ports[i].listener);
		fd_close(&p->ports[i].fd);
	}
}

static void
on_stop(void *ctx)
{
	struct submission *p = ctx;
	uint64_t ms = p->child->config->timeouts.shutdown_ms;
	const struct timeval bound = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };
	struct session *next;

	p->is_stopping = true;
	stop_listening(p);
	p->stop_timer = evtimer_new(p->child->base, on_stop_timer, p);
	assert(p->stop_timer != NULL);
	(void)evtimer_add(p->stop_timer, &bound);
	for (struct session *s = p->sessions.first; s != NULL; s = next) {
		next = s->next;
		session_stop(s);
	}
	submission_settle(p);
}

int
submission_main(unsigned index)
{
	static const struct proc_child_ops ops = {
		.prepare = prepare,
		.on_config = on_config,
		.on_peer = on_peer,
		.on_listener = on_listener,
		.on_material = on_material,
		.on_go = on_go,
		.on_stop = on_stop,
	};
	struct submission p = { 0 };

	return proc_child_run(PROC_ROLE_SUBMISSION, index, &ops, &p);
}
