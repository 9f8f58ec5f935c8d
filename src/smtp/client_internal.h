/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_internal.h - what the files of the client engine share; nobody else includes it.
 *
 * client.c        states, deadlines, input, and how a connection breaks
 * client_hello.c  greeting, EHLO/HELO/LHLO, STARTTLS
 * client_auth.c   AUTH with the engine's own credentials
 * client_sasl.c   AUTH with an exchange of the caller's
 * client_noop.c   NOOP
 * client_watch.c  what a watcher hears
 * client_needs.c  what a message needs that the peer may not offer
 * client_params.c the parameters of MAIL and RCPT
 * client_limits.c LIMITS
 * client_mail.c   RSET, MAIL, RCPT, DATA
 * client_step.c   MAIL and RCPT one by one
 * client_text.c   the text after DATA, and the replies to its end
 * client_chunk.c  the text in BDAT
 */
#ifndef SMTP_CLIENT_INTERNAL_H
#define SMTP_CLIENT_INTERNAL_H

#include "smtp/client.h"
#include "smtp/client_reply.h"
#include "smtp/dot_encoder.h"
#include "util/buf.h"

/* In the order in which a connection goes through them. */
enum client_state {
	CLIENT_TLS_FIRST, /* implicit TLS: handshake before the greeting */
	CLIENT_GREETING,
	CLIENT_EHLO, /* or LHLO */
	CLIENT_HELO,
	CLIENT_STARTTLS,
	CLIENT_TLS, /* handshake after STARTTLS */
	CLIENT_AUTH,
	CLIENT_SASL, /* AUTH with an exchange of the caller's */
	CLIENT_IDLE,
	CLIENT_NOOP,
	CLIENT_RSET,
	CLIENT_MAIL,
	CLIENT_RCPT,
	CLIENT_STEP_MAIL, /* MAIL of a transaction that the caller takes step by step */
	CLIENT_OPEN,      /* between two steps */
	CLIENT_STEP_RCPT,
	CLIENT_DATA,
	CLIENT_TEXT,
	CLIENT_CHUNK, /* the peer must say something before more text goes out */
	CLIENT_DOT,
	CLIENT_RESULT,
	CLIENT_QUIT,
	CLIENT_CLOSED,
};
#define CLIENT_STATE_COUNT 23

/* What the peer offered in its last reply to EHLO. */
enum client_extension {
	CLIENT_PIPELINING = 1 << 0, /* RFC 2920 */
	CLIENT_SIZE = 1 << 1,       /* RFC 1870 */
	CLIENT_8BITMIME = 1 << 2,   /* RFC 6152 */
	CLIENT_STARTTLS_OFFERED = 1 << 3,
	CLIENT_AUTH_PLAIN = 1 << 4,
	CLIENT_AUTH_LOGIN = 1 << 5,
	CLIENT_AUTH_OFFERED = 1 << 6, /* with whatever mechanism */
	CLIENT_SMTPUTF8 = 1 << 7,     /* RFC 6531 */
	CLIENT_CHUNKING = 1 << 8,     /* RFC 3030 */
	CLIENT_BINARYMIME = 1 << 9,   /* RFC 3030 */
	CLIENT_DSN = 1 << 10,         /* RFC 3461 */
	CLIENT_DELIVERBY = 1 << 11,   /* RFC 2852 */
	CLIENT_MT_PRIORITY = 1 << 12, /* RFC 6710 */
	CLIENT_REQUIRETLS = 1 << 13,  /* RFC 8689 */
};

/* What the peer takes on one connection (RFC 9422 §4); 0: not said. */
struct client_limits {
	uint32_t mails;      /* MAILMAX: transactions */
	uint32_t recipients; /* RCPTMAX: of one transaction */
	uint32_t domains;    /* RCPTDOMAINMAX: different ones of recipients */
};

struct client_recipient {
	struct smtp_verdict verdict;
	bool is_asked;    /* an RCPT for it was made */
	bool is_accepted; /* and answered 2yz, and nothing has been decided since */
	bool is_settled;  /* verdict is filled */
};

