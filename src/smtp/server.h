/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - the server side of a submission session (RFC 6409, 5321) without any I/O.
 *
 * The engine is fed octets with the time. It gives octets to send, at most one open *want* that its
 * caller must answer, the text of the message as it comes, and a deadline. It makes no syscall,
 * reads no clock and does not log.
 *
 *   loop: n = smtp_server_input(s, octets, now_ms);     consume n octets
 *         smtp_server_text(s)        -> append to the message (valid until the next call into s)
 *         smtp_server_output(s)      -> send, then smtp_server_output_taken(s, n)
 *         smtp_server_want(s)        -> do it, then call the function that the want names
 *         stop when n == 0 and nothing above had work; call smtp_server_timeout() at the deadline
 *
 * While a want is open nothing is consumed: that is the back-pressure, and it keeps the replies to
 * pipelined commands in order (RFC 2920 §3.2), one for each (RFC 5321 §4.2, §4.3.1).
 *
 * A client that has not logged in has to wait for the banner, for the reply to EHLO, and to each
 * other command that RFC 2920 §3.1 wants to be the last of a group; without EHLO, to each. What is
 * fed before that reply was taken from the output was sent before the client could know it: 554,
 * CLOSE. So feed all that has come before you send; the result then depends on the client alone.
 */
#ifndef SMTP_SERVER_H
#define SMTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message/flaw.h"
#include "smtp/mail_params.h"
#include "smtp/rcpt_params.h"
#include "util/slice.h"

/* Everything a peer may stretch. Each is a key of the config's `limits` or `timeouts` section. */
struct smtp_server_limits {
	uint64_t message_size; /* octets of text; announced with SIZE (RFC 1870) */
	/*
	 * Octets of a command line with CRLF. §4.5.3.1.4 wants 512, and the parameters of MAIL add
	 * 26 for SIZE, 17 for BODY, 500 for AUTH, 10 for SMTPUTF8, 9 for RET, 107 for ENVID, 34 for
	 * HOLDUNTIL, 17 for BY, 15 for MT-PRIORITY and 11 for REQUIRETLS: at least 1258.
	 */
	uint32_t command_length;
	uint32_t
	    auth_line_length;   /* octets of an AUTH response line; at least 12288 (RFC 4954 §4) */
	uint32_t recipients;    /* of one transaction; at least 100 (§4.5.3.1.8) */
	uint32_t transactions;  /* of one session */
	uint32_t bad_commands;  /* errors before 421 */
	uint32_t auth_failures; /* before 421 */
	uint64_t command_timeout_ms; /* at least 5 minutes (§4.5.3.2.7) */
	uint64_t data_timeout_ms;    /* between octets of text; at least 3 minutes (§4.5.3.2.5) */
	uint64_t login_timeout_ms;   /* from the banner until AUTH has succeeded */
	uint64_t transaction_timeout_ms; /* DATA from first octet to last, whatever the pace */
	/* Distinct domains among the recipients of a session (RFC 9422 §4.3); 0: any number. */
	uint32_t recipient_domains;
	uint32_t parameters; /* of one MAIL or RCPT; 0: any number */
	/*
	 * Octets of text a second, on average since 354 or the first BDAT, once data_timeout_ms
	 * have passed; 0: any pace.
	 */
	uint32_t transfer_rate;
	uint32_t errors_before_delay; /* from then on each error is answered later, ... */
	uint64_t error_delay_ms;      /* ... by this; 0: never */
	uint64_t hold_max_s;          /* FUTURERELEASE (RFC 4865 §4); 0: not offered */
	uint64_t deliver_by_min_s;    /* DELIVERBY (RFC 2852 §4), by-mode R; 0: any */
};

/* How line ends are read. */
enum smtp_server_profile {
	SMTP_SERVER_STRICT, /* only CRLF (RFC 5321 §2.3.8) */
	/*
	 * For printers and scanners that send LF: an LF without CR is taken for CRLF, in commands
	 * and in text, and counted. "LF . LF" and its kin still do not end the text.
	 */
	SMTP_SERVER_LEGACY_DEVICE,
};

struct smtp_server_options {
	const char *hostname;                    /* borrowed for the life of the engine */
	const struct smtp_server_limits *limits; /* borrowed for the life of the engine */
	bool implicit_tls;                       /* TLS from the first octet: no STARTTLS offered */
	enum smtp_server_profile profile;
	/* Unix time less the time that the calls are given, in ms: for HOLDUNTIL and BY. */
	int64_t unix_offset_ms;
	/* Give an address of MAIL or RCPT without a domain our hostname; else it is refused. */
	bool complete_addresses;
	/*
	 * Not empty: the client is a program of this user of ours, at a pipe that no network
	 * reaches. Neither TLS nor a login is offered or asked for.
	 */
	struct slice local_user;
	/* The highest MT-PRIORITY, 0 to 9, that a client may have (RFC 6710 §4.1). */
	uint8_t priority_max;
};

