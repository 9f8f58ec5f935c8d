/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_params.h - what MAIL may say about a message beside its sender, as one value.
 *
 * The server fills it from the parameters of MAIL, it travels through queue to delivery as a text
 * (smtp_mail_params_print), and the client makes parameters of it again. Times that a client gives
 * relative to now are absolute here, because a message may wait.
 */
#ifndef SMTP_MAIL_PARAMS_H
#define SMTP_MAIL_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

#define SMTP_ENVID_MAX 100      /* characters of ENVID as xtext (RFC 3461 §4.4) */
#define SMTP_AUTH_PARAM_MAX 500 /* characters of AUTH= as xtext (RFC 4954 §5) */
/* 9999-12-31T23:59:59Z, the last second that a date-time can name (RFC 3339 §1). */
#define SMTP_UNIX_S_MAX INT64_C(253402300799)
/* Octets that smtp_mail_params_print() never passes. */
#define SMTP_MAIL_PARAMS_MAX 1024

enum smtp_body {
	SMTP_BODY_7BIT,
	SMTP_BODY_8BITMIME,   /* RFC 6152 */
	SMTP_BODY_BINARYMIME, /* RFC 3030: no lines; never through DATA */
};

/* How much of the message a report gives back (RFC 3461 §4.3). */
enum smtp_ret {
	SMTP_RET_UNSAID,
	SMTP_RET_FULL,
	SMTP_RET_HDRS,
};

/* What happens when the time of BY is over (RFC 2852 §4). */
enum smtp_by {
	SMTP_BY_UNSAID,
	SMTP_BY_NOTIFY,
	SMTP_BY_RETURN,
};

struct smtp_mail_params {
	enum smtp_body body;
	bool is_utf8;      /* SMTPUTF8 (RFC 6531 §3.4) */
	bool requires_tls; /* REQUIRETLS (RFC 8689 §2, §4.1) */
	/* The header says "TLS-Required: No" (RFC 8689 §3), and REQUIRETLS was not given. */
	bool tls_optional;
	enum smtp_ret ret;
	struct slice envid;         /* xtext, as it was given; empty: none */
	struct slice auth;          /* xtext or "<>", as it was given; empty: none */
	uint64_t hold_until_unix_s; /* HOLDFOR, HOLDUNTIL (RFC 4865 §4); 0: none */
	enum smtp_by by;
	bool by_trace;
	int64_t by_unix_s; /* when the time of BY is over; may be past, with NOTIFY */
	bool has_priority;
	int8_t priority; /* -9 to 9 (RFC 6710 §4, §5) */
};

/*
 * The stored form: "KEYWORD" or "KEYWORD=VALUE", one space between, in a fixed order, only what
 * differs from the default. Keywords are those of MAIL, except HOLDUNTIL (Unix seconds), BYUNTIL
 * (Unix seconds;N or R, then T for trace) and TLSOPTIONAL. Empty for a message that said nothing.
 */
void smtp_mail_params_print(const struct smtp_mail_params *p, struct buf *out);
/*
 * Total: false for anything that print would not have written, and for a time beyond
 * SMTP_UNIX_S_MAX or before its negative: no mail is to wait for ever, whoever wrote the text.
 * Slices borrow from text.
 */
bool smtp_mail_params_parse(struct slice text, struct smtp_mail_params *ret_params);

/* May it be the value of ENVID: printable text as xtext, and not longer than SMTP_ENVID_MAX? */
bool smtp_envid_is_valid(struct slice envid);

#endif