/* A transaction: from smtp_client_mail() or smtp_client_begin() to smtp_client_result_done(). */
struct client_transaction {
	bool is_open;
	bool is_stepwise; /* it was begun with smtp_client_begin(); recipients is empty */
	struct client_recipient *recipients;
	size_t recipient_count;
	size_t next;           /* the recipient that the next RCPT or LMTP reply is about */
	size_t accepted_count; /* that are accepted and undecided */
	size_t heard_count;    /* replies to MAIL, RCPT, ... other than 421 */
	struct buf commands;   /* made and not yet sent: the peer has no PIPELINING */
	struct smtp_dot_encoder encoder;
	bool is_utf8;          /* SMTPUTF8 is given with MAIL */
	bool gives_auth;       /* AUTH= is given with MAIL */
	bool is_refused;       /* MAIL was */
	bool is_auth_refused;  /* MAIL was, and AUTH= may be why */
	bool is_chunked;       /* the text goes in BDAT, not after DATA */
	size_t unheard_chunks; /* BDATs without LAST whose reply has not come */
};

struct smtp_client {
	struct smtp_client_options options;
	enum client_state state; /* changed by client_enter() alone */
	uint64_t deadline_ms;
	struct buf out;
	bool has_secret; /* out holds credentials */
	struct smtp_reply_parser reply;
	unsigned extensions; /* enum client_extension */
	uint64_t size_max;   /* of SIZE; 0: none given */
	uint64_t by_min_s;   /* of DELIVERBY; 0: none given */
	struct client_limits limits;
	uint32_t mail_count; /* MAILs on this connection */
	struct buf domains;  /* of recipients so far, each with LF behind; only where limited */
	bool is_tls;
	bool is_verified;   /* the peer's certificate is; only with is_tls */
	unsigned auth_step; /* responses given */
	struct smtp_client_sasl sasl;
	struct buf sasl_initial; /* response that waits for the first 334 */
	bool has_cancelled_sasl; /* an asterisk was sent: 501 must come (RFC 4954 §4) */
	unsigned noop_count;     /* whose replies are to come */
	bool refuses_auth;       /* the peer offers AUTH, but not AUTH= of MAIL */
	bool must_reset;         /* the peer may hold an unfinished transaction */
	bool is_broken;          /* after RESULT comes CLOSE */
	bool has_failure;
	struct smtp_verdict failure;
	struct smtp_verdict answer; /* to the last step */
	struct client_transaction mail;
};

/* A fact of our own about the connection or the message. */
struct client_problem {
	enum smtp_verdict_class class;
	uint16_t enhanced[3];
	const char *text;
	bool has_step; /* "while sending ..." is added to the text */
};

/* client.c */
void client_enter(struct smtp_client *c, enum client_state state, uint64_t now_ms);
void client_send(struct smtp_client *c, const char *verb, const char *argument);
/* before, then octets in base64, as one line. The output is wiped once it was taken. */
void client_send_secret(struct smtp_client *c, const char *before, struct slice octets);
/* "while sending MAIL FROM" */
const char *client_doing(const struct smtp_client *c);
struct smtp_verdict client_reply_verdict(const struct smtp_client *c);
struct smtp_verdict client_problem_verdict(
    const struct smtp_client *c, const struct client_problem *problem);
/*
 * The connection is of no more use: v, which is taken over, for all that is undecided. Then CLOSE,
 * with RESULT before it when a transaction is open.
 */
void client_break(struct smtp_client *c, struct smtp_verdict v);
void client_break_problem(struct smtp_client *c, const struct client_problem *problem);
/* A reply whose first digit has no place where it came. */
void client_break_out_of_step(struct smtp_client *c);

/* client_hello.c */
void client_on_greeting(struct smtp_client *c, uint64_t now_ms);
void client_on_ehlo(struct smtp_client *c, uint64_t now_ms);
void client_on_helo(struct smtp_client *c, uint64_t now_ms);
void client_on_starttls(struct smtp_client *c, uint64_t now_ms);

/* client_auth.c */
void client_auth_start(struct smtp_client *c, uint64_t now_ms);
void client_on_auth(struct smtp_client *c, uint64_t now_ms);

