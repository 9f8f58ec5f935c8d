/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child.h - the life of a child process: what the supervisor hands it, and its sandbox.
 *
 * `sallyport serve --role NAME --index N` has the control socket (SOCK_SEQPACKET, one packet = one
 * message with at most one descriptor, control.h) as descriptor 3. The order is: config comes as a
 * sealed memfd; prepare() may open what the sandbox will forbid; user, Landlock, seccomp and limits
 * are applied; start() runs inside the sandbox; then peers, listeners and secrets arrive, in any
 * order and again whenever a process was restarted or the config reloaded.
 */
#ifndef PROC_CHILD_H
#define PROC_CHILD_H

#include <event2/event.h>

#include "config/config.h"
#include "proc/role.h"
#include "util/secret.h"

struct proc_child {
	enum proc_role role;
	unsigned index; /* 0 ... N-1 among those of its role */
	struct event_base *base;
	const struct config *config; /* the newest; old ones stay valid until the process ends */
};

/* The secrets and materials that the supervisor reads from files and hands out. */
enum proc_material {
	PROC_MATERIAL_CERTIFICATE, /* to submission: PEM chain */
	PROC_MATERIAL_TLS_KEY,     /* to auth: PEM key */
	PROC_MATERIAL_TICKET_KEY,  /* to submission: PROC_TICKET_KEY_LEN random octets, per run */
	PROC_MATERIAL_NEXT_HOP_PASSWORD, /* to delivery: name = next hop's name */
};
#define PROC_TICKET_KEY_LEN 80
#define PROC_MATERIAL_MAX ((size_t)256 * 1024)

/* What a channel to a peer is for: submission has two with auth. */
enum proc_channel {
	PROC_CHANNEL_MAIN,
	PROC_CHANNEL_SIGN, /* submission asks auth for TLS signatures, blocking (wire.h, WIRE_SIGN)
			    */
};

/* All are called from the loop unless said otherwise; unused ones are NULL. */
struct proc_child_ops {
	/* Before the sandbox, as root perhaps, no network octet read yet. 0, or -errno: exit. */
	int (*prepare)(void *ctx, struct proc_child *child);
	/* Inside the sandbox. 0, or -errno: exit. Threads are made here or later. */
	int (*start)(void *ctx, struct proc_child *child);
	/* A reload: child->config is already the new one. */
	void (*on_config)(void *ctx);
	/* A channel to a (perhaps restarted) peer; takes over fd. An older one to it is dead. */
	void (*on_peer)(
	    void *ctx, enum proc_role role, unsigned index, enum proc_channel channel, int fd);
	/* A listening socket, non-blocking, bound and listening; takes over fd. */
	void (*on_listener)(void *ctx, const struct config_listener *listener, int fd);
	/* name is "" unless the material has one. Borrows octets; copy what is kept. */
	void (*on_material)(
	    void *ctx, enum proc_material material, const char *name, struct slice octets);
	/* Everything there is at the start has been handed over, or at a reload. */
	void (*on_go)(void *ctx);
	/* SIGTERM: finish what is in flight, then proc_child_finished(). */
	void (*on_stop)(void *ctx);
};

/* Runs until told to stop; returns the exit code. Logs by itself. */
int proc_child_run(
    enum proc_role role, unsigned index, const struct proc_child_ops *ops, void *ctx);
/* Leave the loop: on_stop has been honoured. */
void proc_child_finished(struct proc_child *child);

#endif
