/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - the client side of SMTP (RFC 5321) and LMTP (RFC 2033) without any I/O.
 *
 * The mirror image of server.h: the engine is fed octets with the time. It gives octets to send, at
 * most one open *want* that its caller must answer, and a deadline. It makes no syscall, reads no
 * clock and does not log.
 *
 *   loop: n = smtp_client_input(c, octets, now_ms);     consume n octets
 *         smtp_client_output(c)      -> send, then smtp_client_output_taken(c, n)
 *         smtp_client_want(c)        -> do it, then call the function that the want names
 *         stop when n == 0 and nothing above had work; call smtp_client_timeout() at the deadline
 *
 * One engine is one connection. It greets, goes to TLS, authenticates, then wants MAIL; each
 * transaction ends in RESULT with one verdict for each recipient, after which it wants MAIL again
 * or CLOSE. A transaction that was begun always ends in RESULT, whatever happens to the connection.
 * What fails before the first transaction is in smtp_client_failure().
 *
 * A message whose text was not given to its end is never completed: then the want after RESULT is
 * CLOSE, and no final dot is in the output.
 */
#ifndef SMTP_CLIENT_H
#define SMTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/mail_params.h"
#include "smtp/rcpt_params.h"
#include "smtp/verdict.h"
#include "util/buf.h"
#include "util/slice.h"

/* Bounds on what a caller may give ... */
#define SMTP_CLIENT_RECIPIENTS_MAX 10000 /* of one transaction */
#define SMTP_CLIENT_ADDRESS_MAX 1024     /* octets; longer ones get a permanent failure */
#define SMTP_CLIENT_CREDENTIAL_MAX 1024  /* octets of a user's name or of a secret */
#define SMTP_CLIENT_TEXT_MAX 65536       /* octets of one smtp_client_text() */

/* ... and on what a peer may say. Above them a reply is malformed. */
#define SMTP_CLIENT_LINE_MAX 4096        /* octets of a line with CRLF; §4.5.3.1.5 has 512 */
#define SMTP_CLIENT_REPLY_LINES_MAX 1000 /* lines of one reply */
/* Octets kept of one reply; lines beyond are dropped. */
#define SMTP_CLIENT_REPLY_TEXT_MAX 8192
#define SMTP_CLIENT_RESPONSE_MAX 12288 /* octets of a SASL response; RFC 4954 §4 */
#define SMTP_CLIENT_NOOPS_MAX 64       /* of one flight */
#define SMTP_CLIENT_NOOP_MAX 512       /* octets of one with CRLF: RFC 5321 §4.5.3.1.4 */

enum smtp_client_protocol {
	SMTP_CLIENT_SMTP,
	SMTP_CLIENT_LMTP,
};

enum smtp_client_tls {
	SMTP_CLIENT_TLS_NONE,
	SMTP_CLIENT_TLS_OPPORTUNISTIC, /* STARTTLS when it is offered and accepted */
	SMTP_CLIENT_TLS_REQUIRED,      /* STARTTLS or nothing; the caller verifies the peer */
	SMTP_CLIENT_TLS_IMPLICIT,      /* the first want is TLS, then comes the greeting */
	SMTP_CLIENT_TLS_ANYWAY,        /* STARTTLS though it is not offered: for probes */
};

/* How long each may take, in ms (RFC 5321 §4.5.4: none is without end). See SMTP_CLIENT_TIMEOUTS
 * for the values of RFC 5321 §4.5.3.2. */
struct smtp_client_timeouts {
	uint64_t greeting_ms; /* §4.5.3.2.1; a TLS handshake too */
	uint64_t command_ms;  /* §4.5.3.2.2 and .3: each reply to EHLO, AUTH, MAIL, RCPT, ... */
	uint64_t data_ms;     /* §4.5.3.2.4: the reply to DATA */
	uint64_t text_ms;     /* §4.5.3.2.5: between two smtp_client_text() */
	uint64_t end_ms;      /* §4.5.3.2.6: each reply to the final dot */
	uint64_t quit_ms;     /* the reply to QUIT: nothing depends on it */
};

