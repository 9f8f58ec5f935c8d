/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context.h - what all parts of a delivery process lean on: the loop, the resolver, the TLS
 * contexts and the passwords.
 */
#ifndef DELIVERY_CONTEXT_H
#define DELIVERY_CONTEXT_H

#include <event2/event.h>
#include <openssl/ssl.h>

#include "config/config.h"
#include "net/resolve.h"
#include "util/secret.h"

/* The authorities of one file; the sandbox lets nobody open another one later. */
struct delivery_authority {
	const char *ca_file; /* NULL: the system's. Borrowed from a config. */
	SSL_CTX *context;    /* NULL: could not be read */
	SSL_CTX *relaxed;    /* looks, but takes any certificate (RFC 7435) */
};

struct delivery_password {
	char *next_hop;
	struct secret secret;
};

struct delivery_context {
	struct event_base *base;
	const char *hostname; /* in EHLO */
	struct net_resolver *resolver;
	SSL_CTX *unverified; /* where authorities are missing that are not insisted on */
	struct delivery_authority authorities[CONFIG_NEXT_HOPS_MAX + 1];
	size_t authority_count;
	struct delivery_password passwords[CONFIG_NEXT_HOPS_MAX];
	size_t password_count;
	bool is_shared; /* there are several next hops: none may hold all the jobs for long */
};

/*
 * Opens all that the sandbox will forbid: resolver, authorities. 0, or -errno (logged) without a
 * resolver. Authorities that cannot be read are logged and missing later, where they defer the mail
 * that needs them: better than to deliver none at all. Free with delivery_context_done() either
 * way.
 */
int delivery_context_init(
    struct delivery_context *x, struct event_base *base, const struct config *config);
void delivery_context_done(struct delivery_context *x);
/* A reload. Files that were not read at the start are said in the log: they need a restart. */
void delivery_context_set_config(struct delivery_context *x, const struct config *config);

/* NULL when the authorities for this next hop could not be read. Borrowed. */
SSL_CTX *delivery_context_tls(
    const struct delivery_context *x, const struct config_next_hop *next_hop);
/* Copies secret. */
void delivery_context_set_password(
    struct delivery_context *x, const char *next_hop, struct slice secret);
/* Empty when there is none. Borrowed until the next set. */
struct slice delivery_context_password(const struct delivery_context *x, const char *next_hop);

#endif