/* What must happen before the engine goes on. At most one is open. */
enum smtp_server_want {
	SMTP_SERVER_WANT_NONE,
	/*
	 * Send the output, throw away all unread plaintext, handshake, then smtp_server_tls_done().
	 * On a failed handshake: free the engine and close.
	 */
	SMTP_SERVER_WANT_TLS,
	/* Carry smtp_server_auth_step() to the authenticator, then smtp_server_auth_*(). */
	SMTP_SERVER_WANT_AUTH,
	/* May smtp_server_sender() be used? Then smtp_server_sender_done(). */
	SMTP_SERVER_WANT_SENDER,
	/* May the newest of smtp_server_recipient() be used? Then smtp_server_recipient_done(). */
	SMTP_SERVER_WANT_RECIPIENT,
	/* The text is complete: make the message durable, then smtp_server_store_done(). */
	SMTP_SERVER_WANT_STORE,
	/*
	 * Forget what was taken of the message (an error, RSET between two BDAT, too large), then
	 * smtp_server_abort_done().
	 */
	SMTP_SERVER_WANT_ABORT,
	/* Send the output, then close. Nothing answers this one. */
	SMTP_SERVER_WANT_CLOSE,
};

enum smtp_server_auth_kind {
	SMTP_SERVER_AUTH_START,    /* mechanism is set; octets if has_octets */
	SMTP_SERVER_AUTH_RESPONSE, /* octets, decoded */
	SMTP_SERVER_AUTH_CANCEL,   /* the exchange is over: drop it, smtp_server_auth_cancelled() */
};

/* One step of a SASL exchange for the authenticator (RFC 4954 §4). */
struct smtp_server_auth_step {
	enum smtp_server_auth_kind kind;
	struct slice mechanism; /* as the client spelled it */
	bool has_octets;        /* an initial response was given, perhaps empty ("=") */
	struct slice octets;    /* base64 decoded; a secret: wiped when the want is answered */
};

/* Answers that can be given to SENDER, RECIPIENT and STORE wants; the engine has their words. */
enum smtp_server_answer {
	SMTP_SERVER_OK,
	SMTP_SERVER_NOT_ALLOWED, /* sender: not this account's address; recipient: refused by policy
				  */
	SMTP_SERVER_TRY_LATER,   /* a process of ours is away or the disk failed: 451 4.3.0 */
	SMTP_SERVER_DISK_FULL,   /* 452 4.3.1 */
	SMTP_SERVER_BUSY,        /* a limit on load is reached: 451 4.3.2 */
};

enum smtp_server_auth_failure {
	SMTP_SERVER_AUTH_BAD_CREDENTIALS, /* 535 5.7.8; wrong password, no such user, disabled: the
					     same */
	SMTP_SERVER_AUTH_BAD_MECHANISM,   /* 504 5.5.4 */
	SMTP_SERVER_AUTH_MALFORMED, /* 501 5.5.2: what the mechanism was sent makes no sense */
	SMTP_SERVER_AUTH_TEMPORARY, /* 454 4.7.0 */
	SMTP_SERVER_AUTH_THROTTLED, /* 454 4.7.0 in other words: too many failures from there */
};

struct smtp_server;

/* The banner is in the output at once; with implicit_tls, after smtp_server_tls_done(). */
struct smtp_server *smtp_server_new(const struct smtp_server_options *options, uint64_t now_ms);
void smtp_server_free(struct smtp_server **s);

/*
 * Octets of memory that a session never passes, whatever its client does and however slowly: those
 * of its replies (64 KiB), of one command or AUTH line twice, and of the recipients of one message
 * at their longest (about 780 each). Text is not kept. An idle session has about 1 KiB.
 */
size_t smtp_server_memory_max(const struct smtp_server_limits *limits);

/* Feed octets that came at now_ms (monotonic). Borrows in for the call. Returns how many it took.
 */
size_t smtp_server_input(struct smtp_server *s, struct slice in, uint64_t now_ms);
/*
 * Decoded message text that the last smtp_server_input() produced: points into its `in`, or is a
 * CRLF in place of an LF (SMTP_SERVER_LEGACY_DEVICE). At most one octet longer than what was read.
 */
struct slice smtp_server_text(const struct smtp_server *s);
/* Replies to send, and how many of those octets were. */
struct slice smtp_server_output(const struct smtp_server *s);
void smtp_server_output_taken(struct smtp_server *s, size_t len);
enum smtp_server_want smtp_server_want(const struct smtp_server *s);
/*
 * When smtp_server_timeout() is due, in monotonic ms; UINT64_MAX for never. After too many errors
 * the newest reply is not in the output, and nothing is read, until then (error_delay_ms).
 */