#define SMTP_CLIENT_TIMEOUTS                                                                       \
	{                                                                                          \
		.greeting_ms = 300000, .command_ms = 300000, .data_ms = 120000, .text_ms = 180000, \
		.end_ms = 600000, .quit_ms = 5000                                                  \
	}

/* What is being done, in the order in which it comes. */
enum smtp_client_step {
	SMTP_CLIENT_STEP_GREETING,
	SMTP_CLIENT_STEP_EHLO, /* or LHLO */
	SMTP_CLIENT_STEP_HELO,
	SMTP_CLIENT_STEP_STARTTLS,
	SMTP_CLIENT_STEP_TLS, /* the handshake */
	SMTP_CLIENT_STEP_AUTH,
	SMTP_CLIENT_STEP_IDLE,
	SMTP_CLIENT_STEP_NOOP,
	SMTP_CLIENT_STEP_RSET,
	SMTP_CLIENT_STEP_MAIL,
	SMTP_CLIENT_STEP_RCPT,
	SMTP_CLIENT_STEP_DATA,
	SMTP_CLIENT_STEP_TEXT,
	SMTP_CLIENT_STEP_END, /* the reply to the end of the text */
	SMTP_CLIENT_STEP_QUIT,
	SMTP_CLIENT_STEP_OVER, /* of the transaction or of the connection */
};

/*
 * Hears all that is said, as it is said; what it borrows is valid during the call, in which the
 * engine must not be used. Functions may be NULL.
 */
struct smtp_client_watch {
	/* A line of ours without CRLF. What credentials go in is shown as "[hidden]"; the text of a
	   message is not shown, its end as "." is. */
	void (*on_command)(void *arg, struct slice line);
	/* A reply to what is done at step: its lines without code, separated by LF. With code 0: no
	   reply at all but this line. */
	void (*on_reply)(void *arg, enum smtp_client_step step, uint16_t code, struct slice text);
	void *arg;
};

/* All pointers are borrowed for the life of the engine. */
struct smtp_client_options {
	const char *hostname; /* who we are, in EHLO */
	const char *host;     /* who the peer is, for the verdicts: "mx.example[192.0.2.1]:25" */
	enum smtp_client_protocol protocol;
	enum smtp_client_tls tls;
	/* The peer is on this machine, at a socket that no network reaches: with LMTP, REQUIRETLS
	   has nothing to ask for there (RFC 8689 §4.4). */
	bool is_local;
	/*
	 * AUTH with PLAIN or LOGIN when auth_user is not empty. With TLS_OPPORTUNISTIC the secret
	 * is not sent unless TLS was had; with TLS_NONE the caller has decided that it may be.
	 */
	struct slice auth_user, auth_secret;
	/* MAIL is wanted after the greeting already, for nothing but smtp_client_quit(). */
	bool only_greets;
	struct smtp_client_timeouts timeouts;
	struct smtp_client_watch watch;
};

/* What must happen before the engine goes on. At most one is open. */
enum smtp_client_want {
	SMTP_CLIENT_WANT_NONE, /* octets from the peer */
	/*
	 * Send the output, throw away all unread plaintext (RFC 3207 §4.2), handshake, then
	 * smtp_client_tls_done(), or smtp_client_tls_failed() and close.
	 */
	SMTP_CLIENT_WANT_TLS,
	/* The connection is free: smtp_client_mail() or smtp_client_quit(), now or later; or
	   smtp_client_auth(), smtp_client_noops(). */
	SMTP_CLIENT_WANT_MAIL,
	/* smtp_client_recipient(), smtp_client_data() or smtp_client_drop(), now or later. */
	SMTP_CLIENT_WANT_STEP,
	/* smtp_client_text() until its last piece, at the pace at which the output drains. */
	SMTP_CLIENT_WANT_TEXT,
	/* Take the verdicts with smtp_client_verdict_take(), then smtp_client_result_done(). */
	SMTP_CLIENT_WANT_RESULT,
	/* Close. Nothing answers this one. */
	SMTP_CLIENT_WANT_CLOSE,
};

struct smtp_client;

struct smtp_client *smtp_client_new(const struct smtp_client_options *options, uint64_t now_ms);
/* Wipes what may be left of the secret in the output. */
void smtp_client_free(struct smtp_client **c);

