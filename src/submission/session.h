/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - one client: a connection (net/conn.h), the SMTP engine (smtp/server.h) and what the
 * engine waits for. For the files of this room.
 *
 * A session always waits for one thing, or for octets from the client. session_pump() carries
 * octets between connection and engine until there is something to wait for; whoever brings what
 * was waited for calls session_go_on(). Both may end the session.
 *
 * A client that is gone is as one that said QUIT: what was open is dropped, what was stored stays
 * (RFC 5321 §4.1.1.5, §4.1.1.10).
 */
#ifndef SUBMISSION_SESSION_H
#define SUBMISSION_SESSION_H

#include "message/filter.h"
#include "message/message_id.h"
#include "net/conn.h"
#include "proc/wire.h"
#include "smtp/server.h"
#include "submission/process.h"

#define SESSION_PEER_SIZE 64 /* an address in text */

/*
 * What one client can make a session hold is bounded, whatever it sends and however slowly:
 *
 *   the engine: one line (the longer of limits.command_length and auth_line_length), 64 KiB of
 *     replies, and the envelope that smtp/server_transaction.h tells;
 *   the filter: the header until its end, limits.header_size;
 *   what it gives at once: that header, put right (a quarter more where it is folded, and 256
 *     addresses completed with the hostname), or a chunk of text, and with it the next one that is
 *     being filled;
 *   the connection: 64 KiB of replies that the client does not read, what one turn of the loop
 *     reads, and OpenSSL's records.
 *
 * The number is for all of the text and the connection, without the envelope.
 */
#define SESSION_TEXT_MEMORY_MAX(header_size) ((size_t)(header_size)*5 / 2 + (size_t)512 * 1024)

enum session_wait {
	SESSION_WAIT_INPUT, /* for nothing but the client */
	SESSION_WAIT_TLS,   /* for the handshake */
	SESSION_WAIT_AUTH,
	SESSION_WAIT_SENDER,
	SESSION_WAIT_CREDIT, /* in process->held; until queue takes more of the text */
	SESSION_WAIT_STORED,
	SESSION_WAIT_DRAIN, /* for the client to read its replies */
	SESSION_WAIT_CLOSE, /* the same, for the last time */
};

/* From the first octet of text to the answer to it. */
struct session_message {
	uint64_t id;
	struct message_filter *filter;
	struct buf text; /* that has passed the filter, and is not yet sent */
	uint32_t chunk_count;
	uint64_t size;   /* of the whole, with the trace header */
	bool is_refused; /* queue was lost in the midst of it: the rest is thrown away */
	bool is_ended;   /* all text has passed the filter */
};

struct session {
	struct submission *process;
	const struct submission_port *port;
	struct settings *settings;
	struct net_conn *conn;              /* NULL: lost, while the message is being stored */
	struct smtp_server_options options; /* of the engine */
	struct smtp_server *engine;
	struct session_message *message; /* NULL: none */
	struct session *next, *previous; /* in process->sessions */
	struct session *next_held;       /* in process->held */
	uint64_t number;                 /* unique for ever; its text is in every log line */
	uint64_t peer_group;             /* in process->crowd */
	uint64_t began_ms;
	uint64_t wait_until_ms; /* deadline of the TLS and CLOSE waits, which the engine lacks */
	uint64_t held_from_ms;  /* since when it is in process->held */
	uint32_t message_count, refusal_count;
	char pseudonym[WIRE_PSEUDONYM_MAX + 1]; /* of the address, from auth; empty: none */
	struct buf sender;                      /* that auth has allowed, to be trusted until ... */
	uint64_t sender_until_ms;
	uint64_t repaired_count; /* smtp_server_repaired_count() when the last message ended */
	size_t recipients_len;   /* octets of all recipients of the transaction */
	uint16_t last_code;      /* of the newest reply */
	uint8_t wait;            /* enum session_wait */
	bool in_login;           /* auth has begun an exchange that is not over */
	bool login_failed;       /* the next refusal in the output is about that */
	bool peer_closed;
};

/* Takes over fd; group is that of its address, and has entered process->crowd. */
void session_begin(const struct submission_port *port, int fd, uint64_t group);
/* Reason is for the log. */
void session_end(struct session *s, const char *reason);
/* What was waited for has come. */
void session_go_on(struct session *s);
/* SIGTERM: end as soon as the message in flight, if there is one, is answered. */
void session_stop(struct session *s);

/* session_auth.c: logins and senders are decided by auth */

/* Each answers the engine at once (true), or waits. */
bool session_auth_ask(struct session *s);
bool session_sender_ask(struct session *s);
/* False when the frame makes no sense. */
bool session_auth_reply(struct session *s, struct slice payload);
bool session_sender_reply(struct session *s, struct slice payload);
/* Auth is gone: whoever waits for it gets a temporary failure. */
void session_auth_lost(struct session *s);
/* The session ends in the midst of a login. */
void session_auth_cancel(struct session *s);

/* session_recipient.c */

void session_recipient_answer(struct session *s);

/* session_store.c: text goes to queue as it comes */

/* How many of len octets the engine may be fed: 0 when queue takes no more for now. */
size_t session_store_room(struct session *s, size_t len);
void session_store_text(struct session *s, struct slice text);
/* The text is complete. Answers the engine at once (true), or waits. */
bool session_store_ask(struct session *s);
void session_store_reply(struct session *s, enum smtp_server_answer answer);
/* Forget what there is of a message. */
void session_store_abort(struct session *s);
/* Queue is gone, and all chunks with it. */
void session_queue_lost(struct session *s);

/* session_envelope.c */

/* The WIRE_MESSAGE of a session whose text is complete. */
void session_envelope_encode(struct session *s, struct buf *out);

/* session_log.c */

void session_log_connect(const struct session *s);
void session_log_tls(const struct session *s);
void session_log_login(const struct session *s);
/* The sender of a transaction that is about to be refused because of it. */
void session_log_sender(const struct session *s);
void session_log_queued(const struct session *s);
void session_log_end(const struct session *s, const char *reason);
/* Notes the replies that are about to be sent, and logs those that refuse something. */
void session_log_replies(struct session *s, struct slice output);

/* session_list.c */

void session_list_add(struct submission *p, struct session *s);
void session_list_remove(struct submission *p, struct session *s);
void session_hold(struct session *s);
void session_unhold(struct session *s);
/* Let held sessions go on, the longest held first, as long as queue takes more. */
void session_release_held(struct submission *p);

#endif
