/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.h - the server's side of one SASL exchange (RFC 4422): PLAIN and LOGIN over libgsasl.
 *
 * Sans-I/O: octets that base64 was already taken from go in, a challenge or the client's
 * credentials come out. Nothing is decided here: whether the password is right is found out later,
 * elsewhere, which is why libgsasl's own validation callback only collects what was sent.
 *
 * What the client claims ends in struct sasl_credentials, which wipes the password. PLAIN in ASCII
 * is read here. Copies that libgsasl makes of the rest on the way are freed by it without being
 * wiped, so whoever runs this must not dump core and must not face the network.
 */
#ifndef SASL_EXCHANGE_H
#define SASL_EXCHANGE_H

#include <stdbool.h>

#include "util/secret.h"
#include "util/slice.h"

#define SASL_RESPONSE_MAX 12288 /* octets; RFC 4954 §4 asks for as many characters of base64 */
#define SASL_NAME_MAX 255       /* octets of a prepared name; RFC 4616 §2 asks for 255 */
#define SASL_PASSWORD_MAX 511   /* octets of a prepared password; crypt(3) takes no more */

enum sasl_status {
	SASL_STATUS_CHALLENGE,   /* send sasl_exchange_challenge(), then respond with the answer */
	SASL_STATUS_CREDENTIALS, /* over: sasl_exchange_credentials() has what to verify */
	SASL_STATUS_REFUSED,     /* over: well formed, but can never be right */
	SASL_STATUS_MALFORMED,   /* over: not what the mechanism's grammar allows */
};

struct sasl_credentials {
	char *name;             /* prepared (RFC 4013): 1 to SASL_NAME_MAX octets */
	struct secret password; /* prepared: 1 to SASL_PASSWORD_MAX octets, none of them NUL */
};
void sasl_credentials_done(struct sasl_credentials *c);

/* What all exchanges of a process share. */
struct sasl_context;
/* Never NULL: aborts when libgsasl cannot be used. */
struct sasl_context *sasl_context_new(void);
/* After the last exchange. Nulls the pointer. */
void sasl_context_free(struct sasl_context **c);

struct sasl_exchange;
/* NULL when the mechanism is none of ours; its name compares without case (RFC 4954 §4). */
struct sasl_exchange *sasl_exchange_new(struct sasl_context *c, struct slice mechanism);
/* Also in the midst of an exchange. Nulls the pointer. */
void sasl_exchange_free(struct sasl_exchange **x);

/* Without an initial response: the first challenge, perhaps empty. */
enum sasl_status sasl_exchange_begin(struct sasl_exchange *x);
/*
 * With the client's answer to the last challenge; or, instead of sasl_exchange_begin(), with its
 * initial response (RFC 4422 §3.3): the outcome is the same. Borrows response for the call.
 */
enum sasl_status sasl_exchange_respond(struct sasl_exchange *x, struct slice response);

/* After SASL_STATUS_CHALLENGE. A constant. */
struct slice sasl_exchange_challenge(const struct sasl_exchange *x);
/* After SASL_STATUS_CREDENTIALS, once: the caller owns them. */
struct sasl_credentials sasl_exchange_take_credentials(struct sasl_exchange *x);

#endif
