/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dialog.h - one connection to a mail server, taken as far as asked, with what was seen and heard
 * at each stage and how long it took.
 *
 * It drives smtp/client.h over net/. A dialog says nothing before the greeting, never pipelines
 * what the server did not offer to take so, and ends with QUIT where it can.
 */
#ifndef PROBE_DIALOG_H
#define PROBE_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include "net/address.h"
#include "probe/certificate.h"
#include "probe/ehlo.h"
#include "probe/tcp.h"
#include "smtp/mail_params.h"
#include "smtp/rcpt_params.h"
#include "smtp/verdict.h"
#include "util/slice.h"

/* In the order in which they come; with implicit TLS the handshake comes before the greeting. */
enum probe_stage {
	PROBE_STAGE_CONNECT,
	PROBE_STAGE_GREETING,
	PROBE_STAGE_EHLO,
	PROBE_STAGE_STARTTLS,
	PROBE_STAGE_HANDSHAKE,
	PROBE_STAGE_EHLO_TLS, /* the EHLO after TLS; with implicit TLS the only one */
	PROBE_STAGE_BULK,     /* NOOPs of some KiB: does the path carry full segments? */
	PROBE_STAGE_AUTH,
	PROBE_STAGE_MAIL,
	PROBE_STAGE_RCPT,
	PROBE_STAGE_DATA, /* the reply to DATA */
	PROBE_STAGE_END,  /* the text, and the reply to its end: the server took the message */
	PROBE_STAGE_QUIT,
};
#define PROBE_STAGE_COUNT 13

enum probe_stage_end {
	PROBE_STAGE_NOT_REACHED,
	PROBE_STAGE_SKIPPED, /* not asked for, or not offered */
	PROBE_STAGE_PASSED,
	PROBE_STAGE_REFUSED, /* the server said no: code and text */
	PROBE_STAGE_TIMEOUT, /* nothing more came */
	PROBE_STAGE_CLOSED,  /* the connection was closed in good order */
	PROBE_STAGE_RESET,   /* the connection was reset */
	/* No SMTP reply, or one that makes no sense there, or TLS failed: see code and text. */
	PROBE_STAGE_BROKEN,
};

#define PROBE_STAGE_TEXT_SIZE 512

struct probe_stage_fact {
	enum probe_stage_end end;
	uint64_t began_us, took_us;       /* from the start of the dialog; of this stage */
	uint16_t code;                    /* of the reply; 0: none */
	uint16_t enhanced[3];             /* RFC 3463; [0] is 0: none */
	uint32_t partial_len;             /* octets of a reply that never came to its end */
	char text[PROBE_STAGE_TEXT_SIZE]; /* the server's words, or ours about what broke; printable
					   */
};

enum probe_tls_trouble {
	PROBE_TLS_FINE,
	PROBE_TLS_NOT_TRIED,
	PROBE_TLS_NOT_TLS,       /* what came back is no TLS: plain SMTP, or another protocol */
	PROBE_TLS_VERSION,       /* no version in common (alert protocol_version) */
	PROBE_TLS_NO_CIPHER,     /* alert handshake_failure */
	PROBE_TLS_ALERT,         /* another alert, see text */
	PROBE_TLS_CLOSED,        /* closed or reset in the middle */
	PROBE_TLS_TIMEOUT,       /* nothing came back */
	PROBE_TLS_TIMEOUT_LATER, /* some of it came, then nothing: a hole for large packets? */
	PROBE_TLS_OTHER,
};

struct probe_tls {
	enum probe_tls_trouble trouble;
	char version[16]; /* "TLSv1.3" */
	char cipher[64];
	char error[128]; /* OpenSSL's words */
	/*
	 * With VERSION and NO_CIPHER a second connection is made to look at what the server has:
	 * then version, cipher and certificate are of that, and trouble stays. is_legacy: TLS 1.0
	 * or 1.1 was all there was.
	 */
	bool is_legacy;
	bool asks_for_certificate; /* of the client; we have none */
	struct probe_certificate certificate;
};

/* What the socket showed when the bulk (PROBE_STAGE_BULK) was through, or when a stage had no more
 * time. */
struct probe_bulk {
	uint32_t sent_len;    /* octets of the bulk; 0: none was sent */
	uint32_t unsent_len;  /* octets the peer never acknowledged (SIOCOUTQ) */
	unsigned retransmits; /* tcpi_retransmits at the end: in a row, without an answer */
	unsigned mtu;         /* IP_MTU of the socket */
	/* Packets from the peer behind one that did not come: its large ones are lost. */
	unsigned out_of_order;
};

/* All that one connection showed. Large (some 20 KiB): allocate it. No pointers but constants. */
struct probe_dialog_facts {
	bool is_tried;
	struct probe_tcp tcp;
	struct probe_stage_fact stages[PROBE_STAGE_COUNT];
	bool is_implicit_tls;
	bool is_greeting_masked;
	/* Octets came before the first thing that we say on a port of implicit TLS, and so on. */
	bool speaks_plain_on_tls_port;
	bool speaks_tls_on_plain_port;
	/*
	 * Plaintext that came together with the reply to STARTTLS, as if from behind it (RFC 3207
	 * §4.2). It is never used: somebody on the way may have put it there.
	 */
	uint32_t injected_len;
	char injected[128]; /* printable, cut */
	char unasked[128];  /* a reply that nothing of ours had asked for, "421 closing" */
	/* EHLO was refused, and what came to HELO is the list that belongs to EHLO. */
	bool is_out_of_step;
	struct probe_ehlo ehlo, ehlo_tls; /* before and after TLS */
	struct probe_tls tls;
	struct probe_bulk bulk;
	char mechanism[32];       /* that AUTH was tried with */
	uint32_t challenge_count; /* of AUTH: how often the server said 334 */
	bool is_logged_in;
	char complaint[256]; /* what the server has against a token, JSON; printable, cut */
	char queue_id[128];  /* out of the reply to the end of the text, as far as it can be told */
	bool is_late;        /* the greeting came after PROBE_GREETING_SLOW_MS */
	bool is_cut_short;   /* total_ms was over; the last stage had time left of its own */
	uint64_t took_us;
};

