/* SPDX-License-Identifier: Apache-2.0 */
#include "net/address.h"
#include "net/conn.h"
#include "smtp/server_reply.h"
#include "submission/process.h"
#include "submission/session.h"
#include "util/log.h"

enum {
	FAREWELL_MS = 1000, /* for a client that is one too many to read why */
	FAREWELL_MAX = 1024,
};

/* For connections that are finished before a session begins. */
static const struct net_conn_handler no_handler = { 0 };

/* Before TLS, where nothing can be said to clients that expect it at once. */
static void
turn_away(const struct submission_port *port, int fd, enum smtp_server_reply reply)
{
	const struct submission *p = port->process;
	struct net_conn *conn = net_conn_accept(p->child->base, fd, &no_handler, NULL);
	char peer[SESSION_PEER_SIZE];
	struct buf words;
	struct log_line l;
	uint16_t peer_port;

	buf_init(&words, FAREWELL_MAX);
	smtp_server_reply_add(reply, slice_of(p->settings->config->hostname), &words);
	if (port->config->tls == CONFIG_LISTENER_STARTTLS)
		net_conn_write(conn, buf_slice(&words));
	net_conn_peer(conn, peer, sizeof peer, &peer_port);
	log_begin(&l, LOG_LEVEL_INFO, "connection-refused");
	log_text(&l, "peer", peer);
	log_text(&l, "listener", port->config->name);
	log_slice(&l, "reply", slice_first(buf_slice(&words), words.len - 2));
	log_end(&l);
	net_conn_finish(&conn, FAREWELL_MS);
	buf_done(&words);
}

static void
warn_of_crowd(struct submission *p)
{
	if (!p->is_crowded)
		log_event(LOG_LEVEL_WARNING, "too-many-connections", "do",
		    "raise limits.connections, or find out who holds them all");
	p->is_crowded = true;
}

void
submission_accept(const struct submission_port *port, int fd)
{
	struct submission *p = port->process;
	const struct config_limits *limits = &p->settings->config->limits;
	uint64_t group = UINT64_MAX; /* of what has no address */
	struct ip ip;

	if (net_address_peer(fd, &ip))
		group = ip_group(&ip);
	if (p->sessions.count >= limits->connections) {
		warn_of_crowd(p);
		turn_away(port, fd, SMTP_REPLY_CROWDED);
		return;
	}
	p->is_crowded = false;
	if (crowd_enter(&p->crowd, group, limits->connections_per_address))
		session_begin(port, fd, group);
	else
		turn_away(port, fd, SMTP_REPLY_CROWDED_ADDRESS);
}