uint64_t smtp_server_deadline(const struct smtp_server *s);
/* Tells the engine that it is now_ms; when the deadline has passed it says 421 and wants CLOSE, or
 * lets a reply go that was kept back. */
void smtp_server_timeout(struct smtp_server *s, uint64_t now_ms);
/* The caller has not read from the client for so long: that is not the client's fault. */
void smtp_server_excuse(struct smtp_server *s, uint64_t ms);
/*
 * The process stops: after the transaction in flight (or at once without one) 421 4.3.2, CLOSE.
 * RFC 5321 §3.8.
 */
void smtp_server_shutdown(struct smtp_server *s, uint64_t now_ms);

void smtp_server_tls_done(struct smtp_server *s, uint64_t now_ms);

/* Valid while AUTH is wanted. */
struct smtp_server_auth_step smtp_server_auth_step(const struct smtp_server *s);
/* challenge is encoded and sent with 334. */
void smtp_server_auth_continue(struct smtp_server *s, struct slice challenge, uint64_t now_ms);
void smtp_server_auth_ok(struct smtp_server *s, struct slice account, uint64_t now_ms);
void smtp_server_auth_failed(
    struct smtp_server *s, enum smtp_server_auth_failure why, uint64_t now_ms);
/* After a CANCEL step. */
void smtp_server_auth_cancelled(struct smtp_server *s, uint64_t now_ms);

void smtp_server_sender_done(
    struct smtp_server *s, enum smtp_server_answer answer, uint64_t now_ms);
void smtp_server_recipient_done(
    struct smtp_server *s, enum smtp_server_answer answer, uint64_t now_ms);
/* queue_id names the message in the 250; ignored unless answer is OK. */
void smtp_server_store_done(
    struct smtp_server *s, enum smtp_server_answer answer, struct slice queue_id, uint64_t now_ms);
/*
 * Instead of store_done: the text is not taken. detail names what it is about (a field, an
 * address); may be empty.
 */
void smtp_server_store_refused(
    struct smtp_server *s, enum message_flaw flaw, struct slice detail, uint64_t now_ms);
/*
 * Instead of sender_done, recipient_done and store_done, by who has no store but hands each on at
 * once: what the next server said. The client gets the same code, and the words with their enhanced
 * code (or, where there is none, 2.0.0, 4.0.0 or 5.0.0), in as many lines as they need.
 */
struct smtp_server_relayed {
	uint16_t code;      /* 2yz, 4yz or 5yz, and not 421, which would end the session */
	struct slice words; /* borrowed for the call; what is not printable ASCII is shown as "?" */
};
void smtp_server_sender_relayed(
    struct smtp_server *s, const struct smtp_server_relayed *said, uint64_t now_ms);
void smtp_server_recipient_relayed(
    struct smtp_server *s, const struct smtp_server_relayed *said, uint64_t now_ms);
void smtp_server_store_relayed(
    struct smtp_server *s, const struct smtp_server_relayed *said, uint64_t now_ms);
void smtp_server_abort_done(struct smtp_server *s, uint64_t now_ms);

/* Facts about the session, for the trace header, the envelope and the log. Slices are borrowed. */
struct slice smtp_server_helo(const struct smtp_server *s); /* argument of EHLO or HELO */
bool smtp_server_is_extended(const struct smtp_server *s);  /* EHLO, not HELO */
bool smtp_server_is_tls(const struct smtp_server *s);
struct slice smtp_server_account(const struct smtp_server *s); /* empty until AUTH succeeded */
struct slice smtp_server_sender(const struct smtp_server *s);  /* without <>; empty: null path */
size_t smtp_server_recipient_count(
    const struct smtp_server *s); /* those accepted, plus the one asked about */
struct slice smtp_server_recipient(const struct smtp_server *s, size_t i);
/* Of the transaction, which there must be; borrowed until it ends. */
const struct smtp_mail_params *smtp_server_mail_params(const struct smtp_server *s);
/* What SIZE said; 0: nothing. */
uint64_t smtp_server_declared_size(const struct smtp_server *s);
struct smtp_rcpt_params smtp_server_recipient_params(const struct smtp_server *s, size_t i);
/* Between 354, or the first BDAT, and the end of text. */
bool smtp_server_is_in_text(const struct smtp_server *s);
/* Line ends that SMTP_SERVER_LEGACY_DEVICE has repaired, in commands and text, since the start. */
uint64_t smtp_server_repaired_count(const struct smtp_server *s);

#endif