#define PROBE_GREETING_SLOW_MS 3000
#define PROBE_BULK_MS 3000 /* enough for four retransmissions in a row */

enum probe_dialog_goal {
	PROBE_GOAL_CONNECT,  /* connect and close */
	PROBE_GOAL_GREETING, /* until the greeting */
	PROBE_GOAL_EHLO,     /* until EHLO, without TLS */
	PROBE_GOAL_TLS,      /* until EHLO after TLS */
	PROBE_GOAL_AUTH,     /* log in */
	PROBE_GOAL_MAIL,     /* submit a message */
	PROBE_GOAL_OPEN,     /* log in, and wait for what is to be said: probe/dialog_steps.h */
};

enum probe_dialog_mode {
	PROBE_MODE_STARTTLS,        /* when offered */
	PROBE_MODE_STARTTLS_ANYWAY, /* say STARTTLS though it is not offered: is it stripped? */
	PROBE_MODE_IMPLICIT,
	PROBE_MODE_PLAIN, /* no TLS */
};

struct probe_dialog_options {
	enum probe_dialog_goal goal;
	enum probe_dialog_mode mode;
	const char *name;     /* of the host: SNI, and what the certificate must show */
	const char *hostname; /* who we are, in EHLO */
	X509_STORE *roots;    /* borrowed */
	bool wants_bulk;      /* try PROBE_STAGE_BULK where PIPELINING is offered */
	uint16_t max_segment; /* TCP_MAXSEG; 0: the system's */
	int tls_max;          /* TLS1_2_VERSION, ...: the highest; 0: any */
	/*
	 * With goal MAIL or OPEN: nothing of a message leaves, MAIL neither, unless TLS is there
	 * and its certificate without a fault. What is missing is the end of its stage (STARTTLS or
	 * HANDSHAKE: BROKEN, with words), and then comes QUIT.
	 */
	bool requires_tls;
	/*
	 * The lowest, 0: TLS 1.2; and the ciphers up to TLS 1.2 in OpenSSL's words, NULL: the
	 * usual. With either, weak keys and hashes do not stop the handshake: to look at what was
	 * refused with PROBE_TLS_VERSION or PROBE_TLS_NO_CIPHER.
	 */
	int tls_min;
	const char *tls_ciphers;
	/* Credentials are given over verified TLS only, whatever the server offers. The secret of
	   XOAUTH2 and OAUTHBEARER is a token; they are used only when named here. */
	struct slice auth_user, auth_secret;
	const char *auth_mechanism; /* NULL: the best that is offered */
	struct slice sender;
	const struct slice *recipients;
	size_t recipient_count;
	struct slice message;                            /* with CRLF */
	const struct smtp_mail_params *mail_params;      /* NULL: nothing said */
	const struct smtp_rcpt_params *recipient_params; /* one for each; NULL: nothing said */
	/* What became of each recipient, once for each, when MAIL was said; NULL: none. */
	void (*on_recipient)(void *arg, size_t index, const struct smtp_verdict *verdict);
	void *recipient_arg;
	/*
	 * With goal OPEN: it waits for a step. answer: to the last one, valid during the call, in
	 * which no step may be taken; NULL at first. Where the connection has ended done comes
	 * next.
	 */
	void (*on_answer)(void *arg, const struct smtp_verdict *answer);
	void *answer_arg;
	uint64_t connect_ms, greeting_ms, command_ms; /* time for each */
	uint64_t total_ms;                            /* and for all of it; 0: no end */
	/*
	 * The text of a message and the reply to its end may take that long, whatever total_ms
	 * says: who gives up before does not know what became of the message. 0: no.
	 */
	uint64_t end_ms;
	uint64_t bulk_ms; /* 0: PROBE_BULK_MS */
	/* Every line both ways, secrets masked, for a transcript; NULL: none. line has no CRLF. */
	void (*on_line)(void *arg, bool is_ours, struct slice line);
	void *line_arg;
};

struct probe_dialog;
/* facts: the callee's copy is made by assignment; valid during the call. The handle is gone. */
typedef void probe_dialog_fn(void *arg, const struct probe_dialog_facts *facts);

/* options and what they point to are borrowed until done. done comes from the loop. */
struct probe_dialog *probe_dialog_start(struct event_base *base, const struct net_address *to,
    const struct probe_dialog_options *options, probe_dialog_fn *done, void *arg);
void probe_dialog_cancel(struct probe_dialog **dialog);
/*
 * Ends it as if the time of its stage were over: done is called from inside with what is known. The
 * handle is gone.
 */
void probe_dialog_stop(struct probe_dialog **dialog);
/* The stage that it is in: for progress. */
enum probe_stage probe_dialog_stage(const struct probe_dialog *dialog);
/* Has its SYN been unanswered for that long? 0: it is connected. */
uint64_t probe_dialog_waiting_ms(const struct probe_dialog *dialog);

const char *probe_stage_name(enum probe_stage stage);
const char *probe_stage_end_name(enum probe_stage_end end);
const char *probe_tls_trouble_name(enum probe_tls_trouble trouble);

#endif
