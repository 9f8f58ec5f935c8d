/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.h - one attempt to log in, from its first octet to the decision.
 *
 * The order: exchange (sasl/exchange.h), throttle, account, cache, hash in the pool, then the
 * account once more. An unknown name, a disabled account and a wrong password take the same way and
 * the same work, one hash, and get the same answer; only the log tells them apart.
 */
#ifndef AUTH_LOGIN_H
#define AUTH_LOGIN_H

#include <stdbool.h>

#include "auth/service.h"
#include "proc/wire.h"

struct auth_login;

/* Who is told of a decision that had to wait. The reply is valid during the call. */
struct auth_login_owner {
	void (*on_decided)(
	    void *owner, struct auth_login *login, const struct wire_sasl_reply *reply);
	void *owner;
	uint64_t session; /* the submission process's number for it */
};

/* NULL when the mechanism is none of ours. Copies peer and *owner. */
struct auth_login *auth_login_new(struct auth_service *s, const struct auth_login_owner *owner,
    const struct wire_sasl_start *start);
/* Nobody waits for it any more. Nulls the pointer. */
void auth_login_free(struct auth_login **l);
uint64_t auth_login_session(const struct auth_login *l);

enum auth_login_turn {
	AUTH_LOGIN_ASKS,     /* send the reply, then auth_login_respond() with the answer */
	AUTH_LOGIN_DECIDED,  /* send the reply, then free */
	AUTH_LOGIN_WAITS,    /* on_decided comes later */
	AUTH_LOGIN_NONSENSE, /* nobody asked: the peer is confused */
};
/* ret_reply is valid until the next call. */
enum auth_login_turn auth_login_begin(struct auth_login *l, struct wire_sasl_reply *ret_reply);
/* Also with the initial response, instead of auth_login_begin(). */
enum auth_login_turn auth_login_respond(
    struct auth_login *l, struct slice response, struct wire_sasl_reply *ret_reply);

/* The pool's on_done; ctx is the service. */
void auth_login_hashed(void *ctx, struct auth_job *job);

#endif