/* client_sasl.c */
void client_sasl_clear(struct smtp_client *c);
void client_on_sasl(struct smtp_client *c, uint64_t now_ms);

/* client_noop.c */
void client_on_noop(struct smtp_client *c, uint64_t now_ms);

/* client_watch.c */
/* The lines that were appended to the output since it had len octets. */
void client_show(struct smtp_client *c, size_t len);
void client_show_text(struct smtp_client *c, const char *line);
/* A line that begins with before and goes on with credentials. */
void client_show_hidden(struct smtp_client *c, const char *before);
void client_show_reply(struct smtp_client *c);

/* client_needs.c */
/* Why the transaction cannot even be begun, or NULL. */
const struct client_problem *client_find_problem(
    const struct smtp_client *c, const struct smtp_client_mail *m);
/* Why this recipient cannot be asked for, or NULL. */
const struct client_problem *client_find_recipient_problem(
    const struct smtp_client *c, struct slice address);

/* client_params.c */
/* Of a message with params: what is left of the time of BY; 0 or less: nothing. */
int64_t client_by_left_s(const struct smtp_client_mail *m);
bool client_uses_utf8(const struct smtp_client *c, const struct smtp_client_mail *m);
bool client_gives_auth(const struct smtp_client *c, const struct smtp_client_mail *m);
/* Append what goes between the path and the end of the line. */
void client_add_mail_params(
    const struct smtp_client *c, const struct smtp_client_mail *m, struct buf *out);
void client_add_rcpt_params(
    const struct smtp_client *c, const struct smtp_client_mail *m, size_t index, struct buf *out);

/* client_limits.c */
/* The parameters of LIMITS in the reply to EHLO. */
void client_take_limits(struct smtp_client *c, struct slice parameters);
/* A transaction begins. */
void client_count_mail(struct smtp_client *c, const struct smtp_client_mail *m);

/* client_mail.c */
/* Begin with RSET or MAIL, or end at once. Of a stepwise one no recipient is looked at. */
void client_mail_open(struct smtp_client *c, const struct smtp_client_mail *m, uint64_t now_ms);
void client_add_rcpt_command(struct smtp_client *c, const struct smtp_client_mail *m, size_t index);
/* All commands that are left with PIPELINING, else the next line. */
void client_send_commands(struct smtp_client *c);
/* The reply to MAIL, which is a no, is the verdict for all. */
void client_take_mail_refusal(struct smtp_client *c);
void client_on_rset(struct smtp_client *c, uint64_t now_ms);
void client_on_mail(struct smtp_client *c, uint64_t now_ms);
void client_on_rcpt(struct smtp_client *c, uint64_t now_ms);
void client_on_data(struct smtp_client *c, uint64_t now_ms);
bool client_has_transaction(const struct smtp_client *c);
/* Gives a copy of v to the recipient, unless it has a verdict. */
void client_settle(struct smtp_client *c, size_t index, const struct smtp_verdict *v);
void client_settle_all(struct smtp_client *c, const struct smtp_verdict *v);
void client_transaction_clear(struct smtp_client *c);

/* The transaction is over; the connection can go on. */
void client_finish(struct smtp_client *c);

/* client_step.c */
void client_on_step_mail(struct smtp_client *c, uint64_t now_ms);
void client_on_step_rcpt(struct smtp_client *c, uint64_t now_ms);
/* The transaction is decided: v is the answer to whatever was the last step. */
void client_step_settle(struct smtp_client *c, const struct smtp_verdict *v);

/* client_text.c */
void client_send_end_of_text(struct smtp_client *c);
void client_on_early_reply(struct smtp_client *c, uint64_t now_ms);
void client_on_dot(struct smtp_client *c, uint64_t now_ms);

/* client_chunk.c */
void client_send_chunk(struct smtp_client *c, struct slice text, bool is_last, uint64_t now_ms);
/* The reply to a BDAT without LAST. */
void client_on_chunk(struct smtp_client *c, uint64_t now_ms);

static inline bool
client_offers(const struct smtp_client *c, unsigned extensions)
{
	return (c->extensions & extensions) == extensions;
}

static inline unsigned
client_reply_class(const struct smtp_client *c)
{
	return c->reply.code / 100u;
}

#endif
