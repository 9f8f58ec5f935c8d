/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - what a submission process has, for the files of this room. */
#ifndef SUBMISSION_PROCESS_H
#define SUBMISSION_PROCESS_H

#include <event2/event.h>

#include "config/config.h"
#include "net/listener.h"
#include "proc/child.h"
#include "proc/ipc.h"
#include "submission/crowd.h"
#include "submission/settings.h"
#include "submission/sign.h"
#include "submission/trim.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/secret.h"

struct session;
struct submission;

/* One of the ports that clients connect to. */
struct submission_port {
	struct submission *process;
	const struct config_listener *config;
	int fd;                        /* until listening begins, then -1 */
	struct net_listener *listener; /* NULL: not yet, or no more */
};

/* Sessions in order; a session is in a list at most once. */
struct session_list {
	struct session *first, *last;
	size_t count;
};

struct submission {
	struct proc_child *child;
	struct settings *settings; /* for new sessions; NULL until there is a certificate */
	struct buf certificate;    /* PEM */
	struct secret ticket_key;
	struct sign *sign;
	struct trim *trim;
	struct submission_port ports[CONFIG_LISTENERS_MAX];
	size_t port_count;

	struct ipc *auth, *queue; /* NULL: away */
	struct buf payload;       /* of the frame being made */
	uint64_t credit;          /* octets that queue still takes in WIRE_CHUNK frames */

	struct session_list sessions;
	struct crowd crowd;       /* the addresses of sessions */
	struct session_list held; /* wait for queue to take more, longest first */
	struct map by_number;     /* session number to session */
	struct map by_message;    /* message id to the session that waits for WIRE_STORED */
	uint16_t session_counter, message_counter;

	bool has_go;      /* all that there is at the start has come */
	bool is_crowded;  /* said in the log that limits.connections is reached */
	bool is_stopping; /* no new sessions */
	struct event *stop_timer;
};

/* A client has connected to port: a session, or a word why not. Takes over fd. */
void submission_accept(const struct submission_port *port, int fd);
/* The last session has ended while stopping: leave. */
void submission_settle(struct submission *p);

/* channels.c: the two peers */

/* Take over fd; whoever waited for the peer before is told that it is gone. */
void submission_auth_open(struct submission *p, int fd);
void submission_queue_open(struct submission *p, int fd);
/* Is auth there, and does it read? When it hangs, what is asked of it must not pile up. */
bool submission_auth_listens(const struct submission *p);
/* Sends p->payload and empties it. Drops it when the peer is away. */
void submission_auth_send(struct submission *p, uint16_t type, uint64_t id);

#endif
