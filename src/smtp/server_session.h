/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_session.h - the inside of the engine, for server.c and the files of its verbs only.
 *
 * A session is always in one state. A state either reads commands, reads one response of a login,
 * reads text, or waits for the caller; those that wait are the open wants. The table in
 * server_state.c lists every step that there is, and smtp_server_enter() is the only way to take
 * one.
 */
#ifndef SMTP_SERVER_SESSION_H
#define SMTP_SERVER_SESSION_H

#include "smtp/line.h"
#include "smtp/server.h"
#include "smtp/server_login.h"
#include "smtp/server_reply.h"
#include "smtp/server_transaction.h"
#include "util/buf.h"

#define SMTP_SERVER_ACCOUNT_MAX 1024 /* octets of an account's name */
/* Octets of replies; no more is read long before, but the largest, a challenge, must fit. */
#define SMTP_SERVER_OUTPUT_MAX ((size_t)64 * 1024)

enum smtp_state {
	SMTP_STATE_START,     /* no EHLO or HELO yet, or not since TLS */
	SMTP_STATE_HANDSHAKE, /* wants TLS */
	SMTP_STATE_GREETED,   /* no transaction */
	SMTP_STATE_LOGIN_ASK, /* wants AUTH */
	SMTP_STATE_LOGIN,     /* the next line is a response, not a command */
	SMTP_STATE_MAIL_ASK,  /* wants SENDER */
	SMTP_STATE_MAIL,      /* a transaction without recipient */
	SMTP_STATE_RCPT_ASK,  /* wants RECIPIENT */
	SMTP_STATE_RCPT,      /* a transaction with recipients */
	SMTP_STATE_TEXT,      /* after DATA */
	SMTP_STATE_CHUNK,     /* after BDAT; its octets are text */
	SMTP_STATE_CHUNKS,    /* a transaction with some chunks, between two of them */
	SMTP_STATE_SKIP,      /* after a BDAT that is refused; its octets are thrown away */
	SMTP_STATE_STORE,     /* wants STORE */
	SMTP_STATE_ABORT,     /* wants ABORT */
	SMTP_STATE_CLOSE,     /* wants CLOSE; the last */
};

/* The one that is being read. */
struct smtp_server_chunk {
	uint64_t size, left;            /* octets of all of it, and to come */
	bool is_last;                   /* in CHUNK */
	enum smtp_server_reply refusal; /* in SKIP: what to say at its end */
	enum smtp_state back;           /* in SKIP without a transaction: the state before */
};

struct smtp_server {
	const struct smtp_server_options *options;
	enum smtp_state state; /* changed by smtp_server_enter() only */
	bool is_extended, is_tls, is_stopping;
	uint32_t transaction_count, bad_command_count, auth_failure_count;
	uint64_t now_ms;          /* of the call that is running */
	uint64_t waiting_from_ms; /* since when the client is expected to say something */
	uint64_t login_deadline_ms;
	int64_t hold_max_unix_s; /* until when mail may be held, as the last EHLO said */
	uint64_t text_began_ms, text_last_ms; /* 354 or first BDAT; newest octet */
	uint64_t text_wire_len;               /* octets read since text_began_ms */
	uint64_t repaired_count;
	struct smtp_server_chunk chunk;
	struct smtp_line line;
	struct buf output;
	size_t held_from;       /* place in output of what is kept back, ... */
	uint64_t held_until_ms; /* ... until then; 0: nothing */
	size_t unseen_len; /* octets of output that the client must have seen before it goes on */
	struct slice command;                 /* that is carried out; borrowed for so long */
	struct slice text;                    /* of the last input; borrowed from it */
	struct buf helo, account;             /* empty until known */
	struct buf domains;                   /* uint64_t: hashes of those of the recipients */
	struct smtp_login *login;             /* NULL but during an AUTH exchange */
	struct smtp_transaction *transaction; /* NULL but from MAIL to its end */
};

void smtp_server_enter(struct smtp_server *s, enum smtp_state state);

void smtp_server_reply(struct smtp_server *s, enum smtp_server_reply reply);
void smtp_server_reply_with(
    struct smtp_server *s, enum smtp_server_reply reply, struct slice detail);
/* An error of the client's program: replies, or says 421 when there were too many. */
void smtp_server_refuse(struct smtp_server *s, enum smtp_server_reply reply);
void smtp_server_refuse_with(
    struct smtp_server *s, enum smtp_server_reply reply, struct slice detail);
/* A login that failed: counted apart, guessing is not a broken client. */
void smtp_server_refuse_login(struct smtp_server *s);
/* Is the newest reply kept back, and all that follows it? */
bool smtp_server_is_held(const struct smtp_server *s);
/* Lets it go when it is time. */
void smtp_server_release(struct smtp_server *s);
/* The last words of the session: reply takes our hostname. */
void smtp_server_hang_up(struct smtp_server *s, enum smtp_server_reply reply);

void smtp_server_greet(struct smtp_server *s);
/* The client is to wait for what is in the output before it sends another command. */
void smtp_server_synchronise(struct smtp_server *s);

/* Back to before MAIL. */
void smtp_server_transaction_end(struct smtp_server *s);
/* The same, if there was one, for a caller that may have some of the text: it is to forget it. */
void smtp_server_transaction_drop(struct smtp_server *s);

/*
 * Begins each function that answers the want of `state`. False when the session has ended in the
 * meantime (a deadline): the answer comes too late and is dropped. Any other state is the caller's
 * mistake.
 */
bool smtp_server_answered(struct smtp_server *s, enum smtp_state state, uint64_t now_ms);
/* Ends each of them: a shutdown that waited for the end of the transaction can come now. */
void smtp_server_settle(struct smtp_server *s);
/* The words for an answer other than OK. */
enum smtp_server_reply smtp_server_answer_reply(
    enum smtp_server_answer answer, enum smtp_server_reply not_allowed);

#endif
