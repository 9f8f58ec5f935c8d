/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link.h - the way to the server of a job: its name is looked up, and its addresses are tried in
 * order until one takes the connection. Once MAIL was said, no other is tried: a message must not
 * be sent twice.
 */
#ifndef SEND_LINK_H
#define SEND_LINK_H

#include <event2/event.h>

#include "net/resolve.h"
#include "send/submit.h"

struct net_resolver;

#define SEND_LINK_HOST_SIZE (NET_RESOLVE_NAME_MAX + 16)

struct send_link {
	const struct send_job *job;
	struct send_result *result; /* gets address and facts, and words when there is none */
	struct probe_dialog_options options; /* of each dialog; for the owner to complete */
	struct event_base *base;
	struct probe_dialog *dialog;    /* NULL: there is none, or it is over */
	bool is_held;                   /* set by the owner: dialling is over, the dialog goes on */
	char host[SEND_LINK_HOST_SIZE]; /* "smtp.example.org:587" */

	/* Its own. */
	struct net_resolver *resolver;
	X509_STORE *roots;
	struct event *patience;
	struct net_resolve_result names;
	uint64_t end_ms;
	bool is_asked; /* on_silent() was called */
};

/*
 * Nothing is said to anybody yet. Borrows job until it is closed. 0, or -errno with words appended
 * to error. Zero link before, and close it in any case.
 */
int send_link_open(struct send_link *link, const struct send_job *job, struct buf *error);
/*
 * Runs the loop until is_held, or until no address is left; result, which was all zero or that of
 * the last time, is borrowed for as long as the dialog lives. True when there was a dialog, which
 * has left its facts; else the result is whole.
 */
bool send_link_dial(struct send_link *link, struct send_result *result);
void send_link_close(struct send_link *link);

#endif
