/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - one connection to a next hop: the look-up of its name, its addresses in order, TLS,
 * and one transaction after the other through the client engine.
 *
 * What is done to a session may end it; then it has told its hop and is gone.
 */
#ifndef DELIVERY_SESSION_H
#define DELIVERY_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "net/conn.h"
#include "net/resolve.h"
#include "smtp/client.h"
#include "util/secret.h"

struct delivery_hop;
struct delivery_job;

/* Octets that may wait for the socket before more text is taken from the job. */
#define DELIVERY_SESSION_PENDING_MAX 65536

struct delivery_session {
	struct delivery_hop *hop;
	TAILQ_ENTRY(delivery_session) entry; /* of the hop's list */

	struct net_resolve *lookup; /* NULL unless it is under way */
	struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX];
	size_t address_count, address_next;
	bool is_without_tls;         /* opportunistic TLS failed with this address */
	struct smtp_verdict failure; /* why the address tried last was no use */

	struct net_conn *conn;
	struct smtp_client *client; /* NULL until connected */
	char *host;                 /* of the verdicts */
	struct secret password;     /* as long as the engine may need it */
	bool is_ready;              /* MAIL was wanted once */
	bool is_idle;
	bool is_unfit; /* there are jobs, but not for this connection */

	struct delivery_job *job;   /* NULL between transactions */
	size_t recipient_count;     /* in the transaction, from job->settled_count on */
	uint32_t transaction_count; /* on this connection */
};

/* Starts to connect; reports nothing from inside this call. The hop inserts it into its list. */
struct delivery_session *delivery_session_new(struct delivery_hop *hop);
/* Closes at once; a transaction that is open is never completed, and its job is freed. */
void delivery_session_drop(struct delivery_session *s);

bool delivery_session_is_idle(const struct delivery_session *s);
bool delivery_session_has_job(const struct delivery_session *s);
/* To an idle one: the hop has a job. */
void delivery_session_work(struct delivery_session *s);
/* To an idle one: say QUIT and go. */
void delivery_session_quit(struct delivery_session *s);
/* More of its job's body has come. */
void delivery_session_body(struct delivery_session *s);
/* The body of its job will not come to its end. */
void delivery_session_body_lost(struct delivery_session *s);

/* Between session.c and session_dial.c. Look the host up, then dial. */
void delivery_session_find(struct delivery_session *s);
/* The same address once more, after opportunistic TLS failed with it. */
void delivery_session_dial_again(struct delivery_session *s);
/* It was no use, for this reason, which is taken over: the next address, or the end. */
void delivery_session_fail(struct delivery_session *s, struct smtp_verdict v);
/* As above, while connecting; why: "connection refused". */
void delivery_session_fail_connecting(struct delivery_session *s, const char *why);
/* Tells the hop, frees. v as for delivery_hop_session_gone(). */
void delivery_session_end(struct delivery_session *s, const struct smtp_verdict *v);
extern const struct net_conn_handler delivery_session_conn_handler;

/* Between session.c and session_mail.c: answers to the engine's wants. Output goes out. */
void delivery_session_flush(struct delivery_session *s);
/* How many of its next recipients the next hop takes now; 0: none on this connection any more. */
size_t delivery_session_fit(const struct delivery_session *s, const struct delivery_job *job);
/* As many of its recipients as fit, which must be some. */
void delivery_session_begin_mail(struct delivery_session *s, struct delivery_job *job);
/* As much of the body as there is and the socket takes. */
void delivery_session_feed_text(struct delivery_session *s);
/* The job is done, or goes back to the hop for its next transaction. */
void delivery_session_take_result(struct delivery_session *s);

#endif
