/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - the client's side of one SASL exchange (RFC 4422): PLAIN, LOGIN, CRAM-MD5 and SCRAM
 * over libgsasl, and the two that carry a token: XOAUTH2 and OAUTHBEARER (RFC 7628).
 *
 * Sans-I/O: octets that base64 was taken from go in, a response comes out. libgsasl's own copies of
 * the secret are freed by it without being wiped: as with exchange.h.
 */
#ifndef SASL_CLIENT_H
#define SASL_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

#define SASL_COMPLAINT_MAX 1024 /* octets kept of what a server has against a token */

/* All is borrowed for the call. */
struct sasl_client_options {
	struct slice user, secret; /* secret: a password, or the access token */
	const char *host;          /* who is logged in to, for OAUTHBEARER */
	uint16_t port;
};

struct sasl_client;

/* NULL when the mechanism, in upper case, is none of ours. */
struct sasl_client *sasl_client_new(
    const char *mechanism, const struct sasl_client_options *options);
/* Also in the midst of an exchange. Nulls the pointer; NULL is fine. */
void sasl_client_free(struct sasl_client **client);

bool sasl_client_knows(const char *mechanism);
/* Has it an initial response (RFC 4422 §3.3)? */
bool sasl_client_is_first(const struct sasl_client *x);
/*
 * Appends the response to a challenge; the initial response is that to an empty one. False: this
 * challenge has no answer, and the exchange is over.
 */
bool sasl_client_respond(struct sasl_client *x, struct slice challenge, struct buf *response);
/*
 * When the server has said yes: may it be believed? With SCRAM it must have proved that it knows
 * the password too (RFC 5802 §3).
 */
bool sasl_client_is_satisfied(const struct sasl_client *x);
/* What the server has against a token, in JSON (RFC 7628 §3.2.2); empty: nothing was said. */
struct slice sasl_client_complaint(const struct sasl_client *x);

#endif