/*
 * Feed octets that came at now_ms (monotonic). Borrows in for the call. Returns how many it read:
 * fewer than in.len only when TLS, RESULT or CLOSE is wanted.
 */
size_t smtp_client_input(struct smtp_client *c, struct slice in, uint64_t now_ms);
/* Octets to send, and how many of them were. */
struct slice smtp_client_output(const struct smtp_client *c);
void smtp_client_output_taken(struct smtp_client *c, size_t len);
enum smtp_client_want smtp_client_want(const struct smtp_client *c);
/* When smtp_client_timeout() is due, in monotonic ms; UINT64_MAX for never. */
uint64_t smtp_client_deadline(const struct smtp_client *c);
void smtp_client_timeout(struct smtp_client *c, uint64_t now_ms);
/* The connection is over; why says it in words: "connection reset", "certificate has expired". */
void smtp_client_end(struct smtp_client *c, const char *why);

/*
 * is_verified: the peer's certificate was checked for the name that the caller meant to reach. It
 * matters for messages with REQUIRETLS only; a caller that insists says smtp_client_tls_failed().
 */
void smtp_client_tls_done(struct smtp_client *c, bool is_verified, uint64_t now_ms);
/* why: "certificate has expired". CLOSE is wanted next. */
void smtp_client_tls_failed(struct smtp_client *c, const char *why);

/* One SASL exchange as client (RFC 4422): the engine carries it, and base64. */
struct smtp_client_sasl {
	const char *mechanism;
	bool is_first; /* it has an initial response */
	/*
	 * Append the answer to a challenge; the initial response is that to an empty one. What is
	 * no base64 is handed on as it came. False: there is no answer, the exchange is cancelled.
	 */
	bool (*respond)(void *arg, struct slice challenge, struct buf *response);
	void *arg;
};

/*
 * While MAIL is wanted, which follows again whether or not the peer accepts: a log-in of the
 * caller's own, in place of auth_user and auth_secret of the options. The caller has decided that
 * this peer may have what the exchange says. Borrows sasl and what it points to until then.
 */
void smtp_client_auth(struct smtp_client *c, const struct smtp_client_sasl *sasl, uint64_t now_ms);
/*
 * While MAIL is wanted, which follows again after the last reply: count lines of NOOP in one
 * flight, each made line_len octets long with its CRLF by what the peer ignores (RFC 5321
 * §4.1.1.9). False, and nothing is sent, when more than one is asked for and the peer does not
 * offer PIPELINING.
 *
 * RFC 2920 §3.1 has NOOP as the last of a flight only. More than one is for probes, of peers that
 * are known not to mind.
 */
bool smtp_client_noops(struct smtp_client *c, unsigned count, unsigned line_len, uint64_t now_ms);

struct smtp_client_mail {
	struct slice sender; /* without <>; empty: null reverse-path */
	const struct slice *recipients;
	size_t recipient_count; /* 1 ... SMTP_CLIENT_RECIPIENTS_MAX */
	uint64_t size;          /* octets of text, for SIZE= (RFC 1870) */
	/* What was said with MAIL and with each RCPT when we took the message; NULL: nothing. */
	const struct smtp_mail_params *params;
	const struct smtp_rcpt_params *recipient_params;
	uint64_t now_unix_s; /* what is left of the time of BY counts from here (RFC 2852) */
};

/*
 * Begin a transaction. With PIPELINING (RFC 2920 §3.1) RSET when one is needed, MAIL, every RCPT
 * and DATA leave in one flight; the caller must read replies while it writes. Borrows m for the
 * call.
 *
 * A parameter is sent only to a peer that offers its extension. What cannot be had without one is a
 * permanent failure, of the recipient or of all, and is not sent: an address or a header in UTF-8
 * without SMTPUTF8, BINARYMIME without it and CHUNKING, REQUIRETLS without it and a verified peer,
 * BY with mode R without DELIVERBY. So is an address that no parameter makes sendable, and a text
 * that is larger than the peer's SIZE.
 */
void smtp_client_mail(struct smtp_client *c, const struct smtp_client_mail *m, uint64_t now_ms);
/*
 * Begin a transaction whose recipients are not known yet, for who has a client of its own that
 * waits for each answer: SMTP only, and each command waits for the reply to the last. m has no
 * recipients, and a size of 0 is not told. STEP is wanted next, or RESULT, without any recipient,
 * when MAIL was refused; smtp_client_answer() tells what was said, and goes on to do so after each
 * step and at RESULT. There it is of the message: whatever was accepted is decided by it.
 */
void smtp_client_begin(struct smtp_client *c, const struct smtp_client_mail *m, uint64_t now_ms);
/*
 * While STEP is wanted, which follows again: the first recipient of m, with its parameters; else m
 * is as it was at the begin. What needs no reply (see smtp_client_mail()) is answered at once.
 */
void smtp_client_recipient(
    struct smtp_client *c, const struct smtp_client_mail *m, uint64_t now_ms);
/* While STEP is wanted and a recipient was accepted: TEXT follows, or RESULT. */
void smtp_client_data(struct smtp_client *c, uint64_t now_ms);
/* While STEP is wanted: forget the transaction. MAIL is wanted; the peer hears RSET before it. */
void smtp_client_drop(struct smtp_client *c, uint64_t now_ms);
/* To the last step; borrowed until the next. */
const struct smtp_verdict *smtp_client_answer(const struct smtp_client *c);
/*
 * While MAIL is wanted: how many of these recipients, from the first, the peer takes in the next
 * transaction by what it says of itself (LIMITS, RFC 9422). 0: none on this connection any more,
 * which cannot be so before its first transaction.
 */
size_t smtp_client_recipients_fit(
    const struct smtp_client *c, const struct slice *recipients, size_t count);
/* The peer has said that it takes no further transaction on this connection. */
bool smtp_client_is_spent(const struct smtp_client *c);
/*
 * Text as it is in the store, in pieces of at most SMTP_CLIENT_TEXT_MAX; all output must have been
 * taken before each. What was declared BODY=BINARYMIME goes out exactly as it is, each piece in a
 * BDAT (RFC 3030); between two TEXT may not be wanted for a while.
 *
 * All else goes out after DATA, dot-stuffed (RFC 5321 §4.5.2), with CRLF for every CR, LF and CRLF
 * in it, and with a CRLF before the final dot. A NUL octet, which some servers drop and others take
 * for an end, ends the transaction in a permanent failure 5.6.3.
 *
 * To a peer without 8BITMIME no octet above 127 is sent (RFC 6152 §3): at the first one the
 * transaction ends in a permanent failure 5.6.3 and the connection must be closed. The text decides
 * this, not the flag: many clients declare 8BITMIME for text that is plain ASCII.
 */
void smtp_client_text(struct smtp_client *c, struct slice text, bool is_last, uint64_t now_ms);
/* The text cannot be had to its end: all that is undecided is deferred for this reason. */
void smtp_client_abort(struct smtp_client *c, const char *reason);

/* Of the recipient with that index in smtp_client_mail; the caller's to smtp_verdict_done(). */
struct smtp_verdict smtp_client_verdict_take(struct smtp_client *c, size_t index);
/*
 * While RESULT is wanted: the connection was closed before any reply to this transaction came (or
 * the first was 421). On a connection that had been idle it may be repeated at once on a new one.
 */
bool smtp_client_is_stale(const struct smtp_client *c);
/*
 * While RESULT is wanted: MAIL was refused, as it seems for its AUTH=, by a peer that offers AUTH.
 * The same may be repeated at once with nothing in params->auth. This connection's peer hears no
 * AUTH= any more, whatever later transactions have there.
 */
bool smtp_client_may_repeat(const struct smtp_client *c);
void smtp_client_result_done(struct smtp_client *c, uint64_t now_ms);

/* Say goodbye while MAIL is wanted; CLOSE follows, after quit_ms at the latest. */
void smtp_client_quit(struct smtp_client *c, uint64_t now_ms);

/*
 * Why the connection ended while no transaction was open, or NULL; borrowed. Always deferred: what
 * the peer says to us before it has seen a message does not condemn the message.
 */
const struct smtp_verdict *smtp_client_failure(const struct smtp_client *c);
bool smtp_client_is_tls(const struct smtp_client *c);
enum smtp_client_step smtp_client_step(const struct smtp_client *c);

#endif
